// Every way out that providers.test.mjs does not walk: MSG91's flow, a URL of one's own, mail over TLS, refunds. The peers check what arrives; none
// of them uses our code.
import { after, test } from 'node:test';
import { createServer } from 'node:http';
import { createHmac } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { simpleParser } from 'mailparser';
import { Box, assert, eventually, gigBody, phone, run } from './harness.mjs';

const open = [];
after(() => open.forEach((close) => close()));

async function peer(answer) {
  const seen = [];
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const request = { method: req.method, url: new URL(req.url, 'http://peer'), headers: req.headers, body };
    seen.push(request);
    const [status, said] = answer(request, seen.length);
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => (server.closeAllConnections(), server.close()));
  return { seen, url: `http://127.0.0.1:${server.address().port}` };
}

async function withBox(sets, work) {
  const box = await Box.start({ sets });
  try {
    await work(box);
  } finally {
    await box.stop();
  }
}

test('MSG91: a flow with its template, the number in digits, the code as its variable; a refusal in a 200 is tried again', async () => {
  const msg91 = await peer((_, n) => [200, n === 1 ? { type: 'error', message: 'template not approved' } : { type: 'success', message: '3763646c3058373530393938' }]);
  await withBox({ sms_provider: 'msg91', sms_url: msg91.url, sms_key: 'AuthKey1', sms_template: 'flow42' }, async (box) => {
    const number = phone();
    assert.equal((await box.post('/api/auth/send-otp', { phone: number })).status, 200);
    const request = await eventually(() => msg91.seen[1], 'the second try', 15000);
    assert.equal(request.method, 'POST');
    assert.equal(request.url.pathname, '/api/v5/flow');
    assert.equal(request.headers.authkey, 'AuthKey1');
    assert.match(request.headers['content-type'], /^application\/json/);
    const flow = JSON.parse(request.body);
    assert.equal(flow.template_id, 'flow42');
    assert.equal(flow.recipients.length, 1);
    assert.equal(flow.recipients[0].mobiles, number.slice(1));
    assert.match(flow.recipients[0].otp, /^\d{6}$/);
    assert.equal((await box.post('/api/auth/verify-otp', { phone: number, otp: flow.recipients[0].otp })).status, 200);
    assert.ok(!box.log.includes('AuthKey1') && !box.log.includes(flow.recipients[0].otp));
  });
});

test('a URL of one\'s own gets number, text and code where it wants them', async () => {
  const own = await peer(() => [200, { id: 'x1' }]);
  await withBox({ sms_provider: 'template', sms_url: `${own.url}/send?dest={to}&msg={text}&pin={code}`, name: 'Tea & Gigs?' }, async (box) => {
    const number = phone();
    await box.post('/api/auth/send-otp', { phone: number });
    const { method, url } = await eventually(() => own.seen[0], 'the call');
    assert.equal(method, 'GET');
    assert.equal(url.pathname, '/send');
    assert.equal(url.searchParams.get('dest'), number);
    const code = url.searchParams.get('pin');
    assert.match(code, /^\d{6}$/);
    assert.ok(url.searchParams.get('msg').includes(code) && url.searchParams.get('msg').includes('Tea & Gigs?'), url.href);
    assert.equal([...url.searchParams].length, 3, 'what stands in the text does not become a parameter');
    assert.equal((await box.post('/api/auth/verify-otp', { phone: number, otp: code })).status, 200);
  });
});

// A mail server with a certificate by an authority of its own.
const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-mail-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const file = (name) => path.join(dir, name);
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=Campus CA', '-keyout', file('ca.key'), '-out', file('ca.pem')], { stdio: 'ignore' });
execFileSync('openssl', ['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-keyout', file('mail.key'), '-out', file('mail.csr')], { stdio: 'ignore' });
execFileSync('bash', ['-c', 'openssl x509 -req -in "$1/mail.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial -days 2 -extfile <(echo subjectAltName=DNS:localhost,IP:127.0.0.1) -out "$1/mail.pem"', '-', dir], { stdio: 'ignore' });

