// Every route of the campus contract over HTTP; the harness validates each answer against the box's own OpenAPI document.
import { test, before, after } from 'node:test';
import { Box, Person, assert, eventually, gigBody, inDays, phone } from './harness.mjs';

let box, client, doer, third;
before(async () => {
  box = await Box.start();
  [client, doer, third] = await Promise.all([box.person(phone(), { name: 'Asha' }), box.person(phone(), { name: 'Ravi', skills: ['photoshop'] }), box.person(phone())]);
});
after(async () => await box?.stop());

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
async function upload(person, bytes, name, purpose) {
  const form = new FormData();
  if (purpose) form.append('purpose', purpose);
  form.append('file', new Blob([bytes]), name);
  return await person.post('/api/files', form);
}
const makeGig = async (change) => (await client.post('/api/gigs', gigBody(change))).body;
async function makeOrder(change) {
  const gig = await makeGig(change);
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' })).body;
  return (await client.post(`/api/applications/${application.id}/accept`)).body.order;
}
async function fund(order) {
  const checkout = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
  const paid = (await box.post('/sandbox/razorpay/pay', { order_id: checkout.razorpayOrderId })).body;
  const verified = await client.post('/api/payments/verify', paid);
  assert.equal(verified.status, 200);
  return verified.body.order;
}
const is = (answer, status, code) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (code) {
    assert.equal(answer.body.success, false);
    assert.equal(answer.body.error.code, code);
  }
  return answer.body;
};

