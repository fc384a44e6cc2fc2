// What the campus contract answers when something is wrong: one shape everywhere, the right status and code, the field at fault by its name.
import { test, before, after } from 'node:test';
import net from 'node:net';
import { Box, assert, gigBody, inDays, phone } from './harness.mjs';

let box, client, doer, stranger, gig, application, order;
const absent = '00000000-0000-4000-8000-000000000000';

before(async () => {
  box = await Box.start();
  [client, doer, stranger] = await Promise.all([box.person(phone()), box.person(phone()), box.person(phone())]);
  gig = (await client.post('/api/gigs', gigBody())).body;
  application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' })).body;
  order = (await client.post(`/api/applications/${application.id}/accept`)).body.order;
});
after(async () => await box?.stop());

/** The answer is a problem in the contract's shape and no other key; answers error. */
function problem(answer, status, code, what = '') {
  const text = `${what} ${JSON.stringify(answer.body)}`;
  assert.equal(answer.status, status, text);
  assert.match(answer.headers.get('content-type'), /^application\/json/, text);
  assert.deepEqual(Object.keys(answer.body), ['success', 'error'], text);
  assert.equal(answer.body.success, false, text);
  const { error } = answer.body;
  assert.equal(error.code, code, text);
  assert.ok(typeof error.message === 'string' && error.message.length > 2, text);
  for (const key of Object.keys(error)) assert.ok(['code', 'message', 'fields'].includes(key), text);
  if (error.fields) for (const message of Object.values(error.fields)) assert.equal(typeof message, 'string', text);
  return error;
}
const fields = (answer, names, what) => assert.deepEqual(Object.keys(problem(answer, 400, 'VALIDATION_ERROR', what).fields).sort(), [...names].sort(), JSON.stringify(answer.body));

test('paths and methods', async () => {
  for (const path of ['/api', '/api/nothing', '/api/gigs/x/y/z', '/nothing', '/API/gigs', '/api/../etc/passwd', '/api/gigs%2fmy-gigs'])
    problem(await box.get(path), 404, 'NOT_FOUND', path);
  for (const [method, path, allowed] of [
    ['DELETE', '/api/gigs', ['GET', 'POST']], ['PUT', `/api/gigs/${gig.id}`, ['GET', 'PATCH', 'DELETE']], ['GET', '/api/auth/send-otp', ['POST']],
    ['GET', `/api/orders/${order.id}/submit`, ['POST']], ['PATCH', '/api/wallet/balance', ['GET']], ['POST', `/api/gigs/${absent}`, ['GET', 'PATCH', 'DELETE']],
  ]) {
    const answer = await box.call(method, path, { body: method === 'GET' ? undefined : {} });
    problem(answer, 405, 'METHOD_NOT_ALLOWED', `${method} ${path}`);
    const allow = answer.headers.get('allow').split(/,\s*/);
    for (const m of allowed) assert.ok(allow.includes(m), `Allow: ${allow}`);
    assert.ok(!allow.includes(method));
  }
  assert.equal((await box.get('/api/gigs/')).status, 200, 'a trailing slash does not matter');
  assert.equal((await client.get('/api/gigs/my-gigs/')).status, 200);
});

test('ids that do not decode, or are nobody\'s, are missing', async () => {
  const ids = ['1', 'x', absent, gig.id.slice(0, -1), gig.id + '0', gig.id.replace(/-/g, ''), '%00', '..', "1'--", 'ffffffff-ffff-4fff-bfff-ffffffffffff', client.id, order.id];
  for (const id of ids) problem(await client.get(`/api/gigs/${id}`), 404, 'NOT_FOUND', id);
  for (const path of ['orders', 'applications', 'users', 'services', 'files']) problem(await client.get(`/api/${path}/${absent}`), 404, 'NOT_FOUND', path);
  assert.equal((await client.get(`/api/gigs/${gig.id.toUpperCase()}`)).status, 200, 'UUIDs have no case');
});

