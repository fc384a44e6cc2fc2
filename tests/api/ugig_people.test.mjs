// Accounts, profiles and plans of the ugig contract.
import { test, before, after } from 'node:test';
import { createHmac } from 'node:crypto';
import { Box, assert, eventually, phone } from './harness.mjs';
import { Ugig, email, gigInput, is, nobody, stamp, unknown, uuid } from './ugig.mjs';

let box;
before(async () => (box = await Box.start({ sets: { free_posts_per_month: 2 } })));
after(async () => await box?.stop());

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64');
const upload = (bytes, name, field = 'file') => {
  const form = new FormData();
  form.append(field, new Blob([bytes]), name);
  return form;
};
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

test('signing up and in, by form, by name, by place', async () => {
  const address = email();
  const fields = { email: address, password: 'correct horse', full_name: 'Mei Lin', username: 'mei_lin' };
  const { status, body, headers } = await box.post('/api/actions/signUp', new URLSearchParams(fields).toString(), { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.success, true);
  is('Profile', body.data.user);
  assert.deepEqual([body.data.user.username, body.data.user.full_name, body.data.user.profile_completed, body.data.user.skills], ['mei_lin', 'Mei Lin', false, []]);
  assert.equal(claims(body.data.access_token).contract, 'ugig');
  assert.equal(claims(body.data.access_token).exp - claims(body.data.access_token).iat, 1800);
  assert.ok(body.data.refresh_token);
  assert.match(headers.get('set-cookie'), /^jwt=.*HttpOnly/i);
  for (const args of [{ email: address, password: fields.password }, [{ email: address.toUpperCase(), password: fields.password }], { formData: { email: address, password: fields.password } }]) {
    const again = await box.post('/api/actions/signIn', args);
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.equal(again.body.data.user.id, body.data.user.id);
    assert.match(again.headers.get('set-cookie'), /^jwt=/);
    assert.equal((await new Ugig(box, again.body.data).call('getUnreadCount')), 0);
  }
  const cookie = { headers: { cookie: `jwt=${body.data.access_token}` } };
  assert.equal((await box.post('/api/actions/getUnreadCount', [], cookie)).body, 0);
  assert.equal((await box.post('/api/actions/getUnreadCount', [], { headers: { ...cookie.headers, origin: 'https://evil.example' } })).body.code, 'FORBIDDEN');
});

test('a username is made from the address, and is one person\'s', async () => {
  const a = await Ugig.signUp(box, { email: `some.body${process.pid}@a.example` });
  assert.ok(a.profile.username.length >= 3);
  const b = await Ugig.signUp(box, { email: `some.body${process.pid}@b.example` });
  assert.notEqual(a.profile.username, b.profile.username);
  await b.fails(400, 'VALIDATION_ERROR', 'updateProfile', { username: a.profile.username.toUpperCase() });
  const anon = nobody(box);
  assert.match(await anon.fails(400, 'VALIDATION_ERROR', 'signUp', { email: email(), password: 'correct horse', username: a.profile.username }), /username/i);
});

test('what is refused at sign-up and sign-in', async () => {
  const anon = nobody(box);
  const taken = await Ugig.signUp(box);
  for (const [change, name] of [[{ email: 'nothing' }, 'email'], [{ email: undefined }, 'email'], [{ password: 'short' }, 'password'], [{ password: undefined }, 'password'], [{ email: taken.email }, ''], [{ username: 'a b' }, 'username']])
    assert.ok((await anon.fails(400, 'VALIDATION_ERROR', 'signUp', { email: email(), password: 'correct horse', ...change })).includes(name));
  await anon.fails(401, 'UNAUTHORIZED', 'signIn', { email: taken.email, password: 'wrong' });
  await anon.fails(401, 'UNAUTHORIZED', 'signIn', { email: email(), password: 'correct horse' });
  await anon.fails(400, 'VALIDATION_ERROR', 'signIn', { email: taken.email });
  await anon.fails(400, 'VALIDATION_ERROR', 'signIn');
});

test('signing out ends the session', async () => {
  const me = await Ugig.signUp(box);
  const { status, body, headers } = await me.post('signOut', []);
  assert.deepEqual([status, body], [200, null]);
  assert.match(headers.get('set-cookie'), /^jwt=;/);
  await me.fails(401, 'UNAUTHORIZED', 'getMyGigs');
  await me.fails(401, 'UNAUTHORIZED', 'createGig', { title: 7 });
  assert.equal(await nobody(box).call('signOut'), null);
});

test('refreshing, as Supabase\'s clients do', async () => {
  const me = await Ugig.signUp(box, { full_name: 'Ann', username: `ann${process.pid}` });
  const { status, body } = await box.post('/auth/v1/token?grant_type=refresh_token', { refresh_token: me.refresh });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual([body.token_type, body.expires_in, body.user.id, body.user.email, body.user.aud, body.user.role], ['bearer', 1800, me.id, me.email, 'authenticated', 'authenticated']);
  assert.deepEqual(body.user.user_metadata, { username: `ann${process.pid}`, full_name: 'Ann' });
  assert.ok(Math.abs(body.expires_at - Date.now() / 1000 - 1800) < 60);
  assert.notEqual(body.refresh_token, me.refresh);
  assert.equal(claims(body.access_token).contract, 'ugig');
  me.token = body.access_token;
  assert.deepEqual(await me.call('getMyGigs'), []);
  const once = await box.post('/auth/v1/token?grant_type=refresh_token', { refresh_token: body.refresh_token });
  assert.equal(once.status, 200);
  for (const [query, send, expected] of [
    ['grant_type=refresh_token', { refresh_token: 'nonsense' }, 401], ['grant_type=refresh_token', {}, 400], ['grant_type=magic', { refresh_token: me.refresh }, 400], ['', { refresh_token: me.refresh }, 400],
  ]) {
    const refused = await box.post(`/auth/v1/token?${query}`, send);
    assert.equal(refused.status, expected, JSON.stringify(refused.body));
    assert.equal(refused.body.success, false);
  }
  await me.call('signOut');
  assert.equal((await box.post('/auth/v1/token?grant_type=refresh_token', { refresh_token: once.body.refresh_token })).status, 401);
});

test('many may refresh from behind one address, nobody may try tokens without end', async () => {
  const own = await Box.start({ sets: { rate_auth_per_min: 3 } });
  try {
    const refresh = (token) => own.post('/auth/v1/token?grant_type=refresh_token', { refresh_token: token });
    for (let i = 0; i < 5; i++) assert.equal((await refresh((await Ugig.signUp(own)).refresh)).status, 200);
    const guesses = [];
    for (let i = 0; i < 5; i++) guesses.push((await refresh('a guess')).status);
    assert.deepEqual(guesses, [401, 401, 401, 429, 429]);
  } finally {
    await own.stop();
  }
});

test('a forgotten password', async () => {
  const me = await Ugig.signUp(box);
  const anon = nobody(box);
  assert.deepEqual(await anon.call('resetPassword', me.email), { success: true });
  assert.deepEqual(await anon.call('resetPassword', email()), { success: true });
  await anon.fails(400, 'VALIDATION_ERROR', 'resetPassword', 'nothing');
  await anon.fails(400, 'VALIDATION_ERROR', 'resetPassword');
  const { code } = await box.message(me.email, (m) => m.code);
  const wrong = await box.post('/auth/v1/verify', { type: 'recovery', email: me.email, token: code === '000000' ? '000001' : '000000' });
  assert.deepEqual([wrong.status, wrong.body.success], [400, false]);
  assert.equal((await box.post('/auth/v1/verify', { type: 'magic', email: me.email, token: code })).status, 400);
  const { status, body } = await box.post('/auth/v1/verify', { type: 'recovery', email: me.email, token: code });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.user.id, me.id);
  assert.equal((await box.post('/auth/v1/verify', { type: 'recovery', email: me.email, token: code })).status, 400, 'a code is good once');
  const fresh = new Ugig(box, body);
  await fresh.fails(400, 'VALIDATION_ERROR', 'updatePassword', 'short');
  await fresh.fails(400, 'VALIDATION_ERROR', 'updatePassword');
  await anon.fails(401, 'UNAUTHORIZED', 'updatePassword', 'another horse');
  assert.deepEqual(await fresh.call('updatePassword', 'another horse'), { success: true });
  assert.deepEqual(await fresh.call('getMyGigs'), []);
  await me.fails(401, 'UNAUTHORIZED', 'getMyGigs');
  await anon.fails(401, 'UNAUTHORIZED', 'signIn', { email: me.email, password: me.password });
  is('Profile', (await anon.do('signIn', { email: me.email, password: 'another horse' })).user);
});

