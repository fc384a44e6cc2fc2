// What an admin does with the box itself: backups and their download, a restore by upload with the start that follows, the
// certificate of HTTPS.
import test, { after, before } from 'node:test';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { Box, run, gigBody, phone, assert, eventually, steadyPort } from './harness.mjs';
import { audited, staffed } from './admin_kit.mjs';

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
const name = /^gigbox-\d{8}T\d{6}Z(-[0-9a-f]{8})?\.db$/;

let box, admin, moderator, stop, dir, asha;
before(async () => {
  // A port that stays: the box starts again within its process.
  ({ box, admin, moderator, stop, dir } = await staffed({ listen: `127.0.0.1:${await steadyPort()}`, sets: { backup_dir: 'copies', backup_every_h: 0, upload_bytes: 65536 } }));
  asha = await box.person(phone(), { name: 'Asha' });
});
after(() => stop());

/** Uploads a file in pieces and waits for what the box thinks of it. */
async function upload(bytes, { passphrase } = {}) {
  const begun = is(await admin.post('/api/admin/restore', { bytes: bytes.length, ...(passphrase ? { passphrase } : {}) }), 201);
  assert.deepEqual([begun.step, begun.bytes, begun.received, begun.pieceBytes], ['uploading', bytes.length, 0, 65536]);
  for (let at = 0; at < bytes.length; at += begun.pieceBytes) is(await piece(at, bytes.subarray(at, at + begun.pieceBytes)), 200);
  return await eventually(async () => {
    const now = is(await admin.get('/api/admin/restore'), 200);
    return now.step !== 'checking' && now;
  }, 'the check');
}
const piece = (at, bytes) => {
  const form = new FormData();
  form.set('piece', new Blob([bytes]), 'piece');
  return admin.post(`/api/admin/restore/pieces?at=${at}`, form);
};

test('only admins', async () => {
  for (const [method, what] of [['get', 'backups'], ['post', 'backups'], ['get', 'backups/gigbox-20260101T000000Z.db'], ['get', 'restore'], ['post', 'restore/apply'], ['delete', 'restore'], ['get', 'certificate']]) {
    is(await moderator[method](`/api/admin/${what}`), 403);
    is(await box[method](`/api/admin/${what}`), 401);
  }
  is(await moderator.post('/api/admin/restore', { bytes: 100 }), 403);
});

test('a backup is made when asked for, listed, and taken as it is', async () => {
  const none = is(await admin.get('/api/admin/backups'), 200);
  assert.deepEqual(none, { backups: [], on: true, directory: path.join(dir, 'copies'), bucket: null, everyHours: 0, keep: 14, sealed: false, running: false, bytes: 0, lastAt: null, failedAt: null, error: null });
  is(await admin.post('/api/admin/backups'), 202);
  const now = await eventually(async () => {
    const state = is(await admin.get('/api/admin/backups'), 200);
    return state.backups.length && !state.running && state;
  }, 'the backup');
  const [made] = now.backups;
  assert.match(made.name, name);
  assert.ok(now.lastAt >= made.at && made.at > 0);
  const bytes = readFileSync(path.join(dir, 'copies', made.name));
  assert.deepEqual([made.bytes, made.inBucket, made.sealed, now.bytes], [bytes.length, false, false, bytes.length]);
  const taken = await admin.get(`/api/admin/backups/${made.name}`, { raw: true });
  is(taken, 200);
  assert.deepEqual(taken.body, bytes);
  assert.equal(taken.headers.get('content-length'), String(bytes.length));
  assert.equal(taken.headers.get('content-disposition'), `attachment; filename="${made.name}"`);
  assert.equal(taken.headers.get('cache-control'), 'no-store');
  assert.equal((await audited(admin, 'backup.download')).detail, made.name);
  assert.equal((await audited(admin, 'backup.start')).actor.id, admin.id);
  writeFileSync(path.join(dir, 'copies', 'mine.db'), 'x');
  for (const other of ['mine.db', '..%2Fgigbox.db', '%2e%2e%2fgigbox.db', 'gigbox-20000101T000000Z.db', 'gigbox-20260101T000000Z.db%2F..%2F..%2Fgigbox.db'])
    is(await admin.get(`/api/admin/backups/${other}`), 404);
});

