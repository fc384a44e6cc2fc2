// Requests made from the contracts' own descriptions and then spoilt at random: wrong types, huge, missing, twice, bad UTF-8, too deep.
// Whatever comes, the answer is no 5xx and has the documented shape (the harness looks), and the box is sound afterwards.
// SEED repeats a run, MUTATIONS sets how many requests a route gets (200).
import { test, before, after } from 'node:test';
import http from 'node:http';

delete process.env.GIGBOX_REACHED; // to be reached by chance is no test
const { Box, assert, gigBody, phone, run, slow } = await import('./harness.mjs');

const seed = Number(process.env.SEED ?? Date.now() % 1000000);
const each = Number(process.env.MUTATIONS ?? Math.max(10, Math.floor(200 / slow)));
let state = BigInt(seed) * 2n + 1n;
const draw = (below) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number((state >> 33n) % BigInt(below));
};
const pick = (list) => list[draw(list.length)];

let box, people, known, agent;
let document; // the contract's at hand
before(async () => {
  console.log(`# SEED=${seed} MUTATIONS=${each}`);
  box = await Box.start({ sets: { body_bytes: 65536 } });
  people = await Promise.all([1, 2, 3].map(() => box.person(phone(), { name: 'Asha' })));
  known = await things();
  agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
});
after(async () => {
  agent?.destroy();
  await box?.stop();
});

/** Ids of things of every kind, so that requests get past the first look. */
async function things() {
  const [client, doer] = people;
  const ids = { users: people.map((p) => p.id) };
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' })).body;
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  ids.gigs = [gig.id, (await client.post('/api/gigs', gigBody())).body.id, (await doer.post('/api/gigs', gigBody())).body.id];
  ids.applications = [application.id];
  ids.orders = [order.id];
  const service = { title: 'A service', description: 'Text.', category: 'design', price: 50000 };
  ids.services = [(await doer.post('/api/services', service)).body.id];
  ids['bank-accounts'] = [(await doer.post('/api/bank-accounts', { accountHolderName: 'Ravi', accountNumber: '123456789012', ifsc: 'HDFC0001234' })).body.id];
  ids.devices = [(await client.post('/api/devices', { token: 'abc', platform: 'android' })).body.id];
  ids.notifications = (await client.get('/api/notifications')).body.notifications.map((n) => n.id);
  const form = new FormData();
  form.append('file', new Blob(['some text\n']), 'a.txt');
  ids.files = [(await client.post('/api/files', form)).body.id];
  return ids;
}

// ---- what would be right ----

const resolve = (schema) => (schema?.$ref ? schema.$ref.slice(2).split('/').reduce((at, part) => at[part], document) : (schema ?? {}));
const anyId = () => pick(Object.values(known).filter((l) => l.length).flat());

function good(schema, name = '') {
  schema = resolve(schema);
  if (schema.enum) return pick(schema.enum);
  if (schema.const !== undefined) return schema.const;
  if (schema.oneOf || schema.anyOf) return good(pick(schema.oneOf ?? schema.anyOf), name);
  const type = Array.isArray(schema.type) ? pick(schema.type) : schema.type;
  if (type === 'object') return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([key]) => schema.required?.includes(key) || draw(2)).map(([key, s]) => [key, good(s, key)]));
  if (type === 'array') return Array.from({ length: draw(3) }, () => good(schema.items, name));
  if (type === 'integer') return /deadline|At$/.test(name) ? Date.now() + 86400000 : Math.min((schema.minimum ?? 1) + draw(50), schema.maximum ?? Infinity);
  if (type === 'number') return draw(80);
  if (type === 'boolean') return draw(2) === 1;
  if (type === 'null') return null;
  if (/id$|Id$|attachments|images/.test(name)) return anyId();
  if (name === 'phone') return phone();
  if (name === 'category') return 'design';
  return 'text '.repeat(1 + draw(4)).trim();
}

// ---- what is wrong ----

const strange = [
  null, true, false, 0, -1, 1.5, 1e308, -1e308, 9007199254740993, 2147483648, -2147483649, '', ' ', '0', '-1', 'null', '\u0000', 'a\u0000b', '\ud83c', 'é'.repeat(300), '\u202e\u200b', '🎨'.repeat(100), 'x'.repeat(20000),
  [], [[]], [null], Array(1000).fill(1), {}, { a: { b: { c: [] } } }, "' OR 1=1 --", '../../etc/passwd', '${7*7}', '<script>', '\r\nX: y', '%s%s%n', '-0', '1e5', '9'.repeat(400), '00000000-0000-4000-8000-000000000000',
];

/** The value with one place in it changed. */
function spoil(value) {
  if (Array.isArray(value) && value.length && draw(2)) return value.map((v, i) => (i === 0 ? spoil(v) : v));
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    const keys = Object.keys(value);
    if (!keys.length || draw(8) === 0) return pick(strange);
    const copy = { ...value }, key = pick(keys);
    switch (draw(6)) {
      case 0: delete copy[key]; break;
      case 1: copy[key.toUpperCase()] = copy[key]; delete copy[key]; break;
      case 2: copy['x'.repeat(1 + draw(300))] = pick(strange); break;
      case 3: copy.__proto__ = pick(strange); break;
      default: copy[key] = spoil(copy[key]);
    }
    return copy;
  }
  return pick(strange);
}

