// Push messages against peers that play FCM, Google's token endpoint and a browser's push service: what they get is checked with
// Node's own cryptography and with http_ece, which the usual push libraries are made of.
import test from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { createECDH, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ece from 'http_ece';
import { Box, eventually, gigBody, phone } from './harness.mjs';

/** A server that keeps what it was sent; `answer(request)` gives {status, body}. */
async function peer(answer) {
  const heard = [];
  const server = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (d) => chunks.push(d));
    req.on('end', () => {
      const request = { method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(chunks) };
      heard.push(request);
      const { status = 200, body = '' } = answer(request) ?? {};
      res.writeHead(status, { 'content-type': 'application/json' });
      res.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    heard,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections?.(), server.close(resolve))),
  };
}

const jwtParts = (jwt) => {
  const [h, p, s] = jwt.split('.');
  const json = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());
  return { header: json(h), claims: json(p), signed: Buffer.from(`${h}.${p}`), signature: Buffer.from(s, 'base64url') };
};

/** Somebody applies to somebody's gig: the owner hears of it by push. */
async function applyTo(box, owner, gig) {
  const doer = await box.person(phone());
  const applied = await doer.post(`/api/gigs/${gig}/applications`, { message: 'I can do this well.' });
  assert.equal(applied.status, 201, JSON.stringify(applied.body));
}

async function ownerWithGig(box) {
  const owner = await box.person(phone());
  const gig = await owner.post('/api/gigs', gigBody());
  assert.equal(gig.status, 201, JSON.stringify(gig.body));
  return { owner, gig: gig.body.id };
}

test('FCM: the account’s key is traded for a token, messages go out, dead devices are forgotten', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let tokens = 0;
  const fcm = await peer((req) => {
    if (req.url === '/token') return { body: { access_token: `at-${++tokens}`, expires_in: 3599, token_type: 'Bearer' } };
    const { message } = JSON.parse(req.body);
    if (message.token === 'dead-404') return { status: 404 };
    if (message.token === 'dead-code')
      return { status: 400, body: { error: { code: 400, details: [{ '@type': 'x' }, { errorCode: 'UNREGISTERED' }] } } };
    if (message.token === 'odd') return { status: 400, body: { error: { code: 400, message: 'bad message', status: 'INVALID_ARGUMENT' } } };
    return { body: { name: 'projects/campus-app/messages/1' } };
  });
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-fcm-'));
  const file = path.join(dir, 'account.json');
  writeFileSync(file, JSON.stringify({
    type: 'service_account', project_id: 'campus-app', private_key_id: 'k1', client_email: 'push@campus-app.example',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }), token_uri: fcm.url + '/token',
  }, null, 2));
  const box = await Box.start({ sets: { fcm_service_account_file: file, fcm_url: fcm.url } });
  try {
    const { owner, gig } = await ownerWithGig(box);
    for (const token of ['alive', 'dead-404', 'dead-code', 'odd'])
      assert.equal((await owner.post('/api/devices', { token, platform: 'android' })).status, 201);
    await applyTo(box, owner, gig);
    const sends = () => fcm.heard.filter((r) => r.url === '/v1/projects/campus-app/messages:send');
    await eventually(() => sends().length >= 4, 'four messages');

    const trade = fcm.heard.find((r) => r.url === '/token');
    assert.equal(trade.headers['content-type'], 'application/x-www-form-urlencoded');
    const form = new URLSearchParams(trade.body.toString());
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { header, claims, signed, signature } = jwtParts(form.get('assertion'));
    assert.deepEqual(header, { alg: 'RS256', typ: 'JWT' });
    assert.equal(claims.iss, 'push@campus-app.example');
    assert.equal(claims.aud, fcm.url + '/token');
    assert.match(claims.scope, /firebase\.messaging$/);
    assert.equal(claims.exp - claims.iat, 3600);
    assert.ok(verify('sha256', signed, publicKey, signature), 'the assertion is signed by the account');
    assert.ok(!verify('sha256', Buffer.concat([signed, Buffer.from('x')]), publicKey, signature));

    const alive = sends().find((r) => JSON.parse(r.body).message.token === 'alive');
    assert.match(alive.headers.authorization, /^Bearer at-\d+$/);
    const { message } = JSON.parse(alive.body);
    assert.equal(typeof message.notification.title, 'string');
    assert.match(message.notification.body, /Logo design/);
    assert.equal(message.data.type, 'new_application');
    assert.equal(message.data.gigId, gig);
    assert.ok(Object.values(message.data).every((v) => typeof v === 'string'));
    const [note] = (await owner.get('/api/notifications')).body.notifications;
    assert.equal(message.data.notificationId, note.id);

    const left = await eventually(async () => {
      const { body } = await owner.get('/api/devices');
      return body.total === 2 && body;
    }, 'the dead devices to be forgotten');
    assert.equal(left.devices.length, 2);
    // The token is kept: one trade (or as many as senders began at once) serves all.
    const before = tokens;
    await applyTo(box, owner, gig);
    await eventually(() => sends().filter((r) => JSON.parse(r.body).message.token === 'alive').length === 2, 'the next message');
    assert.equal(tokens, before);
    assert.equal(sends().filter((r) => JSON.parse(r.body).message.token.startsWith('dead')).length, 2, 'nothing more to dead ones');
    // There is no simulator beside a real provider.
    assert.equal((await box.post('/sandbox/fcm/v1/projects/sandbox/messages:send', {})).status, 404);
    assert.equal((await box.post('/sandbox/webpush/subscribe', {})).status, 404);
    assert.ok(!box.log.includes('BEGIN PRIVATE') && !box.log.includes('at-1'), 'no secret is logged');
  } finally {
    await box.stop();
    await fcm.close();
    rmSync(dir, { recursive: true });
  }
});