test('without a place there are none', async () => {
  const other = await staffed();
  try {
    const state = is(await other.admin.get('/api/admin/backups'), 200);
    assert.deepEqual([state.on, state.directory, state.bucket], [false, null, null]);
    assert.match(is(await other.admin.post('/api/admin/backups'), 409).error.message, /backup_dir/);
    assert.deepEqual(is(await other.admin.get('/api/admin/certificate'), 200), { on: false, editable: false, source: null, names: null, key: null, fingerprint: null, chain: null, validFrom: null, validTo: null, error: null });
    is(await other.box.call('PUT', '/api/admin/certificate', { token: other.admin.token, body: { chain: 'x', key: 'y' } }), 409);
  } finally {
    await other.stop();
  }
});

test('what is no backup is refused, and changes nothing', async () => {
  assert.equal(is(await admin.get('/api/admin/restore'), 200).step, 'none');
  is(await admin.post('/api/admin/restore/apply'), 409);
  is(await piece(0, 'x'), 409);
  is(await admin.post('/api/admin/restore', {}), 400);
  is(await admin.post('/api/admin/restore', { bytes: 0 }), 400);
  is(await admin.post('/api/admin/restore', { bytes: 2 ** 39 }), 507);
  const rubbish = await upload(Buffer.alloc(100000, 'no data file '));
  assert.equal(rubbish.step, 'refused');
  assert.ok(rubbish.error.length > 5);
  is(await admin.post('/api/admin/restore/apply'), 409);
  // Pieces are taken in order only, and no more than was announced.
  is(await admin.post('/api/admin/restore', { bytes: 1000 }), 201);
  is(await piece(5, 'x'), 409);
  assert.equal(is(await piece(0, 'x'.repeat(400)), 200).received, 400);
  is(await piece(0, 'x'.repeat(400)), 409);
  is(await piece(400, 'x'.repeat(700)), 400);
  is(await piece(400, ''), 400);
  assert.equal(is(await admin.get('/api/admin/restore'), 200).received, 400);
  is(await admin.delete('/api/admin/restore'), 200);
  assert.equal(is(await admin.get('/api/admin/restore'), 200).step, 'none');
  assert.ok(!existsSync(path.join(dir, 'restore.tmp')));
});

test('a good one is checked, and stands in the data file’s place after the start that it asks for', async () => {
  const kept = is(await asha.post('/api/gigs', gigBody({ title: 'Before the copy' })), 201);
  const { body: copy } = await admin.get('/api/admin/backup', { raw: true });
  const lost = is(await asha.post('/api/gigs', gigBody({ title: 'After the copy' })), 201);
  const ready = await upload(copy);
  assert.equal(ready.step, 'ready', ready.error);
  assert.equal(ready.people, 3);
  assert.ok(ready.records > 10 && ready.lastEventAt > 0);
  is(await asha.get(`/api/gigs/${lost.id}`), 200); // still the old data
  writeFileSync(path.join(dir, 'gigbox.conf'), 'fee_bps = 321\n');
  box.child.kill('SIGHUP');
  const fee = async () => is(await box.get('/api/config'), 200).feeBasisPoints;
  await eventually(async () => (await fee()) === 321, 'the file’s fee');
  const before = box.child.pid;
  assert.equal(is(await admin.post('/api/admin/restore/apply'), 200).step, 'staged');
  await eventually(async () => {
    const answer = await admin.get(`/api/gigs/${lost.id}`).catch(() => null);
    return answer?.status === 404;
  }, 'the restored data', 20000);
  assert.equal(box.child.pid, before, 'the same process');
  await eventually(async () => (await fee()) === 321, 'the file’s fee to be in force again');
  rmSync(path.join(dir, 'gigbox.conf'));
  is(await asha.get(`/api/gigs/${kept.id}`), 200);
  assert.equal(readdirSync(dir).filter((f) => f.startsWith('gigbox.db.before-restore-')).length, 1);
  assert.ok(!readdirSync(dir).some((f) => f === 'gigbox.db.restored' || f === 'restore.tmp'));
  assert.equal((await audited(admin, 'restore.done')).actor, null);
  is(await asha.post('/api/gigs', gigBody({ title: 'Life goes on' })), 201);
  const socket = await asha.socket(); // the realtime side came back too
  socket.ws.close();
  assert.equal(is(await admin.get('/api/admin/restore'), 200).step, 'none');
});

