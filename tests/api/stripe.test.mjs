// Subscriptions: the sandbox's Stripe through the whole life of one, signed events by the official library, and a peer that plays
// api.stripe.com for a box whose webhooks never arrive.
import test from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import Stripe from 'stripe';
import { Box, eventually, phone } from './harness.mjs';
import { Ugig, is } from './ugig.mjs';

const stripe = new Stripe('sk_test_none');
const secret = 'whsec_of_this_test';
let serial = 0;
const now = () => Math.floor(Date.now() / 1000);

const event = (type, object, change = {}) => ({
  id: `evt_t${++serial}`, object: 'event', type, created: now(), livemode: false, data: { object }, ...change,
});
/** Sends an event as Stripe does; answers the status. */
async function send(box, body, { header, sign = secret, timestamp } = {}) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const signature = header !== undefined ? header : stripe.webhooks.generateTestHeaderString({ payload, secret: sign, ...(timestamp ? { timestamp } : {}) });
  const { status } = await box.post('/api/webhooks/stripe', payload, {
    headers: { 'content-type': 'application/json; charset=utf-8', ...(signature === null ? {} : { 'stripe-signature': signature }) },
  });
  return status;
}
const sessionOf = (url) => /cs_[A-Za-z0-9_]+/.exec(url)[0];

test('the whole life of a subscription in the sandbox', async () => {
  const box = await Box.start();
  try {
    const me = await Ugig.signUp(box);
    assert.equal(await me.call('getSubscription'), null);
    await me.fails(400, 'VALIDATION_ERROR', 'createPortalSession');
    await me.fails(400, 'VALIDATION_ERROR', 'cancelSubscription');
    await new Ugig(box).fails(401, 'UNAUTHORIZED', 'createCheckoutSession');
    const { url } = await me.do('createCheckoutSession');
    const session = sessionOf(url);
    assert.equal(await me.call('getSubscription'), null, 'an open checkout is no subscription');
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), new RegExp(session));
    assert.equal((await box.post('/sandbox/stripe/complete', { session_id: 'cs_test_none' })).status, 404);
    assert.equal((await box.post('/sandbox/stripe/complete', {})).status, 400);
    const done = await box.post('/sandbox/stripe/complete', { session_id: session });
    assert.equal(done.status, 200, JSON.stringify(done.body));
    const sub = await eventually(async () => {
      const s = await me.call('getSubscription');
      return s?.current_period_end && s;
    }, 'the subscription');
    is('Subscription', sub);
    assert.deepEqual([sub.status, sub.plan, sub.user_id, sub.cancel_at_period_end], ['active', 'pro', me.id, false]);
    assert.deepEqual([sub.stripe_customer_id, sub.stripe_subscription_id], [done.body.customer, done.body.subscription]);
    assert.ok(Date.parse(sub.current_period_end) - Date.parse(sub.current_period_start) >= 28 * 86400000);
    await me.fails(400, 'VALIDATION_ERROR', 'createCheckoutSession');
    assert.match((await me.do('createPortalSession')).url, /^http/);
    assert.equal(await me.do('cancelSubscription'), undefined);
    const ending = await me.call('getSubscription');
    assert.deepEqual([ending.status, ending.plan, ending.cancel_at_period_end], ['active', 'pro', true]);

    const play = async (name) => assert.equal((await box.post('/sandbox/stripe/play', { subscription: sub.stripe_subscription_id, event: name })).status, 200);
    const until = (status, plan) => eventually(async () => {
      const s = await me.call('getSubscription');
      return s.status === status && s.plan === plan;
    }, status);
    await play('fail');
    await until('past_due', 'pro');
    await play('renew');
    await until('active', 'pro');
    await play('end');
    await until('canceled', 'free');
    assert.equal((await box.post('/sandbox/stripe/play', { subscription: sub.stripe_subscription_id, event: 'renew' })).status, 400);

    // Another one, by the same customer; paid on the sandbox's page, as a browser does it.
    const second = await me.do('createCheckoutSession');
    const paid = await fetch(new URL('/sandbox/stripe/complete', second.url), {
      method: 'POST', redirect: 'manual', body: new URLSearchParams({ session_id: sessionOf(second.url) }),
    });
    assert.equal(paid.status, 303);
    assert.match(paid.headers.get('location'), /checkout=success/);
    await until('active', 'pro');
    const again = await me.call('getSubscription');
    assert.equal(again.stripe_customer_id, sub.stripe_customer_id);
    assert.notEqual(again.stripe_subscription_id, sub.stripe_subscription_id);
    assert.equal(again.id, sub.id);
    // The simulated API wants its key.
    for (const target of ['/sandbox/stripe/v1/checkout/sessions', '/sandbox/stripe/v1/subscriptions/sub_x'])
      assert.equal((await box.post(target, 'a=b')).status, 401);
  } finally {
    await box.stop();
  }
});

