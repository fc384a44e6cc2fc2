// What a client of the campus contract may count on where the specification leaves room: sentence by sentence.
import { test, before, after } from 'node:test';
import { Box, assert, gigBody, phone } from './harness.mjs';

let box, client, doer;
before(async () => {
  box = await Box.start();
  [client, doer] = await Promise.all([box.person(phone(), { name: 'Asha' }), box.person(phone(), { name: 'Ravi' })]);
});
after(async () => await box?.stop());

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const is = (answer, status, code, ...fields) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (code) assert.equal(answer.body.error.code, code);
  if (fields.length) assert.deepEqual(Object.keys(answer.body.error.fields), fields);
  return answer.body;
};
const upload = (person, bytes, name, type) => {
  const form = new FormData();
  form.append('file', new Blob([bytes], { type }), name);
  return person.post('/api/files', form);
};
async function offered(change) {
  const gig = is(await client.post('/api/gigs', gigBody(change)), 201);
  return is(await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' }), 201);
}
async function funded() {
  const { order } = is(await client.post(`/api/applications/${(await offered()).id}/accept`), 200);
  const { razorpayOrderId } = is(await client.post('/api/payments/create-order', { orderId: order.id }), 201);
  assert.equal(is(await client.get(`/api/orders/${order.id}`), 200).paymentGatewayOrderId, razorpayOrderId);
  return is(await client.post('/api/payments/verify', is(await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId }), 200)), 200).order;
}

test('a phone number is +91 and ten digits, whichever', async () => {
  for (const number of ['+911234567890', '+910000000017']) {
    const person = await box.person(number);
    assert.equal(person.user.phone, number);
    assert.equal((await box.person(number)).id, person.id);
  }
  for (const number of ['+91123456789', '+9112345678901', '+91', '+91 phone', '12345']) is(await box.post('/api/auth/send-otp', { phone: number }), 400, 'VALIDATION_ERROR', 'phone');
});

test('work is handed in with a message', async () => {
  const order = await funded();
  for (const body of [undefined, {}, { message: '' }, { message: '  ' }, { message: null }]) is(await doer.post(`/api/orders/${order.id}/submit`, body), 400, 'VALIDATION_ERROR', 'message');
  assert.equal(is(await doer.get(`/api/orders/${order.id}`), 200).status, 'in_progress');
  const submitted = is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Here.' }), 200);
  assert.equal(submitted.status, 'submitted');
  assert.equal(submitted.deliverables[0].message, 'Here.');
  const back = is(await client.post(`/api/orders/${order.id}/request-revision`, { reason: 'Bluer.' }), 200);
  assert.equal(back.revisionRequests[0].message, 'Bluer.');
  assert.equal(back.status, 'in_progress');
});

test("what is the other party's is forbidden in every state", async () => {
  const order = await funded();
  const wrong = async (...states) => {
    is(await doer.post(`/api/orders/${order.id}/approve`), 403, 'FORBIDDEN');
    is(await doer.post(`/api/orders/${order.id}/request-revision`, { message: 'x' }), 403, 'FORBIDDEN');
    is(await client.post(`/api/orders/${order.id}/submit`, { message: 'x' }), 403, 'FORBIDDEN');
    assert.ok(states.includes(is(await client.get(`/api/orders/${order.id}`), 200).status));
  };
  await wrong('in_progress');
  is(await client.post(`/api/orders/${order.id}/approve`), 409, 'INVALID_STATE');
  is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Here.' }), 200);
  await wrong('submitted');
  is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Again.' }), 409, 'INVALID_STATE');
  is(await client.post(`/api/orders/${order.id}/approve`), 200);
  await wrong('completed');
});

test('an application is accepted once', async () => {
  const application = await offered();
  const answers = await Promise.all([1, 2, 3].map(() => client.post(`/api/applications/${application.id}/accept`)));
  assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409, 409]);
  for (const act of ['accept', 'reject']) is(await client.post(`/api/applications/${application.id}/${act}`), 409, 'INVALID_STATE');
  is(await doer.post(`/api/applications/${application.id}/withdraw`), 409, 'INVALID_STATE');
  assert.equal(is(await client.get('/api/orders'), 200).orders.filter((o) => o.gigId === application.gigId).length, 1);
});

