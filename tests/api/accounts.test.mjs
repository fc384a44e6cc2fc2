// One account under all contracts: who gets an address, what ends a session, signing in by Google.
import test from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { Box, phone } from './harness.mjs';
import { Ugig, email } from './ugig.mjs';

const users = '/api/v1/users/';
const password = 'correct horse';

/** The code that was mailed last. */
async function code(box, address, since) {
  return (await box.message(address, (m) => m.code && m.id !== since)).code;
}
/** Registers with SkillConnect and gives the code; answers the answer's body. */
async function prove(box, address, secret = password, role = 'CLIENT') {
  const registered = await box.post(users + 'register/', { email: address, password: secret, role });
  assert.equal(registered.status, 201, JSON.stringify(registered.body));
  const verified = await box.post(users + 'verify-otp/', { email: address, otp: await code(box, address) });
  assert.equal(verified.status, 200, JSON.stringify(verified.body));
  return verified.body;
}
const login = (box, address, secret = password) => box.post(users + 'login/', { email: address, password: secret });
const signIn = (box, address, secret = password) => box.post('/api/actions/signIn', [{ email: address, password: secret }]);
const alive = async (box, token) => (await box.get('/api/users/me', { token })).status === 200;
const google = async (box, body) => {
  const { status, body: answer } = await box.post('/sandbox/google/token', body);
  assert.equal(status, 200, JSON.stringify(answer));
  return answer.token;
};

test('a claim on an address never keeps its owner out, and shares nothing', async () => {
  const box = await Box.start();
  try {
    const claim = await Ugig.signUp(box);
    const owner = await prove(box, claim.email, 'the owner says');
    assert.equal(await alive(box, claim.token), false, 'the claimer is signed out');
    assert.equal((await signIn(box, claim.email, claim.password)).status, 401, 'and has no password any more');
    const refreshed = await box.post('/auth/v1/token?grant_type=refresh_token', { refresh_token: claim.refresh });
    assert.equal(refreshed.status, 401);
    const again = await signIn(box, claim.email, 'the owner says');
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.notEqual(again.body.data.user.id, claim.id, 'another account');
    assert.equal((await login(box, claim.email, 'the owner says')).body.user.id, owner.user.id);
    // Proven, it is taken for everybody.
    assert.equal((await box.post('/api/actions/signUp', [{ email: claim.email.toUpperCase(), password }])).status, 400);
    assert.deepEqual((await box.post(users + 'register/', { email: claim.email, password, role: 'CLIENT' })).body, { email: ['This email is already registered.'] });
    // A registration that was never proven blocks nobody either.
    const other = email();
    assert.equal((await box.post(users + 'register/', { email: other, password, role: 'FREELANCER' })).status, 201);
    assert.equal((await login(box, other)).status, 400, 'it is no account');
    assert.equal((await signIn(box, other)).status >= 400, true);
    await Ugig.signUp(box, { email: other });
    assert.equal((await signIn(box, other)).status, 200);
  } finally {
    await box.stop();
  }
});

test('a phone account with a proven address and a password signs in anywhere', async () => {
  const box = await Box.start();
  try {
    const me = await box.person(phone(), { name: 'Asha' });
    const address = email();
    assert.equal((await me.patch('/api/users/me', { email: address, password })).status, 200);
    assert.equal((await signIn(box, address)).status, 401, 'not before it is proven');
    const proven = await me.post('/api/auth/verify-email', { otp: await code(box, address) });
    assert.equal(proven.status, 200, JSON.stringify(proven.body));
    const there = await signIn(box, address);
    assert.equal(there.status, 200);
    assert.equal(there.body.data.user.id, me.id, 'the same person, the same UUID');
    assert.equal(there.body.data.user.full_name, 'Asha');
    assert.match(there.headers.get('set-cookie'), /^jwt=/);
    const elsewhere = await login(box, address);
    assert.equal(elsewhere.status, 200);
    assert.match(elsewhere.headers.get('set-cookie'), /^jwt=/);
    for (const token of [there.body.data.access_token, elsewhere.body.access])
      assert.equal((await box.get('/api/users/me', { token })).body.id, me.id);
    // Suspended or signed out, one is so everywhere; a reset ends all sessions.
    const before = (await box.message(address)).id;
    await box.post(users + 'forgot-password/request/', { email: address });
    const otp = await code(box, address, before);
    assert.equal((await box.post(users + 'forgot-password/reset/', { email: address, otp, new_password: 'another horse' })).status, 200);
    for (const token of [me.token, there.body.data.access_token, elsewhere.body.access]) assert.equal(await alive(box, token), false);
    assert.equal((await signIn(box, address)).status, 401);
    assert.equal((await signIn(box, address, 'another horse')).status, 200);
  } finally {
    await box.stop();
  }
});