test('documents', async () => {
  is(await box.get('/openapi/campus.json'), 200);
  const page = await box.get('/docs');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type'), /text\/html/);
  assert.match(page.body, /api\/gigs/);
  assert.doesNotMatch(page.body, /(src|href)="(https?:)?\/\//);
  is(await box.get('/openapi/nonsense.json'), 404);
});

test('facts of the marketplace', async () => {
  const config = is(await box.get('/api/config'), 200);
  assert.equal(config.currency, 'INR');
  assert.equal(config.sandbox, true);
  const { categories } = is(await box.get('/api/categories'), 200);
  assert.deepEqual(categories.map((c) => c.slug), ['design', 'marketing', 'writing', 'video', 'music', 'programming', 'data', 'business', 'lifestyle']);
  await makeGig({ title: 'Zebra crossing poster' });
  assert.ok(is(await box.get('/api/search/suggest?q=zeb'), 200).suggestions.length > 0);
  is(await box.get('/ws'), 400);
});

test('signing in and out', async () => {
  const number = phone();
  is(await box.post('/api/auth/send-otp', { phone: 'nonsense' }), 400, 'VALIDATION_ERROR');
  is(await box.post('/api/auth/send-otp', { phone: 12 }), 400, 'VALIDATION_ERROR');
  is(await box.post('/api/auth/send-otp', '{"phone":'), 400);
  is(await box.post('/api/auth/send-otp', '{"phone":"+919000000000","phone":"+919000000001"}'), 400);
  is(await box.post('/api/auth/verify-otp', { phone: number, otp: '123456' }), 400, 'INVALID_OTP');
  const person = await box.person(number);
  assert.equal(person.isNewUser, true);
  const codes = async () => (await box.get('/sandbox/outbox?to=' + encodeURIComponent(number))).body.messages;
  const before = (await codes()).length;
  is(await box.post('/api/auth/send-otp', { phone: number }), 200);
  await eventually(async () => (await codes()).length > before, 'the second code'); // which voids the first
  const again = new Person(box, is(await box.post('/api/auth/verify-otp', { phone: number, otp: (await codes())[0].code }), 200));
  assert.equal(again.isNewUser, false);
  assert.equal(again.id, person.id);
  is(await box.get('/api/users/me'), 401, 'UNAUTHORIZED');
  is(await box.get('/api/users/me', { token: person.token.slice(0, -2) + 'xx' }), 401, 'UNAUTHORIZED');
  is(await box.get('/api/users/me', { headers: { cookie: `jwt=${person.token}` } }), 200);
  is(await box.patch('/api/users/me', { name: 'X' }, { headers: { cookie: `jwt=${person.token}`, origin: 'https://evil.test' } }), 403, 'FORBIDDEN');
  is(await box.patch('/api/users/me', { name: 'X' }, { headers: { cookie: `jwt=${person.token}`, origin: box.url } }), 200);
  const out = await person.post('/api/auth/logout');
  is(out, 200);
  assert.match(out.headers.get('set-cookie'), /^jwt=; .*Max-Age=0/);
  is(await person.get('/api/users/me'), 401, 'UNAUTHORIZED');
  is(await again.get('/api/users/me'), 200);
});

test('a profile', async () => {
  const person = await box.person(phone());
  const email = `p${Date.now()}@college.test`;
  const avatar = is(await upload(person, png, 'me.png', 'avatar'), 201);
  const me = is(await person.patch('/api/users/me', {
    name: 'Meera', bio: 'I draw.', university: 'IIT', course: 'B.Des', year: 2, graduationYear: 2028, roles: ['doer'], skills: ['ink'], place: 'Pune',
    latitude: 18.52, longitude: 73.85, available: true, email, password: 'correct horse', avatarUrl: avatar.url, idDocumentUrl: null,
  }), 200);
  assert.equal(me.emailVerified, false);
  assert.ok(me.avatarUrl.endsWith(avatar.id));
  assert.deepEqual(me.roles, ['doer']);
  const public_ = is(await box.get(`/api/users/${person.id}`), 200);
  for (const hidden of ['phone', 'email', 'walletBalance', 'pendingBalance', 'bankAccountId', 'idDocumentUrl', 'totalEarnings']) assert.equal(hidden in public_, false, hidden);
  assert.equal((await box.get(avatar.url, { raw: true })).status, 200);
  is(await person.post('/api/auth/verify-email', { otp: '000000' }), 400, 'INVALID_OTP');
  const { code } = await box.message(email, (m) => m.code);
  const proven = is(await person.post('/api/auth/verify-email', { otp: code }), 200);
  assert.equal(proven.user.emailVerified, true);
  is(await person.patch('/api/users/me', { year: 6, skills: 'no', bio: 5, roles: ['king'] }), 400, 'VALIDATION_ERROR');
  is(await box.get('/api/users/00000000-0000-4000-8000-000000000000'), 404, 'NOT_FOUND');
});

test('gigs', async () => {
  const gig = await makeGig({ title: 'A gig of its own' });
  is(await client.post('/api/gigs', { title: 'x' }), 400, 'VALIDATION_ERROR');
  is(await box.post('/api/gigs', gigBody()), 401, 'UNAUTHORIZED');
  is(await doer.patch(`/api/gigs/${gig.id}`, { title: 'Not mine' }), 403, 'FORBIDDEN');
  assert.equal(is(await client.patch(`/api/gigs/${gig.id}`, { title: 'Another title', deadline: inDays(9) }), 200).title, 'Another title');
  is(await client.patch(`/api/gigs/${gig.id}`, { budgetMin: 900000 }), 400, 'VALIDATION_ERROR');
  assert.equal(is(await client.post(`/api/gigs/${gig.id}/close`), 200).status, 'cancelled');
  is(await client.post(`/api/gigs/${gig.id}/close`), 409, 'INVALID_STATE');
  assert.equal(is(await client.post(`/api/gigs/${gig.id}/reopen`), 200).status, 'open');
  const mine = is(await client.get('/api/gigs/my-gigs?status=open&limit=500'), 200);
  assert.equal(mine.limit, 100);
  assert.ok(mine.gigs.some((g) => g.id === gig.id));
  assert.ok(is(await doer.get('/api/gigs/recommended'), 200).gigs.every((g) => g.clientId !== doer.id));
  const list = is(await box.get('/api/gigs?category=design&skills=photoshop,illustrator&budgetMin=1&budgetMax=99999999&deadline=this_month&status=open&sortBy=budgetMax&sortOrder=asc&page=1&limit=3&search='), 200);
  assert.equal(list.limit, 3);
  is(await box.get('/api/gigs?category=nonsense'), 400, 'VALIDATION_ERROR');
  is(await box.get('/api/gigs?sortBy=nonsense'), 400, 'VALIDATION_ERROR');
  is(await client.delete(`/api/gigs/${gig.id}`), 200);
  is(await box.get(`/api/gigs/${gig.id}`), 404, 'NOT_FOUND');
  const wrong = await box.call('PUT', '/api/gigs');
  assert.equal(wrong.status, 405);
  assert.match(wrong.headers.get('allow'), /GET.*POST/);
});

test('a boost', async () => {
  const gig = await makeGig();
  is(await client.post(`/api/gigs/${gig.id}/boost`, { days: 31 }), 400, 'VALIDATION_ERROR');
  is(await doer.post(`/api/gigs/${gig.id}/boost`, { days: 2 }), 403, 'FORBIDDEN');
  const boost = is(await client.post(`/api/gigs/${gig.id}/boost`, { days: 2 }), 200);
  assert.ok(boost.razorpayOrderId);
  assert.equal(boost.isBoosted, false);
  assert.equal(is(await client.post(`/api/gigs/${gig.id}/boost`, { days: 2 }), 200).razorpayOrderId, boost.razorpayOrderId);
  const paid = (await box.post('/sandbox/razorpay/pay', { order_id: boost.razorpayOrderId })).body;
  assert.equal(is(await client.post('/api/payments/verify', paid), 200).order, null);
  assert.equal(is(await box.get(`/api/gigs/${gig.id}`), 200).isBoosted, true);
});

test('applications', async () => {
  const gig = await makeGig();
  is(await client.post(`/api/gigs/${gig.id}/applications`, { message: 'Mine.' }), 403);
  const first = is(await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'One.' }), 201);
  is(await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Two.' }), 409, 'CONFLICT');
  const second = is(await third.post(`/api/gigs/${gig.id}/applications`, { message: 'Me too.', amount: 70000 }), 201);
  is(await doer.get(`/api/gigs/${gig.id}/applications`), 403, 'FORBIDDEN');
  assert.equal(is(await client.get(`/api/gigs/${gig.id}/applications?status=pending`), 200).total, 2);
  assert.ok(is(await doer.get('/api/applications/my-applications'), 200).applications.some((a) => a.id === first.id));
  is(await third.get(`/api/applications/${first.id}`), 403, 'FORBIDDEN');
  is(await doer.get(`/api/applications/${first.id}`), 200);
  assert.equal(is(await doer.post(`/api/applications/${first.id}/withdraw`), 200).status, 'withdrawn');
  is(await doer.post(`/api/applications/${first.id}/withdraw`), 409, 'INVALID_STATE');
  assert.equal(is(await client.post(`/api/applications/${second.id}/reject`), 200).status, 'rejected');
});

