// A restore from where backups are: of the directory and of a bucket, plain and sealed, damaged, unknown, broken off.
import test, { after, before } from 'node:test';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, gigBody, phone, assert, eventually, steadyPort } from './harness.mjs';
import { audited, staffed } from './admin_kit.mjs';
import { bucket } from './bucket.mjs';

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);

let store, box, admin, moderator, stop, dir, copies, secrets, asha;
before(async () => {
  store = await bucket({ page: 2 });
  secrets = mkdtempSync(path.join(tmpdir(), 'gigbox-restore-'));
  writeFileSync(path.join(secrets, 's3'), 'S3RVER\n', { mode: 0o644 });
  // A port that stays: the box starts again within its process.
  ({ box, admin, moderator, stop, dir } = await staffed({
    listen: `127.0.0.1:${await steadyPort()}`,
    sets: { ...store.sets, backup_s3_secret: 'S3RVER', backup_dir: 'copies', backup_every_h: 0 },
  }));
  copies = path.join(dir, 'copies');
  asha = await box.person(phone(), { name: 'Asha' });
});
after(async () => {
  await stop?.();
  await store?.close();
  rmSync(secrets, { recursive: true, force: true });
});

const at = (n, sealed) => `gigbox-2026010${n}T000000Z.db${sealed ? '.sealed' : ''}`;
const begin = (name, body = {}) => admin.post(`/api/admin/backups/${encodeURIComponent(name)}/restore`, body);
const state = async () => is(await admin.get('/api/admin/restore'), 200);
const settled = () => eventually(async () => {
  const now = await state();
  return !['fetching', 'checking'].includes(now.step) && now;
}, 'the check', 20000);
const from = async (name, body) => (assert.ok(['fetching', 'checking', 'ready', 'refused'].includes(is(await begin(name, body), 202).step)), settled());
/** A copy of now, written by the command line; sealed with these settings. */
async function copy(...sets) {
  const file = path.join(secrets, 'copy');
  const made = await run(['backup', '--data', dir, file, ...sets.flatMap((s) => ['--set', s])]);
  assert.equal(made.code, 0, made.stderr);
  return readFileSync(file);
}

test('only admins; only names of the list', async () => {
  mkdirSync(copies, { recursive: true });
  writeFileSync(path.join(copies, at(1)), await copy());
  writeFileSync(path.join(copies, 'mine.db'), await copy());
  symlinkSync(path.join(dir, 'gigbox.db'), path.join(copies, at(9)));
  is(await moderator.post(`/api/admin/backups/${at(1)}/restore`, {}), 403);
  is(await asha.post(`/api/admin/backups/${at(1)}/restore`, {}), 403);
  is(await box.post(`/api/admin/backups/${at(1)}/restore`, {}), 401);
  for (const name of ['mine.db', at(2), `${at(1)}.sealed`, `../copies/${at(1)}`, `./${at(1)}`, '../gigbox.db', `${at(1)}/../../gigbox.db`, at(9)])
    for (const inBucket of [false, true]) is(await begin(name, { inBucket }), 404);
  is(await begin(at(1), { inBucket: true }), 404); // that place has none of this name
  is(await begin('x'.repeat(200)), 400);
  is(await begin(at(1), { inBucket: 'maybe' }), 400);
  is(await begin(at(1), { passphrase: 'x'.repeat(2000) }), 400);
  assert.equal((await state()).step, 'none');
  assert.deepEqual((await admin.get('/api/admin/audit?act=restore.fetch')).body.entries, [], 'nothing happened');
  assert.ok(!store.seen.some((r) => r.url.includes('gigbox.db')), 'no name of a client’s goes to the bucket');
});

test('all of a bucket that shows a few at a time is listed, with sizes', async () => {
  const bytes = await copy();
  for (let n = 1; n <= 5; n++) await store.put(`north/${at(n)}`, n === 5 ? bytes : Buffer.alloc(100 + n));
  await store.put('north/gigbox-notes.txt', 'not ours');
  await store.put(`south/${at(6)}`, bytes);
  const { backups, error } = is(await admin.get('/api/admin/backups'), 200);
  assert.equal(error, null);
  assert.deepEqual(backups.filter((b) => b.inBucket).map((b) => [b.name, b.bytes, b.sealed]), [1, 2, 3, 4, 5].map((n) => [at(n), n === 5 ? bytes.length : 100 + n, false]));
  assert.deepEqual(backups.filter((b) => !b.inBucket).map((b) => b.name), [at(1)]);
  assert.ok(store.seen.filter((r) => r.url.includes('continuation-token=')).length >= 2, 'by its pages');
});