test('tokens are good for one thing only', async () => {
  const box = await Box.start();
  try {
    const me = await prove(box, email());
    assert.equal(await alive(box, me.access), true);
    assert.equal(await alive(box, me.refresh), false, 'a refresh token is no access token');
    const refresh = (token) => box.post(users + 'token/refresh/', { refresh: token });
    assert.equal((await refresh(me.access)).status, 401, 'nor the other way round');
    assert.equal((await refresh('nonsense')).status, 401);
    assert.equal((await refresh(me.refresh.slice(0, -3) + 'AAA')).status, 401);
    const first = await refresh(me.refresh);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.deepEqual(Object.keys(first.body), ['access']);
    assert.match(first.headers.get('set-cookie'), /^jwt=/);
    assert.equal((await refresh(me.refresh)).status, 200, 'it stays good');
    const claims = JSON.parse(Buffer.from(first.body.access.split('.')[1], 'base64url'));
    assert.deepEqual([claims.contract, claims.exp - claims.iat], ['skillconnect', 1800]);
    // A token of one session does not refresh another's; the contract's name goes with the session.
    const elsewhere = await box.post('/auth/v1/token?grant_type=refresh_token', { refresh_token: me.refresh });
    assert.equal(elsewhere.status, 200);
    assert.equal(JSON.parse(Buffer.from(elsewhere.body.access_token.split('.')[1], 'base64url')).contract, 'skillconnect');
    assert.notEqual(elsewhere.body.refresh_token, me.refresh);
    assert.equal((await box.post('/api/auth/logout', undefined, { token: me.access })).status, 200);
    for (const token of [me.refresh, elsewhere.body.refresh_token]) assert.equal((await refresh(token)).status, 401, 'a session that is over');
  } finally {
    await box.stop();
  }
});

test('sessions and codes end by the clock', async () => {
  const box = await Box.start({ sets: { otp_ttl_s: 1, access_ttl_s: 10, refresh_ttl_s: 60 } });
  try {
    const address = email();
    await box.post(users + 'register/', { email: address, password, role: 'CLIENT' });
    const otp = await code(box, address);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const late = await box.post(users + 'verify-otp/', { email: address, otp });
    assert.deepEqual([late.status, late.body], [400, { otp: ['OTP has expired.'] }]);
    const wrong = await box.post(users + 'verify-otp/', { email: address, otp: otp === '000000' ? '000001' : '000000' });
    assert.deepEqual([wrong.status, wrong.body], [400, { otp: ['Invalid OTP.'] }]);
    const me = await Ugig.signUp(box);
    const claims = JSON.parse(Buffer.from(me.refresh.split('.')[1], 'base64url'));
    assert.equal(claims.exp - claims.iat, 60);
  } finally {
    await box.stop();
  }
});

test('an unknown address costs as much time as a wrong password', async () => {
  const box = await Box.start();
  try {
    const me = await Ugig.signUp(box);
    // By turns, and the least of each: what else the machine does then meets all three.
    const least = new Map([[me.email, Infinity], [email(), Infinity], ['no address', Infinity]]);
    for (let i = 0; i < 6; i++) {
      for (const [address, best] of least) {
        const begun = performance.now();
        assert.equal((await signIn(box, address, 'wrong password')).status, 401);
        least.set(address, Math.min(best, performance.now() - begun));
      }
    }
    const [known, unknown, nonsense] = least.values();
    assert.ok(unknown > known / 3 && unknown < known * 3, `${known} and ${unknown} ms`);
    assert.ok(nonsense > known / 3, `${known} and ${nonsense} ms`);
  } finally {
    await box.stop();
  }
});

test('Google, played by the sandbox', async () => {
  const box = await Box.start();
  try {
    const sign_in = (token, role) => box.post(users + 'google/', { token, ...(role ? { role } : {}) });
    const address = email();
    const token = await google(box, { email: address, name: 'Gita' });
    assert.deepEqual((await sign_in(token)).body, { need_role: true });
    assert.equal((await sign_in(token)).status, 200, 'asking twice makes nobody');
    const made = await sign_in(token, 'FREELANCER');
    assert.equal(made.status, 200);
    assert.deepEqual([made.body.user.email, made.body.user.role], [address, 'FREELANCER']);
    assert.ok(made.body.access && made.body.refresh);
    assert.match(made.headers.get('set-cookie'), /^jwt=/);
    const back = await sign_in(await google(box, { email: address }));
    assert.equal(back.body.user.id, made.body.user.id);
    assert.equal((await sign_in(await google(box, { email: address }), 'CLIENT')).body.user.role, 'FREELANCER', 'a role is of a new one');
    assert.deepEqual((await box.post(users + 'register/', { email: address, password, role: 'CLIENT' })).body, { email: ['This email is already registered.'] });

    const invalid = { status: 400, body: { detail: 'Invalid Google token' } };
    const unverified = await google(box, { email: email(), email_verified: false });
    for (const bad of [unverified, 'nonsense', 'a.b.c', token.slice(0, -4) + 'AAAA', token + 'x', token.replace(/\.[^.]*\./, '.e30.')]) {
      const { status, body } = await sign_in(bad, 'CLIENT');
      assert.deepEqual({ status, body }, invalid, bad);
    }
    assert.equal((await sign_in('', 'CLIENT')).status, 400);
    assert.equal((await box.post(users + 'google/', {})).status, 400);

    // A proven address is linked, whatever it was proven by; a claimed one is taken.
    const proven = email();
    const account = await prove(box, proven);
    assert.equal((await sign_in(await google(box, { email: proven }))).body.user.id, account.user.id);
    assert.equal((await login(box, proven)).status, 200, 'the password stays');
    const claim = await Ugig.signUp(box);
    const ticket = await google(box, { email: claim.email });
    assert.deepEqual((await sign_in(ticket)).body, { need_role: true });
    assert.equal(await alive(box, claim.token), true, 'so far nothing was done');
    assert.equal((await sign_in(ticket, 'CLIENT')).status, 200);
    assert.equal(await alive(box, claim.token), false);
    assert.equal((await signIn(box, claim.email, claim.password)).status, 401);
    // The key outlives the process.
    await box.restart();
    assert.equal((await sign_in(token)).body.user.id, made.body.user.id);
    assert.equal((await box.post('/sandbox/google/token', { email: 'nobody' })).status, 400);
  } finally {
    await box.stop();
  }
});