test('bodies that are not JSON', async () => {
  const headers = { 'content-type': 'application/json' };
  const send = (body) => client.post('/api/gigs', body, { headers });
  for (const body of ['{', '{"title":', '{"title":"x",}', "{'title':'x'}", '{"title":"x"} x', 'nonsense', '{"title":"\\u12"}', '{"title":"a\nb"}', '{"title":NaN}', '{"title":01}', '\ufeff{', '{"a":1,"a":2}',
    '{"title":"x","title":"y"}', '{"title":"\\ud800"}', '['.repeat(50000)]) {
    problem(await send(body), 400, 'BAD_REQUEST', body.slice(0, 40));
  }
  problem(await send(Buffer.from([0x7b, 0x22, 0x74, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400, 'BAD_REQUEST', 'bad UTF-8');
  problem(await send('{"a":'.repeat(5000) + '1' + '}'.repeat(5000)), 413, 'PAYLOAD_TOO_LARGE', 'too deep');
  for (const body of ['[]', '"text"', '12', 'true', '[{"title":"x"}]']) problem(await send(body), 400, 'VALIDATION_ERROR', body);
  for (const body of ['', 'null', '{}', '{"unknown":{"deep":[1,2,3]}}']) fields(await send(body), ['title', 'description', 'category'], body);
  problem(await client.post('/api/gigs', 'x', { headers: { 'content-type': 'image/png' } }), 415, 'UNSUPPORTED_MEDIA_TYPE');
  problem(await client.post('/api/files', '--x\r\nnonsense', { headers: { 'content-type': 'multipart/form-data' } }), 400, 'BAD_REQUEST', 'no boundary');
});

test('wrong types and values name their fields', async () => {
  const send = (change) => client.post('/api/gigs', { ...gigBody(), ...change });
  for (const change of [
    { title: 5 }, { title: null }, { title: '' }, { title: 'x'.repeat(201) }, { title: ['x'] }, { title: 'a\u0000b' }, { description: {} }, { description: '' }, { category: 'nonsense' }, { category: 7 },
    { skills: 5 }, { skills: [1, 2] }, { skills: Array(21).fill('x') }, { budgetType: 'barter' }, { budgetType: 1 }, { budgetMin: '500' }, { budgetMin: 0 }, { budgetMin: -5 }, { budgetMin: 10.5 }, { budgetMin: 1e30 },
    { budgetMax: true }, { deadline: '2026-01-01' }, { deadline: Date.now() - 1000 }, { deadline: 1.5 }, { attachments: 'x' }, { attachments: ['x'] }, { attachments: [absent] }, { latitude: 91 }, { longitude: 'east' },
  ]) {
    const [name] = Object.keys(change);
    const error = problem(await send(change), 400, 'VALIDATION_ERROR', JSON.stringify(change));
    assert.ok(error.fields && name in error.fields, `${JSON.stringify(change)}: ${JSON.stringify(error)}`);
  }
  fields(await send({ title: 5, description: 6, budgetType: 'x', deadline: 'soon' }), ['title', 'description', 'budgetType', 'deadline'], 'all at once');
  const range = problem(await send({ budgetMin: 500, budgetMax: 400 }), 400, 'VALIDATION_ERROR');
  assert.ok('budgetMin' in range.fields || 'budgetMax' in range.fields);
  fields(await client.patch('/api/users/me', { year: 6, bio: 'x'.repeat(2001), roles: [] }), ['year', 'bio', 'roles']);
  fields(await box.post('/api/auth/verify-otp', {}), ['phone', 'otp']);
  fields(await doer.post(`/api/orders/${order.id}/review`, { rating: 6 }), ['rating']);
  fields(await client.post('/api/payments/create-order', {}), ['orderId']);
  for (const target of ['status=nonsense', 'sortBy=price', 'sortOrder=up', 'deadline=tomorrow', 'category=nonsense', 'budgetMin=x', 'budgetMax=1.5'])
    fields(await box.get('/api/gigs?' + target), [target.split('=')[0]], target);
  for (const target of ['limit=0', 'limit=-1', 'limit=100000', 'page=0', 'page=-5', 'page=99999999999']) assert.equal((await box.get('/api/gigs?' + target)).status, 200, target);
  assert.equal((await send({ title: 'ünïcödé 🎨 ok', unknown: { a: [1] }, deadline: inDays(700) })).status, 201);
});

test('who may not', async () => {
  const open = new Set(['POST /api/auth/send-otp', 'POST /api/auth/verify-otp', 'POST /api/auth/send-email-otp', 'POST /api/auth/verify-email-otp', 'POST /api/webhooks/payment', 'POST /api/setup']);
  const document = (await box.get('/openapi/campus.json')).body;
  for (const [template, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const name = `${method.toUpperCase()} ${template}`;
      const optional = operation.security && (operation.security.length === 0 || operation.security.some((s) => Object.keys(s).length === 0));
      if (method !== 'get') assert.equal(Boolean(optional), open.has(name), `${name} is ${optional ? '' : 'not '}open`);
      if (optional) continue;
      const target = template.replace(/\{[^}]*\}/g, absent);
      const answer = await box.call(method.toUpperCase(), target, { body: method === 'get' ? undefined : {} });
      assert.match(answer.headers.get('www-authenticate'), /^Bearer/, name);
      if (name === 'POST /api/auth/logout') assert.deepEqual([answer.status, answer.body.error_code], [401, 'NOT_AUTHENTICATED']); // Chayenity's without a session
      else problem(answer, 401, 'UNAUTHORIZED', name);
    }
  const parts = client.token.split('.');
  const forged = [parts[0], Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(parts[1], 'base64url')), sub: doer.id })).toString('base64url'), parts[2]].join('.');
  const none = [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), parts[1], ''].join('.');
  for (const token of ['x', 'a.b.c', parts.slice(0, 2).join('.'), forged, none, client.token + 'A', ' ', '.'.repeat(5000)]) problem(await box.get('/api/users/me', { token }), 401, 'UNAUTHORIZED', token.slice(0, 30));
  problem(await box.get('/api/gigs', { token: 'x' }), 401, 'UNAUTHORIZED', 'a bad token is not as good as none');
});