test('a profile: every editable member, and null', async () => {
  const me = await Ugig.signUp(box);
  const change = {
    username: `kim-${process.pid}.x`, full_name: 'Kim', bio: 'Draws.', skills: ['drawing', 'ink'], ai_tools: ['midjourney'], hourly_rate: 12.5,
    portfolio_urls: ['https://kim.example/a', 'http://kim.example/b'], location: 'Goa', timezone: 'Asia/Kolkata', is_available: false,
  };
  const profile = is('Profile', await me.do('updateProfile', change));
  assert.deepEqual(Object.fromEntries(Object.keys(change).map((k) => [k, profile[k]])), change);
  assert.equal(profile.profile_completed, true);
  assert.ok(profile.updated_at >= profile.created_at);
  assert.deepEqual(await nobody(box).call('getProfile', change.username.toUpperCase()), profile);
  const same = await me.do('updateProfile', { id: unknown, created_at: 'x', profile_completed: false, email: 'a@b.example' });
  assert.deepEqual({ ...same, updated_at: '' }, { ...profile, updated_at: '' });
  assert.equal((await me.do('updateProfile', { bio: 'x'.repeat(2000) })).bio.length, 2000);
  const named = await me.post('updateProfile', { data: { bio: 'Paints.' } });
  assert.equal(named.body.data.bio, 'Paints.');
  const empty = { full_name: null, bio: null, hourly_rate: null, location: null, timezone: null, avatar_url: null, skills: [], ai_tools: [], portfolio_urls: [] };
  const cleared = is('Profile', await me.do('updateProfile', empty));
  assert.deepEqual(Object.fromEntries(Object.keys(empty).map((k) => [k, cleared[k]])), empty);
  assert.equal(cleared.profile_completed, false);
  assert.equal(cleared.username, change.username);
  for (const [bad, name] of [[{ hourly_rate: -1 }, 'hourly_rate'], [{ hourly_rate: 1.234 }, 'hourly_rate'], [{ skills: 'ink' }, 'skills'], [{ portfolio_urls: ['javascript:alert(1)'] }, 'portfolio_urls'], [{ bio: 'x'.repeat(2001) }, 'bio'], [{ is_available: 'maybe' }, 'is_available'], [{ username: 'x' }, 'username'], [{ avatar_url: 'elsewhere' }, 'avatar_url'], [{ skills: [1] }, 'skills'], [{ bio: 'kept?', skills: [''] }, 'skills']])
    assert.ok((await me.fails(400, 'VALIDATION_ERROR', 'updateProfile', bad)).includes(name), name);
  assert.equal((await nobody(box).call('getProfile', change.username)).bio, null, 'nothing of a bad request is kept');
  const away = 'https://elsewhere.example/a.png';
  assert.equal(is('Profile', await me.do('updateProfile', { avatar_url: away })).avatar_url, away);
  assert.equal((await nobody(box).call('getProfile', change.username)).avatar_url, away);
  assert.equal(await nobody(box).call('getProfile', 'nobody_at_all'), null);
  await nobody(box).fails(400, 'VALIDATION_ERROR', 'getProfile');
  await nobody(box).fails(401, 'UNAUTHORIZED', 'updateProfile', { bio: 'x' });
  assert.deepEqual(await me.call('updateAvailability', true), { success: true });
  assert.equal((await me.call('getProfile', change.username)).is_available, true);
  assert.deepEqual((await me.post('updateAvailability', { isAvailable: false })).body, { success: true });
  assert.equal((await me.call('getProfile', change.username)).is_available, false);
  await me.fails(400, 'VALIDATION_ERROR', 'updateAvailability');
  await nobody(box).fails(401, 'UNAUTHORIZED', 'updateAvailability', true);
});