test('Google’s keys are fetched, kept, and changed; nothing else signs', async () => {
  const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = { one: pair(), two: pair() };
  let published = ['one'];
  let asked = 0;
  let down = false;
  const server = http.createServer((req, res) => {
    asked++;
    res.writeHead(down ? 503 : 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600, must-revalidate' });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    res.end(JSON.stringify({ keys: [{ ...ec, kid: 'ec', alg: 'ES256' }, ...published.map((kid) => ({ ...keys[kid].publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }))] }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = (change) => ({
    iss: 'https://accounts.google.com', aud: 'client-a', azp: 'client-a', sub: '12345', email: 'peer@google.example', email_verified: true,
    name: 'Peer', iat: now, exp: now + 3600, ...change,
  });
  const token = (payload, { kid = 'one', key = keys[kid]?.privateKey, alg = 'RS256', header = {} } = {}) => {
    const text = `${part({ alg, kid, typ: 'JWT', ...header })}.${part(payload)}`;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  };
  const box = await Box.start({ sets: { google_client_id: 'client-a, client-b', google_certs_url: `http://127.0.0.1:${server.address().port}/certs` } });
  try {
    const sign_in = (t) => box.post(users + 'google/', { token: t, role: 'CLIENT' });
    const refused = async (what, t) => assert.deepEqual([(await sign_in(t)).status, what], [400, what]);
    await refused('a token for another client is not worth a question', token(claims({ aud: 'client-c' })));
    assert.equal(asked, 0);
    const made = await sign_in(token(claims()));
    assert.equal(made.status, 200, JSON.stringify(made.body));
    assert.equal((await sign_in(token(claims({ aud: 'client-b', iss: 'accounts.google.com' })))).body.user.id, made.body.user.id);
    assert.equal((await sign_in(token(claims({ email_verified: 'true' })))).status, 200);
    assert.equal(asked, 1, 'the keys are kept');

    await refused('expired', token(claims({ iat: now - 7200, exp: now - 3600 })));
    await refused('from the future', token(claims({ iat: now + 3600, exp: now + 7200 })));
    await refused('no end', token(claims({ exp: undefined })));
    await refused('another issuer', token(claims({ iss: 'https://accounts.evil.example' })));
    await refused('no issuer', token(claims({ iss: undefined })));
    await refused('no audience', token(claims({ aud: undefined })));
    await refused('no subject', token(claims({ sub: '' })));
    await refused('no address', token(claims({ email: undefined })));
    await refused('an address that is not verified', token(claims({ email_verified: false })));
    await refused('another key under the same name', token(claims(), { key: keys.two.privateKey }));
    await refused('no key named', token(claims(), { kid: null, key: keys.one.privateKey }));
    const none = `${part({ alg: 'none', kid: 'one' })}.${part(claims())}.`;
    await refused('no signature', none);
    const jwk = JSON.stringify(keys.one.publicKey.export({ format: 'jwk' }));
    for (const secret of [jwk, keys.one.publicKey.export({ type: 'spki', format: 'pem' })]) {
      const text = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims())}`;
      await refused('the public key as a secret', `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`);
    }
    await refused('another algorithm', token(claims(), { alg: 'RS512' }));
    assert.equal(asked, 1);
    await refused('an unknown key, just after a look', token(claims(), { kid: 'two' }));
    assert.equal(asked, 1, 'is not worth another look');
    published = ['two'];
    await new Promise((resolve) => setTimeout(resolve, 2100));
    assert.equal((await sign_in(token(claims(), { kid: 'two' }))).status, 200, 'later it is: keys change');
    await refused('the old key is no more', token(claims(), { kid: 'one' }));
    assert.equal(asked, 2);
    assert.equal((await box.post('/sandbox/google/token', { email: 'a@b.example' })).status, 404, 'no simulator beside the real one');
    down = true;
    await box.restart();
    const unreachable = await sign_in(token(claims(), { kid: 'two' }));
    assert.ok(unreachable.status >= 500, 'without keys nobody is told that the token is bad');
  } finally {
    await box.stop();
    await new Promise((resolve) => (server.closeAllConnections?.(), server.close(resolve)));
  }
});
