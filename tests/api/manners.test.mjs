// How the program behaves as a service: settings, ports, certificates, limits, signals, backups, a damaged file, a full disk, rights, the log.
import { test, before, after } from 'node:test';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { Box, assert, eventually, gigBody, phone, run } from './harness.mjs';

const seed = Number(process.env.SEED ?? 20261121);
const asRoot = process.getuid() === 0;
const emulated = Boolean(process.env.GIGBOX_RUNNER);

let scratch;
before(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'gigbox-manners-'));
  chmodSync(scratch, 0o755); // the box is another user than root
});
after(() => rmSync(scratch, { recursive: true, force: true }));

async function withBox(options, fn) {
  const box = await Box.start(options);
  try {
    await fn(box);
  } catch (error) {
    await box.kill();
    throw error;
  }
  await box.stop();
}

/** Writes bytes to the box as they are; answers what came back until it closed (or `until` matched). */
function raw(box, bytes, until) {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = net.connect(box.port, '127.0.0.1', () => socket.write(bytes));
    const timer = setTimeout(() => (socket.destroy(), reject(new Error(`no answer; heard ${heard}`))), 15000);
    const done = () => (clearTimeout(timer), socket.destroy(), resolve(heard));
    socket.on('data', (d) => {
      heard += d.toString('latin1');
      if (until?.test(heard)) done();
    });
    socket.on('error', done);
    socket.on('close', done);
  });
}

test('port 0 is a free port, printed', async () => {
  await withBox({ listen: '127.0.0.1:0' }, async (box) => {
    assert.match(box.stdout, /^gigbox: listening on http:\/\/127\.0\.0\.1:\d+$/m);
    assert.ok(box.port > 1023);
    const second = await run(['serve', '--data', path.join(scratch, 'second'), '--listen', `127.0.0.1:${box.port}`]);
    assert.equal(second.code, 3, second.stderr);
    assert.match(second.stderr, /address|in use|listen/i);
    const twice = await run(['serve', '--data', box.dir, '--listen', '127.0.0.1:0']);
    assert.equal(twice.code, 3, 'two processes must not serve one file');
  });
});

test('settings: default, file, environment, argument', async () => {
  const dir = path.join(scratch, 'settings');
  const secret = path.join(scratch, 'secret');
  mkdirSync(dir);
  writeFileSync(secret, 'from-a-file\n');
  const lines = async (args = [], env = {}) => {
    const { code, stdout, stderr } = await run(['config', '--data', dir, ...args], { env });
    assert.equal(code, 0, stderr);
    return Object.fromEntries(stdout.split('\n').filter((l) => l.includes(' = ')).map((l) => [l.split(' = ')[0], l.slice(l.indexOf(' = ') + 3)]));
  };
  assert.equal((await lines()).fee_bps, '500  # default');
  writeFileSync(path.join(dir, 'gigbox.conf'), '# a comment\n\nfee_bps = 600\n name = The file\n');
  assert.equal((await lines()).fee_bps, '600  # file');
  assert.equal((await lines()).name, 'The file  # file');
  assert.equal((await lines([], { GIGBOX_FEE_BPS: '700' })).fee_bps, '700  # environment');
  assert.equal((await lines(['--set', 'fee_bps=800'], { GIGBOX_FEE_BPS: '700' })).fee_bps, '800  # argument');
  const masked = await run(['config', '--data', dir, '--set', 'razorpay_key_secret=hunter2', '--set', `smtp_password_file=${secret}`, '--docs']);
  assert.equal(masked.code, 0);
  assert.doesNotMatch(masked.stdout, /hunter2|from-a-file/);
  assert.match(masked.stdout, /razorpay_key_secret = \*+ /);
  assert.match(masked.stdout, /smtp_password = \*+ /);
  for (const wrong of ['nonsense=1', 'fee_bps=many', 'fee_bps=5001', 'log_level=loud', 'tls_only=perhaps']) {
    for (const command of ['config', 'serve']) {
      const { code, stderr } = await run([command, '--data', dir, '--set', wrong]);
      assert.equal(code, 2, `${command} ${wrong}: ${stderr}`);
      assert.match(stderr, new RegExp(wrong.split('=')[0]));
    }
  }
  const absent = await run(['config', '--data', dir, '--set', `smtp_password_file=${secret}.absent`]);
  assert.equal(absent.code, 3);
  assert.match(absent.stderr, /smtp_password_file: cannot read/);
  writeFileSync(path.join(dir, 'gigbox.conf'), 'fee_bps = 600\nnonsense = 1\n');
  const broken = await run(['config', '--data', dir]);
  assert.notEqual(broken.code, 0);
  assert.match(broken.stderr, /gigbox\.conf:2: unknown setting nonsense/);
});

