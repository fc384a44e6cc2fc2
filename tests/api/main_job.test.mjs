// The marketplace's main job: two people, phones in hand, from sign-in to money on the bank account.
import { test, before, after } from 'node:test';
import { Box, Socket, assert, eventually, gigBody, phone } from './harness.mjs';

let box;
before(async () => (box = await Box.start()));
after(async () => await box.stop());

async function engaged() {
  const client = await box.person(phone(), { name: 'Asha Client' });
  const doer = await box.person(phone(), { name: 'Ravi Doer' });
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'I can do that.', amount: 120000 })).body;
  return { client, doer, gig, application };
}

test('from sign-in to money in the bank', async () => {
  const { client, doer, gig, application } = await engaged();
  assert.equal(client.isNewUser, true);
  assert.equal(gig.status, 'open');
  assert.equal(gig.clientId, client.id);

  const listed = await box.get('/api/gigs?category=design&sortBy=createdAt&limit=20');
  assert.equal(listed.status, 200);
  assert.ok(listed.body.gigs.some((g) => g.id === gig.id));
  const found = await box.get('/api/gigs?search=robotics%20logo');
  assert.equal(found.body.gigs[0].id, gig.id);
  assert.equal((await box.get(`/api/gigs/${gig.id}`)).body.applicationsCount, 1);

  const clientSocket = await client.socket();
  const doerSocket = await doer.socket();
  const accepted = await client.post(`/api/applications/${application.id}/accept`);
  assert.equal(accepted.status, 200);
  assert.equal(accepted.body.application.status, 'accepted');
  const order = accepted.body.order;
  assert.equal(order.status, 'pending_payment');
  assert.equal(order.escrowState, 'awaiting_payment');
  assert.equal(order.amount, 120000);
  assert.equal(order.platformFee, 6000);
  assert.equal(order.doerPayout, 114000);

  const created = await client.post('/api/payments/create-order', { orderId: order.id });
  assert.equal(created.status, 201);
  assert.equal(created.body.amount, 120000);
  assert.equal(created.body.currency, 'INR');
  const again = await client.post('/api/payments/create-order', { orderId: order.id });
  assert.equal(again.body.razorpayOrderId, created.body.razorpayOrderId);

  const paid = (await box.post('/sandbox/razorpay/pay', { order_id: created.body.razorpayOrderId, method: 'upi' })).body;
  const verified = await client.post('/api/payments/verify', paid);
  assert.equal(verified.status, 200);
  assert.equal(verified.body.success, true);
  assert.equal(verified.body.order.escrowState, 'funded');
  assert.equal(verified.body.order.status, 'in_progress');
  await clientSocket.next('ORDER_UPDATE', (d) => d.orderId === order.id && d.status === 'in_progress');
  await doerSocket.next('ORDER_UPDATE', (d) => d.orderId === order.id && d.status === 'in_progress');

  doerSocket.send('CHAT_MESSAGE', { orderId: order.id, text: 'Starting now.', attachments: [] });
  const heard = await clientSocket.next('CHAT_MESSAGE');
  assert.equal(heard.text, 'Starting now.');
  assert.equal(heard.senderId, doer.id);
  assert.ok(heard.messageId && heard.createdAt);

  assert.equal((await doer.get('/api/wallet/balance')).body.pending, 114000);
  assert.equal((await doer.post(`/api/orders/${order.id}/submit`, { message: 'Here it is.' })).body.status, 'submitted');
  const approved = await client.post(`/api/orders/${order.id}/approve`);
  assert.equal(approved.status, 200);
  assert.equal(approved.body.status, 'completed');
  assert.equal(approved.body.escrowState, 'released');
  assert.deepEqual((await doer.get('/api/wallet/balance')).body, { available: 114000, pending: 0, currency: 'INR' });

  const account = await doer.post('/api/bank-accounts', { accountHolderName: 'Ravi Doer', accountNumber: '123456789012', ifsc: 'HDFC0001234' });
  assert.equal(account.status, 201);
  assert.equal(account.body.last4, '9012');
  assert.equal(account.body.accountNumber, undefined);
  const early = await doer.post('/api/wallet/withdraw', { amount: 100000, bankAccountId: account.body.id });
  assert.equal(early.status, 400);
  assert.equal((await doer.post(`/api/bank-accounts/${account.body.id}/verify`)).status, 200);
  await eventually(async () => (await doer.get('/api/bank-accounts')).body.bankAccounts[0].verified, 'the penny drop');
  const withdrawn = await doer.post('/api/wallet/withdraw', { amount: 100000, bankAccountId: account.body.id });
  assert.equal(withdrawn.status, 202);
  await doerSocket.next('NOTIFICATION', (d) => d.type === 'withdrawal_paid', 10000);
  assert.equal((await doer.get('/api/wallet/balance')).body.available, 14000);

  assert.equal((await client.post(`/api/orders/${order.id}/review`, { rating: 5, comment: 'Quick and good.' })).status, 201);
  assert.equal((await box.get(`/api/users/${doer.id}/reviews`)).body.reviews.length, 0);
  assert.equal((await doer.post(`/api/orders/${order.id}/review`, { rating: 4, comment: 'Clear brief.' })).status, 201);
  assert.equal((await box.get(`/api/users/${doer.id}/reviews`)).body.reviews[0].rating, 5);
  await Promise.all([clientSocket.close(), doerSocket.close()]);
});

