// Downloads: ranges, what was seen already; bodies that are too large, as common clients send them.
import test, { after, before } from 'node:test';
import http from 'node:http';
import { Box, phone, assert } from './harness.mjs';
import { png, upload } from './admin_kit.mjs';

let box, asha, ravi, bytes, file;
before(async () => {
  box = await Box.start();
  asha = await box.person(phone(), { name: 'Asha' });
  ravi = await box.person(phone(), { name: 'Ravi' });
  bytes = Buffer.from(Array.from({ length: 300000 }, (_, i) => 97 + ((i * 7) % 26)));
  file = (await upload(asha, { bytes, name: 'text.txt' })).url.replace(/^.*(?=\/api)/, '');
});
after(() => box.stop());

const range = (value, extra) => asha.get(file, { headers: { range: value, ...extra }, raw: true });

test('one range of a file', async () => {
  const whole = await asha.get(file, { raw: true });
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get('accept-ranges'), 'bytes');
  assert.deepEqual(whole.body, bytes);
  for (const [value, from, to] of [['bytes=0-0', 0, 1], ['bytes=10-19', 10, 20], ['bytes=100000-', 100000, 300000], ['bytes=-7', 299993, 300000],
    ['bytes=299990-999999', 299990, 300000], ['bytes=-999999', 0, 300000], ['bytes=65519-65521', 65519, 65522], ['bytes=1-200000', 1, 200001]]) {
    const part = await range(value);
    assert.equal(part.status, 206, value);
    assert.equal(part.headers.get('content-range'), `bytes ${from}-${to - 1}/300000`);
    assert.equal(Number(part.headers.get('content-length')), to - from);
    assert.ok(part.body.equals(bytes.subarray(from, to)), value);
  }
  for (const value of ['bytes=300000-', 'bytes=-0']) {
    const none = await range(value);
    assert.equal(none.status, 416, value);
    assert.equal(none.headers.get('content-range'), 'bytes */300000');
  }
  for (const value of ['bytes=5-2', 'bytes=a-b', 'bytes=', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=-']) {
    const all = await range(value);
    assert.equal(all.status, 200, value);
    assert.equal(all.body.length, 300000);
  }
});

test('what was seen already is not sent again', async () => {
  const { headers } = await asha.get(file, { raw: true });
  const etag = headers.get('etag');
  assert.match(etag, /^"[0-9a-f]{32}"$/);
  assert.equal(headers.get('cache-control'), 'private, no-cache');
  for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const same = await asha.get(file, { headers: { 'if-none-match': value }, raw: true });
    assert.equal(same.status, 304, value);
    assert.equal(same.body.length, 0);
  }
  assert.equal((await asha.get(file, { headers: { 'if-none-match': '"x"' }, raw: true })).status, 200);
  assert.equal((await range('bytes=0-9', { 'if-range': etag })).status, 206);
  assert.equal((await range('bytes=0-9', { 'if-range': '"x"' })).status, 200);
  // Who may not read it is not told that he has it.
  assert.equal((await ravi.get(file, { headers: { 'if-none-match': etag } })).status, 403);
  assert.equal((await box.get(file, { headers: { range: 'bytes=0-1' } })).status, 401);
  const shown = await upload(asha, { bytes: png, purpose: 'avatar' });
  const seen = await box.get(shown.url.replace(/^.*(?=\/api)/, ''), { raw: true });
  assert.match(seen.headers.get('cache-control'), /public, max-age=\d+/);
});

test('a head without the body', async () => {
  const head = await new Promise((resolve, reject) =>
    http.request(box.url + file, { method: 'HEAD', headers: { authorization: `Bearer ${asha.token}` } }, resolve).on('error', reject).end());
  assert.equal(head.statusCode, 200);
  assert.equal(head.headers['content-length'], '300000');
  head.resume();
});

test('an upload that is too large gets its answer, though all of it is sent first', async () => {
  for (const mib of [11, 40])
    for (let i = 0; i < 3; i++) {
      const form = new FormData();
      form.set('file', new Blob([Buffer.alloc(mib << 20, i)]), 'big.bin');
      const answer = await asha.post('/api/files', form);
      assert.equal(answer.status, 413);
      assert.equal(answer.body.error.code, 'PAYLOAD_TOO_LARGE');
    }
  const slow = await new Promise((resolve, reject) => {
    // Writes everything before it looks for an answer.
    const req = http.request(box.url + '/api/files', { method: 'POST', headers: { authorization: `Bearer ${asha.token}`, 'content-type': 'multipart/form-data; boundary=x', 'content-length': 12 << 20 } }, resolve);
    req.on('error', reject);
    let sent = 0;
    const more = () => {
      if (sent === 12) return req.end();
      sent++;
      req.write(Buffer.alloc(1 << 20), () => setTimeout(more, 30));
    };
    more();
  });
  assert.equal(slow.statusCode, 413);
  slow.resume();
});