/** Bytes that are meant to be JSON, spoilt as text. */
function spoilText(text) {
  const bytes = Buffer.from(text);
  switch (draw(9)) {
    case 0: return bytes.subarray(0, draw(bytes.length + 1));
    case 1: return Buffer.concat([bytes.subarray(0, draw(bytes.length)), Buffer.from([pick([0xff, 0xc0, 0x80, 0xed, 0x00, 0xf8])]), bytes.subarray(draw(bytes.length))]);
    case 2: return Buffer.from(text.replace(/^\{("[^"]*":)/, '{$1 1,$1')); // the same key twice
    case 3: return Buffer.from(text.replace(/[:,]/, pick(['::', ',,', ';', ''])));
    case 4: return Buffer.from('['.repeat(1 + draw(3000)) + text);
    case 5: return Buffer.from('{"a":'.repeat(1 + draw(400)) + text + '}'.repeat(400));
    case 6: return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 7: return Buffer.alloc(1 + draw(70000), pick(['a', '"', '{', ' ', '[']));
    default:
      if (bytes.length) bytes[draw(bytes.length)] = draw(256);
      return bytes;
  }
}

// For paths and queries, now and then longer than a request line may be; half a surrogate pair has no encoding there.
const encode = (value) => encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).replace(/\p{Surrogate}/gu, '?')).slice(0, draw(50) ? 1500 : 30000).replace(/%.?$/, '');

function target(template, operation) {
  const kind = template.split('/')[2];
  let path = template.replace(/\{[^}]*\}/g, () => (draw(6) ? (known[kind]?.length ? pick(known[kind]) : anyId()) : encode(pick(strange)) || 'x'));
  const query = [];
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in !== 'query' || draw(2)) continue;
    const value = draw(2) ? good(parameter.schema, parameter.name) : pick(strange);
    query.push(`${parameter.name}=${encode(value)}`);
    if (draw(8) === 0) query.push(query[query.length - 1]);
  }
  if (draw(10) === 0) query.push(pick(['%', '%zz', '&&&', '=', 'a=b=c', '%ff', '?', 'x'.repeat(3000), '%00=1']));
  if (draw(20) === 0) path += '/';
  return path + (query.length ? `?${query.join('&')}` : '');
}

function body(operation) {
  const content = resolve(operation.requestBody)?.content;
  if (!content) return draw(3) ? null : { type: 'application/json', bytes: spoilText('{}') };
  const type = content['application/json'] ? 'application/json' : Object.keys(content)[0];
  const value = good(content[type].schema);
  if (type === 'multipart/form-data' && draw(4)) {
    const lines = Object.entries(spoil(value) ?? {}).map(([key, v]) => `--B\r\nContent-Disposition: form-data; name="${key.slice(0, 50)}"${key === 'file' ? '; filename="a.txt"' : ''}\r\n\r\n${v}\r\n`);
    return { type: pick(['multipart/form-data; boundary=B', 'multipart/form-data; boundary="B"', 'multipart/form-data', 'multipart/form-data; boundary=C']), bytes: draw(2) ? Buffer.from(lines.join('') + '--B--\r\n') : spoilText(lines.join('') + '--B--\r\n') };
  }
  const kind = draw(20) ? type : pick(['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'application/json; charset=utf-16', '', 'multipart/form-data; boundary=']);
  const text = JSON.stringify(draw(5) ? spoil(value) : value) ?? '';
  return { type: kind, bytes: draw(3) ? Buffer.from(text) : spoilText(text) };
}

function send(method, path, token, content) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    if (content) Object.assign(headers, { 'content-length': content.bytes.length }, content.type ? { 'content-type': content.type } : {});
    const request = http.request({ host: '127.0.0.1', port: box.port, method, path, headers, agent, timeout: 20000 * slow }, (answer) => {
      const parts = [];
      answer.on('data', (d) => parts.push(d));
      answer.on('end', () => resolve({ status: answer.statusCode, type: answer.headers['content-type'], bytes: Buffer.concat(parts) }));
      answer.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end(content?.bytes);
  });
}

// What ends the sessions or accounts that the others use.
const spared = /\/(logout|signOut|setup)$|^\/api\/users\/me$/;
const counts = {};

test('spoilt requests', async (t) => {
  for (const { name: contract, document: of } of box.validators) {
    document = of;
    for (const [template, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        if (spared.test(template) && method !== 'get' && method !== 'patch') continue;
        await t.test(`${contract} ${method.toUpperCase()} ${template}`, async () => {
          for (let i = 0; i < each; i++) await spoilt(method.toUpperCase(), template, operation, i);
        });
      }
  }
  console.log(`# answers: ${JSON.stringify(counts)}`);
  assert.ok(counts[200] + counts[201] > 100 && counts[400] > 100, 'some get through, some do not');
});

async function spoilt(method, template, operation, i) {
  const path = target(template, operation), content = method === 'GET' ? null : body(operation), token = pick(people).token;
  const what = () => `SEED=${seed}, request ${i}: ${method} ${path.slice(0, 300)}\n${content?.type}\n${content?.bytes.toString('latin1').slice(0, 500)}`;
  const answer = await send(method, path, token, content).catch((e) => assert.fail(`${e}: ${what()}`));
  counts[answer.status] = (counts[answer.status] ?? 0) + 1;
  assert.ok(answer.status < 500, `${answer.status} ${answer.bytes}: ${what()}`);
  if (answer.status === 414) return; // the line is too long to be a request of any contract
  if (answer.status >= 400) assert.match(answer.type, /^application\/json/, what());
  const parsed = answer.type?.startsWith('application/json') ? JSON.parse(answer.bytes) : answer.bytes;
  try {
    box.validate(method, path.split('?')[0], { authorization: `Bearer ${token}` }, answer.status, answer.type, parsed);
  } catch (e) {
    assert.fail(`${e.message}: ${what()}`);
  }
}

test('the box is well after all that', async () => {
  assert.equal((await box.get('/healthz')).body.status, 'ok');
  const check = await run(['check', '--data', box.dir]);
  assert.equal(check.code, 0, check.stdout);
  assert.doesNotMatch(box.log, /"level":"error"/);
});
