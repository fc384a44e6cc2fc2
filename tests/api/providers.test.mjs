// Real providers: the box with keys of its own, against servers that others wrote (smtp-server, mailparser, the razorpay package's signatures) or that
// this file plays from the providers' documents.
import { test, before, after } from 'node:test';
import { createServer } from 'node:http';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { simpleParser } from 'mailparser';
import Razorpay from 'razorpay';
import { validatePaymentVerification } from 'razorpay/dist/utils/razorpay-utils.js';
import { Box, Person, assert, eventually, gigBody, phone } from './harness.mjs';

const keyId = 'rzp_live_Key00000000001', keySecret = 'key/secret+1', webhookSecret = 'hook secret', account = '2323230041626905';
const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');

/** An HTTP server that remembers what it was asked; `answer(request)` gives [status, object], or null to hang up. */
async function provider(answer) {
  const seen = [];
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const request = { method: req.method, path: req.url, headers: req.headers, body };
    seen.push(request);
    const said = await answer(request);
    if (!said) return req.socket.destroy();
    res.writeHead(said[0], { 'content-type': 'application/json' }).end(JSON.stringify(said[1]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { seen, url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) };
}

/** A mail server; what it took is parsed by mailparser. */
async function mailServer(options) {
  const mails = [];
  const server = new SMTPServer({
    disabledCommands: options.disabledCommands ?? [],
    onAuth: (auth, session, done) => done(auth.username === 'mailer' && auth.password === 'pass word' ? null : new Error('no'), { user: auth.username }),
    authOptional: options.authOptional,
    allowInsecureAuth: true,
    onData: async (stream, session, done) => {
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      const raw = Buffer.concat(chunks).toString('latin1');
      mails.push({ envelope: session.envelope, user: session.user, secure: session.secure, raw, mail: await simpleParser(raw) });
      done();
    },
  });
  server.on('error', () => {}); // a client that hangs up in the handshake
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return { mails, port: server.server.address().port, close: () => server.close() };
}

let box, sms, rzp, smtp, smsDown = 0;
const orders = new Map(), payouts = new Map();
let hangUpOnPayout = 0, validationStatus = 'active';

before(async () => {
  sms = await provider(() => (smsDown-- > 0 ? [503, { message: 'try later' }] : [201, { sid: 'SM0123456789', status: 'queued' }]));
  rzp = await provider(({ method, path, headers, body }) => {
    if (headers.authorization !== 'Basic ' + Buffer.from(`${keyId}:${keySecret}`).toString('base64')) return [401, { error: { description: 'Authentication failed' } }];
    const sent = body ? JSON.parse(body) : {};
    if (method === 'POST' && path === '/v1/orders') {
      const order = { id: `order_${String(orders.size).padStart(14, '0')}`, entity: 'order', ...sent, payments: [] };
      orders.set(order.id, order);
      return [200, order];
    }
    const payments = /^\/v1\/orders\/(\w+)\/payments$/.exec(path);
    if (payments) return [200, { entity: 'collection', count: orders.get(payments[1]).payments.length, items: orders.get(payments[1]).payments }];
    if (path === '/v1/contacts') return [201, { id: 'cont_00000000000001', ...sent }];
    if (path === '/v1/fund_accounts') return [201, { id: 'fa_00000000000001', ...sent }];
    if (path === '/v1/fund_accounts/validations') return [200, { id: 'fav_00000000000001', status: 'created', results: { account_status: null } }];
    if (path.startsWith('/v1/fund_accounts/validations/')) return [200, { id: 'fav_00000000000001', status: 'completed', results: { account_status: validationStatus, registered_name: 'RAVI DOER' } }];
    if (method === 'POST' && path === '/v1/payouts') {
      const key = headers['x-payout-idempotency'];
      if (!payouts.has(key)) payouts.set(key, { id: `pout_${String(payouts.size).padStart(14, '0')}`, entity: 'payout', status: 'processing', ...sent });
      return hangUpOnPayout-- > 0 ? null : [200, payouts.get(key)];
    }
    const payout = [...payouts.values()].find((p) => path === `/v1/payouts/${p.id}`);
    return payout ? [200, payout] : [404, { error: { description: 'not here' } }];
  });
  smtp = await mailServer({ disabledCommands: ['STARTTLS'] });
  box = await Box.start({
    sets: {
      name: 'Campus ₹ Gigs, the "best" of the whole university', payment_poll_s: 1,
      razorpay_url: rzp.url, razorpay_key_id: keyId, razorpay_key_secret: keySecret, razorpay_webhook_secret: webhookSecret, razorpay_account_number: account,
      sms_provider: 'twilio', sms_url: sms.url, sms_account: 'AC42', sms_key: 'token', sms_sender: '+15005550006',
      smtp_host: '127.0.0.1', smtp_port: smtp.port, smtp_security: 'none', smtp_user: 'mailer', smtp_password: 'pass word', smtp_from: 'gigs@campus.test',
    },
  });
});
after(async () => {
  await box.stop();
  for (const server of [sms, rzp, smtp]) server.close();
});

const textOf = (request) => Object.fromEntries(new URLSearchParams(request.body));

async function signIn(number, name) {
  const from = sms.seen.length;
  assert.equal((await box.post('/api/auth/send-otp', { phone: number })).status, 200);
  const code = await eventually(() => {
    const text = sms.seen.slice(from).map(textOf).find((m) => m.To === number);
    return text && /\b\d{6}\b/.exec(text.Body)?.[0];
  }, 'the SMS');
  const { status, body } = await box.post('/api/auth/verify-otp', { phone: number, otp: code });
  assert.equal(status, 200);
  const person = new Person(box, body);
  await person.patch('/api/users/me', { name });
  return person;
}

let client, doer;
async function opened() {
  client ??= await signIn(phone(), 'Asha Client');
  doer ??= await signIn(phone(), 'Ravi Doer');
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'I can.', amount: 120000 })).body;
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  const created = await client.post('/api/payments/create-order', { orderId: order.id });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  return { order, razorpay: orders.get(created.body.razorpayOrderId), created: created.body };
}
const escrow = async (order) => (await client.get(`/api/orders/${order.id}`)).body.escrowState;
const captured = (razorpay, id) => ({ id, entity: 'payment', amount: razorpay.amount, currency: razorpay.currency, status: 'captured', order_id: razorpay.id, captured: true });
const webhook = (event, entity, name, secret = webhookSecret) => {
  const body = JSON.stringify({ entity: 'event', event, contains: [name], payload: { [name]: { entity } }, created_at: 1 });
  return box.post('/api/webhooks/payment', body, { headers: { 'content-type': 'application/json', 'x-razorpay-signature': hmac(secret, body), 'x-razorpay-event-id': 'evt_1' } });
};

