// Backups: by hand, by the schedule, to a directory and to a bucket, sealed and not, and back.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, readdirSync, readFileSync, writeFileSync, statSync, mkdirSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, run, eventually } from './harness.mjs';
import { bucket } from './bucket.mjs';

const temporary = () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-backup-'));
  chmodSync(dir, 0o755); // a box that gave up root reaches what is below
  return dir;
};
const name = /^gigbox-\d{8}T\d{6}Z(-[0-9a-f]{8})?\.db(\.sealed)?$/;
const backups = (dir) => readdirSync(dir).filter((f) => name.test(f)).sort();
const clean = async (dir) => {
  const check = await run(['check', '--data', dir]);
  assert.equal(check.code, 0, check.stdout + check.stderr);
};

/** Restores into a fresh directory and looks for a gig in what came of it. */
async function holds(from, title, args = []) {
  const dir = temporary();
  const restored = await run(['restore', '--data', dir, from, ...args]);
  assert.equal(restored.code, 0, restored.stdout + restored.stderr);
  await clean(dir);
  const box = await Box.start({ dir, validate: false });
  const list = await box.get('/api/gigs?search=' + encodeURIComponent(title));
  await box.stop();
  rmSync(dir, { recursive: true, force: true });
  assert.deepEqual(list.body.data?.map((g) => g.title) ?? list.body.gigs.map((g) => g.title), [title]);
}

async function withGig(sets, env) {
  const box = await Box.start({ sets, validate: false, env });
  const poster = await box.person('+919876500001');
  const gig = await poster.post('/api/gigs', {
    title: 'Paint the boat house', description: 'Two coats, white, brushes are there.', category: 'design',
    budgetType: 'fixed', budgetMin: 50000, budgetMax: 90000, deadline: Date.now() + 7 * 86400000,
  });
  assert.equal(gig.status, 201, JSON.stringify(gig.body));
  return box;
}
const title = 'Paint the boat house';

test('a sealed backup opens with its passphrase only, and not when a byte of it is other or missing', async () => {
  const dir = temporary();
  const box = { dir: path.join(dir, 'demo') }; // larger than some chunks
  assert.equal((await run(['demo', '--data', box.dir])).code, 0);
  const file = path.join(dir, 'b.sealed');
  const words = ['--set', 'backup_passphrase=correct horse'];
  const made = await run(['backup', '--data', box.dir, file, ...words]);
  assert.equal(made.code, 0, made.stderr);
  const piped = await run(['backup', '--data', box.dir, '-', ...words]);
  const whole = readFileSync(file);
  assert.equal(whole.subarray(0, 8).toString(), 'GIGBOXE1');
  assert.equal(piped.out.length, whole.length, 'to a pipe as to a file');
  assert.notDeepEqual(piped.out.subarray(16, 32), whole.subarray(16, 32), 'each has a salt of its own');
  const plain = await run(['backup', '--data', box.dir, '-']);
  assert.equal(whole.length, 40 + plain.out.length + 16 * Math.ceil(plain.out.length / 65536), 'the documented size');
  assert.ok(plain.out.includes('designs for') || plain.out.includes('Poster'), 'the open one can be read');
  assert.ok(!whole.includes('designs for') && !whole.includes('Poster'), 'the sealed one cannot');

  const into = temporary();
  const spoilt = path.join(dir, 'spoilt');
  const chunk = 65536 + 16;
  const swapped = Buffer.concat([whole.subarray(0, 40), whole.subarray(40 + chunk, 40 + 2 * chunk), whole.subarray(40, 40 + chunk), whole.subarray(40 + 2 * chunk)]);
  const flipped = (at) => { const b = Buffer.from(whole); b[at] ^= 1; return b; };
  const rows = [
    ['wrong passphrase', whole, ['--set', 'backup_passphrase=wrong horse']],
    ['no passphrase', whole, []],
    ['first byte of data', flipped(40), words], ['in the middle', flipped(whole.length >> 1), words],
    ['last byte', flipped(whole.length - 1), words], ['salt', flipped(20), words], ['passes', flipped(15), words], ['memory', flipped(8), words],
    ['cut at a chunk', whole.subarray(0, 40 + chunk), words], ['cut in a chunk', whole.subarray(0, whole.length - 5), words],
    ['header only', whole.subarray(0, 40), words], ['half a header', whole.subarray(0, 20), words],
    ['added to', Buffer.concat([whole, Buffer.from('x')]), words], ['chunks swapped', swapped, words],
  ];
  for (const [what, bytes, args] of rows) {
    writeFileSync(spoilt, bytes);
    const restored = await run(['restore', '--data', into, spoilt, ...args]);
    assert.equal(restored.code, 1, `${what}: ${restored.stdout}`);
    assert.ok(!readdirSync(into).includes('gigbox.db') && !readdirSync(into).includes('restore.tmp'), what);
  }
  // From standard input, by a passphrase in a file.
  writeFileSync(path.join(dir, 'words'), 'correct horse\n');
  const fromPipe = await run(['restore', '--data', into, '-', '--set', `backup_passphrase_file=${dir}/words`], { input: piped.out });
  assert.equal(fromPipe.code, 0, fromPipe.stderr);
  await clean(into);
  assert.deepEqual((await run(['backup', '--data', into, '-'])).out, plain.out, 'what comes out is what went in');
  for (const d of [dir, into]) rmSync(d, { recursive: true, force: true });
});

