// What an attacker with an account on the same network tries.
import { test } from 'node:test';
import http from 'node:http';
import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assert, Box, gigBody, phone } from './harness.mjs';
import { Ugig, email } from './ugig.mjs';

const limits = { rate_auth_per_min: 5, rate_other_per_min: 100, rate_upload_per_min: 10 };

/** One request with headers that fetch does not let one choose; answers its status. */
const ask = (box, path, headers) => new Promise((resolve, reject) => {
  http.get(box.url + path, { headers, agent: false }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode))).on('error', reject);
});

test('what is for this machine only is not for those who come through it', async () => {
  const box = await Box.start();
  try {
    const port = box.port;
    for (const path of ['/sandbox/outbox', '/metrics']) {
      for (const host of [`127.0.0.1:${port}`, '127.0.0.1', `localhost:${port}`, `[::1]:${port}`, 'box.localhost'])
        assert.equal(await ask(box, path, { host }), 200, `${path} at ${host}`);
      // A name that somebody else's name server gives this machine's address.
      for (const host of ['evil.example', `evil.example:${port}`, 'notlocalhost', 'localhost.evil.example', '127.0.0.1.evil.example'])
        assert.ok([403, 404].includes(await ask(box, path, { host })), `${path} at ${host}`);
      // A reverse proxy that the box was told nothing about.
      for (const headers of [{ 'x-forwarded-for': '203.0.113.9' }, { 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=203.0.113.9' }, { 'x-real-ip': '203.0.113.9' }])
        assert.ok([403, 404].includes(await ask(box, path, headers)), `${path} with ${JSON.stringify(headers)}`);
    }
  } finally {
    await box.stop();
  }
});

/** Guesses until a limit is met; never the right code. Answers how many were judged. */
async function guess(send, tell, most) {
  let judged = 0;
  while (judged < most) {
    if ((await send()).status === 429) return judged;
    for (let i = 0; i < 5; i++, judged++) assert.equal((await tell('1')).status, 400);
  }
  return judged;
}

test('a code is not guessed at for ever, from however many addresses', async () => {
  const box = await Box.start(); // no rate of requests stands in the way: the attacker has a botnet
  try {
    const number = phone(), other = phone();
    const judged = await guess(() => box.post('/api/auth/send-otp', { phone: number }), (otp) => box.post('/api/auth/verify-otp', { phone: number, otp: otp.repeat(6) }), 200);
    assert.ok(judged >= 20 && judged <= 50, `${judged} guesses`);
    const late = await box.post('/api/auth/send-otp', { phone: number });
    assert.equal(late.status, 429);
    assert.ok(Number(late.headers.get('retry-after')) > 0);
    await box.person(other); // nobody else is held up
    await box.restart();
    assert.equal((await box.post('/api/auth/send-otp', { phone: number })).status, 429, 'nor is it forgotten');

    // An address of an account: no more guesses by the other contracts' ways to the same code.
    const me = await box.person(other, { name: 'Asha' }), address = email();
    assert.equal((await me.patch('/api/users/me', { email: address })).status, 200);
    const { code } = await box.message(address, (m) => m.code);
    assert.equal((await me.post('/api/auth/verify-email', { otp: code })).status, 200);
    const forgot = '/api/v1/users/forgot-password/';
    const again = await guess(() => box.post(forgot + 'request/', { email: address }), (otp) => box.post(forgot + 'verify/', { email: address, otp: otp.repeat(6) }), 200);
    assert.ok(again >= 20 && again <= 50, `${again} guesses`);
    assert.equal((await box.post('/api/auth/send-email-otp', { email: address })).status, 200, 'who asks whether there is an account is told nothing');
    const known = (await box.get('/sandbox/outbox?to=' + encodeURIComponent(address))).body.messages[0].code;
    assert.equal((await box.post('/api/auth/verify-email-otp', { email: address, otp: known })).status, 400, 'void');
  } finally {
    await box.stop();
  }
});

test('nobody\'s mailbox or telephone is flooded', async () => {
  const box = await Box.start();
  try {
    const address = email(), number = phone();
    const count = async (to) => (await box.get('/sandbox/outbox?to=' + encodeURIComponent(to))).body.messages.length;
    let refused = 0;
    for (let i = 0; i < 4; i++) {
      const me = await box.person(phone());
      for (let n = 0; n < 15; n++) refused += (await me.patch('/api/users/me', { email: address })).status === 429;
    }
    assert.ok(refused >= 20, `${refused} of 60 refused`);
    for (let i = 0; i < 40; i++) await box.post('/api/auth/send-otp', { phone: number });
    await new Promise((r) => setTimeout(r, 300));
    assert.ok((await count(address)) <= 40 && (await count(number)) <= 30);
    // Codes that are used up are no flood.
    const own = phone();
    for (let i = 0; i < 32; i++) await box.person(own);
  } finally {
    await box.stop();
  }
});

test('a network of addresses counts as one', async () => {
  const box = await Box.start({ sets: { ...limits, trusted_proxy: '127.0.0.1' } });
  try {
    const number = phone();
    const send = (from) => box.post('/api/auth/send-otp', { phone: number }, { headers: { 'x-forwarded-for': from } });
    for (let i = 1; i <= 5; i++) assert.equal((await send(`2001:db8:1:2::${i}`)).status, 200);
    assert.equal((await send('2001:db8:1:2:ffff:1:2:3')).status, 429);
    assert.equal((await send('2001:db8:1:3::1')).status, 200, 'the next network');
    for (let i = 1; i <= 5; i++) assert.equal((await send(`198.51.100.${i}`)).status, 200);
  } finally {
    await box.stop();
  }
});

test('no foreign page signs a visitor in or out', async () => {
  const box = await Box.start();
  try {
    const { email: address, password } = await Ugig.signUp(box);
    const body = new URLSearchParams({ email: address, password }).toString(), form = 'application/x-www-form-urlencoded';
    const signIn = (headers) => box.post('/api/actions/signIn', body, { headers: { 'content-type': form, ...headers } });
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      const there = await signIn(headers);
      assert.equal(there.status, 200);
      assert.equal(there.headers.get('set-cookie'), null, JSON.stringify(headers));
      assert.equal((await box.post('/api/actions/signOut', [], { headers })).headers.get('set-cookie'), null, JSON.stringify(headers));
    }
    for (const headers of [{}, { origin: box.url }, { 'sec-fetch-site': 'same-origin' }]) {
      const here = await signIn(headers);
      assert.match(here.headers.get('set-cookie'), /^jwt=[^;]+;/, JSON.stringify(headers));
      assert.equal((await box.get('/api/users/me', { headers: { cookie: here.headers.get('set-cookie').split(';')[0] } })).status, 200);
    }
  } finally {
    await box.stop();
  }
});

const upload = (who, bytes) => {
  const form = new FormData();
  form.append('file', new Blob([bytes], { type: 'application/pdf' }), 'x.pdf');
  return who.post('/api/files', form);
};

test('who fills the disk with files does not stop the market', async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-small-')), data = path.join(dir, 'data');
  if (process.getuid() !== 0 || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', dir]).status !== 0) {
    rmSync(dir, { recursive: true });
    return t.skip('needs the right to mount a small file system');
  }
  let box;
  try {
    mkdirSync(data);
    box = await Box.start({ dir: data });
    const [attacker, client] = [await box.person(phone()), await box.person(phone())];
    const pile = () => Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(4e6)]);
    let taken = 0;
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => upload(attacker, pile())));
      for (const { status, body } of answers) {
        assert.ok(status === 201 || (status === 507 && body.error.code === 'STORAGE_FULL'), `${status} ${JSON.stringify(body)}`);
        taken += status === 201;
      }
    }
    assert.ok(taken >= 5 && taken <= 9, `${taken} of 12 files of 4 MB on 40 MB`);
    for (let i = 0; i < 50; i++) assert.equal((await client.post('/api/gigs', gigBody({ description: 'long '.repeat(1000) }))).status, 201);
    // Who takes something away makes room inside the file.
    for (const { id } of (await attacker.get('/api/files')).body.files.slice(0, 3)) assert.equal((await attacker.delete(`/api/files/${id}`)).status, 200);
    await client.post('/api/gigs', gigBody());
    assert.equal((await upload(client, pile())).status, 201);
  } finally {
    await box?.stop();
    spawnSync('umount', [dir]);
    rmSync(dir, { recursive: true });
  }
});

