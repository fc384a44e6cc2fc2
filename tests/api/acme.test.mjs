// Certificates by ACME, from Debian's pebble: an authority for tests that checks what a real one checks, refuses one nonce in twenty,
// and really fetches the proof. The names lead here by a name server of our own.
import { test } from 'node:test';
import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { Box, assert, eventually, run, steadyPort } from './harness.mjs';

const there = spawnSync('pebble', ['-help']).error === undefined;
/** Answers each question for an address with 127.0.0.1, and all others with nothing. */
async function nameServer() {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (q, from) => {
    let end = 12;
    while (q[end]) end += q[end] + 1;
    const address = q.readUInt16BE(end + 1) === 1;
    const head = Buffer.from(q.subarray(0, 12));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(address ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    socket.send(Buffer.concat([head, q.subarray(12, end + 5), ...(address ? [answer] : [])]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { at: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

async function authority(dir, httpPort, more = {}) {
  const port = await steadyPort(), management = await steadyPort(), key = path.join(dir, 'pebble.key'), cert = path.join(dir, 'pebble.pem');
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=pebble', '-addext', 'subjectAltName=DNS:localhost'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  writeFileSync(path.join(dir, 'pebble.json'), JSON.stringify({ pebble: { listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}`, certificate: cert, privateKey: key, httpPort, tlsPort: 1, ocspResponderURL: '', externalAccountBindingRequired: false, ...more } }));
  const names = await nameServer();
  const child = spawn('pebble', ['-config', path.join(dir, 'pebble.json'), '-dnsserver', names.at], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20' } });
  const a = { url: `https://localhost:${port}/dir`, cert, log: '', stop: async () => { child.kill(); names.close(); if (child.exitCode === null && child.signalCode === null) await once(child, 'exit'); } };
  for (const out of [child.stdout, child.stderr]) out.on('data', (d) => (a.log += d));
  await eventually(async () => { if (child.exitCode !== null) throw new Error(a.log); return /Listening on|ACME directory available/.test(a.log); }, 'pebble');
  return a;
}

const presented = (port, servername) => new Promise((resolve, reject) => {
  const socket = tls.connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false }, () => { resolve(new X509Certificate(socket.getPeerCertificate(true).raw)); socket.destroy(); });
  socket.on('error', reject);
});

test('a certificate by ACME: proven, put in force, kept over a restart, got anew for other names', async (t) => {
  if (!there) return t.skip('no pebble');
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-acme-'));
  chmodSync(dir, 0o755);
  const data = path.join(dir, 'data'), port = await steadyPort(), tlsPort = await steadyPort();
  assert.equal((await run(['admin', '--data', data, 'create', '+919876543210'])).code, 0);
  const pebble = await authority(dir, port);
  t.after(() => pebble.stop());
  const sets = { tls_listen: `127.0.0.1:${tlsPort}`, acme_names: 'gigs.test, www.gigs.test', acme_email: 'admin@gigs.test', acme_url: pebble.url, ca_file: pebble.cert };
  const options = { dir: data, listen: `127.0.0.1:${port}`, sets, validate: false };
  let box = await Box.start(options);
  t.after(() => box.kill());
  assert.match((await presented(tlsPort, 'gigs.test')).subject, /localhost/, 'a self-signed one until then');
  const file = path.join(data, 'tls-acme.pem');
  await eventually(async () => existsSync(file) && /certificate reloaded/.test(box.log), `a certificate (${pebble.log.slice(-2000)} ${box.log})`);
  const text = readFileSync(file, 'utf8');
  const chain = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  assert.ok(chain.length >= 2, 'with the chain');
  assert.equal(statSync(file).mode & 0o077, 0, 'it holds the key, so it is the box\'s own');
  const own = new X509Certificate(chain[0]);
  assert.equal(own.subjectAltName, 'DNS:gigs.test, DNS:www.gigs.test');
  assert.ok(own.checkPrivateKey(createPrivateKey(text)));
  assert.equal((await presented(tlsPort, 'gigs.test')).fingerprint256, own.fingerprint256, 'it is in force');
  assert.ok(!box.log.includes('PRIVATE'));

  // What was published for the proof is gone; other paths below are nobody's.
  for (const token of ['', 'x', '../etc/passwd', 'a'.repeat(200)]) assert.equal((await fetch(`${box.url}/.well-known/acme-challenge/${token}`, { redirect: 'manual' })).status, 404, token);
  const admin = await box.person('+919876543210');
  const fact = (await admin.get('/api/admin/certificate')).body;
  assert.deepEqual([fact.source, fact.editable, fact.names, fact.error], ['acme', false, 'gigs.test, www.gigs.test', null], JSON.stringify(fact));
  assert.equal(fact.fingerprint, own.fingerprint256.replaceAll(':', '').toLowerCase());
  const refused = await box.call('PUT', '/api/admin/certificate', { token: admin.token, body: { chain: chain[0], key: createPrivateKey(text).export({ type: 'pkcs8', format: 'pem' }) } });
  assert.equal(refused.status, 409, JSON.stringify(refused.body));

  await box.restart();
  await new Promise((r) => setTimeout(r, 500));
  assert.equal((await presented(tlsPort, 'gigs.test')).fingerprint256, own.fingerprint256, 'the same after a restart');
  assert.equal(readFileSync(file, 'utf8'), text);
  await box.stop();

  // Where plain HTTP only points to HTTPS, the proof is answered all the same.
  box = await Box.start({ ...options, sets: { ...sets, acme_names: 'gigs.test', https_redirect: 'yes' } });
  await eventually(async () => readFileSync(file, 'utf8') !== text && /certificate reloaded/.test(box.log), 'another certificate');
  assert.equal((await presented(tlsPort, 'gigs.test')).subjectAltName, 'DNS:gigs.test');
  assert.equal((await run(['check', '--data', data])).code, 0);
  await box.stop();
  assert.ok(!readdirSync(data).some((f) => f.endsWith('.part')));
  rmSync(dir, { recursive: true, force: true });
});

test('it is renewed while the box serves, when the last third of its life begins', async (t) => {
  if (!there) return t.skip('no pebble');
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-acme-'));
  chmodSync(dir, 0o755);
  const port = await steadyPort(), pebble = await authority(dir, port, { certificateValidityPeriod: 9 });
  t.after(() => pebble.stop());
  const box = await Box.start({ listen: `127.0.0.1:${port}`, sets: { tls_listen: '127.0.0.1:0', acme_names: 'gigs.test', acme_url: pebble.url, ca_file: pebble.cert }, validate: false });
  t.after(() => box.kill());
  const own = async () => { const c = await presented(box.tlsPort, 'gigs.test'); return c.subjectAltName === 'DNS:gigs.test' ? c : null; };
  const first = await eventually(own, 'a certificate');
  await new Promise((r) => setTimeout(r, 5000)); // its life is set in whole seconds
  const second = await eventually(async () => { const c = await own(); return c.fingerprint256 !== first.fingerprint256 ? c : null; }, 'another one');
  assert.ok(Date.parse(second.validTo) > Date.parse(first.validTo));
  assert.notEqual(second.publicKey.export({ type: 'spki', format: 'pem' }), first.publicKey.export({ type: 'spki', format: 'pem' }), 'with a fresh key');
  await box.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('an authority that does not see the proof, or is not there: told, and the box serves on', async (t) => {
  if (!there) return t.skip('no pebble');
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-acme-'));
  chmodSync(dir, 0o755);
  const elsewhere = await steadyPort();
  const pebble = await authority(dir, elsewhere); // looks for the proof where nobody listens
  t.after(() => pebble.stop());
  for (const [url, says] of [[pebble.url, /no certificate could be had.*does not see the proof/], ['https://127.0.0.1:9/dir', /no certificate could be had.*not reached/]]) {
    const box = await Box.start({ sets: { tls_listen: '127.0.0.1:0', acme_names: 'gigs.test', acme_url: url, ca_file: pebble.cert }, validate: false });
    t.after(() => box.kill());
    await eventually(async () => says.test(box.log), `the failure (${box.log})`);
    assert.equal((await box.get('/healthz')).status, 200);
    assert.match((await presented(box.tlsPort, 'gigs.test')).subject, /localhost/);
    const before = Date.now();
    await box.stop();
    assert.ok(Date.now() - before < 5000, 'and it stops when told');
  }
  rmSync(dir, { recursive: true, force: true });
});

test('ACME settings that cannot work are told', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-acme-'));
  for (const [sets, says] of [
    [['acme_names=*.gigs.test'], /acme_names must be host names/], [['acme_names=gigs'], /acme_names must be host names/], [['acme_names=10.0.0.1'], /acme_names must be host names/],
    [['acme_names=a.test,'.padEnd(2000, 'x')], /longer/], [['acme_names=gigs.test', 'tls_listen=127.0.0.1:0', 'tls_only=yes'], /plain HTTP/],
  ]) {
    const answer = await run(['serve', '--data', dir, '--listen', '127.0.0.1:0', ...sets.flatMap((s) => ['--set', s])]);
    assert.equal(answer.code, 2, sets.join());
    assert.match(answer.stderr, says);
  }
  rmSync(dir, { recursive: true, force: true });
});
