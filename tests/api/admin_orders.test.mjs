// Disputes, payouts, refunds, stray money, the outbox, categories: what moderators and admins decide.
import test, { after, before } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { gigBody, phone, assert, eventually } from './harness.mjs';
import { audited, freshCode, fundedOrder, staffed, upload } from './admin_kit.mjs';

let box, admin, moderator, stop, asha, ravi, gig;
before(async () => {
  ({ box, admin, moderator, stop } = await staffed());
  asha = await box.person(phone(), { name: 'Asha' });
  ravi = await box.person(phone(), { name: 'Ravi' });
  gig = gigBody({ budgetMin: 100000, budgetMax: 100000 });
});
after(() => stop());

const unknown = '00000000-0000-4000-8000-000000000000';
const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
const wallet = async (person) => (await person.get('/api/wallet/balance')).body;

async function disputed(amount = 100000) {
  const order = await fundedOrder(box, asha, ravi, { gig: { ...gig, budgetMax: amount, budgetMin: 1 }, amount });
  is(await asha.post(`/api/orders/${order.id}/messages`, { text: 'Where is it?' }), 201);
  const file = await upload(ravi, { bytes: Buffer.from('hello there'), name: 'work.txt' });
  is(await ravi.post(`/api/orders/${order.id}/submit`, { message: 'Here.', attachments: [file.id] }), 200);
  is(await asha.post(`/api/orders/${order.id}/dispute`, { reason: 'Not what we agreed.' }), 200);
  return order;
}

test('a dispute with its whole history', async () => {
  const order = await disputed();
  const open = is(await moderator.get('/api/admin/disputes'), 200);
  assert.deepEqual(open.orders.map((o) => o.id), [order.id]);
  assert.equal(is(await moderator.get('/api/admin/orders?status=disputed,completed'), 200).total, 1);
  assert.equal(is(await moderator.get('/api/admin/orders?status=completed'), 200).total, 0);
  is(await asha.get('/api/admin/disputes'), 403);
  is(await asha.get(`/api/admin/orders/${order.id}`), 403);
  is(await moderator.get(`/api/admin/orders/${unknown}`), 404);
  const all = is(await moderator.get(`/api/admin/orders/${order.id}`), 200);
  assert.equal(all.order.id, order.id);
  assert.equal(all.order.disputeReason, 'Not what we agreed.');
  assert.equal(all.order.deliverables[0].attachments[0].name, 'work.txt');
  assert.equal(all.escrowHeld, 100000);
  assert.equal(all.disputedBy, asha.id);
  assert.deepEqual(all.messages.map((m) => m.text), ['Where is it?']);
  assert.equal(all.payments[0].status, 'paid');
  assert.equal(all.receipts[0].status, 'applied');
  assert.equal(all.receipts[0].amount, 100000);
  assert.equal(all.transfers[0].cause, 'capture');
  assert.deepEqual(all.transfers[0].postings.map((p) => [p.account, p.amount]), [['gateway', -100000], ['escrow', 100000]]);
  assert.equal(all.transfers[0].postings[1].ownerId, order.id);
  assert.deepEqual(all.refunds, []);
  // The deliverable can be read by whoever decides.
  const url = all.order.deliverables[0].attachments[0].url.replace(/^.*(?=\/api)/, '');
  assert.equal((await moderator.get(url)).body, 'hello there');
  for (const bad of [{}, { outcome: 'maybe' }, { outcome: 'split' }, { outcome: 'split', toDoer: -1 }, { outcome: 'split', toDoer: 100001 }])
    is(await moderator.post(`/api/admin/orders/${order.id}/settle`, bad), 400);
  is(await asha.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'refund' }), 403);
  const settled = is(await moderator.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'release', note: 'It is good work.' }), 200);
  assert.equal(settled.status, 'completed');
  assert.equal(settled.escrowState, 'released');
  assert.equal((await wallet(ravi)).available, 95000);
  is(await moderator.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'refund' }), 409);
  const after = is(await moderator.get(`/api/admin/orders/${order.id}`), 200);
  assert.equal(after.settledBy, moderator.id);
  assert.equal(after.settleNote, 'It is good work.');
  assert.equal(after.escrowHeld, 0);
  assert.equal(after.audit[0].act, 'order.decide');
  assert.equal(after.audit[0].actor.id, moderator.id);
  assert.equal((await audited(admin, 'order.decide')).subjectId, order.id);
});

test('a dispute ends in a refund', async () => {
  const order = await disputed();
  const before = (await wallet(ravi)).available;
  const settled = is(await moderator.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'refund' }), 200);
  assert.equal(settled.status, 'cancelled');
  assert.equal(settled.escrowState, 'refunded');
  assert.equal((await wallet(ravi)).available, before);
  const refund = await eventually(async () => (await admin.get('/api/admin/refunds?status=sent')).body.refunds.find((r) => r.orderId === order.id), 'the refund');
  assert.equal(refund.amount, 100000);
  assert.equal(refund.payerId, asha.id);
  assert.equal(refund.reason, 'settled');
  is(await admin.post(`/api/admin/refunds/${refund.id}/retry`), 409);
  is(await admin.post(`/api/admin/refunds/${refund.id}/credit`), 409);
});