test('what one person may store has an end', async () => {
  const box = await Box.start({ sets: { files_mib: 1 } });
  try {
    const [hoarder, other] = [await box.person(phone()), await box.person(phone())];
    const half = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc((1 << 19) - 9)]); // the same content lies in the store once, and counts twice
    for (let i = 0; i < 2; i++) assert.equal((await upload(hoarder, half)).status, 201);
    const more = await upload(hoarder, Buffer.from('%PDF-1.4\n'));
    assert.deepEqual([more.status, more.body.error.code], [409, 'LIMIT_EXCEEDED']);
    assert.equal((await upload(other, half)).status, 201);
    const [{ id }] = (await hoarder.get('/api/files')).body.files;
    assert.equal((await hoarder.delete(`/api/files/${id}`)).status, 200);
    assert.equal((await upload(hoarder, Buffer.from('%PDF-1.4\n'))).status, 201);
  } finally {
    await box.stop();
  }
});

test('one machine that begins uploads and does not end them leaves room for others', async () => {
  const box = await Box.start({ sets: { trusted_proxy: '127.0.0.1' } });
  const held = [];
  try {
    const [one, other] = [await box.person(phone()), await box.person(phone())];
    const begin = (from) => new Promise((resolve) => {
      const socket = net.connect(box.port, '127.0.0.1', () => socket.write(`POST /api/files HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${from}\r\nContent-Length: 5000000\r\n\r\n`));
      let heard = '';
      socket.on('data', (d) => (heard += d)).on('error', () => {}).on('close', () => resolve(heard));
      setTimeout(() => resolve(heard), 500);
      held.push(socket);
    });
    const heard = await Promise.all(Array.from({ length: 20 }, () => begin('203.0.113.66')));
    const refused = heard.filter((h) => h.startsWith('HTTP/1.1 503')).length;
    assert.ok(refused >= 8 && refused < 20, `${refused} of 20 refused`);
    const pdf = Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(300000)]);
    const form = () => {
      const f = new FormData();
      f.append('file', new Blob([pdf], { type: 'application/pdf' }), 'x.pdf');
      return f;
    };
    for (let i = 0; i < 3; i++) assert.equal((await other.post('/api/files', form(), { headers: { 'x-forwarded-for': '203.0.113.7' } })).status, 201);
    assert.equal((await one.post('/api/files', form(), { headers: { 'x-forwarded-for': '203.0.113.66' } })).status, 503);
    for (const socket of held) socket.destroy();
    for (let i = 0; i < 3; i++) await new Promise((r) => setTimeout(r, 100));
    const after = await Promise.all(Array.from({ length: 6 }, () => one.post('/api/files', form(), { headers: { 'x-forwarded-for': '203.0.113.66' } })));
    assert.deepEqual(after.map((a) => a.status), Array(6).fill(201), 'what was held is free again');
  } finally {
    for (const socket of held) socket.destroy();
    await box.stop();
  }
});