test('a backup sealed to a public key: the box that made it cannot open it, the private key does', async () => {
  const dir = temporary(), key = path.join(dir, 'gigbox-backup.key'), into = temporary();
  const made = await run(['backup-key', key]);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^backup_public_key = gbpub[0-9a-f]{72}\n$/);
  const setting = made.stdout.trim().replace(' = ', '=');
  assert.match(readFileSync(key, 'utf8'), /^gbsec[0-9a-f]{72}\n$/);
  assert.equal(statSync(key).mode & 0o077, 0, 'for its owner only');
  const twice = await run(['backup-key', key]);
  assert.equal(twice.code, 1, 'a key is not written over another');
  const piped = await run(['backup-key', '-']);
  assert.match(piped.stdout, /^gbsec[0-9a-f]{72}\nbackup_public_key = gbpub[0-9a-f]{72}\n$/);
  const other = path.join(dir, 'other.key');
  writeFileSync(other, piped.stdout.split('\n')[0] + '\r\n');

  // By the schedule of a serving box, which knows a passphrase too: the key counts.
  mkdirSync(path.join(dir, 'b'));
  chmodSync(path.join(dir, 'b'), 0o777);
  const box = await withGig({ backup_dir: path.join(dir, 'b'), backup_public_key: setting.split('=')[1], backup_passphrase: 'correct horse', backup_every_h: 0 });
  box.child.kill('SIGUSR1');
  const file = path.join(dir, 'b', await eventually(async () => backups(path.join(dir, 'b'))[0], 'a backup'));
  assert.match(file, /\.db\.sealed$/);
  const whole = readFileSync(file);
  assert.equal(whole.subarray(0, 8).toString(), 'GIGBOXE2');
  assert.ok(!whole.includes(title), 'it cannot be read');
  const box1 = await run(['backup', '--data', box.dir, '-', '--set', setting]), box2 = await run(['backup', '--data', box.dir, '-', '--set', setting]);
  assert.notDeepEqual(box1.out.subarray(8, 40), box2.out.subarray(8, 40), 'each has a fresh key');
  await box.stop();

  const flipped = (at) => { const b = Buffer.from(whole); b[at] ^= 1; writeFileSync(path.join(dir, 'spoilt'), b); return path.join(dir, 'spoilt'); };
  for (const [what, from, args, code] of [
    ['no key', file, [], 1], ['what the box knows', file, ['--set', setting, '--set', 'backup_passphrase=correct horse'], 1], ['another key', file, ['--key', other], 1],
    ['the public key for the private', file, ['--set', `backup_private_key=${setting.split('=')[1]}`], 1], ['a file that is no key', file, ['--key', file], 1],
    ['the fresh key changed', flipped(20), ['--key', key], 1], ['the last byte changed', flipped(whole.length - 1), ['--key', key], 1],
  ]) {
    const restored = await run(['restore', '--data', into, from, ...args]);
    assert.equal(restored.code, code, `${what}: ${restored.stdout}${restored.stderr}`);
    assert.ok(!readdirSync(into).includes('gigbox.db'), what);
  }
  assert.match((await run(['restore', '--data', into, file])).stderr, /sealed to a key.*--key/);
  await holds(file, title, ['--key', key]);
  const typo = await run(['config', '--set', setting.replace(/.$/, (c) => (c === '0' ? '1' : '0'))]);
  assert.equal(typo.code, 2, 'a mistyped key is no setting');
  assert.match(typo.stderr, /backup_public_key must be the public key/);
  for (const d of [dir, into]) rmSync(d, { recursive: true, force: true });
});