test('a picture', async () => {
  const me = await Ugig.signUp(box);
  const { status, body } = await me.post('uploadAvatar', upload(png, 'me.png', 'whatever'));
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.success, true);
  assert.match(body.data, /^http:\/\//);
  const picture = await fetch(body.data);
  assert.equal(picture.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await picture.arrayBuffer()), png);
  const profile = await nobody(box).call('getProfile', me.profile.username);
  assert.equal(profile.avatar_url, body.data);
  assert.equal((await me.do('updateProfile', { avatar_url: null })).avatar_url, null);
  assert.equal((await me.do('updateProfile', { avatar_url: body.data })).avatar_url, body.data);
  const other = await Ugig.signUp(box);
  await other.fails(400, 'VALIDATION_ERROR', 'updateProfile', { avatar_url: body.data });
  for (const form of [upload('just text', 'me.png'), upload(Buffer.from([0, 1, 2, 3]), 'x.png'), new FormData()]) {
    const refused = await me.post('uploadAvatar', form);
    assert.deepEqual([refused.status, refused.body.code], [400, 'VALIDATION_ERROR']);
    assert.match(refused.body.error, /^file /);
  }
  assert.equal((await nobody(box).post('uploadAvatar', upload(png, 'me.png'))).body.code, 'UNAUTHORIZED');
});

