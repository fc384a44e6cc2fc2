// The card's image in qemu-system-aarch64: usage node board/image/test.mjs [SCENARIO...]
// Scenarios (all by default): boot, upgrade, broken, crash, cuts. TAP. Each starts with the image as `make image` wrote it, on a card
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
  async run(until, { seconds = patience, within, extra = [] } = {}) {
    const log = path.join(work, 'serial.log');
    const port = await freePort();
    rmSync(log, { force: true });
    const q = spawn('qemu-system-aarch64', ['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '512', '-bios', loader, '-drive', `if=none,id=d0,file=${this.file},format=raw`,
      '-device', 'virtio-blk-device,drive=d0', '-netdev', `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:80`, '-device', 'virtio-net-device,netdev=n0',
      '-display', 'none', '-monitor', 'none', '-serial', `file:${log}`, ...extra], { stdio: 'ignore' });
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
    const s = await silent.run(/back in slot a[\s\S]*well after/, { seconds: patience + 150 });
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

try {
  process.chdir(top);
  for (const [name, run] of Object.entries(scenarios)) if (!wanted.length || wanted.includes(name)) await run();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`1..${n}`);
process.exit(failed);