async function mailServer(secure) {
  const mails = [];
  const server = new SMTPServer({
    secure, key: readFileSync(file('mail.key')), cert: readFileSync(file('mail.pem')), authMethods: ['PLAIN', 'LOGIN'],
    onAuth: (auth, session, done) => done(auth.username === 'mailer' && auth.password === 'pass word' ? null : new Error('no'), { user: auth.username }),
    onData: async (stream, session, done) => {
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      mails.push({ user: session.user, secure: session.secure, tls: session.tlsOptions?.version, mail: await simpleParser(Buffer.concat(chunks)) });
      done();
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  open.push(() => server.close());
  return { mails, port: server.server.address().port };
}

for (const [security, secure] of [['starttls', false], ['tls', true]])
  test(`mail by ${security}, signed in, to a server that the box was told to trust`, async () => {
    const server = await mailServer(secure);
    const sets = { smtp_host: 'localhost', smtp_port: server.port, smtp_security: security, smtp_user: 'mailer', smtp_password: 'pass word', smtp_from: 'gigs@campus.test' };
    await withBox({ ...sets, ca_file: file('ca.pem') }, async (box) => {
      const person = await box.person(phone());
      assert.equal((await person.patch('/api/users/me', { email: 'asha@example.com' })).status, 200);
      const got = await eventually(() => server.mails[0], 'the mail', 15000);
      assert.equal(got.user, 'mailer');
      assert.equal(got.secure, true);
      assert.equal((await person.post('/api/auth/verify-email', { otp: /\b\d{6}\b/.exec(got.mail.text)[0] })).status, 200);
    });
    await withBox(sets, async (box) => { // the same server, unknown
      const person = await box.person(phone());
      await person.patch('/api/users/me', { email: 'asha@example.com' });
      await eventually(() => box.log.includes('"not sent"'), 'the refusal', 15000);
      assert.equal(server.mails.length, 1);
    });
  });

test('a ca_file that is none is told at the start', async () => {
  for (const [name, said] of [['mail.csr', /ca_file/], ['nothing.pem', /ca_file/]]) {
    const { code, stderr } = await run(['serve', '--data', file('data'), '--listen', '127.0.0.1:0', '--set', `ca_file=${file(name)}`]);
    assert.equal(code, 3, stderr);
    assert.match(stderr, said);
  }
});

test('a refund goes out once under its key, and says what it is for', async () => {
  const orders = new Map(), refunds = new Map();
  let refuse = 1;
  const rzp = await peer(({ method, url, headers, body }) => {
    const sent = body ? JSON.parse(body) : {};
    if (method === 'POST' && url.pathname === '/v1/orders') {
      const order = { id: `order_${String(orders.size).padStart(14, '0')}`, entity: 'order', status: 'created', ...sent };
      orders.set(order.id, order);
      return [200, order];
    }
    if (/^\/v1\/orders\/\w+\/payments$/.test(url.pathname)) return [200, { entity: 'collection', count: 0, items: [] }];
    const refund = /^\/v1\/payments\/(\w+)\/refund$/.exec(url.pathname);
    if (!refund || method !== 'POST') return [404, { error: { description: 'not here' } }];
    if (refuse-- > 0) return [502, { error: { code: 'SERVER_ERROR', description: 'try later' } }];
    const key = headers['x-refund-idempotency'];
    if (!/^[A-Za-z0-9_-]{10,36}$/.test(key ?? '')) return [400, { error: { code: 'BAD_REQUEST_ERROR', description: 'no usable key' } }];
    if (!refunds.has(key)) refunds.set(key, { id: `rfnd_${String(refunds.size).padStart(14, '0')}`, entity: 'refund', payment_id: refund[1], status: 'processed', ...sent });
    return [200, refunds.get(key)];
  });
  const sets = { razorpay_url: rzp.url, razorpay_key_id: 'rzp_live_Key00000000001', razorpay_key_secret: 'secret', razorpay_webhook_secret: 'hook', razorpay_account_number: '1', payment_poll_s: 1 };
  await withBox(sets, async (box) => {
    const client = await box.person(phone(), { name: 'Asha' }), doer = await box.person(phone(), { name: 'Ravi' });
    const gig = (await client.post('/api/gigs', gigBody())).body;
    const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'I can.', amount: 70000 })).body;
    const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
    const { razorpayOrderId } = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
    const hook = async (event, id, amount, eventId) => {
      const body = JSON.stringify({ entity: 'event', event, contains: ['payment'], payload: { payment: { entity: { id, entity: 'payment', amount, currency: 'INR', status: 'captured', order_id: razorpayOrderId, captured: true } } } });
      const signature = createHmac('sha256', 'hook').update(body).digest('hex');
      return (await box.post('/api/webhooks/payment', body, { headers: { 'content-type': 'application/json', 'x-razorpay-signature': signature, 'x-razorpay-event-id': eventId } })).status;
    };
    assert.equal(await hook('payment.captured', 'pay_00000000000001', 70000, 'evt_1'), 200);
    assert.equal((await client.get(`/api/orders/${order.id}`)).body.escrowState, 'funded');
    // a second payment for what is paid, told twice: it goes back, once
    assert.equal(await hook('payment.captured', 'pay_00000000000002', 70000, 'evt_2'), 200);
    assert.equal(await hook('payment.captured', 'pay_00000000000002', 70000, 'evt_2'), 200);
    const stray = await eventually(() => [...refunds.values()].find((r) => r.payment_id === 'pay_00000000000002'), 'the refund', 20000);
    assert.equal(stray.amount, 70000);
    // and the order itself, cancelled
    assert.equal((await client.post(`/api/orders/${order.id}/cancel`, { reason: 'Changed plans.' })).status, 200);
    const back = await eventually(() => [...refunds.values()].find((r) => r.payment_id === 'pay_00000000000001'), 'the refund', 20000);
    assert.equal(back.amount, 70000);
    assert.equal(refunds.size, 2);
    assert.notEqual(back.receipt ?? back.notes?.reference, stray.receipt ?? stray.notes?.reference);
  });
});
