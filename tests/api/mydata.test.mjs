// Taking one's data along, and leaving.
import test, { after, before } from 'node:test';
import { spawnSync } from 'node:child_process';
import { gigBody, phone, assert, eventually } from './harness.mjs';
import { freshCode, fundedOrder, staffed, upload, png } from './admin_kit.mjs';

let box, admin, stop;
before(async () => {
  ({ box, admin, stop } = await staffed({ sets: { cron_secret: 'tick' } }));
});
after(() => stop());

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
const jobs = async () => is(await box.get('/api/cron/cleanup', { headers: { authorization: 'Bearer tick' } }), 200);
const leave = (who, body) => box.call('DELETE', '/api/users/me', { token: who.token, body });
const person = (name) => box.person(phone(), name && { name });

/** {name: Buffer} of a ustar archive; checks its sums and its end. */
function untar(bytes) {
  const files = {};
  let at = 0;
  for (; bytes[at]; ) {
    const head = bytes.subarray(at, at + 512);
    const text = (from, n) => head.subarray(from, from + n).toString().replace(/\0.*$/s, '');
    assert.equal(text(257, 6), 'ustar');
    let sum = 0;
    head.forEach((b, i) => (sum += i >= 148 && i < 156 ? 32 : b));
    assert.equal(parseInt(text(148, 8), 8), sum, 'the checksum');
    const size = parseInt(text(124, 12), 8);
    files[text(0, 100)] = bytes.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  assert.ok(bytes.length - at >= 1024 && bytes.subarray(at).every((b) => b === 0), 'two empty blocks at the end');
  return files;
}
const json = (files, name) => JSON.parse(files[name].toString());

test('the archive has everything, and only one\'s own', async () => {
  is(await box.get('/api/users/me/export'), 401);
  const asha = await box.person(phone(), { name: 'Asha Ráo', bio: 'Ünïcode "quoted"', email: 'asha@example.edu' });
  const ravi = await person('Ravi');
  const big = await upload(asha, { bytes: Buffer.alloc(200001, 'q'), name: 'große Datei.txt' });
  await upload(ravi, { bytes: Buffer.from('not hers'), name: 'other.txt' });
  for (let i = 0; i < 60; i++) is(await asha.post('/api/gigs', gigBody({ title: `Gig number ${i}` })), 201);
  const order = await fundedOrder(box, ravi, asha, { gig: gigBody({ budgetMin: 1, budgetMax: 100000 }), amount: 100000 });
  is(await ravi.post(`/api/orders/${order.id}/messages`, { text: 'hello' }), 201);
  is(await asha.post(`/api/orders/${order.id}/messages`, { text: 'hi' }), 201);
  is(await asha.post(`/api/orders/${order.id}/submit`, { message: 'done' }), 200);
  is(await ravi.post(`/api/orders/${order.id}/approve`), 200);
  is(await asha.post(`/api/orders/${order.id}/review`, { rating: 4, comment: 'nice' }), 201);
  is(await asha.post('/api/saved-searches', { search: 'tuba' }), 201);
  is(await asha.post('/api/bank-accounts', { accountHolderName: 'Asha', accountNumber: '123456789012', ifsc: 'HDFC0001234' }), 201);
  const answer = await asha.get('/api/users/me/export', { raw: true });
  is(answer, 200);
  assert.equal(answer.headers.get('content-type'), 'application/x-tar');
  assert.match(answer.headers.get('content-disposition'), /my-data\.tar/);
  const files = untar(answer.body);
  const me = json(files, 'profile.json');
  assert.equal(me.name, 'Asha Ráo');
  assert.equal(me.phone, asha.user.phone);
  assert.equal(me.walletBalance, 95000);
  assert.deepEqual(['gigs-0001.json', 'gigs-0002.json'].map((n) => json(files, n).length), [50, 10]);
  assert.equal(json(files, 'orders.json')[0].id, order.id);
  assert.equal(json(files, 'reviews-written.json')[0].comment, 'nice');
  assert.deepEqual(json(files, 'reviews-received.json'), []);
  assert.equal(json(files, 'wallet.json').available, 95000);
  assert.equal(json(files, 'wallet-transactions.json')[0].amount, 95000);
  assert.equal(json(files, 'bank-accounts.json')[0].last4, '9012');
  assert.equal(json(files, 'saved-searches.json')[0].search, 'tuba');
  assert.ok(json(files, 'notifications.json').length > 0);
  assert.ok(json(files, 'notification-preferences.json').length > 20);
  const talk = json(files, 'conversations/0001-0001.json');
  assert.deepEqual(talk.messages.map((m) => m.text), ['hello', 'hi']);
  assert.equal(json(files, 'files.json')[0].name, 'große Datei.txt');
  const uploads = Object.keys(files).filter((n) => n.startsWith('files/'));
  assert.deepEqual(uploads, [`files/${big.id}-gro__e_Datei.txt`]);
  assert.equal(files[uploads[0]].length, 200001);
  assert.ok(!answer.body.includes('not hers') && !answer.body.includes('argon2') && !answer.body.includes('123456789012'));
  const tar = spawnSync('tar', ['-tf', '-'], { input: answer.body });
  if (!tar.error) assert.equal(tar.stdout.toString().trim().split('\n').length, Object.keys(files).length, String(tar.stderr));
});

test('somebody who has nothing gets an archive too', async () => {
  const nobody = await person();
  const answer = await nobody.get('/api/users/me/export', { raw: true });
  const files = untar(answer.body);
  assert.deepEqual(json(files, 'gigs.json'), []);
  assert.equal(files['freelancer-profile.json'], undefined);
});

test('leaving is confirmed', async () => {
  is(await box.call('DELETE', '/api/users/me', { body: { otp: '123456' } }), 401);
  const asha = await person('Asha');
  const bare = await leave(asha, {});
  is(bare, 400);
  assert.ok(bare.body.error.fields.otp);
  const sent = is(await asha.post('/api/users/me/confirm'), 200);
  assert.ok(sent.expiresIn > 0);
  const { code } = await box.message(asha.user.phone, (m) => m.code && /code/.test(m.body) && m.sentAt >= Date.now() - 60000);
  const wrong = await leave(asha, { otp: code === '000000' ? '000001' : '000000' });
  is(wrong, 400);
  assert.equal(wrong.body.error.code, 'INVALID_OTP');
  is(await asha.get('/api/users/me'), 200);
  const noPassword = await leave(asha, { password: 'whatever it was' });
  is(noPassword, 400);
  assert.equal(noPassword.body.error.code, 'INVALID_PASSWORD');
  is(await asha.patch('/api/users/me', { password: 'correct horse' }), 200);
  assert.equal((await leave(asha, { password: 'wrong horse' })).body.error.code, 'INVALID_PASSWORD');
  is(await leave(asha, { password: 'correct horse' }), 200);
  is(await asha.get('/api/users/me'), 401);
  // By a code of its own, and by a sign-in code.
  const ravi = await person('Ravi');
  const known = new Set(is(await box.get(`/sandbox/outbox?to=${encodeURIComponent(ravi.user.phone)}`), 200).messages.map((m) => m.id));
  is(await ravi.post('/api/users/me/confirm'), 200);
  const own = await box.message(ravi.user.phone, (m) => m.code && !known.has(m.id));
  is(await leave(ravi, { otp: own.code }), 200);
  const mina = await person('Mina');
  is(await leave(mina, { otp: await freshCode(box, mina.user.phone) }), 200);
});

test('not with open orders or money', async () => {
  const asha = await person('Asha'), ravi = await person('Ravi');
  const order = await fundedOrder(box, asha, ravi, { gig: gigBody({ budgetMin: 1, budgetMax: 100000 }), amount: 100000 });
  for (const who of [asha, ravi]) {
    const refused = await leave(who, { otp: await freshCode(box, who.user.phone) });
    is(refused, 409);
    assert.equal(refused.body.error.code, 'INVALID_STATE');
    assert.match(refused.body.error.message, /orders/);
  }
  is(await ravi.post(`/api/orders/${order.id}/submit`, { message: 'x' }), 200);
  is(await asha.post(`/api/orders/${order.id}/approve`), 200);
  const rich = await leave(ravi, { otp: await freshCode(box, ravi.user.phone) });
  is(rich, 409);
  assert.match(rich.body.error.message, /wallet/);
  is(await leave(asha, { otp: await freshCode(box, asha.user.phone) }), 200);
  const last = await leave(admin, { otp: await freshCode(box, admin.user.phone) });
  is(last, 409);
  assert.match(last.body.error.message, /last admin/);
});

test('what is left of somebody who left', async () => {
  const asha = await box.person(phone(), { name: 'Asha Leaving', bio: 'Here I am', skills: ['juggling'], roles: ['doer'] });
  const ravi = await person('Ravi'), mina = await person('Mina');
  await asha.patch('/api/users/me', { email: 'asha.leaving@example.edu' });
  const first = await box.message('asha.leaving@example.edu', (m) => m.code);
  is(await asha.post('/api/auth/verify-email', { otp: first.code }), 200);
  const avatar = await upload(asha, { purpose: 'avatar', bytes: Buffer.concat([png, Buffer.from('avatar')]) });
  await asha.patch('/api/users/me', { avatarUrl: avatar.url });
  const loose = await upload(asha, { bytes: Buffer.from('my notes'), name: 'notes.txt' });
  const order = await fundedOrder(box, asha, ravi, { gig: gigBody({ title: 'Finished juggling', budgetMin: 1, budgetMax: 100000 }), amount: 100000 });
  const sent = await upload(asha, { bytes: Buffer.from('for ravi'), name: 'brief.txt' });
  is(await asha.post(`/api/orders/${order.id}/messages`, { text: 'goodbye', attachments: [sent.id] }), 201);
  is(await ravi.post(`/api/orders/${order.id}/submit`, { message: 'x' }), 200);
  is(await asha.post(`/api/orders/${order.id}/approve`), 200);
  is(await asha.post(`/api/orders/${order.id}/review`, { rating: 5, comment: 'lovely' }), 201);
  is(await ravi.post(`/api/orders/${order.id}/review`, { rating: 5, comment: 'also' }), 201);
  const open = is(await asha.post('/api/gigs', gigBody({ title: 'Open juggling gig' })), 201);
  is(await mina.post(`/api/gigs/${open.id}/applications`, { message: 'me' }), 201);
  const service = is(await asha.post('/api/services', { title: 'Juggling lessons', description: 'All balls', category: 'music', price: 5000 }), 201);
  const minas = is(await mina.post('/api/gigs', gigBody({ title: 'Mina needs help' })), 201);
  const applied = is(await asha.post(`/api/gigs/${minas.id}/applications`, { message: 'me' }), 201);
  is(await asha.post('/api/devices', { token: 'push-token-of-asha', platform: 'android' }), 201);
  const socket = await asha.socket();
  const second = await box.person(asha.user.phone);

  const gone = await leave(asha, { otp: await freshCode(box, asha.user.phone) });
  is(gone, 200);
  assert.match(gone.headers.get('set-cookie'), /jwt=;/);
  assert.ok((await socket.closed).code >= 4000);
  is(await asha.get('/api/users/me'), 401);
  is(await second.get('/api/users/me'), 401);
  // At once: nobody finds her or what she offered.
  is(await ravi.get(`/api/users/${asha.id}`), 404);
  is(await ravi.get(`/api/gigs/${open.id}`), 404);
  is(await ravi.get(`/api/services/${service.id}`), 404);
  assert.equal(is(await box.get('/api/gigs?search=juggling'), 200).total, 0);
  assert.equal(is(await box.get('/api/services?search=juggling'), 200).total, 0);
  // Soon: what was hers alone is gone.
  await jobs();
  await jobs();
  is(await ravi.get(avatar.url.replace(/^.*(?=\/api)/, '')), 404);
  is(await admin.get(loose.url.replace(/^.*(?=\/api)/, '')), 404);
  assert.equal(is(await mina.get('/api/applications/my-applications'), 200).applications[0].status, 'rejected');
  assert.equal(is(await mina.get(`/api/gigs/${minas.id}/applications`), 200).applications.find((a) => a.id === applied.id).status, 'withdrawn');
  const erased = is(await admin.get(`/api/admin/users/${asha.id}`), 200);
  assert.equal(erased.isDeleted, true);
  assert.deepEqual([erased.name, erased.phone, erased.email, erased.bio, erased.avatarUrl, erased.skills], ['Deleted user', null, null, null, null, []]);
  assert.deepEqual(is(await admin.get('/api/admin/users?status=deleted&limit=100'), 200).users.some((u) => u.id === asha.id), true);
  assert.equal(is(await admin.get('/api/admin/users?search=leaving'), 200).total, 0);
  const kept = JSON.stringify(is(await admin.get(`/api/admin/outbox?status=sent&limit=100`), 200));
  assert.ok(!kept.includes('asha.leaving@example.edu'));
  // What is Ravi's too stays, under another name.
  const still = is(await ravi.get(`/api/orders/${order.id}`), 200);
  assert.equal(still.client.name, 'Deleted user');
  assert.equal(still.status, 'completed');
  const said = is(await ravi.get(`/api/orders/${order.id}/messages`), 200).messages[0];
  assert.equal(said.text, 'goodbye');
  assert.equal((await ravi.get(said.attachments[0].url.replace(/^.*(?=\/api)/, ''))).body, 'for ravi');
  assert.ok(is(await ravi.get(`/api/users/${ravi.id}/reviews`), 200).reviews.some((r) => r.comment === 'lovely'));
  assert.equal(is(await ravi.get('/api/wallet/balance'), 200).available, 95000);
  assert.equal(is(await admin.get(`/api/admin/orders/${order.id}`), 200).order.id, order.id);
  // The phone number and the address are free.
  const anew = await box.person(asha.user.phone);
  assert.equal(anew.isNewUser, true);
  assert.notEqual(anew.id, asha.id);
  await anew.patch('/api/users/me', { email: 'asha.leaving@example.edu' });
  const { code } = await box.message('asha.leaving@example.edu', (m) => m.code && m.id !== first.id);
  is(await anew.post('/api/auth/verify-email', { otp: code }), 200);
  assert.equal(is(await anew.get('/api/gigs/my-gigs'), 200).total, 0);
});

test('many listings go, a few at a time', async () => {
  const asha = await person('Asha');
  for (let i = 0; i < 70; i++) is(await asha.post('/api/gigs', gigBody({ title: `Xylophone ${i}` })), 201);
  is(await leave(asha, { otp: await freshCode(box, asha.user.phone) }), 200);
  await jobs();
  await eventually(async () => is(await box.get('/api/gigs?search=xylophone'), 200).total === 0, 'all gone');
});