test('a doer sees what is really in escrow', async () => {
  const box = await Box.start();
  try {
    const [client, doer] = [await box.person(phone(), { name: 'Asha' }), await box.person(phone(), { name: 'Ravi' })];
    const service = (await doer.post('/api/services', { title: 'Logo', description: 'A logo.', category: 'design', price: 500000, deliveryTime: 3 })).body;
    const order = (await client.post(`/api/services/${service.id}/order`, { message: 'Please' })).body;
    assert.equal(order.escrowAmount, 0);
    // The client asks himself for next to nothing, and pays it.
    const talk = (await client.post('/api/v1/messaging/conversations/', { order_type: 'serviceorder', order_id: 1 })).body;
    const asked = await client.post('/api/v1/messaging/payment-requests/', { conversation_id: talk.id, amount: 1 });
    assert.equal(asked.status, 201, JSON.stringify(asked.body));
    const opened = (await client.post(`/api/v1/messaging/payments/${asked.body.id}/create-razorpay-order/`)).body;
    const proof = (await box.post('/sandbox/razorpay/pay', { order_id: opened.order_id })).body;
    assert.equal((await client.post(`/api/v1/messaging/payments/${asked.body.id}/verify-razorpay-payment/`, proof)).status, 200);
    const seen = (await doer.get(`/api/orders/${order.id}`)).body;
    assert.deepEqual([seen.escrowState, seen.amount, seen.escrowAmount], ['funded', 500000, 100]);
    await doer.post(`/api/orders/${order.id}/accept`);
    await doer.post(`/api/orders/${order.id}/submit`, { message: 'Done' });
    const done = (await client.post(`/api/orders/${order.id}/approve`)).body;
    assert.deepEqual([done.escrowState, done.escrowAmount, done.doerPayout], ['released', 0, 95]);
  } finally {
    await box.stop();
  }
});

test('codes go to the countries that the admin names, and to people who are here', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-abroad-'));
  const send = (box, number) => box.post('/api/auth/send-otp', { phone: number });
  let box;
  try {
    box = await Box.start({ dir });
    await box.person('+9779812345678');
    await box.stop();
    box = await Box.start({ dir, sets: { sms_countries: '91, +44' } });
    for (const number of [phone(), '+447700900123', '+9779812345678']) assert.equal((await send(box, number)).status, 200, number);
    for (const number of ['+9779812345679', '+88216123456', '+19005551234']) {
      const answer = await send(box, number);
      assert.deepEqual([answer.status, answer.body.error.code, Object.keys(answer.body.error.fields)], [400, 'VALIDATION_ERROR', ['phone']], number);
    }
  } finally {
    await box?.stop();
    rmSync(dir, { recursive: true });
  }
});