test('FCM: a token that is refused is traded anew; a key that is none stops the start', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let tokens = 0;
  const fcm = await peer((req) => {
    if (req.url === '/token') return { body: { access_token: `at-${++tokens}`, expires_in: 3599 } };
    if (req.headers.authorization === 'Bearer at-1') return { status: 401, body: { error: { code: 401 } } };
    return { body: { name: 'm' } };
  });
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-fcm-'));
  const file = path.join(dir, 'account.json');
  const account = {
    project_id: 'p', client_email: 'a@b.example', private_key: privateKey.export({ type: 'pkcs1', format: 'pem' }), token_uri: fcm.url + '/token',
  };
  writeFileSync(file, JSON.stringify(account));
  const box = await Box.start({ sets: { fcm_service_account_file: file, fcm_url: fcm.url } });
  try {
    const { owner, gig } = await ownerWithGig(box);
    await owner.post('/api/devices', { token: 'alive' });
    await applyTo(box, owner, gig);
    await eventually(() => fcm.heard.some((r) => r.headers.authorization === 'Bearer at-2'), 'the second token', 15000);
    assert.equal((await owner.get('/api/devices')).body.total, 1, 'a refused token says nothing of the device');
  } finally {
    await box.stop();
    await fcm.close();
  }
  writeFileSync(file, JSON.stringify({ ...account, private_key: 'no key' }));
  await assert.rejects(Box.start({ sets: { fcm_service_account_file: file, fcm_url: fcm.url } }), /fcm_service_account/);
  rmSync(dir, { recursive: true });
});

/** A browser: its subscription, and how it reads what was sealed for it. */
function browser(endpoint) {
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  const auth = randomBytes(16);
  return {
    subscription: { endpoint, expirationTime: null, keys: { p256dh: ecdh.getPublicKey('base64url'), auth: auth.toString('base64url') } },
    open: (sealed) => JSON.parse(ece.decrypt(sealed, { version: 'aes128gcm', privateKey: ecdh, authSecret: auth.toString('base64url') })),
  };
}