test('the command line', async () => {
  for (const [args, code, says] of [
    [[], 2, /./], [['nonsense'], 2, /./], [['serve'], 2, /--data/], [['help'], 0, /Exit codes/], [['version'], 0, /\d+\.\d+/], [['lint'], 0, /^/],
    [['check', '--data', path.join(scratch, 'nowhere')], 3, /./], [['openapi', 'nonsense'], 2, /./], [['serve', '--data'], 2, /./],
  ]) {
    const answer = await run(args);
    assert.equal(answer.code, code, `${args.join(' ')}: ${answer.stdout}${answer.stderr}`);
    assert.match(answer.stdout + answer.stderr, says);
  }
});

test('healthz, metrics, healthcheck', async () => {
  await withBox({}, async (box) => {
    const health = await box.get('/healthz');
    assert.equal(health.status, 200);
    assert.equal(health.body.status, 'ok');
    assert.equal(health.body.components.store, 'ok');
    const number = async (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec((await box.get('/metrics')).body)[1]);
    const before = await number('gigbox_http_requests_total');
    await box.get('/api/config');
    assert.ok((await number('gigbox_http_requests_total')) >= before + 2);
    const text = (await box.get('/metrics')).body;
    for (const line of text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+ \d+)$/);
    assert.equal((await run(['healthcheck', `127.0.0.1:${box.port}`])).code, 0);
  });
  assert.equal((await run(['healthcheck', '127.0.0.1:1'])).code, 1);
});

test('healthcheck where there is nothing but TLS', async () => {
  const dir = path.join(scratch, 'tls-only');
  const free = net.createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  const sets = { tls_only: 'yes', tls_listen: `0.0.0.0:${port}`, tls_self_signed: 'yes' };
  await withBox({ dir, sets, validate: false }, async () => {
    const args = Object.entries(sets).flatMap(([k, v]) => ['--set', `${k}=${v}`]);
    const well = await run(['healthcheck', ...args]);
    assert.equal(well.code, 0, well.stdout + well.stderr);
    assert.equal(JSON.parse(well.stdout).components.tls, 'on');
    assert.equal((await run(['healthcheck', `https://127.0.0.1:${port}`])).code, 0);
    assert.equal((await run(['healthcheck', `127.0.0.1:${port}`])).code, 1, 'plain HTTP is not answered there');
  });
  assert.equal((await run(['healthcheck', ...Object.entries(sets).flatMap(([k, v]) => ['--set', `${k}=${v}`])])).code, 1, 'gone');
});