test('every list has the envelope', async () => {
  for (const [path, key] of [['/api/categories', 'categories'], ['/api/search/suggest?q=lo', 'suggestions'], ['/api/gigs', 'gigs'], ['/api/services', 'services'], ['/api/bank-accounts', 'bankAccounts'],
    ['/api/notifications', 'notifications'], ['/api/wallet/transactions', 'transactions'], ['/api/orders', 'orders'], ['/api/applications/my-applications', 'applications'], ['/api/gigs/recommended', 'gigs'], [`/api/users/${doer.id}/reviews`, 'reviews']]) {
    const list = is(await client.get(path), 200);
    assert.deepEqual(Object.keys(list), [key, 'page', 'limit', 'total', 'hasMore'], path);
    assert.ok(Array.isArray(list[key]) && typeof list.hasMore === 'boolean' && [list.page, list.limit, list.total].every(Number.isInteger), path);
  }
});

test('a file is attached by its id, its address, or as it is shown', async () => {
  const file = is(await upload(client, png, 'a.png'), 201);
  const order = await funded();
  for (const attachment of [file.id, file.url, { id: file.id }, { url: file.url, name: 'a.png' }, file]) {
    assert.equal(is(await client.post('/api/gigs', gigBody({ attachments: [attachment] })), 201).attachments[0].url, file.url);
    assert.equal(is(await client.post(`/api/orders/${order.id}/messages`, { text: 'This.', attachments: [attachment] }), 201).attachments[0].id, file.id);
    const socket = await client.socket();
    socket.send('CHAT_MESSAGE', { orderId: order.id, text: 'And this.', attachments: [attachment] });
    assert.equal((await socket.next('CHAT_MESSAGE')).attachments[0].url, file.url);
    await socket.close();
  }
  for (const attachment of ['https://elsewhere.test/a.png', { url: 'https://elsewhere.test/a.png' }, '/api/files/', {}, 7]) is(await client.post('/api/gigs', gigBody({ attachments: [attachment] })), 400, 'VALIDATION_ERROR', 'attachments');
  is(await doer.post('/api/gigs', gigBody({ attachments: [file.url] })), 400, 'VALIDATION_ERROR', 'attachments');
});

test('what is called a picture must be one', async () => {
  is(await upload(client, 'just words', 'a.png'), 415, 'UNSUPPORTED_MEDIA_TYPE', 'file');
  is(await upload(client, 'just words', 'A.JPEG'), 415, 'UNSUPPORTED_MEDIA_TYPE', 'file');
  is(await upload(client, 'just words', 'picture', 'image/png'), 415, 'UNSUPPORTED_MEDIA_TYPE', 'file');
  assert.match(is(await upload(client, 'just words', 'a.txt'), 201).type, /^text\/plain/);
  const named = is(await upload(client, png, 'a.txt', 'text/plain'), 201);
  assert.equal(named.type, 'image/png');
  const bytes = await client.get(named.url, { raw: true });
  assert.equal(bytes.headers.get('x-content-type-options'), 'nosniff');
});

test('a picture of oneself: uploaded, elsewhere, or none', async () => {
  const person = await box.person(phone());
  const file = is(await upload(person, png, 'me.png'), 201);
  const set = async (avatarUrl) => is(await person.patch('/api/users/me', { avatarUrl }), 200).avatarUrl;
  assert.equal(await set(file.url), file.url);
  const away = 'https://pictures.test/me.png?size=2';
  assert.equal(await set(away), away);
  assert.equal(is(await person.patch('/api/users/me', { bio: 'Hi.' }), 200).avatarUrl, away);
  assert.equal(is(await box.get(`/api/users/${person.id}`), 200).avatarUrl, away);
  assert.equal(is(await person.post('/api/gigs', gigBody()), 201).client.avatarUrl, away);
  assert.equal(await set(file.id), file.url);
  assert.equal(await set(null), null);
  assert.equal(await set(away), away);
  assert.equal(await set(''), null);
  for (const bad of ['nonsense', 'javascript:alert(1)', 'https://', 'https://x.test/"><b>', '/api/files/x', 5]) is(await person.patch('/api/users/me', { avatarUrl: bad }), 400, 'VALIDATION_ERROR', 'avatarUrl');
  is(await person.patch('/api/users/me', { idDocumentUrl: 'https://pictures.test/id.png' }), 400, 'VALIDATION_ERROR', 'idDocumentUrl');
  is(await person.patch('/api/users/me', { idDocumentUrl: file.url }), 400, 'VALIDATION_ERROR', 'idDocumentUrl'); // everybody sees that one
  const paper = is(await upload(person, png, 'id.png'), 201);
  is(await person.patch('/api/users/me', { avatarUrl: is(await upload(person, 'words', 'a.txt'), 201).url }), 400, 'VALIDATION_ERROR', 'avatarUrl');
  assert.equal(is(await person.patch('/api/users/me', { idDocumentUrl: paper.url }), 200).idDocumentUrl, paper.url);
  assert.equal(is(await person.patch('/api/users/me', { idDocumentUrl: null }), 200).idDocumentUrl, null);
});

