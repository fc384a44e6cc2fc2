// The card's image in qemu-system-aarch64: usage node board/image/test.mjs [SCENARIO...]
// Scenarios (all by default): boot, upgrade, broken, crash, cuts, unflushed. TAP. Each starts with the image as `make image` wrote it, on a card
// of 512 MiB, behind the same U-Boot and boot script as on a Pi. Skips where qemu or the image is missing.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync, rmSync, copyFileSync, truncateSync, openSync, readSync, writeSync, closeSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import net from 'node:net';

const top = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const out = path.join(top, 'build/image');
const image = path.join(out, 'gigbox-arm64.img');
const wanted = process.argv.slice(2);
const patience = Number(process.env.GIGBOX_SLOW ?? 1) * 180;
const cuts = Number(process.env.GIGBOX_CUTS ?? 6);
let n = 0, failed = 0;
const ok = (good, what) => { console.log(`${good ? 'ok' : 'not ok'} ${++n} - image: ${what}`); if (!good) failed = 1; return good; };
const skip = (why) => { console.log(`ok 1 - image: boots in qemu # SKIP ${why}\n1..1`); process.exit(0); };
const sh = (command, ...args) => {
  const r = spawnSync(command, args, { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.stderr || r.error}`);
  return r.stdout;
};

for (const tool of ['qemu-system-aarch64', 'mcopy', 'dpkg-deb', 'mkenvimage']) if (spawnSync('which', [tool]).status !== 0) skip(`no ${tool}`);
if (!existsSync(image)) skip('make image was not run');
const work = mkdtempSync(path.join(tmpdir(), 'gigbox-image-'));
const loader = path.join(work, 'u-boot.bin');
{
  const row = readFileSync(path.join(top, 'board/image/manifest'), 'utf8').split('\n').find((l) => l.startsWith('u-boot-qemu '));
  const file = path.join(top, 'build/download', path.basename(row.split('|')[3].trim()));
  sh('dpkg-deb', '-x', file, path.join(work, 'u'));
  copyFileSync(path.join(work, 'u/usr/lib/u-boot/qemu_arm64/u-boot.bin'), loader);
}
const freePort = () => new Promise((resolve) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });

class Card {
  constructor(name) {
    this.file = path.join(work, name + '.img');
    sh('cp', '--sparse=always', image, this.file);
    truncateSync(this.file, 512 << 20);
  }
  put(from, to) { sh('mcopy', '-o', '-i', `${this.file}@@4M`, from, '::' + to); }
  /** Boots; `until` is looked for on the serial line, again and again over reboots. */
  async run(until, { seconds = patience, within, drive } = {}) {
    const log = path.join(work, 'serial.log');
    const port = await freePort();
    rmSync(log, { force: true });
    const q = spawn('qemu-system-aarch64', ['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '512', '-bios', loader, ...(drive ?? ['-drive', `if=none,id=d0,file=${this.file},format=raw`]),
      '-device', 'virtio-blk-device,drive=d0', '-netdev', `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:80`, '-device', 'virtio-net-device,netdev=n0',
      '-display', 'none', '-monitor', 'none', '-serial', `file:${log}`], { stdio: 'ignore' });
    const ended = new Promise((resolve) => q.on('exit', resolve));
    const text = () => (existsSync(log) ? readFileSync(log, 'latin1') : '');
    let seen = false;
    for (const end = Date.now() + seconds * 1000; !seen && Date.now() < end && q.exitCode === null; await new Promise((r) => setTimeout(r, 100))) seen = until.test(text());
    const result = { seen, text: text() };
    if (within && seen) result.within = await within(`http://127.0.0.1:${port}`);
    q.kill('SIGKILL');
    await ended;
    if (!seen) writeFileSync(path.join(out, 'serial.log'), result.text);
    if (!seen) console.log(result.text.split('\n').slice(-25).map((l) => '# ' + l.replace(/[^\x20-\x7e]/g, '')).join('\n'));
    return result;
  }
  state() {
    const block = Buffer.alloc(512);
    const fd = openSync(this.file, 'r');
    readSync(fd, block, 0, 512, 64 * 512);
    closeSync(fd);
    return block.subarray(4).toString('latin1').split('\0').filter(Boolean).join(' ');
  }
}