test('third parties', async () => {
  for (const [method, path] of [
    ['GET', `/api/orders/${order.id}`], ['POST', `/api/orders/${order.id}/submit`], ['POST', `/api/orders/${order.id}/approve`], ['POST', `/api/orders/${order.id}/cancel`],
    ['POST', `/api/orders/${order.id}/dispute`], ['POST', `/api/orders/${order.id}/request-revision`], ['GET', `/api/orders/${order.id}/messages`], ['POST', `/api/orders/${order.id}/messages`],
    ['GET', `/api/applications/${application.id}`], ['POST', `/api/applications/${application.id}/accept`], ['POST', `/api/applications/${application.id}/reject`],
    ['POST', `/api/applications/${application.id}/withdraw`], ['GET', `/api/gigs/${gig.id}/applications`], ['PATCH', `/api/gigs/${gig.id}`], ['DELETE', `/api/gigs/${gig.id}`],
    ['POST', `/api/gigs/${gig.id}/close`], ['POST', `/api/gigs/${gig.id}/reopen`],
  ])
    problem(await stranger.box.call(method, path, { token: stranger.token, body: method === 'GET' ? undefined : { text: 'x', message: 'x', reason: 'x' } }), 403, 'FORBIDDEN', `${method} ${path}`);
  problem(await stranger.post(`/api/orders/${order.id}/review`, { rating: 5 }), 403, 'FORBIDDEN');
  problem(await stranger.post('/api/payments/create-order', { orderId: order.id }), 403, 'FORBIDDEN');
  problem(await doer.post('/api/payments/create-order', { orderId: order.id }), 403, 'FORBIDDEN', 'the doer does not pay');
  const account = (await doer.post('/api/bank-accounts', { accountHolderName: 'Ravi', accountNumber: '123456789012', ifsc: 'HDFC0001234' })).body;
  problem(await stranger.delete(`/api/bank-accounts/${account.id}`), 404, 'NOT_FOUND');
  problem(await stranger.post(`/api/bank-accounts/${account.id}/verify`), 404, 'NOT_FOUND');
  const [others, none] = [account.id, absent].map((bankAccountId) => stranger.post('/api/wallet/withdraw', { amount: 1000, bankAccountId }));
  fields(await others, ['bankAccountId']);
  assert.deepEqual((await others).body, (await none).body, 'nobody learns which accounts there are');
  const note = (await client.get('/api/notifications')).body.notifications[0];
  problem(await stranger.post(`/api/notifications/${note.id}/read`), 404, 'NOT_FOUND');
});