test('a new application is announced to the client', async () => {
  const client = await box.person(phone());
  const socket = await client.socket();
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const doer = await box.person(phone());
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me!' })).body;
  const heard = await socket.next('NEW_APPLICATION');
  assert.deepEqual([heard.gigId, heard.applicationId], [gig.id, application.id]);
  await socket.next('NOTIFICATION', (d) => d.title && d.body);
  await socket.close();
});

for (const [name, ways] of Object.entries({
  'verify only': ['verify'],
  'webhook only': ['webhook'],
  'verify, then webhook twice': ['verify', 'resend', 'resend'],
  'webhook, then verify twice': ['webhook', 'verify', 'verify'],
})) {
  test(`the escrow is funded exactly once: ${name}`, async () => {
    const { client, doer, application } = await engaged();
    const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
    const { razorpayOrderId } = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
    const paid = (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body;
    for (const way of ways) {
      if (way === 'verify') assert.equal((await client.post('/api/payments/verify', paid)).status, 200);
      if (way === 'resend') await box.post('/sandbox/razorpay/resend', { order_id: razorpayOrderId });
      if (way === 'webhook') await eventually(async () => (await client.get(`/api/orders/${order.id}`)).body.escrowState === 'funded', 'the webhook');
    }
    await eventually(async () => (await client.get(`/api/orders/${order.id}`)).body.escrowState === 'funded', 'the money');
    assert.equal((await doer.get('/api/wallet/balance')).body.pending, 114000);
  });
}

test('a forged signature changes nothing', async () => {
  const { client, application } = await engaged();
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  const { razorpayOrderId } = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
  const forged = await client.post('/api/payments/verify', {
    razorpay_order_id: razorpayOrderId, razorpay_payment_id: 'pay_forged0000001', razorpay_signature: 'a'.repeat(64),
  });
  assert.equal(forged.status, 400);
  assert.equal(forged.body.error.code, 'INVALID_SIGNATURE');
  assert.equal((await client.get(`/api/orders/${order.id}`)).body.escrowState, 'awaiting_payment');
});

test('a failed payout returns the money', async () => {
  const { client, doer, application } = await engaged();
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  const { razorpayOrderId } = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
  await client.post('/api/payments/verify', (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body);
  await doer.post(`/api/orders/${order.id}/submit`, { message: 'Done.' });
  await client.post(`/api/orders/${order.id}/approve`);
  const { id } = (await doer.post('/api/bank-accounts', { accountHolderName: 'Ravi Doer', accountNumber: '555555559999', ifsc: 'HDFC0001234' })).body;
  await doer.post(`/api/bank-accounts/${id}/verify`);
  await eventually(async () => (await doer.get('/api/bank-accounts')).body.bankAccounts[0].verified, 'the penny drop');
  const socket = await doer.socket();
  assert.equal((await doer.post('/api/wallet/withdraw', { amount: 50000, bankAccountId: id })).status, 202);
  await socket.next('NOTIFICATION', (d) => d.type === 'withdrawal_failed', 15000);
  assert.equal((await doer.get('/api/wallet/balance')).body.available, 114000);
  await socket.close();
});

test('sockets: nobody hears what is not theirs', async () => {
  const anonymous = await Socket.open(box, '/ws');
  anonymous.send('TYPING_START', { orderId: 'x' });
  assert.equal((await anonymous.next('ERROR')).code, 'UNAUTHORIZED');
  await anonymous.close();
  const bad = await Socket.open(box, '/ws?token=nonsense');
  assert.equal((await bad.closed).code, 4401);
  const { client, doer, application } = await engaged();
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  const stranger = await box.person(phone());
  const socket = await stranger.socket();
  socket.send('CHAT_MESSAGE', { orderId: order.id, text: 'Let me in' });
  assert.equal((await socket.next('ERROR')).code, 'FORBIDDEN');
  const good = await Socket.open(box, `/ws?token=${doer.token}`);
  assert.equal((await good.next('AUTHENTICATED')).userId, doer.id);
  await Promise.all([socket.close(), good.close()]);
});