test('an SMS in Twilio\'s format, again after the provider failed', async () => {
  smsDown = 1;
  const from = sms.seen.length;
  client = await signIn(phone(), 'Asha Client');
  const [first, second] = await eventually(() => sms.seen.length >= from + 2 && sms.seen.slice(from), 'the second try', 15000);
  assert.equal(first.path, '/2010-04-01/Accounts/AC42/Messages.json');
  assert.equal(first.headers.authorization, 'Basic ' + Buffer.from('AC42:token').toString('base64'));
  assert.equal(textOf(first).From, '+15005550006');
  assert.equal(first.body, second.body);
  assert.equal(first.headers['x-sandbox-code'], undefined);
});

test('no simulator stands beside a real provider', async () => {
  assert.equal((await box.post('/sandbox/razorpay/pay', { order_id: 'order_x' })).status, 404);
  assert.equal((await box.post('/sandbox/sms/2010-04-01/Accounts/AC42/Messages.json', {})).status, 404);
});

test('mail that mailparser reads', async () => {
  client ??= await signIn(phone(), 'Asha Client');
  assert.equal((await client.patch('/api/users/me', { email: 'asha@example.com' })).status, 200);
  const { envelope, user, raw, mail } = await eventually(() => smtp.mails[0], 'the mail');
  assert.equal(envelope.mailFrom.address, 'gigs@campus.test');
  assert.deepEqual(envelope.rcptTo.map((r) => r.address), ['asha@example.com']);
  assert.equal(user, 'mailer');
  assert.equal(mail.from.value[0].name, 'Campus ₹ Gigs, the "best" of the whole university');
  assert.equal(mail.from.value[0].address, 'gigs@campus.test');
  assert.equal(mail.to.value[0].address, 'asha@example.com');
  assert.ok(mail.subject.startsWith('Campus ₹ Gigs'), mail.subject);
  assert.match(mail.messageId, /^<[^<>\s]+@campus\.test>$/);
  assert.ok(Math.abs(mail.date - Date.now()) < 60000);
  const otp = /\b\d{6}\b/.exec(mail.text)[0];
  assert.equal((await client.post('/api/auth/verify-email', { otp })).status, 200);
  assert.ok(raw.split('\r\n').every((line) => line.length <= 78 && !/[^\x20-\x7e\t]/.test(line)), raw);
});

test('an order as Razorpay wants it, and the checkout\'s signature as its own package judges', async () => {
  const { order, razorpay, created } = await opened();
  assert.equal(created.keyId, keyId);
  assert.equal(razorpay.amount, 120000);
  assert.equal(razorpay.currency, 'INR');
  const payment = 'pay_00000000000001', signature = hmac(keySecret, `${razorpay.id}|${payment}`);
  assert.ok(validatePaymentVerification({ order_id: razorpay.id, payment_id: payment }, signature, keySecret));
  const verify = (s) => client.post('/api/payments/verify', { razorpay_order_id: razorpay.id, razorpay_payment_id: payment, razorpay_signature: s });
  const forged = await verify(hmac('guess', `${razorpay.id}|${payment}`));
  assert.deepEqual([forged.status, forged.body.error.code], [400, 'INVALID_SIGNATURE']);
  assert.equal(await escrow(order), 'awaiting_payment');
  assert.equal((await verify(signature)).status, 200);
  assert.equal(await escrow(order), 'funded');
});