/** An upgrade whose initramfs has one more archive behind it, so that `files` ({path: bytes}) stand over the old ones. */
function upgradeWith(name, files, { spoil } = {}) {
  const root = path.join(work, name);
  sh('mkdir', '-p', root);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(path.join(root, file), bytes, { mode: 0o755 });
  sh('sh', '-c', `cd '${root}' && find . -type f | cpio --quiet -o -H newc -R 0:0 | gzip -n > '${root}.cpio.gz' && cat '${out}/initrd' > '${root}.initrd' && truncate -s %4 '${root}.initrd' && cat '${root}.cpio.gz' >> '${root}.initrd'`);
  sh(path.join(top, 'board/image/slot'), path.join(out, 'kernel'), root + '.initrd', root + '.slot');
  if (spoil) {
    const fd = openSync(root + '.slot', 'r+');
    writeSync(fd, Buffer.from('no kernel'), 0, 9, spoil);
    closeSync(fd);
  }
  sh(path.join(top, 'board/image/sign'), path.join(out, 'key.pem'), root + '.slot', root + '.gbu');
  return root + '.gbu';
}

/** A program for the board in a line of C. */
function program(source) {
  const file = path.join(work, 'program');
  writeFileSync(file + '.c', source);
  sh('build/aarch64/bin/musl-gcc', '-static', '-Os', '-o', file, file + '.c');
  return readFileSync(file);
}

const scenarios = {
  async boot() {
    const card = new Card('boot');
    const first = await card.run(/well after/, {
      within: async (url) => ({ health: (await fetch(url + '/healthz')).status, page: await (await fetch(url + '/')).text() }),
    });
    ok(first.seen, 'first boot: gigbox is well');
    ok(first.within?.health === 200 && /<html|<!doctype/i.test(first.within.page), 'the first page is served');
    ok(/data partition: 24 to 428 MiB/.test(first.text), 'the data partition is grown to the card');
    ok(/gave up root/.test(first.text) && /Landlock/.test(first.text) && /seccomp/.test(first.text), 'gigbox runs without rights, confined');
    writeFileSync(path.join(work, 'gigbox.txt'), '\ufeffname = Board Test\r\nbox_address = 10.0.2.77/24\r\nbox_admin = +919876543210\r\n');
    card.put(path.join(work, 'gigbox.txt'), 'gigbox.txt');
    const second = await card.run(/well after/);
    ok(second.seen && !/to 428 MiB/.test(second.text), 'second boot: nothing to grow');
    ok(/address 10\.0\.2\.77/.test(second.text), 'gigbox.txt as Windows saves it: the address');
  },
  async upgrade() {
    const card = new Card('upgrade');
    card.put(upgradeWith('good', { marker: 'x' }), 'upgrade.gbu');
    const r = await card.run(/slot b is confirmed/);
    ok(r.seen, 'a good upgrade is taken, tried and confirmed');
    ok(card.state() === 'active=b try= nonce=1', `the state says so (${card.state()})`);
    const again = await card.run(/well after/);
    ok(/slot b\)/.test(again.text), 'and it stays');
    const bytes = readFileSync(path.join(work, 'good.gbu'));
    bytes[5000] ^= 1;
    writeFileSync(path.join(work, 'forged.gbu'), bytes);
    card.put(path.join(work, 'forged.gbu'), 'upgrade.gbu');
    const forged = await card.run(/upgrade: (refused|in place)/);
    ok(/upgrade: refused/.test(forged.text) && card.state() === 'active=b try= nonce=1', 'a forged one is refused');
  },
  async broken() {
    const card = new Card('broken');
    card.put(upgradeWith('kernel', {}, { spoil: 4096 + 100000 }), 'upgrade.gbu');
    const r = await card.run(/back in slot a[\s\S]*well after/);
    ok(r.seen, 'a kernel that is damaged: back in the old slot by itself');
    ok(card.state() === 'active=a try= nonce=1', `nothing is left to try (${card.state()})`);
  },
  async crash() {
    const card = new Card('crash');
    card.put(upgradeWith('crash', { gigbox: program('int main(void){return 7;}') }), 'upgrade.gbu');
    const r = await card.run(/back in slot a[\s\S]*well after/);
    ok(r.seen && /the trial failed/.test(r.text), 'a program that crashes: back in the old slot by itself');
    const silent = new Card('silent');
    silent.put(upgradeWith('silent', { gigbox: program('#include <unistd.h>\nint main(void){for(;;)pause();}') }), 'upgrade.gbu');
    const s = await silent.run(/back in slot a[\s\S]*well after/, { seconds: patience + 240 });
    ok(s.seen && /not well in time/.test(s.text), 'a program that hangs: back in the old slot by itself');
  },
  /** The machine is killed at moments spread over the whole of an upgrade; each time the next boot must end well, in either slot. */
  async cuts() {
    const good = upgradeWith('cut', { marker: 'y' });
    const moments = [/board: starting/, /data partition/, /well after/, /upgrade: in place/, /gigbox.trial=1|board: starting[\s\S]*board: starting/, /well after[\s\S]*well after/];
    for (let i = 0; i < cuts; i++) {
      const card = new Card('cuts');
      card.put(good, 'upgrade.gbu');
      const cut = await card.run(moments[i % moments.length]);
      // Cut during the trial, the trial has failed: the old slot is back. Before it, the upgrade goes on.
      const begun = i % moments.length >= 4;
      const after = await card.run(begun ? /well after/ : /slot b is confirmed/);
      ok(cut.seen && after.seen, `power cut ${i + 1} at ${moments[i % moments.length]}: ${begun ? 'it comes up' : 'the upgrade ends well'}`);
    }
  },
};