test('one that is sealed to a key wants the private key, in place of the passphrase', async () => {
  const file = path.join(dir, 'sealed'), key = path.join(dir, 'k');
  const setting = (await run(['backup-key', key])).stdout.trim().replace(' = ', '=');
  assert.equal((await run(['backup', '--data', dir, file, '--set', setting])).code, 0);
  const sealed = readFileSync(file), secret = readFileSync(key, 'utf8').trim();
  for (const f of [file, key]) rmSync(f);
  assert.match((await upload(sealed)).error, /sealed to a key/);
  assert.match((await upload(sealed, { passphrase: 'open sesame' })).error, /sealed to a key/);
  assert.equal((await upload(sealed, { passphrase: secret })).step, 'ready');
  assert.ok(!box.log.includes(secret));
});

test('a sealed one wants its passphrase; what was staged takes its place at any start', async () => {
  const file = path.join(dir, 'sealed');
  assert.equal((await run(['backup', '--data', dir, file, '--set', 'backup_passphrase=open sesame'])).code, 0);
  const sealed = readFileSync(file);
  rmSync(file);
  assert.match((await upload(sealed)).error, /sealed/);
  assert.match((await upload(sealed, { passphrase: 'wrong' })).error, /passphrase/);
  assert.equal((await upload(sealed, { passphrase: 'open sesame' })).step, 'ready');
  assert.ok(!box.log.includes('open sesame'));
  const lost = is(await asha.post('/api/gigs', gigBody({ title: 'Lost again' })), 201);
  // A box that dies between staging and its own start.
  const apply = admin.post('/api/admin/restore/apply').catch(() => null);
  await eventually(() => existsSync(path.join(dir, 'gigbox.db.restored')) || readdirSync(dir).filter((f) => f.startsWith('gigbox.db.before-')).length === 2, 'the staged copy');
  await box.kill();
  await apply;
  await box.boot();
  is(await asha.get(`/api/gigs/${lost.id}`), 404);
  assert.equal(readdirSync(dir).filter((f) => f.startsWith('gigbox.db.before-')).length, 2);
});

/** A self-signed pair by openssl: other software than ours. */
function pair(at, cn, ...algorithm) {
  const [key, cert] = [path.join(at, `${cn}.key`), path.join(at, `${cn}.crt`)];
  execFileSync('openssl', ['req', '-x509', ...algorithm, '-nodes', '-keyout', key, '-out', cert, '-days', '30', '-subj', `/CN=${cn}`, '-addext', `subjectAltName=DNS:${cn},DNS:*.${cn},IP:10.1.2.3`], { stdio: 'ignore' });
  chmodSync(key, 0o644);
  return { cert, key, chain: readFileSync(cert, 'utf8'), secret: readFileSync(key, 'utf8') };
}
const served = (port) => new Promise((resolve, reject) => {
  const s = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
    const seen = s.getPeerCertificate();
    s.destroy();
    resolve(seen.subject?.CN);
  });
  s.on('error', reject);
});