test('one person in every contract', async () => {
  const me = await Ugig.signUp(box, { full_name: 'Everywhere' });
  const campus = await box.get('/api/users/me', { token: me.token });
  assert.deepEqual([campus.body.id, campus.body.name], [me.id, 'Everywhere']);
  const byPhone = await box.person(phone(), { name: 'Phone only', bio: 'x', skills: ['y'] });
  const seen = new Ugig(box, { access_token: byPhone.token, user: byPhone.user });
  const gig = await seen.do('createGig', gigInput());
  is('Profile', gig.poster);
  assert.deepEqual([gig.poster.full_name, gig.poster.profile_completed], ['Phone only', true]);
  assert.match(gig.poster.username, /^\S+$/);
});

test('the month\'s posts, and what a plan changes', async () => {
  const me = await Ugig.signUp(box);
  assert.deepEqual(await me.call('getUsage'), { posts_used: 0, posts_limit: 2, can_post: true });
  assert.equal(await me.call('getSubscription'), null);
  await me.fails(400, 'VALIDATION_ERROR', 'cancelSubscription');
  await me.fails(400, 'VALIDATION_ERROR', 'createPortalSession');
  await me.do('createGig', gigInput());
  const draft = await me.do('createGig', gigInput({ status: 'draft' }));
  assert.equal((await me.call('getUsage')).posts_used, 1);
  const second = await me.do('createGig', gigInput());
  assert.deepEqual(await me.call('getUsage'), { posts_used: 2, posts_limit: 2, can_post: false });
  await me.fails(403, 'LIMIT_EXCEEDED', 'createGig', gigInput());
  await me.fails(403, 'LIMIT_EXCEEDED', 'updateGigStatus', draft.id, 'active');
  for (const status of ['paused', 'closed']) {
    await me.call('updateGigStatus', draft.id, status);
    await me.fails(403, 'LIMIT_EXCEEDED', 'updateGigStatus', draft.id, 'active');
  }
  for (const status of ['draft', 'active', 'paused', 'active']) await me.call('updateGigStatus', second.id, status);
  assert.equal((await box.post('/api/gigs', { title: 'Over campus', description: 'x', category: 'design', budgetMax: 100 }, { token: me.token })).status, 403);
  for (const name of ['getUsage', 'getSubscription', 'createCheckoutSession', 'createPortalSession', 'cancelSubscription']) await nobody(box).fails(401, 'UNAUTHORIZED', name);

  const { url } = await me.do('createCheckoutSession');
  const [session] = /cs_[A-Za-z0-9_]+/.exec(url);
  assert.equal(await me.call('getSubscription'), null);
  assert.equal((await box.post('/sandbox/stripe/complete', { session_id: session })).status, 200);
  const paid = await eventually(async () => {
    const s = await me.call('getSubscription');
    return s?.status === 'active' && s.current_period_end && s;
  }, 'the subscription');
  is('Subscription', paid);
  assert.deepEqual([paid.user_id, paid.plan, paid.cancel_at_period_end], [me.id, 'pro', false]);
  for (const key of ['current_period_start', 'current_period_end', 'created_at', 'updated_at']) assert.match(paid[key], stamp);
  assert.match(paid.stripe_customer_id, /^cus_/);
  assert.match(paid.stripe_subscription_id, /^sub_/);
  assert.match(paid.id, uuid);
  await me.fails(400, 'VALIDATION_ERROR', 'createCheckoutSession');
  assert.deepEqual(await me.call('getUsage'), { posts_used: 2, posts_limit: null, can_post: true });
  await me.do('createGig', gigInput());
  assert.equal((await me.call('getUsage')).posts_used, 3);
  await me.call('updateGigStatus', draft.id, 'active');
  assert.match((await me.do('createPortalSession')).url, /^http/);
  assert.deepEqual(await me.call('cancelSubscription'), { success: true });
  const ending = await me.call('getSubscription');
  assert.deepEqual([ending.status, ending.plan, ending.cancel_at_period_end], ['active', 'pro', true]);
});