test('a dispute is split, any amount', async () => {
  const order = await disputed(99999);
  const before = (await wallet(ravi)).available;
  const settled = is(await moderator.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'split', toDoer: 33333 }), 200);
  assert.equal(settled.status, 'completed');
  assert.equal(settled.platformFee, 1667);
  assert.equal(settled.doerPayout, 31666);
  assert.equal(settled.refundedAmount, 66666);
  assert.equal((await wallet(ravi)).available, before + 31666);
  assert.equal(is(await moderator.get(`/api/admin/orders/${order.id}`), 200).settledToDoer, 33333);
});

test('nobody settles his own dispute', async () => {
  const order = await fundedOrder(box, moderator, ravi, { gig });
  is(await moderator.post(`/api/orders/${order.id}/dispute`, { reason: 'mine' }), 200);
  is(await moderator.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'refund' }), 403);
  is(await admin.post(`/api/admin/orders/${order.id}/settle`, { outcome: 'refund' }), 200);
});

test('money is for admins only', async () => {
  for (const path of ['withdrawals', 'refunds', 'receipts', 'outbox']) {
    is(await moderator.get(`/api/admin/${path}`), 403);
    is(await asha.get(`/api/admin/${path}`), 403);
    is(await box.get(`/api/admin/${path}`), 401);
    is(await admin.get(`/api/admin/${path}?status=wizard`), 400);
  }
  for (const path of [`withdrawals/${unknown}/retry`, `withdrawals/${unknown}/cancel`, `refunds/${unknown}/retry`, `refunds/${unknown}/credit`, `outbox/${unknown}/retry`, `outbox/${unknown}/drop`]) {
    is(await moderator.post(`/api/admin/${path}`), 403);
    is(await admin.post(`/api/admin/${path}`), 404);
  }
});

test('a stray payment is seen', async () => {
  const order = await fundedOrder(box, asha, ravi, { gig, pay: false });
  const { razorpayOrderId } = is(await asha.post('/api/payments/create-order', { orderId: order.id }), 201);
  await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId, amount: 777 });
  const stray = await eventually(async () => (await admin.get('/api/admin/receipts?status=stray')).body.receipts[0], 'the stray receipt');
  assert.equal(stray.reason, 'amount');
  assert.equal(stray.amount, 777);
  assert.equal(stray.orderId, order.id);
  assert.equal(stray.refunded, 777);
  is(await asha.post(`/api/orders/${order.id}/cancel`, {}), 200);
});

test('the outbox shows no text and no code', async () => {
  const number = phone();
  const otp = await freshCode(box, number);
  const sent = is(await admin.get('/api/admin/outbox?status=sent&channel=sms'), 200);
  assert.ok(sent.total > 0);
  const row = is(await admin.get(`/api/admin/outbox?to=${encodeURIComponent(number)}`), 200).rows[0];
  assert.equal(row.channel, 'sms');
  assert.equal(row.carriesCode, true);
  assert.equal(row.subject, null);
  assert.ok(!JSON.stringify(row).includes(otp));
  is(await admin.post(`/api/admin/outbox/${row.id}/retry`), 409);
  is(await admin.post(`/api/admin/outbox/${row.id}/drop`), 409);
});

test('categories: added, renamed, hidden, deleted when unused', async () => {
  const path = '/api/admin/categories';
  is(await moderator.post(path, { slug: 'pets', name: 'Pets' }), 403);
  for (const bad of [{}, { slug: 'pets' }, { slug: 'Pets!', name: 'Pets' }, { slug: '-x', name: 'x' }, { slug: 'pets', name: ' ' }])
    is(await admin.post(path, bad), 400);
  for (const taken of [{ slug: 'design', name: 'X' }, { slug: 'graphics', name: 'X' }, { slug: 'x', name: 'music & audio' }, { slug: 'x', name: 'X', aliases: ['coding'] }])
    is(await admin.post(path, taken), 409);
  const made = is(await admin.post(path, { slug: 'pets', name: 'Pets', aliases: ['Dog Walking'] }), 201);
  assert.deepEqual(made, { slug: 'pets', name: 'Pets', aliases: ['dog walking'], hidden: false, gigsCount: 0, servicesCount: 0 });
  assert.ok(is(await box.get('/api/categories'), 200).categories.some((c) => c.slug === 'pets'));
  const posted = is(await asha.post('/api/gigs', gigBody({ category: 'dog walking' })), 201);
  assert.equal(posted.category, 'pets');
  is(await admin.delete(`${path}/pets`), 409);
  assert.equal(is(await moderator.get(path), 200).categories.find((c) => c.slug === 'pets').gigsCount, 1);
  const renamed = is(await admin.patch(`${path}/pets`, { slug: 'animals', hidden: true }), 200);
  assert.equal(renamed.slug, 'animals');
  assert.equal(is(await box.get(`/api/gigs/${posted.id}`), 200).category, 'animals');
  is(await asha.post('/api/gigs', gigBody({ category: 'animals' })), 400);
  assert.ok(!is(await box.get('/api/categories'), 200).categories.some((c) => c.slug === 'animals'));
  is(await admin.patch(`${path}/pets`, { name: 'x' }), 404);
  is(await admin.patch(`${path}/lifestyle`, { hidden: true }), 409);
  is(await admin.delete(`${path}/lifestyle`), 409);
  is(await moderator.post(`/api/admin/gigs/${posted.id}/take-down`, { reason: 'x' }), 200);
  is(await admin.delete(`${path}/animals`), 409, 'what was taken down is in it still');
  is(await asha.delete(`/api/gigs/${posted.id}`), 200);
  is(await admin.delete(`${path}/animals`), 200);
  is(await admin.delete(`${path}/animals`), 404);
  assert.equal((await audited(admin, 'category.delete')).detail, 'animals');
});