test('SIGTERM lets a running request finish', async () => {
  const box = await Box.start({ sets: { drain_s: 10 } });
  const person = await box.person(phone());
  const body = JSON.stringify(gigBody());
  const socket = net.connect(box.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`POST /api/gigs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${person.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  box.child.kill('SIGTERM');
  await eventually(async () => !(await fetch(box.url + '/api/config').catch(() => null))?.ok, 'new requests to be turned away');
  socket.write(body.slice(20));
  let heard = '';
  socket.on('data', (d) => (heard += d));
  await once(socket, 'close');
  assert.match(heard, /^HTTP\/1\.1 201 /);
  assert.deepEqual(await box.exited, { code: 0, signal: null });
  const { id } = JSON.parse(heard.slice(heard.indexOf('\r\n\r\n') + 4));
  await box.boot();
  assert.equal((await box.get(`/api/gigs/${id}`)).status, 200);
  await box.stop();
});

// ---- TLS ----

function certificate(name, kind) {
  const cert = path.join(scratch, 'cert.pem'), key = path.join(scratch, 'key.pem');
  const algorithm = { ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rsa: ['-newkey', 'rsa:2048'] }[kind];
  const made = spawnSync('openssl', ['req', '-x509', ...algorithm, '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`,
    '-addext', `subjectAltName=DNS:${name}`], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  chmodSync(key, 0o644);
  return { cert, key, print: new X509Certificate(readFileSync(cert)).fingerprint256 };
}

async function served(box, options = {}) {
  const socket = tls.connect({ port: box.tlsPort, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  const print = socket.getPeerCertificate().fingerprint256;
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let heard = '';
  socket.on('data', (d) => (heard += d));
  await once(socket, 'close');
  assert.match(heard, /^HTTP\/1\.1 200 /);
  return print;
}

test('TLS from PEM files, EC and RSA; SIGHUP reads them again', async () => {
  const ec = certificate('box.test', 'ec');
  await withBox({ sets: { tls_listen: '127.0.0.1:0', tls_cert: ec.cert, tls_key: ec.key } }, async (box) => {
    assert.equal(await served(box), ec.print);
    await served(box, { rejectUnauthorized: true, ca: readFileSync(ec.cert), servername: 'box.test' });
    for (const version of ['TLSv1', 'TLSv1.1']) {
      const socket = tls.connect({ port: box.tlsPort, host: '127.0.0.1', rejectUnauthorized: false, minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' });
      await assert.rejects(once(socket, 'secureConnect'), `${version} is refused`);
    }
    const rsa = certificate('box.test', 'rsa');
    box.child.kill('SIGHUP');
    await eventually(async () => (await served(box)) === rsa.print, 'the new certificate');
    writeFileSync(rsa.cert, 'not a certificate\n');
    box.child.kill('SIGHUP');
    await eventually(async () => /certificate not reloaded/.test(box.log), 'the refusal');
    assert.equal(await served(box), rsa.print, 'the good one stays');
  });
});

test('a self-signed certificate is made once, and anew when it ends within a month', async () => {
  await withBox({ sets: { tls_listen: '127.0.0.1:0', tls_self_signed: 'yes' } }, async (box) => {
    const print = await served(box), cert = path.join(box.dir, 'tls-cert.pem'), key = path.join(box.dir, 'tls-key.pem');
    const days = () => (new Date(new X509Certificate(readFileSync(cert)).validTo) - Date.now()) / 86400000;
    assert.equal(statSync(key).mode & 0o077, 0, 'the key is nobody else\'s to read');
    await box.restart();
    assert.equal(await served(box), print);
    for (const again of [() => box.child.kill('SIGHUP'), () => box.restart()]) {
      spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '20', '-subj', '/CN=old', '-keyout', key, '-out', cert], { stdio: 'ignore' });
      await again();
      await eventually(async () => days() > 300 && (await served(box)) === new X509Certificate(readFileSync(cert)).fingerprint256, 'a new one');
    }
  });
});

test('TLS settings that cannot work are told', async () => {
  const dir = path.join(scratch, 'tls');
  for (const sets of [['tls_listen=127.0.0.1:0'], ['tls_only=yes'], ['tls_listen=127.0.0.1:0', 'tls_cert=/nowhere', 'tls_key=/nowhere']]) {
    const { code, stderr } = await run(['serve', '--data', dir, '--listen', '127.0.0.1:0', ...sets.flatMap((s) => ['--set', s])]);
    assert.ok(code === 2 || code === 3, `${sets}: ${code}`);
    assert.ok(stderr.length > 0);
  }
});

// ---- limits ----

test('rates: 429 says when to come again, and counts people apart', async () => {
  await withBox({ sets: { rate_other_per_min: 20, rate_auth_per_min: 1000 } }, async (box) => {
    const [a, b] = [await box.person(phone()), await box.person(phone())];
    let last;
    for (let i = 0; i < 21; i++) last = await a.get('/api/users/me');
    assert.equal(last.status, 429);
    assert.equal(last.body.error.code, 'RATE_LIMITED');
    const wait = Number(last.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 60, `Retry-After: ${wait}`);
    assert.equal((await b.get('/api/users/me')).status, 200, 'somebody else at the same address');
    assert.equal((await box.get('/healthz')).status, 200);
  });
  await withBox({ sets: { rate_auth_per_min: 3 } }, async (box) => {
    const numbers = [phone(), phone()];
    for (let i = 0; i < 3; i++) assert.equal((await box.post('/api/auth/send-otp', { phone: numbers[0] })).status, 200);
    assert.equal((await box.post('/api/auth/send-otp', { phone: numbers[0] })).status, 429);
    assert.equal((await box.post('/api/auth/send-otp', { phone: numbers[1] })).status, 200, 'another account name');
  });
});

test('heads and bodies over the limits: 431, 413, and the next connection is served', async () => {
  await withBox({ sets: { header_bytes: 4096, body_bytes: 2048 } }, async (box) => {
    const head = await raw(box, `GET /api/gigs HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(5000)}\r\n\r\n`);
    assert.match(head, /^HTTP\/1\.1 431 /);
    const big = await box.post('/api/auth/send-otp', { phone: phone(), more: 'x'.repeat(3000) });
    assert.equal(big.status, 413);
    assert.equal(big.body.error.code, 'PAYLOAD_TOO_LARGE');
    const chunk = 'a'.repeat(1000);
    const chunked = await raw(box, `POST /api/auth/send-otp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${`3e8\r\n${chunk}\r\n`.repeat(4)}0\r\n\r\n`);
    assert.match(chunked, /^HTTP\/1\.1 413 /);
    const both = await raw(box, 'POST /api/auth/send-otp HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}');
    assert.match(both, /^HTTP\/1\.1 400 /);
    const nonsense = await raw(box, '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n');
    assert.match(nonsense, /^HTTP\/1\.1 400 /);
    assert.equal((await box.get('/api/config')).status, 200);
  });
});

// ---- looking after the data ----

const bytesOf = (dir) => readFileSync(path.join(dir, 'gigbox.db'));
function directoryWith(name, bytes) {
  const dir = path.join(scratch, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  writeFileSync(path.join(dir, 'gigbox.db'), bytes);
  return dir;
}

async function filled(box) {
  const person = await box.person(phone(), { name: 'Asha' });
  const gigs = [];
  for (let i = 0; i < 40; i++) gigs.push((await person.post('/api/gigs', gigBody({ title: `Quokka poster ${i}`, description: `Numbat ${'word '.repeat(i)}` }))).body);
  const form = new FormData();
  form.append('file', new Blob(['wombat and bandicoot\n'.repeat(4000)]), 'notes.txt');
  const file = (await person.post('/api/files', form)).body;
  return { person, gigs, file };
}

test('a backup of a running box, put into another place', async () => {
  await withBox({}, async (box) => {
    const { person, gigs, file } = await filled(box);
    const copy = path.join(scratch, 'copy.db');
    let writing = true;
    const writer = (async () => {
      while (writing) await person.post('/api/gigs', gigBody());
    })();
    const made = await run(['backup', '--data', box.dir, copy]);
    const piped = await run(['backup', '--data', box.dir, '-']);
    writing = false;
    await writer;
    assert.equal(made.code, 0, made.stderr);
    assert.equal(piped.code, 0, piped.stderr);
    const beside = await run(['check', '--data', box.dir]);
    assert.equal(beside.code, 0, beside.stdout);
    assert.match(beside.stdout, /^0 faults$/m);
    writeFileSync(path.join(scratch, 'piped.db'), piped.out);
    for (const source of [copy, path.join(scratch, 'piped.db')]) {
      const dir = path.join(scratch, 'restored');
      rmSync(dir, { recursive: true, force: true });
      const restored = await run(['restore', '--data', dir, source]);
      assert.equal(restored.code, 0, restored.stderr);
      assert.equal((await run(['check', '--data', dir])).code, 0);
      await withBox({ dir }, async (second) => {
        for (const gig of gigs) assert.equal((await second.get(`/api/gigs/${gig.id}`)).body.title, gig.title);
        assert.equal((await second.get('/api/users/me', { token: person.token })).status, 200, 'sessions go on');
        assert.equal((await second.get(`/api/files/${file.id}`, { token: person.token, raw: true })).body.length, file.size);
      });
      const again = await run(['restore', '--data', dir, source]);
      assert.equal(again.code, 0, again.stderr);
      assert.equal(readdirSync(dir).filter((f) => f.startsWith('gigbox.db.before-restore-')).length, 1, 'the old file is kept');
    }
    const under = await run(['restore', '--data', box.dir, copy]);
    assert.notEqual(under.code, 0, 'not under a running box');
    assert.equal((await person.post('/api/gigs', gigBody())).status, 201);
    const rubbish = path.join(scratch, 'rubbish.db');
    writeFileSync(rubbish, bytesOf(box.dir).subarray(0, 20000));
    const dir = path.join(scratch, 'restored'), kept = bytesOf(dir);
    const refused = await run(['restore', '--data', dir, rubbish]);
    assert.notEqual(refused.code, 0);
    assert.equal(Buffer.compare(bytesOf(dir), kept), 0, 'a bad copy changes nothing');
  });
});

test('check finds damage, and nothing crashes over it', async () => {
  let good;
  await withBox({}, async (box) => {
    await filled(box);
    const copy = path.join(scratch, 'good.db');
    assert.equal((await run(['backup', '--data', box.dir, copy])).code, 0);
    good = readFileSync(copy);
  });
  const judged = async (name, bytes) => {
    const dir = directoryWith(name, bytes);
    const { code, signal, stdout, stderr } = await run(['check', '--data', dir]);
    assert.equal(signal, null, `check crashed over ${name}`);
    assert.ok([0, 1, 3].includes(code), `${name}: ${code} ${stderr}`);
    return { code, dir, text: stdout + stderr };
  };
  assert.equal((await judged('good', good)).code, 0);
  for (const [what, mark] of [['a blob', 'wombat and bandicoot'], ['a title', 'Quokka poster 7'], ['a description', 'Numbat word word']]) {
    const at = good.indexOf(mark);
    assert.ok(at > 0, what);
    const bytes = Buffer.from(good);
    bytes[at] ^= 0x01;
    const { code, text } = await judged(`flipped ${what}`, bytes);
    assert.equal(code, 1, `${what}: ${text}`);
  }
  assert.notEqual((await judged('cut', good.subarray(0, good.length / 2))).code, 0);
  assert.notEqual((await judged('empty', Buffer.alloc(0))).code, 0);
  assert.notEqual((await judged('noise', Buffer.alloc(65536, 'noise'))).code, 0);
  let state = BigInt(seed), found = 0;
  const draw = (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(below));
  };
  const rounds = emulated ? 6 : 60;
  for (let i = 0; i < rounds; i++) {
    const bytes = Buffer.from(good);
    const page = draw(good.length / 4096) * 4096;
    if (i % 3 === 0) for (let k = 0; k < 8; k++) bytes[page + draw(64)] = draw(256); // the page's head and its pointers
    else for (let k = 0; k < 16; k++) bytes[page + draw(4096)] ^= 1 << draw(8);
    const { code, dir } = await judged('hurt', bytes);
    found += code !== 0;
    if (i % 6 === 0 && code === 3) {
      const { code: serving, signal } = await run(['serve', '--data', dir, '--listen', 'nonsense']);
      assert.equal(signal, null, `serve crashed over round ${i} of seed ${seed}`);
      assert.notEqual(serving, 0);
    }
  }
  assert.ok(found > rounds / 2, `found ${found} of ${rounds} (seed ${seed})`);
});

test('a full disk is a 507 that loses nothing', async (t) => {
  if (!asRoot || emulated) return t.skip('needs root for a small file system');
  const dir = path.join(scratch, 'small');
  mkdirSync(dir);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir]).status !== 0) return t.skip('no right to mount');
  try {
    const data = path.join(dir, 'data');
    mkdirSync(data);
    await withBox({ dir: data }, async (box) => {
      const person = await box.person(phone());
      const kept = [];
      const description = 'the disk is small '.repeat(500);
      const fill = async () => {
        for (let i = 0; i < 2000; i++) {
          const last = await person.post('/api/gigs', gigBody({ title: `Gig ${i}`, description }));
          if (last.status !== 201) return last;
          kept.push(last.body.id);
        }
      };
      const last = await fill();
      assert.equal(last?.status, 507, JSON.stringify(last?.body));
      assert.equal(last.body.error.code, 'STORAGE_FULL');
      for (const id of kept) assert.equal((await box.get(`/api/gigs/${id}`)).status, 200);
      assert.equal((await fill())?.status, 507, 'and again, when the pages are used up that were free once more');
      assert.equal((await run(['check', '--data', data])).code, 0);
      assert.equal(spawnSync('mount', ['-o', 'remount,size=64m', dir]).status, 0);
      assert.equal((await person.post('/api/gigs', gigBody({ description }))).status, 201, 'room again');
      await box.restart();
      for (const id of kept) assert.equal((await box.get(`/api/gigs/${id}`)).status, 200);
      assert.equal((await run(['check', '--data', data])).code, 0);
    });
  } finally {
    spawnSync('umount', [dir]);
  }
});

