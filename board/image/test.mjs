// The card's image in qemu-system-aarch64: usage node board/image/test.mjs [SCENARIO...]
// Scenarios (all by default): see `scenarios`. TAP. Each starts with the image as `make image` wrote it, on a card
// of 512 MiB, behind the same U-Boot and boot script as on a Pi. Skips where qemu or the image is missing.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync, rmSync, copyFileSync, truncateSync, openSync, readSync, writeSync, closeSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import net from 'node:net';
import zlib from 'node:zlib';
import wifi from './router/wifi.mjs';

const top = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const out = path.join(top, 'build/image');
const image = path.join(out, 'gigbox-arm64.img');
const wanted = process.argv.slice(2);
const patience = Number(process.env.GIGBOX_SLOW ?? 1) * 180;
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
/** A package of the manifest, unpacked. */
function deb(name) {
  const row = readFileSync(path.join(top, 'board/image/manifest'), 'utf8').split('\n').find((l) => l.startsWith(name + ' '));
  const dir = path.join(work, name);
  if (!existsSync(dir)) sh('dpkg-deb', '-x', path.join(top, 'build/download', path.basename(row.split('|')[3].trim())), dir);
  return dir;
}
copyFileSync(path.join(deb('u-boot-qemu'), 'usr/lib/u-boot/qemu_arm64/u-boot.bin'), loader);
let running; // ends with the test, also when that is ended
process.on('exit', () => { running?.kill('SIGKILL'); rmSync(work, { recursive: true, force: true }); });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const freePort = () => new Promise((resolve) => { const s = net.createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); }); });