test('a webhook, signed as the package signs', async () => {
  const { order, razorpay } = await opened();
  const entity = captured(razorpay, 'pay_00000000000002');
  assert.ok(Razorpay.validateWebhookSignature('{"a":1}', hmac(webhookSecret, '{"a":1}'), webhookSecret));
  const forged = await webhook('payment.captured', entity, 'payment', 'guess');
  assert.ok(forged.status === 400 || forged.status === 401, String(forged.status));
  assert.equal(await escrow(order), 'awaiting_payment');
  assert.equal((await webhook('payment.authorized', { ...entity, status: 'authorized' }, 'payment')).status, 200);
  assert.equal(await escrow(order), 'awaiting_payment');
  assert.equal((await webhook('payment.captured', entity, 'payment')).status, 200);
  assert.equal(await escrow(order), 'funded');
  assert.equal((await webhook('payment.captured', entity, 'payment')).status, 200);
  assert.equal((await webhook('order.paid', entity, 'payment')).status, 200);
});

test('polling alone funds an order', async () => {
  const { order, razorpay } = await opened();
  razorpay.payments.push({ ...captured(razorpay, 'pay_00000000000003'), status: 'failed', captured: false }, captured(razorpay, 'pay_00000000000004'));
  await eventually(async () => (await escrow(order)) === 'funded', 'the poll', 15000);
});

test('a payout is made once, though the first answer was lost', async () => {
  const { order, razorpay } = await opened();
  await webhook('payment.captured', captured(razorpay, 'pay_00000000000005'), 'payment');
  await doer.post(`/api/orders/${order.id}/submit`, { message: 'Done.' });
  assert.equal((await client.post(`/api/orders/${order.id}/approve`)).status, 200);
  const { id } = (await doer.post('/api/bank-accounts', { accountHolderName: 'Ravi Doer', accountNumber: '123456789012', ifsc: 'HDFC0001234' })).body;
  const verified = await doer.post(`/api/bank-accounts/${id}/verify`);
  assert.equal(verified.status, 200, JSON.stringify(verified.body));
  await eventually(async () => (await doer.get('/api/bank-accounts')).body.bankAccounts[0].verified, 'the penny drop');
  hangUpOnPayout = 1;
  const socket = await doer.socket();
  assert.equal((await doer.post('/api/wallet/withdraw', { amount: 100000, bankAccountId: id })).status, 202);
  const tries = () => rzp.seen.filter((r) => r.method === 'POST' && r.path === '/v1/payouts');
  await eventually(() => tries().length >= 2, 'the second try', 15000);
  assert.equal(payouts.size, 1);
  const [payout] = payouts.values();
  assert.deepEqual(
    { account_number: payout.account_number, fund_account_id: payout.fund_account_id, amount: payout.amount, currency: payout.currency, mode: payout.mode, purpose: payout.purpose },
    { account_number: account, fund_account_id: 'fa_00000000000001', amount: 100000, currency: 'INR', mode: 'IMPS', purpose: 'payout' },
  );
  assert.match(payout.narration, /^[A-Za-z0-9 ]{1,30}$/);
  assert.equal((await webhook('payout.processed', { ...payout, status: 'processed' }, 'payout')).status, 200);
  await socket.next('NOTIFICATION', (d) => d.type === 'withdrawal_paid', 10000);
  assert.equal((await doer.get('/api/wallet/balance')).body.available, 14000);
  assert.equal((await webhook('payout.processed', { ...payout, status: 'processed' }, 'payout')).status, 200);
  assert.equal((await webhook('payout.reversed', { ...payout, status: 'reversed', status_details: { description: 'returned' } }, 'payout')).status, 200);
  assert.equal((await doer.get('/api/wallet/balance')).body.available, 114000, 'a payout that came back is back in the wallet, once');
  assert.equal((await webhook('payout.reversed', { ...payout, status: 'reversed' }, 'payout')).status, 200);
  assert.equal((await doer.get('/api/wallet/balance')).body.available, 114000);
  await socket.close();
});

test('a mail server that nobody vouches for gets neither password nor mail', async () => {
  const untrusted = await mailServer({ authOptional: true }); // STARTTLS with a certificate of its own
  const careful = await Box.start({ validate: false, sets: { smtp_host: '127.0.0.1', smtp_port: untrusted.port, smtp_security: 'starttls', smtp_user: 'mailer', smtp_password: 'pass word' } });
  const person = await careful.person(phone());
  await person.patch('/api/users/me', { email: 'asha@example.com' });
  await eventually(() => careful.log.includes('"not sent"'), 'the refusal', 10000);
  assert.equal(untrusted.mails.length, 0);
  await careful.stop();
  untrusted.close();
});

test('nothing secret is in the log', () => {
  for (const secret of [keySecret, webhookSecret, 'pass word', 'token"']) assert.ok(!box.log.includes(secret), secret);
});