test('a certificate is checked, kept to itself, and spoken at once and after a start', async () => {
  const made = mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
  chmodSync(made, 0o755); // a box that gave up root reads what is below
  const ec = pair(made, 'bazaar.example', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'), rsa = pair(made, 'rsa.example', '-newkey', 'rsa:2048');
  const other = await staffed({ sets: { tls_listen: '127.0.0.1:0', tls_self_signed: 'yes' } });
  const put = (body, token = other.admin.token) => other.box.call('PUT', '/api/admin/certificate', { token, body });
  try {
    const self = is(await other.admin.get('/api/admin/certificate'), 200);
    assert.deepEqual([self.on, self.editable, self.source, self.key, self.chain], [true, true, 'self-signed', 'EC', 1]);
    assert.match(self.names, /localhost/);
    assert.ok(self.validFrom < Date.now() && self.validTo > Date.now());
    is(await put({ chain: ec.chain, key: ec.secret }, other.moderator.token), 403);
    const rows = [[{}, ['chain', 'key']], [{ chain: 'x', key: 'y' }, ['chain']], [{ chain: ec.chain, key: rsa.secret }, ['key']], [{ chain: ec.secret, key: ec.secret }, ['chain', 'key']],
      [{ chain: ec.chain, key: ec.chain }, ['key']], [{ chain: ec.chain.replace(/[A-Za-z0-9]{20}/, 'AAAAAAAAAAAAAAAAAAAA'), key: ec.secret }, ['chain', 'key']]];
    for (const [body, fields] of rows) {
      const no = is(await put(body), 400);
      assert.ok(Object.keys(no.error.fields).every((f) => fields.includes(f)), JSON.stringify(no));
      assert.ok(!JSON.stringify(no).includes(other.dir), 'no path of the machine');
    }
    assert.equal(await served(other.box.tlsPort), 'localhost');
    const now = is(await put({ chain: ec.chain, key: ec.secret }), 200);
    assert.deepEqual([now.source, now.names, now.key, now.chain], ['uploaded', 'bazaar.example, *.bazaar.example, 10.1.2.3', 'EC', 1]);
    const said = execFileSync('openssl', ['x509', '-in', ec.cert, '-noout', '-fingerprint', '-sha256', '-enddate']).toString();
    assert.equal(now.fingerprint, /Fingerprint=(\S+)/.exec(said)[1].replaceAll(':', '').toLowerCase());
    assert.equal(now.validTo, Date.parse(/notAfter=(.*)/.exec(said)[1]));
    assert.equal(await served(other.box.tlsPort), 'bazaar.example');
    assert.equal((await audited(other.admin, 'certificate.change')).detail, now.fingerprint);
    for (const f of readdirSync(other.dir).filter((x) => x.startsWith('tls-uploaded'))) assert.equal(statSync(path.join(other.dir, f)).mode & 0o777, 0o600, f);
    await other.box.restart();
    assert.equal(await served(other.box.tlsPort), 'bazaar.example');
    is(await put({ chain: rsa.chain, key: rsa.secret }), 200);
    assert.equal(await served(other.box.tlsPort), 'rsa.example');
    // And back: what was uploaded is gone, and stays so.
    const drop = (token = other.admin.token) => other.box.call('DELETE', '/api/admin/certificate', { token });
    is(await drop(other.moderator.token), 403);
    const back = is(await drop(), 200);
    assert.deepEqual([back.source, back.fingerprint, back.editable], ['self-signed', self.fingerprint, true]);
    assert.equal(await served(other.box.tlsPort), 'localhost');
    assert.equal((await audited(other.admin, 'certificate.change')).detail, self.fingerprint);
    assert.ok(!readdirSync(other.dir).some((f) => f.startsWith('tls-uploaded')));
    assert.match(is(await drop(), 409).error.message, /not an uploaded one/);
    await other.box.restart();
    assert.equal(await served(other.box.tlsPort), 'localhost');
    is(await put({ chain: ec.chain, key: ec.secret }), 200);
    assert.equal(await served(other.box.tlsPort), 'bazaar.example');
    assert.ok(!other.box.log.includes('PRIVATE KEY'));
  } finally {
    await other.stop();
  }
  const named = await staffed({ sets: { tls_listen: '127.0.0.1:0', tls_cert: ec.cert, tls_key: ec.key } });
  try {
    const state = is(await named.admin.get('/api/admin/certificate'), 200);
    assert.deepEqual([state.source, state.editable], ['settings', false]);
    is(await named.box.call('PUT', '/api/admin/certificate', { token: named.admin.token, body: { chain: rsa.chain, key: rsa.secret } }), 409);
    assert.match(is(await named.box.call('DELETE', '/api/admin/certificate', { token: named.admin.token }), 409).error.message, /tls_cert/);
  } finally {
    await named.stop();
    rmSync(made, { recursive: true, force: true });
  }
});