test('the schedule: one at once when there is none, none again when one is fresh, the oldest go', async () => {
  const dir = temporary();
  mkdirSync(path.join(dir, 'b'));
  const old = ['gigbox-20200101T000000Z.db', 'gigbox-20200102T000000Z.db.sealed', 'gigbox-20200103T000000Z.db'];
  const foreign = ['gigbox-20200101T000000Z-00c0ffee.db', `gigbox-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z-00c0ffee.db`];
  const others = ['gigbox-2020.db', 'gigbox-20200101T000000Z-nothex00.db', 'gigbox-20200101T000000Z.db.part', 'mine.db', ...foreign].sort();
  for (const f of [...old, ...others]) writeFileSync(path.join(dir, 'b', f), 'x');
  const backups = (d) => readdirSync(d).filter((f) => name.test(f) && !foreign.includes(f)).sort();
  const box = await withGig({ backup_dir: path.join(dir, 'b'), backup_keep: 2, backup_every_h: 1 });
  const now = await eventually(async () => backups(path.join(dir, 'b')).find((f) => !old.includes(f)), 'a backup');
  await eventually(async () => backups(path.join(dir, 'b')).length === 2, 'the old ones to go');
  assert.deepEqual(backups(path.join(dir, 'b')), [old[2], now], 'the newest two stay');
  assert.deepEqual(readdirSync(path.join(dir, 'b')).filter((f) => others.includes(f)).sort(), others, 'nothing else is touched, not what another box made, however new');
  assert.equal((await box.get('/healthz')).body.components.backup, 'ok');
  assert.match((await box.get('/metrics')).body, /^gigbox_backups_total 1$/m);
  assert.equal(statSync(path.join(dir, 'b', now)).mode & 0o077, 0, 'for its owner only');

  await box.restart();
  await eventually(async () => /gigbox_backup_last_timestamp_seconds [1-9]/.test((await box.get('/metrics')).body), 'the newest one to be known');
  assert.match((await box.get('/metrics')).body, /^gigbox_backups_total 0$/m, 'a restart repeats none');
  await new Promise((r) => setTimeout(r, 1050)); // names tell seconds
  box.child.kill('SIGUSR1');
  const more = await eventually(async () => { const all = backups(path.join(dir, 'b')); return all.includes(old[2]) || all.length < 2 ? null : all; }, 'one that was asked for');
  await holds(path.join(dir, 'b', more[1]), title);
  await box.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a place that cannot be written to: the box serves on, says so, and leaves nothing behind', async () => {
  const dir = temporary();
  writeFileSync(path.join(dir, 'file'), 'x');
  const box = await Box.start({ validate: false, sets: { backup_dir: path.join(dir, 'file', 'below') } });
  await eventually(async () => (await box.get('/healthz')).body.components.backup === 'failed', 'the failure to show');
  assert.equal((await box.get('/healthz')).status, 200);
  assert.equal((await box.get('/healthz')).body.status, 'ok');
  await box.stop();
  const off = await Box.start({ validate: false });
  assert.equal((await off.get('/healthz')).body.components.backup, 'off');
  const none = await run(['backup', '--data', off.dir]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /backup_dir/);
  await off.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a bucket: put, list, keep, bring back; each request is signed', async (t) => {
  const store = await bucket();
  t.after(() => store.close());
  const words = temporary();
  writeFileSync(path.join(words, 'secret'), 'S3RVER\n');
  const sets = { ...store.sets, backup_s3_secret_file: path.join(words, 'secret'), backup_keep: 2, backup_every_h: 24, backup_passphrase: 'tide and time' };
  const args = Object.entries(sets).flatMap(([k, v]) => ['--set', `${k}=${v}`]);
  const box = await withGig(sets, process.env.GIGBOX_LOCKDOWN ? {} : { GIGBOX_LOCKDOWN: 'yes' } /* a sanitizer cannot be confined */);
  await eventually(async () => (await box.get('/metrics')).body.includes('gigbox_backups_total 1'), 'the first upload');
  assert.ok(!readdirSync(box.dir).some((f) => f.startsWith('backup.part')), 'nothing stays on the box');
  for (let i = 0; i < 3; i++) {
    await new Promise((r) => setTimeout(r, 1050)); // names tell seconds
    const made = await run(['backup', '--data', box.dir, ...args]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout.trim(), name);
  }
  const list = await run(['backups', '--data', box.dir, ...args]);
  const there = list.stdout.trim().split('\n');
  assert.equal(there.length, 2, list.stdout + list.stderr);
  assert.ok(there.every((l) => /^s3:gigbox-.*\.db\.sealed$/.test(l)), list.stdout);
  await holds(there[1], title, args);
  assert.ok(store.seen.length > 8 && store.seen.every((r) => r.good), JSON.stringify(store.seen));
  assert.ok(store.seen.filter((r) => r.method === 'PUT').every((r) => r.url.startsWith('/boxes/north/gigbox-')), 'the prefix');
  assert.equal(store.seen.filter((r) => r.method === 'DELETE').length, 2);

  const wrong = await run(['backup', '--data', box.dir, ...args.map((a) => (a.startsWith('backup_s3_secret') ? 'backup_s3_secret=wrong' : a))]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /403 SignatureDoesNotMatch/);
  const nothing = await run(['restore', '--data', box.dir + '.x', 's3:gigbox-20200101T000000Z.db', ...args]);
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /404/);
  rmSync(box.dir + '.x', { recursive: true, force: true });
  assert.ok(!box.log.includes('S3RVER') && !box.log.includes('tide and time'), 'no secret is logged');
  await box.stop();
  rmSync(words, { recursive: true, force: true });
});