/** What the card holds when power goes at byte `end` of qemu's log of writes: everything before the last flush, and of the writes after
 *  it those that `survives` picks. */
function replay(log, end, file, survives) {
  const fd = openSync(log, 'r'), to = openSync(file, 'r+');
  const head = Buffer.alloc(512);
  readSync(fd, head, 0, 512, 0);
  if (head.readBigUInt64LE(0) !== 0x6a736677736872n) throw new Error('not a log of writes');
  const entries = [];
  let lastFlush = 0;
  for (let at = 512; at + 512 <= end && readSync(fd, head, 0, 512, at) === 512; ) {
    const [sector, count, flags] = [0, 8, 16].map((i) => Number(head.readBigUInt64LE(i)));
    const discard = Boolean(flags & 4), next = at + 512 + (discard ? 0 : count * 512);
    if (next > end) break;
    entries.push({ sector, count, flags, discard, at: at + 512 });
    if (flags & 3) lastFlush = entries.length;
    at = next;
  }
  entries.forEach((e, i) => {
    if (!e.count || (i >= lastFlush && !survives())) return;
    const data = Buffer.alloc(e.count * 512);
    if (!e.discard) readSync(fd, data, 0, data.length, e.at);
    writeSync(to, data, 0, data.length, e.sector * 512);
  });
  closeSync(fd);
  closeSync(to);
  return { entries: entries.length, unflushed: entries.length - lastFlush };
}