test('Web Push: sealed for the browser, signed by the box, dead subscriptions are forgotten', async () => {
  const service = await peer((req) => (req.url.endsWith('/gone') ? { status: 410 } : req.url.endsWith('/lost') ? { status: 404 } : { status: 201 }));
  const box = await Box.start({ sets: { web_push_origins: `https://push.example, ${service.url}`, smtp_from: 'owner@campus.example' } });
  try {
    const { owner, gig } = await ownerWithGig(box);
    const { body: config } = await box.get('/api/config');
    assert.equal(Buffer.from(config.vapidPublicKey, 'base64url').length, 65);
    const mine = browser(service.url + '/push/mine');
    const made = await owner.post('/api/devices', { platform: 'web', subscription: mine.subscription });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.platform, 'web');
    const other = browser(service.url + '/push/other'); // the subscription as it is
    assert.equal((await owner.post('/api/devices', other.subscription)).status, 201);
    for (const end of ['gone', 'lost'])
      assert.equal((await owner.post('/api/devices', browser(`${service.url}/push/${end}`).subscription)).status, 201);
    assert.equal((await owner.post('/api/devices', other.subscription)).status, 201, 'again is the same device');
    assert.equal((await owner.get('/api/devices')).body.total, 4);

    await applyTo(box, owner, gig);
    await eventually(() => service.heard.length >= 4, 'four messages');
    for (const [name, who] of Object.entries({ mine, other })) {
      const got = service.heard.find((r) => r.url === '/push/' + name);
      assert.equal(got.method, 'POST');
      assert.equal(got.headers['content-encoding'], 'aes128gcm');
      assert.ok(Number(got.headers.ttl) > 0);
      assert.ok(got.body.length <= 4096);
      const message = who.open(got.body);
      assert.match(message.body, /Logo design/);
      assert.equal(typeof message.title, 'string');
      assert.deepEqual([message.data.type, message.data.gigId], ['new_application', gig]);
      const [, jwt, key] = /^vapid t=([^,]+), k=(\S+)$/.exec(got.headers.authorization);
      assert.equal(key, config.vapidPublicKey);
      const { header, claims, signed, signature } = jwtParts(jwt);
      assert.deepEqual(header, { typ: 'JWT', alg: 'ES256' });
      assert.equal(claims.aud, service.url);
      assert.equal(claims.sub, 'mailto:owner@campus.example');
      assert.ok(claims.exp * 1000 > Date.now() && claims.exp * 1000 < Date.now() + 86400000);
      const point = Buffer.from(key, 'base64url');
      const publicKey = createPublicKey({
        format: 'jwk',
        key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') },
      });
      assert.ok(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature), 'signed by the box');
    }
    const salts = new Set(service.heard.map((r) => r.body.subarray(0, 16).toString('hex')));
    assert.equal(salts.size, service.heard.length, 'no salt twice');
    await eventually(async () => (await owner.get('/api/devices')).body.total === 2, 'the dead ones to be forgotten');

    await box.restart();
    assert.equal((await box.get('/api/config')).body.vapidPublicKey, config.vapidPublicKey, 'the key outlives the process');
  } finally {
    await box.stop();
    await service.close();
  }
});

test('devices: what is no token and no subscription is refused', async () => {
  const box = await Box.start();
  try {
    const me = await box.person(phone());
    const good = browser('https://fcm.googleapis.com/fcm/send/abc').subscription;
    assert.equal((await me.post('/api/devices', good)).status, 201, 'a known service');
    assert.equal((await me.post('/api/devices', browser('https://updates.push.services.mozilla.com/wpush/v2/x').subscription)).status, 201);
    const bad = {
      'no token': {},
      'no keys': { endpoint: good.endpoint },
      'half the keys': { ...good, keys: { auth: good.keys.auth } },
      'a key that is none': { ...good, keys: { ...good.keys, p256dh: 'AAAA' } },
      'a secret that is short': { ...good, keys: { ...good.keys, auth: 'AAAA' } },
      'this machine': { ...good, endpoint: 'http://127.0.0.1:80/x' },
      'a foreign host': { ...good, endpoint: 'https://evil.example/x' },
      'a host that only ends like one': { ...good, endpoint: 'https://evilpush.services.mozilla.com/x' },
      'a host in the user part': { ...good, endpoint: 'https://fcm.googleapis.com@evil.example/x' },
      'a host with a backslash': { ...good, endpoint: 'https://fcm.googleapis.com\\@evil.example/x' },
      'plain http': { ...good, endpoint: 'http://fcm.googleapis.com/x' },
      'a blank in it': { ...good, endpoint: 'https://fcm.googleapis.com/x y' },
    };
    for (const [what, body] of Object.entries(bad)) {
      const { status, body: answer } = await me.post('/api/devices', body);
      assert.equal(status, 400, what);
      assert.ok(Object.keys(answer.error.fields).length, what);
    }
    assert.equal((await me.get('/api/devices')).body.total, 2);
    assert.equal((await box.post('/api/devices', good)).status, 401);
  } finally {
    await box.stop();
  }
});

test('the sandbox plays both: what is pushed shows in its outbox', async () => {
  const box = await Box.start();
  try {
    const { owner, gig } = await ownerWithGig(box);
    const { body: subscription } = await box.post('/sandbox/webpush/subscribe', {});
    const { body: dead } = await box.post('/sandbox/webpush/subscribe', { name: 'unregistered' });
    for (const device of [{ token: 'my-phone' }, { token: 'unregistered-phone' }, subscription, dead])
      assert.equal((await owner.post('/api/devices', device)).status, 201);
    await applyTo(box, owner, gig);
    const messages = await eventually(async () => {
      const { body } = await box.get('/sandbox/outbox?to=' + owner.id);
      return body.messages.length >= 2 && body.messages;
    }, 'two pushes');
    for (const m of messages) {
      assert.equal(m.channel, 'push');
      assert.match(m.body, /Logo design/);
      assert.equal(m.code, null);
      assert.equal(typeof m.subject, 'string');
    }
    assert.equal(messages.length, 2);
    await eventually(async () => (await owner.get('/api/devices')).body.total === 2, 'the dead ones to be forgotten');
  } finally {
    await box.stop();
  }
});