test('payouts and refunds when the provider does not play along', async () => {
  const bank = is(await ravi.post('/api/bank-accounts', { accountHolderName: 'Ravi', accountNumber: '123456789012', ifsc: 'HDFC0001234' }), 201);
  is(await ravi.post(`/api/bank-accounts/${bank.id}/verify`), 200);
  await eventually(async () => (await ravi.get('/api/bank-accounts')).body.bankAccounts[0].verified, 'the penny drop');
  const dispute = await disputed();
  // From here on a provider that is down for payouts and refuses refunds.
  let payouts = 0;
  const provider = createServer((req, res) => {
    const refund = req.url.includes('refund');
    payouts += refund || req.url.includes('/orders') ? 0 : 1; // contacts and fund accounts come first
    res.writeHead(refund ? 400 : 503, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: { code: 'BAD_REQUEST_ERROR', description: 'no' } }));
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const real = { razorpay_url: `http://127.0.0.1:${provider.address().port}`, razorpay_key_id: 'rzp_test_x', razorpay_key_secret: 's', razorpay_webhook_secret: 'w', razorpay_account_number: '1' };
  try {
    box.options.sets = { ...box.options.sets, ...real };
    await box.restart();
    const before = (await wallet(ravi)).available;
    is(await ravi.post('/api/wallet/withdraw', { amount: 5000, bankAccountId: bank.id }), 202);
    assert.equal((await wallet(ravi)).available, before - 5000);
    const row = await eventually(async () => (await admin.get('/api/admin/withdrawals?status=pending')).body.withdrawals.find((w) => w.sending?.attempts > 0), 'a try');
    assert.equal(row.user.id, ravi.id);
    assert.equal(row.amount, 5000);
    assert.equal(row.bankAccount.last4, '9012');
    assert.ok(row.sending.lastError);
    const tried = payouts;
    is(await admin.post(`/api/admin/withdrawals/${row.id}/retry`), 200);
    await eventually(() => payouts > tried, 'another try');
    const waiting = is(await admin.get('/api/admin/outbox?channel=payout'), 200).rows[0];
    is(await admin.post(`/api/admin/outbox/${waiting.id}/drop`), 409);
    is(await admin.post(`/api/admin/outbox/${waiting.id}/retry`), 409);
    const done = await eventually(async () => {
      const answer = await admin.post(`/api/admin/withdrawals/${row.id}/cancel`); // 409 while the worker has it
      return answer.status === 200 && answer.body;
    }, 'the cancellation');
    assert.equal(done.status, 'cancelled');
    assert.equal((await wallet(ravi)).available, before);
    is(await admin.post(`/api/admin/withdrawals/${row.id}/cancel`), 409);
    is(await admin.post(`/api/admin/withdrawals/${row.id}/retry`), 409);
    assert.equal((await audited(admin, 'withdrawal.cancel')).subjectId, row.id);

    is(await moderator.post(`/api/admin/orders/${dispute.id}/settle`, { outcome: 'refund' }), 200);
    const dead = await eventually(async () => (await admin.get('/api/admin/refunds?status=dead')).body.refunds.find((r) => r.orderId === dispute.id), 'the dead refund');
    assert.ok(dead.error);
    assert.equal(is(await admin.post(`/api/admin/refunds/${dead.id}/retry`), 200).status, 'waiting');
    await eventually(async () => (await admin.get('/api/admin/refunds?status=dead')).body.refunds.some((r) => r.id === dead.id), 'dead again');
    const purse = (await wallet(asha)).available;
    assert.equal(is(await admin.post(`/api/admin/refunds/${dead.id}/credit`), 200).status, 'credited');
    assert.equal((await wallet(asha)).available, purse + 100000);
    is(await admin.post(`/api/admin/refunds/${dead.id}/credit`), 409);
  } finally {
    provider.closeAllConnections?.();
    provider.close();
  }
});