class Card {
  constructor(name) {
    this.file = path.join(work, name + '.img');
    sh('cp', '--sparse=always', image, this.file);
    truncateSync(this.file, 512 << 20);
  }
  put(from, to) { sh('mcopy', '-o', '-i', `${this.file}@@4M`, from, '::' + to); }
  get(name) {
    const r = spawnSync('mcopy', ['-i', `${this.file}@@4M`, '::' + name, '-'], { maxBuffer: 1 << 28 });
    return r.status === 0 ? r.stdout : null;
  }
  /** What report.txt tells people, which stays a file of the size it had. */
  report() {
    const bytes = this.get('report.txt');
    return bytes?.length === 4096 ? bytes.toString().trimEnd() : `(${bytes?.length} bytes)`;
  }
  /** Boots; `until` is looked for on the serial line, again and again over reboots. */
  async run(until, { seconds = patience, within, drive, during, machine, boot, net = true } = {}) {
    const log = path.join(work, 'serial.log');
    const port = await freePort();
    rmSync(log, { force: true });
    const virtual = ['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '512', ...(boot ?? ['-bios', loader]), ...(drive ?? ['-drive', `if=none,id=d0,file=${this.file},format=raw`]),
      '-device', 'virtio-blk-device,drive=d0', ...(net ? ['-device', 'virtio-net-device,netdev=n0'] : [])];
    const pi = () => ['-M', 'raspi3b', ...boot, '-dtb', path.join(work, 'pi.dtb'), '-drive', `file=${this.file},if=sd,format=raw`, '-device', 'usb-net,netdev=n0'];
    const q = running = spawn('qemu-system-aarch64', [...(machine === 'pi' ? pi() : virtual), '-netdev', `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:80`,
      '-display', 'none', '-monitor', 'none', '-serial', `file:${log}`], { stdio: 'ignore' });
    const ended = new Promise((resolve) => q.on('exit', resolve));
    const text = () => (existsSync(log) ? readFileSync(log, 'latin1') : '');
    let seen = false;
    for (const end = Date.now() + seconds * 1000; !seen && Date.now() < end && q.exitCode === null; await new Promise((r) => setTimeout(r, 100))) {
      const now = text();
      during?.(now);
      seen = until.test(now);
    }
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
function upgradeWith(name, files, { spoil, version = '9.0.0' } = {}) {
  const root = path.join(work, name);
  sh('mkdir', '-p', root);
  for (const [file, bytes] of Object.entries(files)) writeFileSync(path.join(root, file), bytes, { mode: 0o755 });
  sh('sh', '-c', `cd '${root}' && find . -type f | cpio --quiet -o -H newc -R 0:0 | gzip -n > '${root}.cpio.gz' && cat '${out}/initrd' > '${root}.initrd' && truncate -s %4 '${root}.initrd' && cat '${root}.cpio.gz' >> '${root}.initrd'`);
  sh(path.join(top, 'board/image/slot'), path.join(out, 'kernel'), root + '.initrd', root + '.slot', version);
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
  sh('build/aarch64/bin/musl-gcc', '-D_GNU_SOURCE', '-static', '-Os', '-o', file, file + '.c');
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
    ok(/data partition: 24 to 252 MiB/.test(first.text), 'the data partition is grown to the card');
    ok(/gave up root/.test(first.text) && /Landlock/.test(first.text) && /seccomp/.test(first.text), 'gigbox runs without rights, confined');
    writeFileSync(path.join(work, 'gigbox.txt'), '\ufeffname = Board Test\r\nbox_address = 10.0.2.77/24\r\nbox_admin = +919876543210\r\nbox_code = 123456\r\n');
    card.put(path.join(work, 'gigbox.txt'), 'gigbox.txt');
    const second = await card.run(/well after/);
    ok(second.seen && !/to 252 MiB/.test(second.text), 'second boot: nothing to grow');
    ok(/address 10\.0\.2\.77/.test(second.text), 'gigbox.txt as Windows saves it: the address');
    writeFileSync(path.join(work, 'gigbox.txt'), 'box_admin = +919876543210\r\nbox_code = 482913\r\n');
    card.put(path.join(work, 'gigbox.txt'), 'gigbox.txt');
    const third = await card.run(/well after/, {
      within: async (url) => {
        const signIn = (otp) => fetch(url + '/api/auth/verify-otp', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ phone: '+919876543210', otp }) });
        const [wrong, right] = [await signIn('482914'), await signIn('482913')];
        const { token } = await right.json();
        const admin = await fetch(url + '/api/admin/users', { headers: { authorization: `Bearer ${token}` } });
        return { wrong: wrong.status, right: right.status, admin: admin.status, again: (await signIn('482913')).status };
      },
    });
    ok(third.within?.right === 200 && third.within.admin === 200 && third.within.wrong !== 200 && third.within.again !== 200, `box_code signs the administrator of box_admin in, once (${JSON.stringify(third.within)})`);
    ok(/box_admin: the code is too easily guessed/.test(card.report()), `a code that is none is told in report.txt (${card.report()})`);
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
    const forged = await card.run(/upgrade: (refused|in place)[^\n]*\n/);
    ok(/upgrade: refused/.test(forged.text) && card.state() === 'active=b try= nonce=1', 'a forged one is refused');
  },
  /** Backwards only when that is said; and what report.txt has after all of it. */
  async older() {
    const card = new Card('older');
    card.put(upgradeWith('old', { marker: 'x' }, { version: '0.0.1' }), 'upgrade.gbu');
    const old = await card.run(/upgrade: (refused|in place)[^\n]*\n/);
    ok(/refused: .*0\.0\.1 is older/.test(old.text) && card.state() === '', `an older one is refused (${card.state()})`);
    card.put(path.join(work, 'old.gbu'), 'downgrade.gbu');
    const back = await card.run(/slot b is confirmed/);
    ok(back.seen && card.state() === 'active=b try= nonce=1', `unless it is called downgrade.gbu (${card.state()})`);
    const report = card.report().split('\r\n');
    ok(report.length === 3 && /refused: .*older/.test(report[0]) && /in place/.test(report[1]) && /slot b is confirmed$/.test(report[2]), `report.txt tells it all (${report.join(' / ')})`);
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

/** qemu's options for a card of which every write is put on record. */
function logged(file, log) {
  writeFileSync(log, '');
  return ['-blockdev', `driver=file,node-name=f0,filename=${file}`, '-blockdev', 'driver=raw,node-name=r0,file=f0', '-blockdev', `driver=file,node-name=l0,filename=${log}`,
    '-blockdev', 'driver=blklogwrites,node-name=d0,file=r0,log=l0,log-sector-size=512'];
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
  const run = await card.run(/well after/, { drive: logged(card.file, log), within: (url) => load(url, log, 120) });
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

/** A new program that changes the form of the data and then crashes: what the old one cannot read is taken back. */
scenarios.data = async () => {
  const card = new Card('data');
  writeFileSync(path.join(work, 'gigbox.txt'), 'box_admin = +919876543210\nbox_code = 482913\n');
  card.put(path.join(work, 'gigbox.txt'), 'gigbox.txt');
  const first = await card.run(/well after/, {
    within: async (url) => (await fetch(url + '/api/auth/verify-otp', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ phone: '+919876543210', otp: '482913' }),
    })).json(),
  });
  ok(first.seen, 'data: a first boot');
  ok(first.within?.user?.adminRoles?.includes('admin'), 'box_code signs the administrator in');
  ok(!first.text.includes('482913'), 'and nothing says it');
  const migrate = program(`#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv) {
    struct stat st;
    int fd = open("/data/gigbox.db", O_RDWR);
    if (argc < 2 || strcmp(argv[1], "serve") != 0 || fd < 0 || fstat(fd, &st) != 0) return 0;
    char *p = mmap(0, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *end = p + st.st_size;
    for (char *at = p; (at = memmem(at, end - at, "schema", 6)); at += 6)
        if (at[6] >= '0' && at[6] <= '8') at[6] = '9';
    msync(p, st.st_size, MS_SYNC);
    return 7;
}
`);
  card.put(upgradeWith('migrate', { gigbox: migrate }), 'upgrade.gbu');
  const r = await card.run(/back in slot a[^]*well after/);
  ok(r.seen && /data file of before the upgrade is back/.test(r.text), 'data: the new program changed the data and crashed; the old data is back');
  const dir = path.join(work, 'data');
  const data = dataOf(card.file, dir);
  const check = spawnSync('build/gigbox', ['check', '--data', dir], { encoding: 'utf8' });
  const admins = spawnSync('build/gigbox', ['admin', '--data', dir, 'list'], { encoding: 'utf8' }).stdout;
  ok(data.clean && check.status === 0 && admins.includes('+919876543210'), `data: it is whole, with what was in it (${check.stdout.trim()}${check.stderr.trim()} ${admins.trim()})`);
  ok(/in place[^]*failed: back in slot a[^]*before the upgrade is back/.test(card.report()), 'data: report.txt tells it');
};