/** Signs in and posts gigs until told to stop; tells what was acknowledged, and how long the log was by then. */
async function load(url, log, until) {
  const json = async (target, body, token) => {
    const answer = await fetch(url + target, { method: body ? 'POST' : 'GET', headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  const phone = '+919876512345', acknowledged = [];
  await json('/api/auth/send-otp', { phone });
  let code;
  for (let i = 0; i < 50 && !code; i++, await new Promise((r) => setTimeout(r, 200))) code = (await json('/sandbox/outbox?to=' + encodeURIComponent(phone))).body.messages?.find((m) => m.code)?.code;
  const { token } = (await json('/api/auth/verify-otp', { phone, otp: code })).body;
  for (let i = 0; i < until; i++) {
    const made = await json('/api/gigs', { title: `Gig number ${i}`, description: 'Acknowledged, so it must be there.', category: 'design', budgetType: 'fixed', budgetMin: 50000, budgetMax: 90000, deadline: Date.now() + 864000000 }, token);
    if (made.status === 201) acknowledged.push({ id: made.body.id ?? made.body.gig?.id, log: statSync(log).size });
  }
  return acknowledged;
}

/** The data file on a card whose file system was brought in order, as a directory; null when there is none yet. */
function dataOf(file, dir) {
  const fd = openSync(file, 'r'), table = Buffer.alloc(512), part = path.join(work, 'part.img');
  readSync(fd, table, 0, 512, 0);
  closeSync(fd);
  const start = table.readUInt32LE(446 + 16 + 8) / 2048, size = table.readUInt32LE(446 + 16 + 12) / 2048;
  sh('dd', `if=${file}`, `of=${part}`, 'bs=1M', `skip=${start}`, `count=${size}`, 'conv=sparse', 'status=none');
  const fsck = spawnSync('/sbin/e2fsck', ['-p', part], { encoding: 'utf8' }); // the journal, as mounting would; -p: nothing that wants a decision
  const again = spawnSync('/sbin/e2fsck', ['-fn', part], { encoding: 'utf8' });
  rmSync(dir, { recursive: true, force: true });
  sh('mkdir', dir);
  spawnSync('/sbin/debugfs', ['-R', `dump /gigbox.db ${dir}/gigbox.db`, part]);
  return { clean: fsck.status <= 1 && again.status === 0, fsck: fsck.stdout + again.stdout, there: existsSync(path.join(dir, 'gigbox.db')) && statSync(path.join(dir, 'gigbox.db')).size > 0 };
}

scenarios.unflushed = async () => {
  const turns = Number(process.env.GIGBOX_CUTS ?? 30);
  if (!existsSync('build/gigbox')) return ok(true, 'power cuts without flush # SKIP no build/gigbox');
  const card = new Card('load'), log = path.join(work, 'writes.log');
  writeFileSync(path.join(work, 'gigbox.txt'), 'sandbox_remote = yes\nrate_auth_per_min = 100000\nrate_other_per_min = 100000\nrate_upload_per_min = 100000\n');
  card.put(path.join(work, 'gigbox.txt'), 'gigbox.txt');
  const before = path.join(work, 'before.img');
  sh('cp', '--sparse=always', card.file, before);
  writeFileSync(log, '');
  const drive = ['-blockdev', `driver=file,node-name=f0,filename=${card.file}`, '-blockdev', 'driver=raw,node-name=r0,file=f0', '-blockdev', `driver=file,node-name=l0,filename=${log}`,
    '-blockdev', 'driver=blklogwrites,node-name=d0,file=r0,log=l0,log-sector-size=512'];
  const run = await card.run(/well after/, { drive, within: (url) => load(url, log, 120) });
  const acknowledged = run.within ?? [];
  if (!ok(run.seen && acknowledged.length === 120, `a first boot and a load, every write of the card on record (${acknowledged.length} gigs, ${statSync(log).size >> 20} MiB)`)) return;
  const whole = statSync(log).size;
  let seed = 20250101, clean = 0, kept = 0, checked = 0, early = 0, dropped = 0;
  const chance = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  for (let i = 0; i < turns; i++) {
    const end = i === turns - 1 ? whole : Math.floor(4096 + chance() * (whole - 4096)), p = i % 3 === 0 ? 0 : chance();
    const file = path.join(work, 'cut.img'), dir = path.join(work, 'cut');
    sh('cp', '--sparse=always', before, file);
    dropped += replay(log, end, file, () => chance() < p).unflushed;
    const data = dataOf(file, dir), due = acknowledged.filter((a) => a.log <= end);
    if (data.clean) clean++;
    else console.log(`# cut at ${end}: ${data.fsck}`);
    if (!data.there) {
      early += due.length === 0;
      continue;
    }
    const check = spawnSync('build/gigbox', ['check', '--data', dir], { encoding: 'utf8' });
    if (check.status === 0) checked++;
    else if (check.stderr.includes('(missing)') && !due.length) {
      early++;
      continue;
    }
    else console.log(`# cut at ${end}: ${check.stdout}${check.stderr}`);
    const text = spawnSync('build/gigbox', ['backup', '--data', dir, '-'], { maxBuffer: 1 << 30 }).stdout.toString('latin1');
    const lost = due.filter((a, k) => !text.includes(`Gig number ${k}`));
    if (lost.length === 0) kept++;
    else console.log(`# cut at ${end}: ${lost.length} of ${due.length} acknowledged gigs are lost`);
  }
  ok(clean === turns, `${turns} power cuts, ${dropped} writes unflushed, dropped all or at random: the file system is clean after its journal (${clean})`);
  ok(checked + early === turns, `the data file is clean each time (${checked}; ${early} before there was one)`);
  ok(kept + early === turns, 'nothing acknowledged is lost');
  sh('cp', '--sparse=always', before, card.file);
  replay(log, Math.floor(whole / 2), card.file, () => false);
  ok((await card.run(/well after/)).seen, 'and from the middle of it the box comes up');
};

try {
  process.chdir(top);
  for (const [name, run] of Object.entries(scenarios)) if (!wanted.length || wanted.includes(name)) await run();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`1..${n}`);
process.exit(failed);
