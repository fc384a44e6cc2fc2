// What the box says to the network besides its API: HTTP pointing to HTTPS, NAME.local, and to its supervisor.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { Box, run, binary, slow, eventually } from './harness.mjs';

test('https_redirect: people are sent to HTTPS, supervisors and providers are not', async () => {
  const box = await Box.start({ validate: false, sets: { https_redirect: 'yes', tls_listen: '127.0.0.1:0', tls_self_signed: 'yes' } });
  const get = (target, init) => fetch(box.url + target, { redirect: 'manual', ...init });
  for (const [method, target] of [['GET', '/'], ['GET', '/api/gigs?search=a%20b&x=1'], ['POST', '/api/auth/send-otp'], ['GET', '/docs']]) {
    const answer = await get(target, { method });
    assert.equal(answer.status, 308, target);
    assert.equal(answer.headers.get('location'), `https://127.0.0.1:${box.tlsPort}${target}`);
  }
  assert.equal((await get('/healthz')).status, 200);
  assert.equal((await get('/metrics')).status, 200);
  assert.notEqual((await get('/api/webhooks/payment', { method: 'POST', body: '{}' })).status, 308);
  assert.equal((await get('/api/gigs', { headers: { 'x-forwarded-proto': 'https' } })).status, 200, 'a proxy spoke TLS already');
  await box.stop();
  const alone = await run(['serve', '--data', box.dir, '--set', 'https_redirect=yes', '--listen', '127.0.0.1:0']);
  assert.equal(alone.code, 2);
  rmSync(box.dir, { recursive: true, force: true });
});

const encode = (name) => Buffer.concat([...name.split('.').map((l) => Buffer.concat([Buffer.from([Buffer.byteLength(l)]), Buffer.from(l)])), Buffer.from([0])]);

function decode(packet) {
  let at = 12;
  const word = () => packet.readUInt16BE((at += 2) - 2);
  const name = () => {
    const labels = [];
    for (let n; (n = packet[at++]); at += n) labels.push(packet.subarray(at, at + n).toString());
    return labels.join('.');
  };
  const [questions, answers, , extra] = [4, 6, 8, 10].map((i) => packet.readUInt16BE(i));
  const asked = [];
  for (let i = 0; i < questions; i++) asked.push({ name: name(), type: word(), class: word() });
  const records = [];
  for (let i = 0; i < answers + extra; i++) {
    const r = { name: name(), type: word(), class: word(), ttl: word() * 65536 + word() };
    const length = word();
    const end = at + length;
    if (r.type === 1) r.address = [...packet.subarray(at, end)].join('.');
    else if (r.type === 12) r.target = name();
    else if (r.type === 33) (at += 4), (r.port = word()), (r.target = name());
    else r.text = packet.subarray(at, end).toString('latin1');
    at = end;
    records.push(r);
  }
  assert.equal(at, packet.length, 'the packet is as long as its records');
  return { id: packet.readUInt16BE(0), flags: packet.readUInt16BE(2), asked, records, answers };
}

test('mdns: the name, the service, and nothing else', async (t) => {
  const taken = await new Promise((resolve) => {
    const probe = dgram.createSocket('udp4').once('error', () => resolve(true));
    probe.bind(5353, () => probe.close(() => resolve(false)));
  });
  if (taken) return t.skip('another program answers on port 5353');
  const box = await Box.start({ validate: false, sets: { mdns: 'yes', mdns_name: 'northcampus', name: 'Gigs of the North' } });
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const packet = (name, type, more = Buffer.alloc(0)) => Buffer.concat([Buffer.from([0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), encode(name), Buffer.from([0, type, 0, 1]), more]);
  const ask = async (bytes) => {
    socket.send(bytes, 5353, '127.0.0.1');
    const answer = await Promise.race([once(socket, 'message').then(([m]) => m), new Promise((r) => setTimeout(() => r(null), 400 * slow))]);
    return answer && decode(answer);
  };
  const host = await eventually(() => ask(packet('NorthCampus.local', 1)), 'an answer');
  assert.equal(host.id, 0x1234);
  assert.equal(host.flags, 0x8400);
  assert.deepEqual(host.asked, [{ name: 'NorthCampus.local', type: 1, class: 1 }]);
  assert.deepEqual(host.records, [{ name: 'northcampus.local', type: 1, class: 1, ttl: 10, address: '127.0.0.1' }]);
  const service = await ask(packet('_http._tcp.local', 12));
  assert.equal(service.records[0].target, 'Gigs of the North._http._tcp.local');
  const srv = service.records.find((r) => r.type === 33);
  assert.equal(srv.port, box.port);
  assert.equal(srv.target, 'northcampus.local');
  assert.equal(service.records.find((r) => r.type === 16).text, '\x06path=/');
  assert.equal((await ask(packet('_services._dns-sd._udp.local', 12))).records[0].target, '_http._tcp.local');
  assert.equal((await ask(packet('Gigs of the North._http._tcp.local', 255))).answers, 2);
  for (const [name, type] of [['other.local', 1], ['northcampus.local', 28], ['northcampus.local.x', 1], ['_ssh._tcp.local', 12]]) assert.equal(await ask(packet(name, type)), null, name);
  // Packets that lie: loops, cut names, counts.
  for (const bad of [Buffer.from('123400000001000000000000c00c00010001', 'hex'), packet('northcampus.local', 1).subarray(0, 20), Buffer.from('1234000000ff0000000000003f61', 'hex'), Buffer.alloc(12, 0xff), Buffer.alloc(3)]) {
    assert.equal(await ask(bad), null);
  }
  assert.ok(await ask(packet('northcampus.local', 1)), 'it answers on');
  socket.close();
  await box.stop();
  const wrong = await run(['serve', '--data', box.dir, '--listen', '127.0.0.1:0', '--set', 'mdns=yes', '--set', 'mdns_name=a b']);
  assert.equal(wrong.code, 3);
  rmSync(box.dir, { recursive: true, force: true });
});

test('a supervisor hears: ready, alive, reloading, stopping', async (t) => {
  // node has no datagram sockets of the file system; python is there for it.
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-notify-'));
  const listener = spawn('python3', ['-u', '-c', `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound")
while True: print(s.recv(4096).decode().replace("\\n", " "))
`, path.join(dir, 'socket')], { stdio: ['ignore', 'pipe', 'ignore'] });
  let heard = '';
  listener.stdout.on('data', (d) => (heard += d));
  try {
    await eventually(() => heard.includes('bound'), 'the listener');
    const box = await Box.start({ validate: false, env: { NOTIFY_SOCKET: path.join(dir, 'socket'), WATCHDOG_USEC: '400000' } });
    await eventually(() => /^READY=1 /m.test(heard), 'READY');
    await eventually(() => (heard.match(/^WATCHDOG=1/gm) ?? []).length >= 2, 'WATCHDOG');
    box.child.kill('SIGHUP');
    await eventually(() => /^RELOADING=1 MONOTONIC_USEC=\d+ \nREADY=1/m.test(heard.replace(/WATCHDOG=1 \n/g, '')), 'RELOADING');
    await box.stop();
    await eventually(() => /^STOPPING=1/m.test(heard), 'STOPPING');
    assert.ok(!heard.includes('MAINPID'));
  } finally {
    listener.kill();
    rmSync(dir, { recursive: true, force: true });
  }
});