test('an order with everything', async () => {
  let order = await fund(await makeOrder());
  assert.equal(order.status, 'in_progress');
  is(await third.get(`/api/orders/${order.id}`), 403, 'FORBIDDEN');
  const file = is(await upload(doer, png, 'logo.png'), 201);
  assert.ok(is(await doer.get('/api/files'), 200).files.some((f) => f.id === file.id));
  is(await client.get(file.url, { raw: true }), 403);
  order = is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Here.', attachments: [file.id] }), 200);
  assert.equal(order.deliverables[0].attachments[0].id, file.id);
  assert.equal((await client.get(file.url, { raw: true })).status, 200);
  is(await doer.post(`/api/orders/${order.id}/approve`), 403, 'FORBIDDEN');
  order = is(await client.post(`/api/orders/${order.id}/request-revision`, { message: 'Bluer.' }), 200);
  assert.equal(order.status, 'in_progress');
  assert.equal(order.revisionRequests[0].message, 'Bluer.');
  is(await doer.post(`/api/orders/${order.id}/submit`, { message: 'Bluer now.' }), 200);
  const said = is(await doer.post(`/api/orders/${order.id}/messages`, { text: 'See?', attachments: [file] }), 201);
  const chat = is(await client.get(`/api/orders/${order.id}/messages`), 200);
  assert.equal(chat.messages[0].id, said.id);
  is(await client.post(`/api/messages/${said.id}/read`), 200);
  is(await third.post(`/api/orders/${order.id}/messages`, { text: 'Hi' }), 403, 'FORBIDDEN');
  assert.equal(is(await client.post(`/api/orders/${order.id}/approve`), 200).status, 'completed');
  is(await client.post(`/api/orders/${order.id}/approve`), 409, 'INVALID_STATE');
  is(await client.post(`/api/orders/${order.id}/review`, { rating: 6 }), 400, 'VALIDATION_ERROR');
  is(await client.post(`/api/orders/${order.id}/review`, { rating: 5, comment: 'Good.' }), 201);
  is(await client.post(`/api/orders/${order.id}/review`, { rating: 5 }), 409, 'CONFLICT');
  assert.equal(is(await doer.get(`/api/orders/${order.id}/review`), 200).reviews.length, 0);
  assert.equal(is(await client.get(`/api/orders/${order.id}/review`), 200).reviews.length, 1);
  assert.ok(is(await client.get('/api/orders?role=client&status=completed'), 200).orders.some((o) => o.id === order.id));
  const entry = is(await doer.get('/api/wallet/transactions'), 200).transactions.find((t) => t.orderId === order.id);
  assert.equal(entry.amount, order.doerPayout);
  is(await client.delete(file.url), 403);
});