test('a checkout of an account without an address', async () => {
  const box = await Box.start();
  try {
    const me = await box.person(phone());
    const { status, body } = await me.post('/api/actions/createCheckoutSession', []);
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.data.url, /cs_/);
  } finally {
    await box.stop();
  }
});

test('signatures as the official library makes them', async () => {
  const box = await Box.start({ sets: { stripe_webhook_secret: secret } });
  try {
    const me = await Ugig.signUp(box);
    const body = event('customer.subscription.updated', {
      id: 'sub_sig', object: 'subscription', status: 'active', customer: 'cus_sig', metadata: { user_id: me.id },
      current_period_start: now(), current_period_end: now() + 86400,
    });
    const payload = JSON.stringify(body);
    const good = stripe.webhooks.generateTestHeaderString({ payload, secret });
    const [, stamp, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(good);
    const refused = {
      'none': { header: null },
      'empty': { header: '' },
      'nonsense': { header: 'nonsense' },
      'no signature': { header: `t=${stamp}` },
      'no time': { header: `v1=${mac}` },
      'another scheme': { header: `t=${stamp},v0=${mac}` },
      'another secret': { sign: 'whsec_other' },
      'another time': { header: `t=${Number(stamp) + 1},v1=${mac}` },
      'too old': { timestamp: now() - 310 },
      'cut': { header: `t=${stamp},v1=${mac.slice(0, 62)}` },
    };
    for (const [what, how] of Object.entries(refused)) {
      assert.equal(await send(box, payload, how), 400, what);
      assert.equal(await me.call('getSubscription'), null, what);
    }
    assert.equal(await send(box, payload + ' ', { header: good }), 400, 'another body');
    assert.equal(await send(box, '{', {}), 400, 'signed, but no JSON');
    assert.equal(await send(box, event('some.other', { id: 'x' })), 200, 'what does not concern us is taken');
    assert.equal(await send(box, event('customer.subscription.updated', { nonsense: true })), 200);
    assert.equal(await send(box, payload, { header: `t=${stamp},v1=${'0'.repeat(64)},v1=${mac},v0=abc` }), 200, 'any of several will do');
    assert.equal((await me.call('getSubscription')).plan, 'pro');
    assert.equal(await send(box, event('x', {}), { timestamp: now() - 290 }), 200, 'a little late is fine');
  } finally {
    await box.stop();
  }
});

test('events are applied in any order, once, from either form of the API', async () => {
  const box = await Box.start({ sets: { stripe_webhook_secret: secret } });
  try {
    const t = now() - 10000;
    const state = (n, created, change = {}) =>
      event('customer.subscription.updated', { id: `sub_${n}`, object: 'subscription', customer: `cus_${n}`, status: 'active', created: t, cancel_at_period_end: false, ...change }, { created });
    const completed = (n, session, created) =>
      event('checkout.session.completed', { id: session, object: 'checkout.session', mode: 'subscription', status: 'complete', payment_status: 'paid', customer: `cus_${n}`, subscription: `sub_${n}` }, { created });
    const oldPeriod = { current_period_start: t, current_period_end: t + 86400 };
    const newPeriod = { items: { object: 'list', data: [{ current_period_start: t + 86400, current_period_end: t + 2 * 86400 }] } };
    const buyer = async () => {
      const me = await Ugig.signUp(box);
      return { me, session: sessionOf((await me.do('createCheckoutSession')).url) };
    };

    // The state comes before the checkout that says whose it is, the newer before the older.
    const a = await buyer();
    assert.equal(await send(box, state('a', t + 20, newPeriod)), 200);
    assert.equal(await send(box, state('a', t + 10, oldPeriod)), 200);
    assert.equal(await a.me.call('getSubscription'), null);
    assert.equal(await send(box, completed('a', a.session, t + 5)), 200);
    let s = await a.me.call('getSubscription');
    is('Subscription', s);
    assert.deepEqual([s.status, s.plan, s.stripe_customer_id, s.stripe_subscription_id], ['active', 'pro', 'cus_a', 'sub_a']);
    assert.equal(Date.parse(s.current_period_end), (t + 2 * 86400) * 1000);

    // An invoice by either form; twice is once; the end is final.
    const b = await buyer();
    await send(box, completed('b', b.session, t));
    await send(box, state('b', t + 1, oldPeriod));
    s = await b.me.call('getSubscription');
    assert.equal(Date.parse(s.current_period_start), t * 1000);
    const failed = event('invoice.payment_failed', { id: 'in_1', object: 'invoice', customer: 'cus_b', subscription: 'sub_b' }, { created: t + 2 });
    assert.equal(await send(box, failed), 200);
    assert.equal((await b.me.call('getSubscription')).status, 'past_due');
    await send(box, state('b', t + 3, oldPeriod));
    assert.equal((await b.me.call('getSubscription')).status, 'active');
    assert.equal(await send(box, failed), 200, 'again');
    assert.equal((await b.me.call('getSubscription')).status, 'active', 'changes nothing');
    await send(box, event('invoice.payment_failed', { id: 'in_2', object: 'invoice', customer: 'cus_b', parent: { type: 'subscription_details', subscription_details: { subscription: 'sub_b' } } }, { created: t + 4 }));
    assert.equal((await b.me.call('getSubscription')).status, 'past_due');
    await send(box, event('invoice.payment_failed', { id: 'in_3', object: 'invoice', customer: 'cus_b' }, { created: t + 5 }));
    await send(box, event('customer.subscription.deleted', { id: 'sub_b', object: 'subscription', customer: 'cus_b', status: 'canceled', ...oldPeriod }, { created: t + 6 }));
    await send(box, state('b', t + 5, oldPeriod));
    await send(box, state('b', t + 6, oldPeriod));
    s = await b.me.call('getSubscription');
    assert.deepEqual([s.status, s.plan], ['canceled', 'free']);
    assert.equal((await a.me.call('getSubscription')).status, 'active', 'somebody else’s is not touched');

    // Words of Stripe's that ugig does not have.
    for (const [word, shown, plan] of [['trialing', 'trialing', 'pro'], ['unpaid', 'past_due', 'pro'], ['incomplete', 'incomplete', 'free'], ['incomplete_expired', 'canceled', 'free']]) {
      const c = await buyer();
      const n = `w_${word}`;
      await send(box, state(n, t + 1, { status: word, metadata: { user_id: c.me.id } }));
      s = await c.me.call('getSubscription');
      assert.deepEqual([s.status, s.plan], [shown, plan], word);
    }
    // A checkout that is not of a subscription, one that is not paid, one that nobody opened.
    const d = await buyer();
    await send(box, event('checkout.session.completed', { id: d.session, mode: 'payment', payment_status: 'paid', customer: 'cus_d', subscription: null }));
    assert.equal(await d.me.call('getSubscription'), null);
    await send(box, event('checkout.session.completed', { id: d.session, mode: 'subscription', status: 'complete', payment_status: 'unpaid', customer: 'cus_d', subscription: 'sub_d' }));
    s = await d.me.call('getSubscription');
    assert.deepEqual([s.status, s.plan], ['incomplete', 'free']);
    assert.equal(await send(box, completed('nobody', 'cs_test_nobody', t)), 200);
    // By the reference that we gave, though the session is not known.
    const e = await Ugig.signUp(box);
    const session = { ...completed('e', 'cs_test_e', t) };
    session.data.object.client_reference_id = e.id;
    await send(box, session);
    assert.equal((await e.call('getSubscription')).plan, 'pro');
    // The checkout may know less than the state that follows.
    const f = await buyer();
    await send(box, event('checkout.session.completed', { id: f.session, mode: 'subscription', payment_status: 'paid', customer: 'cus_f' }, { created: t }));
    assert.equal((await f.me.call('getSubscription')).plan, 'pro');
    await send(box, state('f', t + 1, oldPeriod));
    s = await f.me.call('getSubscription');
    assert.deepEqual([s.stripe_subscription_id, s.plan], ['sub_f', 'pro']);
    // Events of different types are different, though they bear one id.
    const h = await buyer();
    await send(box, { ...completed('h', h.session, t), id: 'evt_same' });
    await send(box, { ...state('h', t + 1, { ...oldPeriod, status: 'past_due' }), id: 'evt_same' });
    assert.equal((await h.me.call('getSubscription')).status, 'past_due');
    await box.restart();
    assert.equal((await box.post('/api/actions/getSubscription', [], { token: e.token })).body.plan, 'pro');
  } finally {
    await box.stop();
  }
});

test('a box that hears no webhook asks, and says what Stripe wants to hear', async () => {
  const heard = [];
  const state = { session: 'open', sub: 'active', end: now() + 86400, cancel: false, down: false };
  const subscription = () => ({
    id: 'sub_p', object: 'subscription', customer: 'cus_p', status: state.sub, created: now() - 5, cancel_at_period_end: state.cancel,
    items: { data: [{ current_period_start: now() - 86400, current_period_end: state.end }] },
  });
  const answer = (req, form) => {
    if (state.down) return [500, { error: { message: 'down' } }];
    if (req.url === '/v1/checkout/sessions') return [200, { id: 'cs_live_1', url: 'https://checkout.stripe.example/c/pay/cs_live_1', status: 'open' }];
    if (req.url.startsWith('/v1/checkout/sessions/cs_live_1'))
      return [200, { id: 'cs_live_1', mode: 'subscription', status: state.session, payment_status: state.session === 'open' ? 'unpaid' : 'paid', customer: 'cus_p', subscription: state.session === 'open' ? null : subscription() }];
    if (req.url === '/v1/billing_portal/sessions') return [200, { id: 'bps_1', url: 'https://billing.stripe.example/p/1' }];
    if (req.method === 'POST') state.cancel = form.get('cancel_at_period_end') === 'true';
    return [200, subscription()];
  };
  const server = http.createServer((req, res) => {
    let text = '';
    req.on('data', (d) => (text += d));
    req.on('end', () => {
      const form = new URLSearchParams(text);
      heard.push({ method: req.method, url: req.url, headers: req.headers, form });
      const [status, body] = answer(req, form);
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const box = await Box.start({
    sets: {
      stripe_url: `http://127.0.0.1:${server.address().port}`, stripe_secret_key: 'sk_test_peer', stripe_price_id: 'price_pro',
      stripe_webhook_secret: secret, public_url: 'https://campus.example',
    },
  });
  try {
    const me = await Ugig.signUp(box);
    assert.equal((await me.do('createCheckoutSession')).url, 'https://checkout.stripe.example/c/pay/cs_live_1');
    const made = heard.at(-1);
    assert.equal(made.headers.authorization, 'Basic ' + Buffer.from('sk_test_peer:').toString('base64'));
    assert.equal(made.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.ok(made.headers['idempotency-key']);
    assert.deepEqual(Object.fromEntries(made.form), {
      mode: 'subscription', 'line_items[0][price]': 'price_pro', 'line_items[0][quantity]': '1',
      success_url: 'https://campus.example/?checkout=success', cancel_url: 'https://campus.example/?checkout=cancelled',
      client_reference_id: me.id, 'metadata[user_id]': me.id, 'subscription_data[metadata][user_id]': me.id, customer_email: me.email,
    });
    assert.equal((await box.post('/sandbox/stripe/complete', { session_id: 'cs_live_1' })).status, 404, 'no simulator beside the real one');
    assert.equal(await me.call('getSubscription'), null);
    // No event comes; whoever looks makes the box ask, now and then.
    const asked = () => heard.filter((r) => r.method === 'GET').length;
    assert.equal(asked(), 0, 'not the moment it was opened');
    await eventually(async () => (await me.call('getSubscription'), asked() > 0), 'the first question');
    assert.equal(heard.at(-1).url, '/v1/checkout/sessions/cs_live_1?expand[]=subscription');
    assert.equal(await me.call('getSubscription'), null, 'still open');
    assert.equal(asked(), 1, 'not at every look');
    state.session = 'complete';
    const found = await eventually(() => me.call('getSubscription'), 'the answer');
    is('Subscription', found);
    assert.deepEqual([found.plan, found.status, found.stripe_subscription_id], ['pro', 'active', 'sub_p']);
    assert.equal(Date.parse(found.current_period_end), state.end * 1000);
    const settled = asked();
    // The event that comes after all is no news.
    assert.equal(await send(box, event('checkout.session.completed', { id: 'cs_live_1', mode: 'subscription', status: 'complete', payment_status: 'paid', customer: 'cus_p', subscription: 'sub_p' })), 200);
    assert.equal((await me.call('getSubscription')).plan, 'pro');
    assert.equal(asked(), settled, 'nothing is open any more');
    assert.equal((await me.do('createPortalSession')).url, 'https://billing.stripe.example/p/1');
    assert.deepEqual(Object.fromEntries(heard.at(-1).form), { customer: 'cus_p', return_url: 'https://campus.example/' });
    await me.call('cancelSubscription');
    assert.equal(heard.at(-1).url, '/v1/subscriptions/sub_p');
    assert.equal(heard.at(-1).form.get('cancel_at_period_end'), 'true');
    const ending = await me.call('getSubscription');
    assert.deepEqual([ending.cancel_at_period_end, ending.status], [true, 'active']);
    assert.equal(Date.parse(ending.current_period_end), state.end * 1000);
    // Down: nothing changes, and it is said.
    state.down = true;
    const { status, body } = await me.post('createPortalSession');
    assert.ok(status >= 500);
    assert.equal(body.success, false);
    assert.ok(!JSON.stringify(body).includes('sk_test'));
    assert.equal((await me.call('getSubscription')).plan, 'pro');
    assert.ok(!box.log.includes('sk_test_peer') && !box.log.includes(secret), 'no secret is logged');
  } finally {
    await box.stop();
    await new Promise((resolve) => (server.closeAllConnections?.(), server.close(resolve)));
  }
});
