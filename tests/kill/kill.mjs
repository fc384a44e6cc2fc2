// Kills the serving binary again and again while clients write, and looks each time whether everything it acknowledged is still
// there: gigs as they were posted, orders funded, wallets to the paisa; and whether `gigbox check` finds the file clean.
// KILLS sets how often (50). TAP on standard output.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, assert, gigBody, phone, run } from '../api/harness.mjs';

const kills = Number(process.env.KILLS ?? 50);
const pairs = 6;
const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-kill-'));
const acknowledged = { gigs: new Map(), funded: new Set(), earned: new Map() };
let doubtful = new Map(); // doer -> money of approvals that were sent and not answered
let writes = 0;

async function boot() {
  return await Box.start({ dir, validate: false });
}

/** One client and one doer, one whole job after the other, until the box is gone. */
async function work(box, pair, state) {
  while (!state.over) {
    const title = `Gig ${pair.client.id} ${writes++}`;
    const gig = await pair.client.post('/api/gigs', gigBody({ title }));
    assert.equal(gig.status, 201);
    acknowledged.gigs.set(gig.body.id, title);
    const application = await pair.doer.post(`/api/gigs/${gig.body.id}/applications`, { message: 'Me.', amount: 100000 });
    const { body } = await pair.client.post(`/api/applications/${application.body.id}/accept`);
    const created = await pair.client.post('/api/payments/create-order', { orderId: body.order.id });
    const paid = await box.post('/sandbox/razorpay/pay', { order_id: created.body.razorpayOrderId });
    const verified = await pair.client.post('/api/payments/verify', paid.body);
    assert.equal(verified.status, 200, JSON.stringify(verified.body));
    acknowledged.funded.add(body.order.id);
    assert.equal((await pair.doer.post(`/api/orders/${body.order.id}/submit`, { message: 'Done.' })).status, 200);
    const doer = pair.doer.id;
    doubtful.set(doer, (doubtful.get(doer) ?? 0) + 95000);
    const approved = await pair.client.post(`/api/orders/${body.order.id}/approve`);
    assert.equal(approved.status, 200);
    doubtful.set(doer, doubtful.get(doer) - 95000);
    acknowledged.earned.set(doer, (acknowledged.earned.get(doer) ?? 0) + 95000);
  }
}

const gone = (error) => error.cause?.code || error.name === 'TypeError' || /fetch failed|terminated/.test(String(error));

async function verify(box, people) {
  for (const [id, title] of acknowledged.gigs) {
    const { status, body } = await box.get(`/api/gigs/${id}`);
    assert.equal(status, 200, `gig ${title} was acknowledged and is gone`);
    assert.equal(body.title, title);
  }
  for (const { client } of people)
    for (let page = 1, more = true; more; page++) {
      const { body } = await client.get(`/api/orders?role=client&limit=100&page=${page}`);
      for (const order of body.orders)
        if (acknowledged.funded.has(order.id)) assert.ok(['funded', 'released'].includes(order.escrowState), `order ${order.id} lost its money`);
      more = body.hasMore;
    }
  for (const { doer } of people) {
    const { body } = await doer.get('/api/wallet/balance');
    const sure = acknowledged.earned.get(doer.id) ?? 0;
    const perhaps = doubtful.get(doer.id) ?? 0;
    assert.ok(body.available >= sure && body.available <= sure + perhaps && (body.available - sure) % 95000 === 0, `wallet holds ${body.available}, acknowledged ${sure}, in doubt ${perhaps}`);
    // What was in doubt is now known.
    acknowledged.earned.set(doer.id, body.available);
    doubtful.set(doer.id, 0);
  }
}

let failed = 0;
try {
  let box = await boot();
  const people = [];
  for (let i = 0; i < pairs; i++) people.push({ client: await box.person(phone()), doer: await box.person(phone()) });
  for (let round = 1; round <= kills; round++) {
    const state = { over: false };
    for (const pair of people) pair.client.box = pair.doer.box = box;
    const workers = people.map((pair) => work(box, pair, state).catch((e) => {
      if (!gone(e)) throw e;
    }));
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 400));
    await box.kill();
    state.over = true;
    await Promise.all(workers);
    const check = await run(['check', '--data', dir]);
    assert.equal(check.code, 0, `check after kill ${round}:\n${check.stdout}${check.stderr}`);
    box = await boot();
    for (const pair of people) pair.client.box = pair.doer.box = box;
    if (round % 10 === 0 || round === kills) await verify(box, people);
    // A sample after every kill: the newest is what a kill would lose.
    for (const [id, title] of [...acknowledged.gigs].slice(-30)) assert.equal((await box.get(`/api/gigs/${id}`)).body.title, title);
  }
  await box.stop();
  console.log(`ok ${kills} kills: ${acknowledged.gigs.size} gigs, ${acknowledged.funded.size} paid orders, all there`);
} catch (error) {
  failed = 1;
  console.log(`not ok ${kills} kills`);
  console.error(error);
}
rmSync(dir, { recursive: true, force: true });
process.exit(failed);
