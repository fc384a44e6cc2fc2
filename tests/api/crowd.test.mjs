// Many at once, rudely: people who read, write, chat and hang up in the midst of it, settings read again meanwhile, and a box that is
// told to stop under all that. For the sanitizers most of all; what must hold anywhere: no 5xx, nothing hangs, money adds up.
import { test, before, after } from 'node:test';
import net from 'node:net';
import { Box, Socket, assert, gigBody, phone, run } from './harness.mjs';

const PEOPLE = 6, SECONDS = 3;
let box, people;
before(async () => {
  box = await Box.start({ sets: { drain_s: 5 } });
  people = await Promise.all(Array.from({ length: PEOPLE }, () => box.person(phone())));
});
after(async () => await box?.stop());

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A request that is never waited for: half a head, half a body, or a whole one and no ear for the answer. */
function rude(token) {
  const body = JSON.stringify(gigBody());
  const head = `POST /api/gigs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = pick([head.slice(0, 40), head + body.slice(0, 50), head + body, `GET /api/gigs?limit=50 HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(8)]);
  return new Promise((resolve) => {
    const socket = net.connect(box.port, '127.0.0.1', () => socket.write(bytes, () => setTimeout(() => socket.destroy(), Math.random() * 4)));
    socket.on('error', () => {});
    socket.on('close', resolve);
  });
}

async function engage(client, doer) {
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'I.', amount: 100000 })).body;
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  const { razorpayOrderId } = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
  const paid = (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body;
  // the webhook comes at the same time
  assert.equal((await client.post('/api/payments/verify', paid)).status, 200);
  await Promise.all([doer.post(`/api/orders/${order.id}/submit`, { message: 'Done.' }), client.post(`/api/orders/${order.id}/submit`, { message: 'Not mine.' })]);
  const both = await Promise.all([client.post(`/api/orders/${order.id}/approve`), client.post(`/api/orders/${order.id}/approve`)]);
  assert.ok(both.some((a) => a.status === 200), JSON.stringify(both.map((a) => a.body)));
  return order;
}

async function chat(a, b, until) {
  const sockets = await Promise.all([a.socket(), b.socket()]);
  while (Date.now() < until) {
    sockets[0].send('TYPING_START', { orderId: 'nowhere' });
    sockets[1].ws.send('{"event":');
    await pause(10);
  }
  sockets[0].ws.terminate();
  await sockets[1].close();
}

test('a crowd', async () => {
  const until = Date.now() + SECONDS * 1000;
  const jobs = [];
  const loop = (fn) => jobs.push((async () => {
    while (Date.now() < until) await fn();
  })());
  let earned = 0;
  for (let i = 0; i < PEOPLE; i += 2) {
    loop(async () => (await engage(people[i], people[i + 1]), earned++));
    jobs.push(chat(people[i], people[i + 1], until));
  }
  const reads = ['/api/gigs', '/api/gigs?search=logo', '/api/categories', '/healthz', '/metrics', '/openapi/campus.json', '/api/users/me', '/api/notifications', '/api/wallet/transactions', '/nothing'];
  for (let i = 0; i < 3; i++)
    loop(async () => {
      const answer = await pick(people).get(pick(reads));
      assert.ok(answer.status < 500, JSON.stringify(answer.body));
    });
  for (let i = 0; i < 3; i++) loop(() => rude(people[i].token));
  loop(async () => (box.child.kill('SIGHUP'), await pause(50)));
  await Promise.all(jobs);
  let available = 0;
  for (let i = 1; i < PEOPLE; i += 2) available += (await people[i].get('/api/wallet/balance')).body.available;
  assert.equal(available, earned * 95000);
});

test('told to stop in the midst of it', async () => {
  let stopping = false;
  const done = [];
  const jobs = people.map(async (person) => {
    for (;;) {
      try {
        const answer = await person.post('/api/gigs', gigBody());
        if (answer.status === 201) done.push(answer.body.id);
        else assert.ok(stopping, JSON.stringify(answer.body));
        if (stopping && answer.status !== 201) return;
      } catch (e) {
        assert.ok(stopping, String(e));
        return;
      }
    }
  });
  const sockets = await Promise.all(people.map((p) => Socket.open(box, `/ws?token=${p.token}`)));
  await pause(300);
  stopping = true;
  box.child.kill('SIGTERM');
  const end = await box.exited;
  await Promise.all(jobs);
  await Promise.all(sockets.map((s) => s.closed));
  assert.deepEqual(end, { code: 0, signal: null }, box.log.slice(-3000));
  const check = await run(['check', '--data', box.dir]);
  assert.equal(check.code, 0, check.stdout + check.stderr);
  await box.boot();
  for (const id of done) assert.equal((await box.get(`/api/gigs/${id}`)).status, 200);
});