test('acts that the state does not allow change nothing', async () => {
  const before = (await client.get(`/api/orders/${order.id}`)).body;
  for (const [person, act] of [[doer, 'submit'], [client, 'approve'], [client, 'request-revision'], [client, 'dispute']])
    problem(await person.post(`/api/orders/${order.id}/${act}`, { message: 'x', reason: 'x' }), 409, 'INVALID_STATE', act);
  problem(await doer.post(`/api/orders/${order.id}/review`, { rating: 5 }), 409, 'INVALID_STATE');
  problem(await client.post(`/api/applications/${application.id}/accept`), 409, 'INVALID_STATE', 'accepted once');
  problem(await client.post(`/api/gigs/${gig.id}/reopen`), 409, 'INVALID_STATE');
  problem(await client.delete(`/api/gigs/${gig.id}`), 409, 'INVALID_STATE');
  assert.deepEqual((await client.get(`/api/orders/${order.id}`)).body, before);
  const other = (await client.post('/api/gigs', gigBody())).body;
  const one = (await doer.post(`/api/gigs/${other.id}/applications`, { message: 'Me.' })).body;
  problem(await doer.post(`/api/gigs/${other.id}/applications`, { message: 'Me again.' }), 409, 'CONFLICT');
  assert.equal((await doer.post(`/api/applications/${one.id}/withdraw`)).body.status, 'withdrawn');
  problem(await client.post(`/api/applications/${one.id}/accept`), 409, 'INVALID_STATE');
  await client.post(`/api/gigs/${other.id}/close`);
  problem(await stranger.post(`/api/gigs/${other.id}/applications`, { message: 'Late.' }), 409, 'INVALID_STATE');
  problem(await client.patch(`/api/gigs/${other.id}`, { title: 'Too late' }), 409, 'INVALID_STATE');
});

test('own gigs are not applied to', async () => {
  const mine = (await client.post('/api/gigs', gigBody())).body;
  const answer = await client.post(`/api/gigs/${mine.id}/applications`, { message: 'Myself.' });
  assert.ok([400, 403, 409].includes(answer.status), JSON.stringify(answer.body));
  assert.equal(answer.body.success, false);
});

test('codes: five wrong tries and it is void', async () => {
  const number = phone();
  await box.post('/api/auth/send-otp', { phone: number });
  const { code } = await box.message(number, (m) => m.code);
  const wrong = code === '000000' ? '111111' : '000000';
  for (let i = 0; i < 5; i++) problem(await box.post('/api/auth/verify-otp', { phone: number, otp: wrong }), 400, 'INVALID_OTP');
  problem(await box.post('/api/auth/verify-otp', { phone: number, otp: code }), 400, 'INVALID_OTP', 'the right one, too late');
  await box.post('/api/auth/send-otp', { phone: number });
  const second = await box.message(number, (m) => m.code && m.code !== code);
  assert.equal((await box.post('/api/auth/verify-otp', { phone: number, otp: second.code })).status, 200);
  problem(await box.post('/api/auth/verify-otp', { phone: number, otp: second.code }), 400, 'INVALID_OTP', 'used up');
});

test('heads: refusals before the contract have its shape too', async () => {
  const socket = net.connect(box.port, '127.0.0.1');
  socket.end('GET /api/gigs HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n');
  let heard = '';
  for await (const d of socket) heard += d;
  assert.match(heard, /^HTTP\/1\.1 400 /);
  const big = await client.post('/api/gigs', gigBody({ description: 'x'.repeat(300000) }));
  problem(big, 413, 'PAYLOAD_TOO_LARGE');
});