/** A backup that somebody put on the card, sealed to a key. */
scenarios.restore = async () => {
  const source = path.join(work, 'source'), key = path.join(work, 'k'), copy = path.join(work, 'copy.db');
  sh('build/gigbox', 'admin', '--data', source, 'create', '+919812345678');
  const setting = sh('build/gigbox', 'backup-key', key).trim().replace(' = ', '=');
  sh('build/gigbox', 'backup', '--data', source, copy, '--set', setting);
  const card = new Card('restore');
  card.put(copy, 'restore.db');
  const without = await card.run(/restore\.db: [^]*well after/);
  ok(without.seen && card.get('restore.failed') && /sealed to a key/.test(card.report()), `restore: without the key it is refused (${card.report()})`);
  card.put(copy, 'restore.db');
  card.put(key, 'restore.key');
  const r = await card.run(/restore\.db: [^]*well after/);
  ok(r.seen && card.get('restore.done') && !card.get('restore.db') && /restore\.db: restored$/.test(card.report()), `restore: with the key it is taken (${card.report()})`);
  const dir = path.join(work, 'restored');
  dataOf(card.file, dir);
  const admins = spawnSync('build/gigbox', ['admin', '--data', dir, 'list'], { encoding: 'utf8' }).stdout;
  ok(admins.includes('+919812345678'), `restore: what was in it is on the card (${admins.trim()})`);
  writeFileSync(path.join(work, 'gigbox.txt'), 'nmae = typo\n');
  card.put(path.join(work, 'gigbox.txt'), 'gigbox.txt');
  const typo = await card.run(/gigbox\.txt: [^\n]*\n[^]*gigbox ended/);
  ok(typo.seen && /gigbox\.txt: .*unknown setting nmae/.test(card.report()), `restore: a line of gigbox.txt that cannot be used is told (${card.report().split('\r\n').at(-1)})`);
};