test('cancelling and disputing', async () => {
  const order = await fund(await makeOrder());
  is(await client.post(`/api/orders/${order.id}/dispute`, {}), 400);
  assert.equal(is(await client.post(`/api/orders/${order.id}/dispute`, { reason: 'Nothing came.' }), 200).status, 'disputed');
  const other = await fund(await makeOrder());
  const cancelled = is(await doer.post(`/api/orders/${other.id}/cancel`, { reason: 'Ill.' }), 200);
  assert.deepEqual([cancelled.status, cancelled.escrowState], ['cancelled', 'refunded']);
  is(await client.post('/api/payments/create-order', { orderId: other.id }), 409, 'INVALID_STATE');
});

test('milestones', async () => {
  const order = await makeOrder({ budgetType: 'milestone' });
  is(await client.post(`/api/orders/${order.id}/milestones`, { milestones: [{ title: '', amount: 0 }] }), 400, 'VALIDATION_ERROR');
  const planned = is(await client.post(`/api/orders/${order.id}/milestones`, { milestones: [{ title: 'Sketch', amount: 40000 }, { title: 'Final', amount: 60000, dueAt: inDays(3) }] }), 201);
  assert.equal(planned.amount, 100000);
  await fund(order);
  const [sketch] = is(await doer.get(`/api/orders/${order.id}/milestones`), 200).milestones;
  assert.equal(sketch.status, 'funded');
  assert.equal(is(await doer.post(`/api/milestones/${sketch.id}/submit`, { message: 'A sketch.' }), 200).status, 'submitted');
  assert.equal(is(await client.post(`/api/milestones/${sketch.id}/request-revision`, { message: 'Bolder.' }), 200).status, 'funded');
  is(await doer.post(`/api/milestones/${sketch.id}/submit`, { message: 'Bolder.' }), 200);
  assert.equal(is(await client.post(`/api/milestones/${sketch.id}/approve`), 200).status, 'released');
});

test('services', async () => {
  const body = { title: 'I edit videos', description: 'Cuts and titles.', category: 'animation', price: 80000, skills: ['premiere'], deliveryTime: 4, revisions: 2, features: ['4K'] };
  is(await doer.post('/api/services', { ...body, price: -5 }), 400, 'VALIDATION_ERROR');
  const picture = is(await upload(doer, png, 'cover.png', 'gig_image'), 201);
  const service = is(await doer.post('/api/services', { ...body, images: [picture.id] }), 201);
  assert.equal(service.category, 'video');
  assert.ok(is(await box.get('/api/services?category=video&search=videos&priceMin=1&priceMax=900000'), 200).services.some((s) => s.id === service.id));
  assert.equal(is(await box.get(`/api/services?doerId=${doer.id}`), 200).total, 1);
  assert.equal(is(await doer.get('/api/services/my-services'), 200).total, 1);
  is(await box.get(`/api/services/${service.id}`), 200);
  is(await client.patch(`/api/services/${service.id}`, { price: 1 }), 403, 'FORBIDDEN');
  assert.equal(is(await doer.patch(`/api/services/${service.id}`, { price: 70000 }), 200).price, 70000);
  const ordered = is(await client.post(`/api/services/${service.id}/order`, { message: 'Our fest.' }), 201);
  assert.equal(is(await doer.post(`/api/orders/${ordered.id}/accept`), 200).status, 'in_progress');
  const paid = await fund(is(await client.post(`/api/services/${service.id}/order`, { message: 'And the farewell.' }), 201));
  assert.deepEqual([paid.status, paid.escrowState], ['pending_payment', 'funded'], 'it waits for the doer');
  is(await doer.post(`/api/orders/${paid.id}/submit`, { message: '' }), 400, 'VALIDATION_ERROR');
  assert.equal(is(await client.get(`/api/orders/${paid.id}`), 200).status, 'pending_payment', 'a fault changes nothing');
  is(await client.post(`/api/orders/${paid.id}/submit`, { message: 'Mine.' }), 403, 'FORBIDDEN');
  assert.equal(is(await doer.post(`/api/orders/${paid.id}/submit`, { message: 'Cut.' }), 200).status, 'submitted', 'handing in takes it');
  assert.equal(is(await client.post(`/api/orders/${paid.id}/approve`), 200).status, 'completed');
  const declined = is(await client.post(`/api/services/${service.id}/order`, {}), 201);
  assert.equal(is(await doer.post(`/api/orders/${declined.id}/decline`), 200).status, 'cancelled');
  is(await doer.delete(`/api/services/${service.id}`), 200);
  is(await box.get(`/api/services/${service.id}`), 404, 'NOT_FOUND');
});