test('a bucket that is not there: tried again later, told by healthz', async () => {
  const box = await Box.start({ validate: false, sets: { backup_s3_url: 'http://127.0.0.1:9/none', backup_s3_key_id: 'a', backup_s3_secret: 'b' } });
  await eventually(async () => (await box.get('/healthz')).body.components.backup === 'failed', 'the failure to show');
  await box.stop();
});

test('restore: the old file is kept, a newer schema is refused, a running box is left alone', async () => {
  const box = await withGig({});
  const dir = temporary();
  const file = path.join(dir, 'b.db');
  assert.equal((await run(['backup', '--data', box.dir, file])).code, 0);
  const busy = await run(['restore', '--data', box.dir, file]);
  assert.equal(busy.code, 3);
  await box.kill();
  for (let i = 0; i < 2; i++) {
    assert.equal((await run(['restore', '--data', box.dir, file])).code, 0);
    await clean(box.dir);
  }
  assert.equal(readdirSync(box.dir).filter((f) => f.startsWith('gigbox.db.before-restore-')).length, 2);
  // The schema's number is a text in the file; its next digit stands for a newer program.
  const bytes = readFileSync(file);
  const at = bytes.indexOf('schema');
  assert.ok(at > 0);
  let changed = 0;
  for (let i = bytes.indexOf('schema'); i >= 0; i = bytes.indexOf('schema', i + 1)) {
    const digit = i + 6;
    if (bytes[digit] >= 0x30 && bytes[digit] <= 0x38) (bytes[digit] = 0x39), changed++;
  }
  assert.ok(changed, 'the number follows its name');
  writeFileSync(file, bytes);
  const before = readFileSync(path.join(box.dir, 'gigbox.db'));
  const newer = await run(['restore', '--data', box.dir, file]);
  assert.equal(newer.code, 3, newer.stdout);
  assert.match(newer.stderr, /newer gigbox/);
  assert.deepEqual(readFileSync(path.join(box.dir, 'gigbox.db')), before);
  for (const d of [dir, box.dir]) rmSync(d, { recursive: true, force: true });
});