// ---- rights and the log ----

test('started as root, it serves as somebody else, confined', async (t) => {
  if (!asRoot || emulated || process.env.GIGBOX_RUN_AS) return t.skip('only as root, by itself');
  await withBox({}, async (box) => {
    const status = readFileSync(`/proc/${box.child.pid}/status`, 'utf8');
    const value = (key) => new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(status)[1];
    for (const id of [...value('Uid').split(/\s+/), ...value('Gid').split(/\s+/)]) assert.notEqual(id, '0');
    assert.equal(value('Groups').trim(), '');
    for (const set of ['CapEff', 'CapPrm', 'CapInh']) assert.match(value(set), /^0+$/);
    assert.equal(value('NoNewPrivs'), '1');
    assert.equal(value('Seccomp'), '2');
    assert.match(box.log, /gave up root/);
    assert.match(box.log, /seccomp/);
    assert.match(box.log, /Landlock/);
    for (const task of readdirSync(`/proc/${box.child.pid}/task`)) assert.match(readFileSync(`/proc/${box.child.pid}/task/${task}/status`, 'utf8'), /^Seccomp:\s*2$/m);
  });
});

test('the log has one JSON line each, request ids, and no code, token or full number', async () => {
  await withBox({ sets: { log_level: 'debug', razorpay_webhook_secret: 'whsecret-never-shown' } }, async (box) => {
    const number = phone();
    const person = await box.person(number, { name: 'Asha' });
    const { code } = await box.message(number, (m) => m.code);
    await box.post('/api/auth/send-otp', { phone: 'not a number' });
    await box.post('/api/auth/verify-otp', { phone: number, otp: '000000' });
    await person.post('/api/bank-accounts', { accountHolderName: 'Asha', accountNumber: '123456789012', ifsc: 'HDFC0001234' });
    await box.get(`/api/gigs?search=${encodeURIComponent(number)}`);
    const answer = await person.get('/api/users/me');
    const id = answer.headers.get('x-request-id');
    assert.ok(id, 'an answer names its request');
    await eventually(async () => box.log.includes(id), 'the request in the log');
    const lines = box.log.trim().split('\n').map((l) => JSON.parse(l));
    for (const line of lines) assert.ok(line.time && line.level && line.component && line.msg, JSON.stringify(line));
    for (const secret of [number, number.slice(3), person.token, person.token.split('.')[2], '123456789012', 'whsecret-never-shown']) assert.ok(!box.log.includes(secret), secret);
    assert.ok(!new RegExp(`\\b${code}\\b`).test(box.log), 'the code');
  });
});