test('of the directory: fetched, checked, put in place by the start that it asks for; the old file is kept', async () => {
  const kept = is(await asha.post('/api/gigs', gigBody({ title: 'Before the copy' })), 201);
  writeFileSync(path.join(copies, at(2)), await copy());
  const lost = is(await asha.post('/api/gigs', gigBody({ title: 'After the copy' })), 201);
  const ready = await from(at(2));
  assert.equal(ready.step, 'ready', ready.error);
  assert.deepEqual([ready.people, ready.received, ready.error], [3, ready.bytes, null]);
  assert.deepEqual([(await audited(admin, 'restore.fetch')).detail, (await audited(admin, 'restore.fetch')).actor.id], [at(2), admin.id]);
  is(await asha.get(`/api/gigs/${lost.id}`), 200); // still the old data
  assert.equal(is(await admin.post('/api/admin/restore/apply'), 200).step, 'staged');
  await eventually(async () => (await admin.get(`/api/gigs/${lost.id}`).catch(() => null))?.status === 404, 'the restored data', 20000);
  is(await asha.get(`/api/gigs/${kept.id}`), 200);
  assert.equal(readdirSync(dir).filter((f) => f.startsWith('gigbox.db.before-restore-')).length, 1);
  assert.ok(readdirSync(copies).includes(at(2)), 'the backup stays where it is');
  assert.equal((await audited(admin, 'restore.done')).actor, null);
});

test('of the bucket: larger than a piece, with what opens it; damaged, cut off, or of another length it is refused', async () => {
  const lost = is(await asha.post('/api/gigs', gigBody({ title: 'Not in the bucket' })), 201);
  is(await asha.delete(`/api/gigs/${lost.id}`), 200);
  const key = path.join(secrets, 'key'), setting = (await run(['backup-key', key])).stdout.trim().replace(' = ', '=');
  const plain = await copy(), sealed = await copy('backup_passphrase=open sesame'), keyed = await copy(setting), secret = readFileSync(key, 'utf8').trim();
  const bent = Buffer.from(sealed);
  bent[sealed.length >> 1] ^= 1;
  await store.put(`north/${at(1)}`, plain);
  await store.put(`north/${at(1, true)}`, sealed);
  await store.put(`north/${at(2, true)}`, keyed);
  await store.put(`north/${at(3, true)}`, bent);
  await store.put(`north/${at(4, true)}`, sealed.subarray(0, sealed.length - 20));
  await store.put(`north/${at(3)}`, Buffer.alloc(100000, 'no data file '));
  const rows = [
    [at(1), {}, 'ready', null],
    [at(1, true), {}, 'refused', /sealed/],
    [at(1, true), { passphrase: 'wrong' }, 'refused', /passphrase/],
    [at(1, true), { passphrase: 'open sesame' }, 'ready', null],
    [at(2, true), { passphrase: 'open sesame' }, 'refused', /sealed to a key/],
    [at(2, true), { passphrase: secret }, 'ready', null],
    [at(3, true), { passphrase: 'open sesame' }, 'refused', /changed or cut off/],
    [at(4, true), { passphrase: 'open sesame' }, 'refused', /changed or cut off/],
    [at(3), {}, 'refused', /./],
    [at(2), {}, 'refused', /./], // 102 zeros
  ];
  for (const [name, body, step, error] of rows) {
    const now = await from(name, { inBucket: true, ...body });
    assert.equal(now.step, step, `${name}: ${now.error}`);
    if (error) assert.match(now.error, error, name);
    else assert.equal(now.people, 3);
    if (step === 'refused') is(await admin.post('/api/admin/restore/apply'), 409);
  }
  assert.ok(store.seen.every((r) => r.good), 'each request is signed');
  for (const word of ['open sesame', secret, 'S3RVER']) assert.ok(!box.log.includes(word), 'no secret is logged');
  assert.ok(!JSON.stringify((await admin.get('/api/admin/audit?limit=100')).body).includes('sesame'));
});

test('a newer schema is refused', async () => {
  const bytes = await copy();
  let changed = 0;
  for (let i = bytes.indexOf('schema'); i >= 0; i = bytes.indexOf('schema', i + 1))
    if (bytes[i + 6] >= 0x30 && bytes[i + 6] <= 0x38) (bytes[i + 6] = 0x39), changed++;
  assert.ok(changed, 'the number follows its name');
  writeFileSync(path.join(copies, at(3)), bytes);
  const now = await from(at(3));
  assert.deepEqual([now.step, /newer gigbox/.test(now.error)], ['refused', true], now.error);
});

test('one is under way: no other begins; it can be broken off; a box that stops does not wait for it', async () => {
  store.slow_ms = 1500;
  assert.equal(is(await begin(at(1), { inBucket: true }), 202).step, 'fetching');
  assert.match(is(await begin(at(2)), 409).error.message, /being fetched/);
  is(await admin.post('/api/admin/restore', { bytes: 1000 }), 409);
  is(await admin.post('/api/admin/restore/apply'), 409);
  is(await admin.delete('/api/admin/restore'), 200);
  assert.equal((await settled()).step, 'none');
  assert.equal((await from(at(2))).step, 'ready');
  store.slow_ms = 30000;
  assert.equal(is(await begin(at(1), { inBucket: true }), 202).step, 'fetching');
  const began = Date.now();
  await box.restart();
  assert.ok(Date.now() - began < 15000, 'the stop broke it off');
  assert.equal((await state()).step, 'none');
  assert.ok(!readdirSync(dir).includes('restore.tmp'));
  store.slow_ms = 0;
});

test('a bucket that is out of reach: said so; the directory serves all the same', async () => {
  await store.close();
  assert.match(is(await begin(at(1), { inBucket: true }), 409).error.message, /127\.0\.0\.1/);
  assert.ok(is(await admin.get('/api/admin/backups'), 200).error);
  assert.equal((await from(at(2))).step, 'ready');
  is(await admin.delete('/api/admin/restore'), 200);
  store = null;
});