test('Stripe\'s webhook: signed events only', async () => {
  const secret = 'whsec_of_this_test';
  const own = await Box.start({ sets: { stripe_webhook_secret: secret } });
  try {
    const event = JSON.stringify({ id: 'evt_1', object: 'event', type: 'invoice.payment_failed', created: 1, data: { object: { id: 'in_1', object: 'invoice', customer: 'cus_nobody' } } });
    const signed = (body, key, t = Math.floor(Date.now() / 1000)) => `t=${t},v1=${createHmac('sha256', key).update(`${t}.${body}`).digest('hex')}`;
    const send = (body, signature) => own.post('/api/webhooks/stripe', body, { headers: { 'content-type': 'application/json', ...(signature && { 'stripe-signature': signature }) } });
    for (const signature of [undefined, 'nonsense', signed(event, 'another'), signed(event + ' ', secret), signed(event, secret, Math.floor(Date.now() / 1000) - 3600)]) {
      const { status, body } = await send(event, signature);
      assert.deepEqual([status, body.success, body.code], [400, false, 'VALIDATION_ERROR'], signature);
    }
    const good = await send(event, signed(event, secret));
    assert.deepEqual([good.status, good.body], [200, { received: true }]);
  } finally {
    await own.stop();
  }
});

test('cleaning up by the clock', async () => {
  const own = await Box.start({ sets: { cron_secret: 'tick tock' } });
  try {
    const { status, body } = await own.get('/api/cron/cleanup', { token: 'tick tock' });
    assert.deepEqual([status, body], [200, { success: true }]);
    for (const options of [{}, { token: 'wrong' }, { headers: { authorization: 'tick tock' } }]) {
      const refused = await own.get('/api/cron/cleanup', options);
      assert.deepEqual([refused.status, refused.body.code], [401, 'UNAUTHORIZED']);
    }
  } finally {
    await own.stop();
  }
  assert.equal((await box.get('/api/cron/cleanup', { token: '' })).status, 401);
});
