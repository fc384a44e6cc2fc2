// `gigbox upgrade` on files that play the card: what is taken, what is refused, and that refusing writes nothing.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generateKeyPairSync, createSign, randomBytes } from 'node:crypto';
import { crc32 } from './crc32.mjs';
import { run } from './harness.mjs';

const keys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { privateKey, point: publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).toString('hex') };
};

function bundle(payload, { privateKey }, { length = payload.length, signed = payload } = {}) {
  const head = Buffer.alloc(16);
  head.write('GIGBOXU1');
  head.writeBigUInt64BE(BigInt(length), 8);
  const signature = createSign('sha256').update(head).update(signed).sign(privateKey);
  const start = Buffer.alloc(128);
  head.copy(start);
  start.writeUInt16BE(signature.length, 16);
  signature.copy(start, 18);
  return Buffer.concat([start, payload]);
}

function state(disk, sector = 64) {
  const block = readFileSync(disk).subarray(sector * 512, sector * 512 + 512);
  assert.equal(block.readUInt32LE(0), crc32(block.subarray(4)), 'the checksum that the boot script wants');
  return Object.fromEntries(block.subarray(4).toString('latin1').split('\0').filter(Boolean).map((p) => p.split('=')).filter(([, v]) => v));
}

test('upgrade: verified before anything is written, then tried once, then kept', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-upgrade-'));
  const disk = path.join(dir, 'disk'), file = path.join(dir, 'u.gbu');
  const owner = keys(), other = keys();
  const slot = (bytes, version) => {
    const block = Buffer.alloc(512);
    block.write(['ksize=1', ...(version ? [`version=${version}`] : []), ''].join('\0'), 4, 'latin1');
    block.writeUInt32LE(crc32(block.subarray(4)), 0);
    return Buffer.concat([block, randomBytes(bytes - 512)]);
  };
  const own = /(\d+)\.(\d+)\.(\d+)/.exec((await run(['version'])).stdout).slice(1).map(Number);
  const payload = slot(300000, own.join('.'));
  const room = Buffer.alloc(400000, 7);
  writeFileSync(disk, Buffer.alloc(128 * 512));
  for (const s of ['a', 'b']) writeFileSync(path.join(dir, `${s}.slot`), room);
  const upgrade = (what, key = owner.point, ...options) => run(['upgrade', ...options, what, '--set', `upgrade_key=${key}`, '--set', `upgrade_dir=${dir}`, '--set', `upgrade_disk=${disk}`]);
  const good = bundle(payload, owner);
  const flip = (at) => { const b = Buffer.from(good); b[at] ^= 1; return b; };
  const before = readFileSync(disk);
  for (const [what, bytes, key] of [
    ['of another key', bundle(payload, other)], ['for another key', good, other.point], ['no key', good, ''], ['not a key', good, '04'.padEnd(130, 'f')],
    ['first byte changed', flip(128)], ['last byte changed', flip(good.length - 1)], ['signature changed', flip(30)], ['magic changed', flip(0)],
    ['cut off', good.subarray(0, good.length - 1)], ['added to', Buffer.concat([good, Buffer.from([0])])], ['header only', good.subarray(0, 128)], ['empty', Buffer.alloc(0)],
    ['length lies', bundle(payload, owner, { length: payload.length - 1 })], ['signature of other bytes', bundle(payload, owner, { signed: Buffer.from('x') })],
    ['signature too long', (() => { const b = Buffer.from(good); b.writeUInt16BE(60000, 16); return b; })()],
    ['too large for the slot', bundle(slot(500000, '99.0.0'), owner)],
    ['no version', bundle(slot(300000), owner)], ['an older one', bundle(slot(300000, '0.0.99'), owner)], ['older in its last number', bundle(slot(300000, [own[0], own[1], own[2] - 1].join('.')), owner)],
    ['a strange version', bundle(slot(300000, 'latest'), owner)],
  ]) {
    writeFileSync(file, bytes);
    const refused = await upgrade(file, key);
    assert.equal(refused.code, 1, what);
    assert.notEqual(refused.stderr, '', what);
    assert.deepEqual(readFileSync(path.join(dir, 'b.slot')), room, `${what}: the slot is as it was`);
    assert.deepEqual(readFileSync(disk), before, `${what}: the disk is as it was`);
  }
  writeFileSync(file, bundle(slot(300000, '0.0.99'), owner));
  assert.match((await upgrade(file)).stderr, /version 0\.0\.99 is older than \d+\.\d+\.\d+, which runs here.*--older/);
  assert.equal((await upgrade(file, owner.point, '--older')).code, 0, 'unless it is meant');
  assert.equal((await upgrade(file, other.point, '--older')).code, 1, 'which says nothing of the signature');
  for (const version of [[own[0], own[1], own[2] + 1], [own[0], own[1] + 10, 0], [own[0] + 10, 0, 0]]) {
    writeFileSync(file, bundle(slot(300000, version.join('.')), owner));
    assert.equal((await upgrade(file)).code, 0, version.join('.'));
  }
  writeFileSync(disk, before);
  writeFileSync(path.join(dir, 'b.slot'), room);
  writeFileSync(file, good);
  const taken = await upgrade(file);
  assert.equal(taken.code, 0, taken.stderr);
  assert.deepEqual(readFileSync(path.join(dir, 'b.slot')), Buffer.concat([payload, room.subarray(payload.length)]), 'in place, as long as before');
  assert.deepEqual(readFileSync(path.join(dir, 'a.slot')), room, 'the running slot is left alone');
  assert.deepEqual(state(disk), { active: 'a', try: 'b', nonce: '1' });
  assert.deepEqual(state(disk, 65), state(disk), 'twice');
  assert.match((await upgrade('state')).stdout, /slot a runs; active a, try b/);
  // One copy torn: the other counts.
  const bytes = readFileSync(disk);
  bytes.fill(0xff, 64 * 512, 64 * 512 + 100);
  writeFileSync(disk, bytes);
  assert.match((await upgrade('state')).stdout, /try b/);
  assert.equal((await upgrade('confirm')).code, 0);
  assert.deepEqual(state(disk), { active: 'a', nonce: '1' });
  assert.equal((await upgrade(file)).code, 0);
  assert.equal(state(disk).nonce, '2', 'each trial has a number of its own');
  assert.equal((await run(['upgrade', 'state'])).code, 1, 'no card here');
  rmSync(dir, { recursive: true, force: true });
});