test('money out', async () => {
  const person = await box.person(phone());
  is(await person.get('/api/wallet/balance'), 200);
  is(await person.get('/api/wallet/withdrawals'), 200);
  const account = is(await person.post('/api/bank-accounts', { accountHolderName: 'Meera', accountNumber: '998877665544', ifsc: 'SBIN0001234' }), 201);
  is(await person.post('/api/bank-accounts', { accountHolderName: 'Meera', accountNumber: '998877665544', ifsc: 'SBIN0001234' }), 409, 'CONFLICT');
  is(await person.post(`/api/bank-accounts/${account.id}/verify`), 200);
  await eventually(async () => (await person.get('/api/bank-accounts')).body.bankAccounts[0].verified, 'the penny drop');
  assert.equal(is(await person.get('/api/users/me'), 200).bankAccountId, account.id);
  is(await person.post('/api/wallet/withdraw', { amount: 50000, bankAccountId: account.id }), 400, 'INSUFFICIENT_FUNDS');
  is(await third.delete(`/api/bank-accounts/${account.id}`), 404, 'NOT_FOUND');
  is(await person.delete(`/api/bank-accounts/${account.id}`), 200);
  is(await box.post('/api/webhooks/payment', { event: 'payment.captured' }), 400, 'INVALID_SIGNATURE');
});

test('notifications, devices, reports, blocks', async () => {
  const gig = await makeGig();
  await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' });
  const list = is(await client.get('/api/notifications?unread=true'), 200);
  const note = list.notifications.find((n) => n.gigId === gig.id);
  assert.equal(note.type, 'new_application');
  const before = is(await client.get('/api/notifications/unread-count'), 200).count;
  assert.equal(is(await client.post(`/api/notifications/${note.id}/read`), 200).read, true);
  assert.equal(is(await client.get('/api/notifications/unread-count'), 200).count, before - 1);
  is(await client.post('/api/notifications/read-all'), 200);
  assert.equal(is(await client.get('/api/users/me'), 200).unreadNotifications, 0);
  const device = is(await client.post('/api/devices', { token: 'abc', platform: 'ios' }), 201);
  assert.equal(is(await client.get('/api/devices'), 200).devices.length, 1);
  is(await doer.delete(`/api/devices/${device.id}`), 404, 'NOT_FOUND');
  is(await client.delete(`/api/devices/${device.id}`), 200);
  is(await third.post('/api/reports', { type: 'gig', id: gig.id, reason: 'Spam.' }), 201);
  is(await third.post('/api/reports', { type: 'planet', id: gig.id, reason: 'Spam.' }), 400, 'VALIDATION_ERROR');
  is(await third.post(`/api/users/${doer.id}/block`), 200);
  assert.equal(is(await third.get('/api/blocks'), 200).blocks[0].user.id, doer.id);
  is(await third.delete(`/api/users/${doer.id}/block`), 200);
});

test('files', async () => {
  is(await upload(client, Buffer.from([0, 1, 2, 3]), 'x.png'), 415, 'UNSUPPORTED_MEDIA_TYPE');
  is(await upload(client, Buffer.alloc(10 * 1024 * 1024 + 1, 'a'), 'big.txt'), 413, 'PAYLOAD_TOO_LARGE');
  is(await client.post('/api/files', {}), 400, 'VALIDATION_ERROR');
  const text = Buffer.alloc(300000, 'line of text\n');
  const file = is(await upload(client, text, 'né"w.txt'), 201);
  const got = await client.get(file.url, { raw: true });
  assert.deepEqual(Buffer.compare(got.body, text), 0);
  assert.equal(got.headers.get('content-length'), String(text.length));
  is(await client.delete(file.url), 200);
  is(await client.get(file.url), 404, 'NOT_FOUND');
});

test('limits', async () => {
  const strict = await Box.start({ sets: { rate_auth_per_min: 5, rate_upload_per_min: 2, rate_other_per_min: 30 } });
  try {
    const number = phone();
    let last;
    for (let i = 0; i < 6; i++) last = await strict.post('/api/auth/send-otp', { phone: number });
    is(last, 429, 'RATE_LIMITED');
    assert.ok(Number(last.headers.get('retry-after')) > 0);
    for (let i = 0; i < 40; i++) last = await strict.get('/api/config');
    is(last, 429, 'RATE_LIMITED');
  } finally {
    await strict.stop();
  }
});