/** Which slot the boot script would take, and whether it is whole. */
function choice(card) {
  const fd = openSync(card.file, 'r');
  const variables = (sector) => {
    const block = Buffer.alloc(512);
    readSync(fd, block, 0, 512, sector * 512);
    return block.readUInt32LE(0) === crc32(block.subarray(4)) ? Object.fromEntries(block.subarray(4).toString('latin1').split('\0').filter(Boolean).map((p) => p.split('='))) : null;
  };
  const state = variables(64) ?? variables(65), tried = variables(66)?.tried;
  closeSync(fd);
  const { active = 'a', try: attempt = '', nonce = '' } = state ?? {};
  const slot = attempt && nonce !== tried ? attempt : active;
  const bytes = card.get(`${slot}.slot`);
  const head = bytes?.length === 28 << 20 && Object.fromEntries(bytes.subarray(4, 512).toString('latin1').split('\0').filter(Boolean).map((p) => p.split('=')));
  const whole = head && bytes.readUInt32LE(0) === crc32(bytes.subarray(4, 512)) && [head.crc, head.crc2].some((c) => parseInt(c, 16) === crc32(bytes.subarray(4096, 4096 + parseInt(head.size, 16))));
  return { slot, whole: Boolean(whole), why: JSON.stringify({ state, tried, length: bytes?.length, head }) };
}
const crc32 = zlib.crc32 ?? ((bytes) => { // node 18: gzip's trailer holds it too
  const gz = zlib.gzipSync(bytes, { level: 1 });
  return gz.readUInt32LE(gz.length - 8);
});

/** Power cuts in every phase of an upgrade: while it is put down, between that and the switch, at the trial's start, in it, while it is
 *  confirmed. Of the writes since the last flush none, or any, survive. Each time the card must hold a whole slot that is booted and
 *  clean data; some of them are booted. */
scenarios.cuts = async () => {
  const turns = Number(process.env.GIGBOX_CUTS ?? 60), boots = Number(process.env.GIGBOX_CUT_BOOTS ?? 6);
  const card = new Card('cuts'), log = path.join(work, 'upgrade.log'), before = path.join(work, 'upgrade-before.img');
  ok((await card.run(/well after/)).seen, 'cuts: a first boot');
  card.put(upgradeWith('cut', { marker: 'y' }), 'upgrade.gbu');
  sh('cp', '--sparse=always', card.file, before);
  const marks = [];
  const run = await card.run(/slot b is confirmed/, { drive: logged(card.file, log), during: (text) => marks.push([statSync(log).size, text.length]) });
  const whole = statSync(log).size;
  if (!ok(run.seen, `cuts: an upgrade with every write of the card on record (${whole >> 20} MiB)`)) return;
  const when = (pattern) => { const at = run.text.search(pattern); return (marks.find(([, seen]) => seen >= at) ?? [whole])[0]; };
  const phases = [['the slot is written', 4096, when(/upgrade: in place/)], ['the switch', when(/upgrade: in place/) - 65536, when(/restarting: upgrade/) + 65536],
    ['the trial', when(/restarting: upgrade/), when(/slot b is confirmed/)], ['the confirmation', when(/well after(?![^]*well after)/), whole]];
  let seed = 20250202, sound = 0, clean = 0, checked = 0, dropped = 0, booted = 0, tries = 0;
  const slots = { a: 0, b: 0 };
  const chance = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  for (let i = 0; i < turns; i++) {
    const [phase, from, to] = phases[i % phases.length];
    const end = i === turns - 1 ? whole : Math.floor(from + chance() * (to - from)), p = i % 3 === 0 ? 0 : chance();
    const cut = new Card('cut'), dir = path.join(work, 'cut');
    sh('cp', '--sparse=always', before, cut.file);
    dropped += replay(log, end, cut.file, () => chance() < p).unflushed;
    const chosen = choice(cut);
    slots[chosen.slot]++;
    if (chosen.whole) sound++;
    else console.log(`# cut in ${phase} at ${end}: slot ${chosen.slot} is not whole: ${chosen.why}`);
    const data = dataOf(cut.file, dir), check = spawnSync('build/gigbox', ['check', '--data', dir], { encoding: 'utf8' });
    if (data.clean) clean++;
    else console.log(`# cut in ${phase} at ${end}: ${data.fsck}`);
    if (check.status === 0) checked++;
    else console.log(`# cut in ${phase} at ${end}: ${check.stdout}${check.stderr}`);
    if (i % Math.ceil(turns / boots) === 0) {
      tries++;
      const end = await cut.run(/well after(?![^]*restarting)/, { seconds: patience + 60 });
      if (end.seen) booted++;
    }
  }
  ok(sound === turns, `${turns} power cuts in ${phases.map(([name]) => name).join(', ')}, ${dropped} writes unflushed: what is booted next is whole (${sound}; a ${slots.a}, b ${slots.b})`);
  ok(slots.a > 0 && slots.b > 0, 'before the switch and after it');
  ok(clean === turns && checked === turns, `file system and data are clean each time (${clean}, ${checked})`);
  ok(booted === tries, `and of ${tries} that were booted all come up (${booted})`);
};