test('a message about a word names each word once', async () => {
  const { error } = is(await box.get('/api/gigs?status=all'), 400, 'VALIDATION_ERROR', 'status');
  assert.equal(error.fields.status, 'must be one of open, in_progress, completed, cancelled');
});

test('a body that says it is JSON and is none is refused, wanted or not', async () => {
  const gig = is(await client.post('/api/gigs', gigBody()), 201);
  const headers = { 'content-type': 'application/json' };
  for (const body of ['{', 'nonsense', '{"a":}']) {
    for (const path of [`/api/gigs/${gig.id}/close`, '/api/notifications/read-all', '/api/gigs', '/api/auth/logout']) is(await client.post(path, body, { headers }), 400, 'BAD_REQUEST');
    is(await box.call('DELETE', `/api/gigs/${gig.id}`, { token: client.token, body, headers }), 400, 'BAD_REQUEST');
  }
  for (const body of ['', '{}', 'null', '{"unknown":1}']) {
    assert.equal(is(await client.post(`/api/gigs/${gig.id}/close`, body, { headers }), 200).status, 'cancelled');
    assert.equal(is(await client.post(`/api/gigs/${gig.id}/reopen`, body, { headers }), 200).status, 'open');
  }
});

test('what is said in a chat is text', async () => {
  const order = await funded();
  const socket = await client.socket();
  for (const text of [5, true, ['x'], { x: 1 }, '', undefined]) {
    socket.send('CHAT_MESSAGE', { orderId: order.id, text });
    assert.equal((await socket.next('ERROR')).code, 'VALIDATION_ERROR', JSON.stringify(text));
  }
  assert.equal(is(await client.get(`/api/orders/${order.id}/messages`), 200).total, 0);
  await socket.close();
});

test('what lies elsewhere on the web may be handed in and shown by its address', async () => {
  const file = is(await upload(doer, png, 'final.png'), 201);
  const order = await funded();
  const away = 'https://drive.test/final.zip';
  for (const bad of [['ftp://drive.test/x'], ['https://'], [7], ['final.zip']]) is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Here.', attachments: bad }), 400, 'VALIDATION_ERROR');
  const { deliverables } = is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Here.', attachments: [away, file.url, { url: away + '2', name: 'b' }] }), 200);
  assert.deepEqual(deliverables[0].attachments.map((a) => a.id), [file.id]);
  assert.deepEqual(deliverables[0].urls, [away, away + '2']);
  const picture = is(await upload(doer, png, 'cover.png'), 201);
  const body = { title: 'Posters', description: 'Large ones.', category: 'design', price: 90000, deliveryTime: 3, images: [picture.id, 'https://pictures.test/a.png'] };
  const service = is(await doer.post('/api/services', body), 201);
  assert.deepEqual([service.images.map((i) => i.id), service.imageUrls], [[picture.id], ['https://pictures.test/a.png']]);
  const kept = is(await doer.patch(`/api/services/${service.id}`, { images: [picture.id] }), 200);
  assert.deepEqual(kept.imageUrls, ['https://pictures.test/a.png'], 'ids alone leave them');
  const none = is(await doer.patch(`/api/services/${service.id}`, { images: [] }), 200);
  assert.deepEqual([none.images, none.imageUrls], [[], undefined]);
  is(await doer.post('/api/services', { ...body, images: ['https://pictures.test/"x'] }), 400, 'VALIDATION_ERROR', 'images');
  is(await doer.post('/api/services', { ...body, images: ['cover.png'] }), 400, 'VALIDATION_ERROR', 'images');
});