const firstPage = async (url) => {
  for (const end = Date.now() + patience * 1000; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) {
    const answer = await fetch(url + '/', { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(5000) }).catch(() => null);
    if (answer?.status === 200 && /<!doctype html/i.test(await answer.text())) return true;
  }
  return false;
};

/** The Raspberry Pi 3 as qemu has it: from U-Boot on, watched on the serial line (its network is dead after U-Boot), and from the kernel
 *  on to the first page. Its watchdog resets the machine the moment it is started, so it is left out here. */
scenarios.pi = async () => {
  const card = new Card('pi');
  writeFileSync(path.join(work, 'pi.dtb'), card.get('bcm2837-rpi-3-b.dtb'));
  writeFileSync(path.join(work, 'pi.bin'), card.get('u-boot.bin'));
  const script = path.join(work, 'boot');
  writeFileSync(script + '.cmd', readFileSync('board/image/boot.cmd', 'utf8').replace('loglevel=4', 'loglevel=4 module_blacklist=bcm2835_wdt'));
  sh('mkimage', '-A', 'arm64', '-T', 'script', '-C', 'none', '-d', script + '.cmd', script + '.scr');
  card.put(script + '.scr', 'boot.scr');
  const whole = await card.run(/well after/, { machine: 'pi', boot: ['-kernel', path.join(work, 'pi.bin')], seconds: patience + 120 });
  ok(whole.seen, 'pi: from U-Boot and the boot script to a gigbox that is well');
  const fresh = new Card('pi-kernel');
  sh('sh', '-c', `gunzip -c '${out}/kernel' > '${work}/pi.kernel'`);
  const begun = Date.now();
  const direct = await fresh.run(/board: starting/, { machine: 'pi', boot: ['-kernel', path.join(work, 'pi.kernel'), '-initrd', path.join(out, 'initrd'), '-append', 'console=ttyAMA0,115200 loglevel=4 gigbox.slot=a module_blacklist=bcm2835_wdt'], within: firstPage });
  ok(direct.within, `pi: from the kernel to the first page (${((Date.now() - begun) / 1000).toFixed(0)} s here)`);
};

/** What an idle board takes, as `free` counts: a wrapper around process 1 tells it after half a minute. */
scenarios.idle = async () => {
  const wrapper = program(`#include <fcntl.h>
#include <unistd.h>
int main(int argc, char **argv) {
    static char text[4096];
    (void)argc;
    if (fork() == 0) {
        sleep(45);
        int in = open("/proc/meminfo", O_RDONLY), out = open("/dev/console", O_WRONLY);
        long n = read(in, text, sizeof text);
        if (n > 0 && write(out, text, n) != n) return 1;
        _exit(write(out, "that was meminfo\\n", 17) != 17);
    }
    execv("/init.real", argv);
}
`);
  const real = path.join(work, 'real');
  sh('sh', '-c', `mkdir '${real}' && cd '${real}' && xz -dc '${out}/initrd' | cpio --quiet -i init`);
  upgradeWith('idle', { init: wrapper, 'init.real': readFileSync(path.join(real, 'init')) });
  const card = new Card('idle');
  sh('sh', '-c', `gunzip -c '${out}/kernel' > '${work}/kernel'`);
  const r = await card.run(/that was meminfo/, { boot: ['-kernel', path.join(work, 'kernel'), '-initrd', path.join(work, 'idle.initrd'), '-append', 'console=ttyAMA0 gigbox.slot=a'] });
  const kib = (key) => Number(new RegExp(`${key}: *(\\d+) kB`).exec(r.text)?.[1]);
  const used = (kib('MemTotal') - kib('MemAvailable')) / 1024;
  ok(r.seen && /well after/.test(r.text) && used < 96, `idle: ${used.toFixed(1)} MiB are in use of ${(kib('MemTotal') / 1024).toFixed(0)} (total less available; free ${(kib('MemFree') / 1024).toFixed(0)}, cached ${(kib('Cached') / 1024).toFixed(0)}, shared ${(kib('Shmem') / 1024).toFixed(0)})`);
};

scenarios.wifi = () => wifi({ Card, ok, work, out, sh, program, deb, patience });

process.chdir(top);
for (const [name, run] of Object.entries(scenarios)) if (!wanted.length || wanted.includes(name)) await run();
console.log(`1..${n}`);
process.exit(failed);
