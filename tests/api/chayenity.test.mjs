// The Chayenity contract as its client uses it: sign-up by e-mail, gigs at a place that the first helper gets, chat, buddies, pictures, reviews, escrow.
import { test, before, after } from 'node:test';
import { Box, Socket, assert, eventually, gigBody, phone } from './harness.mjs';

const RACES = Number(process.env.RACES ?? 5); // how often fifty helpers run for one gig

let box, seeker, helper, stranger;
let next = 0;
const isTime = (t) => assert.match(t, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
const isId = (id) => assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const refused = ({ status, body }, expected, code) => {
  assert.equal(status, expected, JSON.stringify(body));
  assert.equal(typeof body.detail, 'string');
  assert.equal(body.error_code, code, JSON.stringify(body));
  return body;
};

async function signUp(name) {
  const email = `user${++next}@example.com`, password = 'securepassword123';
  const registered = await box.post('/api/auth/register', { email, password, full_name: name, contact_info: 'phone:+1234567890' });
  assert.equal(registered.status, 201, JSON.stringify(registered.body));
  const form = new FormData();
  form.append('username', email);
  form.append('password', password);
  const { status, body } = await box.post('/api/auth/login', form);
  assert.equal(status, 200, JSON.stringify(body));
  const call = (method) => (target, content, o) => box.call(method, target, { token: body.access_token, body: content, ...o });
  return {
    id: registered.body.id, email, password, token: body.access_token, refresh: body.refresh_token, user: registered.body,
    get: (target, o) => box.get(target, { token: body.access_token, ...o }), post: call('POST'), put: call('PUT'), delete: (target) => call('DELETE')(target),
  };
}
before(async () => {
  box = await Box.start();
  seeker = await signUp('John Seeker');
  helper = await signUp('Jane Helper');
  stranger = await signUp('Nosy Third');
});
after(() => box.stop());

const body = (change) => ({
  title: 'Help move furniture', description: 'A sofa and a dining table', duration_hours: 3, budget: 1500, latitude: 13.7563, longitude: 100.5018,
  address_text: '123 Main St, Bangkok', starts_at: '2030-10-01T14:00:00', ...change,
});
const posted = async (change, who = seeker) => {
  const made = await who.post('/api/gigs/', body(change));
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
};
const accepted = async (change) => {
  const gig = await posted(change);
  assert.equal((await helper.post(`/api/gigs/${gig.id}/accept`)).status, 200);
  return gig.id;
};
const move = (who, id, status) => who.put(`/api/gigs/${id}/status`, { status });
const done = async (change) => {
  const id = await accepted(change);
  for (const [who, status] of [[helper, 'IN_PROGRESS'], [seeker, 'COMPLETED']]) assert.equal((await move(who, id, status)).status, 200, status);
  return id;
};

test('signing up, in, out, and refreshing', async () => {
  const { created_at, id, ...rest } = seeker.user;
  isTime(created_at);
  isId(id);
  assert.deepEqual(rest, { email: seeker.email, full_name: 'John Seeker', contact_info: 'phone:+1234567890', address_text: null, is_verified: false, reputation_score: 5 });
  refused(await box.post('/api/auth/register', { email: seeker.email, password: 'another password', full_name: 'X' }), 409, 'EMAIL_ALREADY_EXISTS');
  const bad = refused(await box.post('/api/auth/register', { email: 'nonsense', password: 'short' }), 422, 'VALIDATION_ERROR');
  assert.ok(Array.isArray(bad.field_errors.password) && Array.isArray(bad.field_errors.full_name), JSON.stringify(bad));
  refused(await box.post('/api/auth/register', '{broken', { headers: { 'content-type': 'application/json' } }), 400, 'BAD_REQUEST');
  refused(await box.post('/api/auth/login', { username: seeker.email, password: 'wrong password' }), 401, 'INVALID_CREDENTIALS');
  refused(await box.post('/api/auth/login', { username: 'nobody@example.com', password: 'wrong password' }), 401, 'INVALID_CREDENTIALS');
  const json = await box.post('/api/auth/login', { username: seeker.email, password: seeker.password });
  assert.equal(json.status, 200);
  assert.equal(json.body.token_type, 'bearer');
  assert.equal(json.body.expires_in_minutes, 30);
  assert.match(json.headers.get('set-cookie'), /^jwt=.*HttpOnly/);
  assert.equal((await box.call('POST', '/api/auth/login', { body: `username=${encodeURIComponent(seeker.email)}&password=${seeker.password}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 200);
  assert.equal((await box.post('/api/auth/login', { email: seeker.email, password: seeker.password })).status, 200, 'or by the name that JSON clients give it');
  const nobody = refused(await box.post('/api/auth/login', { password: seeker.password }), 422, 'VALIDATION_ERROR');
  assert.deepEqual(Object.keys(nobody.field_errors), ['username']);
  assert.deepEqual((await seeker.get('/api/auth/me')).body, seeker.user);
  refused(await box.get('/api/auth/me'), 401, 'NOT_AUTHENTICATED');

  const { access_token: access, refresh_token: refresh } = json.body;
  const again = (authorization, old) => box.call('POST', '/api/auth/refresh', { headers: { ...(authorization && { authorization: `Bearer ${authorization}` }), ...(old && { 'x-access-token': old }) } });
  const renewed = await again(refresh, access);
  assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
  assert.deepEqual(Object.keys(renewed.body).sort(), ['access_token', 'expires_in_minutes', 'token_type']);
  assert.equal((await box.get('/api/auth/me', { token: renewed.body.access_token })).status, 200);
  refused(await again(refresh), 400, 'BAD_REQUEST');
  refused(await again(refresh, helper.token), 401, 'INVALID_TOKEN');
  refused(await again(access, access), 401, 'INVALID_TOKEN');
  const out = await box.post('/api/auth/logout', undefined, { token: access });
  assert.deepEqual([out.status, out.body], [200, { message: 'Successfully logged out' }]);
  refused(await box.get('/api/auth/me', { token: access }), 401, 'NOT_AUTHENTICATED');
  refused(await again(refresh, access), 401, 'INVALID_TOKEN');
});

test('an access token that is over is refreshed with it', async () => {
  const quick = await Box.start({ sets: { access_ttl_s: 10 }, validate: false });
  try {
    await quick.post('/api/auth/register', { email: 'a@b.test', password: 'securepassword123', full_name: 'A' });
    const { body: t } = await quick.post('/api/auth/login', { username: 'a@b.test', password: 'securepassword123' });
    await eventually(async () => (await quick.get('/api/auth/me', { token: t.access_token })).body.error_code === 'TOKEN_EXPIRED', 'the end', 20000);
    for (const [method, path] of [['POST', '/api/gigs/'], ['GET', '/api/gigs/my-gigs'], ['POST', '/api/auth/logout']])
      refused(await quick.call(method, path, { token: t.access_token }), 401, 'TOKEN_EXPIRED'); // also where campus has the path
    const headers = { cookie: `jwt=${t.access_token}` };
    assert.equal((await quick.get('/api/gigs/00000000-0000-4000-8000-000000000000', { headers })).body.error.code, 'NOT_FOUND', 'a cookie that is over is nobody');
    const renewed = await quick.call('POST', '/api/auth/refresh', { headers: { authorization: `Bearer ${t.refresh_token}`, 'x-access-token': t.access_token } });
    assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
  } finally {
    await quick.stop();
  }
});

test('a profile, a place, and who is near', async () => {
  const profile = (await helper.get('/api/users/profile')).body;
  assert.deepEqual(Object.keys(profile).sort(), ['address_text', 'contact_info', 'created_at', 'email', 'full_name', 'has_location', 'id', 'is_available', 'is_verified', 'profile_image_url', 'reputation_score', 'total_reviews']);
  assert.equal(profile.has_location, false);
  const changed = await helper.put('/api/users/me', { full_name: 'Jane H.', contact_info: 'line:jane', address_text: '456 New Street' });
  assert.deepEqual([changed.status, changed.body.full_name, changed.body.address_text], [200, 'Jane H.', '456 New Street']);
  const placed = await helper.put('/api/users/location', { latitude: 13.7563, longitude: 100.5018, address_text: 'Central World' });
  assert.deepEqual([placed.status, placed.body.has_location, placed.body.address_text], [200, true, 'Central World']);
  for (const bad of [{ latitude: 91, longitude: 0 }, { latitude: 0, longitude: 181 }, { latitude: 'x', longitude: 0 }, { longitude: 0 }])
    refused(await helper.put('/api/users/location', bad), 422, 'VALIDATION_ERROR');
  const near = async (query) => (await seeker.get(`/api/users/nearby?${query}`)).body;
  const [found] = await near('latitude=13.76&longitude=100.51&radius=2');
  assert.equal(found.id, helper.id);
  assert.deepEqual(Object.keys(found).sort(), ['address_text', 'contact_info', 'distance_km', 'full_name', 'id', 'is_available', 'profile_image_url', 'reputation_score', 'total_reviews']);
  assert.ok(Math.abs(found.distance_km - 1) < 0.15, String(found.distance_km));
  assert.deepEqual(await near('latitude=13.9&longitude=100.51&radius=2'), []);
  assert.equal((await helper.put('/api/users/availability', { is_available: false })).body.is_available, false);
  assert.deepEqual(await near('latitude=13.7563&longitude=100.5018'), []);
  assert.equal((await near('latitude=13.7563&longitude=100.5018&only_available=false')).length, 1);
  await helper.put('/api/users/availability', { is_available: true });
  refused(await seeker.get('/api/users/nearby?latitude=13'), 422, 'VALIDATION_ERROR');
});

test('a gig as it is answered, and what is no gig', async () => {
  const gig = await posted({ image_urls: ['http://localhost:8000/api/upload/gig-photo1.jpg'] });
  const { id, created_at, updated_at, ...rest } = gig;
  isId(id);
  isTime(created_at);
  isTime(updated_at);
  assert.deepEqual(rest, {
    title: 'Help move furniture', description: 'A sofa and a dining table', duration_hours: 3, budget: 1500, address_text: '123 Main St, Bangkok', status: 'PENDING',
    image_urls: ['http://localhost:8000/api/upload/gig-photo1.jpg'], starts_at: '2030-10-01T14:00:00', completed_at: null, seeker_id: seeker.id, helper_id: null, latitude: null, longitude: null, distance_km: null,
  });
  const raw = await seeker.get(`/api/gigs/${id}`, { raw: true });
  assert.match(raw.body.toString(), /"budget":1500\.0[,}]/);
  for (const change of [{ title: undefined }, { title: '' }, { budget: 0 }, { budget: -5 }, { budget: 1.234 }, { budget: 'x' }, { duration_hours: 0 }, { latitude: 91 }, { latitude: undefined }, { longitude: -181 }, { starts_at: 'tomorrow' }, { image_urls: 'x' }])
    refused(await seeker.post('/api/gigs/', body(change)), 422, 'VALIDATION_ERROR');
  refused(await seeker.get('/api/gigs/00000000-0000-4000-8000-000000000000'), 404, 'RESOURCE_NOT_FOUND');
  refused(await seeker.get('/api/gigs/nonsense'), 404, 'RESOURCE_NOT_FOUND');
});

test('gigs near a place: distance, status, budget, pages', async () => {
  const at = { latitude: -33.8688, longitude: 151.2093 };
  for (const [north, budget] of [[0, 100], [0.01, 200], [0.02, 300], [0.5, 400]]) await posted({ latitude: at.latitude + north, longitude: at.longitude, budget });
  const find = async (query = '') => (await helper.get(`/api/gigs/search?latitude=${at.latitude}&longitude=${at.longitude}${query}`)).body;
  const all = await find();
  assert.deepEqual(all.gigs.map((g) => g.budget), [100, 200, 300], 'within ten kilometres, nearest first');
  assert.deepEqual([all.total_count, all.has_more], [3, false]);
  assert.deepEqual(all.gigs.map((g) => g.distance_km), [0, 1.1, 2.2]);
  assert.equal(all.gigs[1].latitude, at.latitude + 0.01);
  assert.deepEqual((await find('&radius=1.5')).gigs.map((g) => g.budget), [100, 200]);
  assert.deepEqual((await find('&radius=0')).gigs.map((g) => g.budget), [100]);
  assert.deepEqual((await find('&min_budget=150&max_budget=250')).gigs.map((g) => g.budget), [200]);
  const page = await find('&skip=1&limit=1');
  assert.deepEqual([page.gigs.map((g) => g.budget), page.total_count, page.has_more], [[200], 3, true]);
  await helper.post(`/api/gigs/${all.gigs[0].id}/accept`);
  assert.deepEqual((await find('&status=PENDING')).gigs.map((g) => g.budget), [200, 300]);
  assert.deepEqual((await find('&status=ACCEPTED')).gigs.map((g) => [g.budget, g.helper_id]), [[100, helper.id]]);
  refused(await helper.get('/api/gigs/search?longitude=1'), 422, 'VALIDATION_ERROR');
  refused(await helper.get('/api/gigs/search?latitude=1&longitude=1&status=LOST'), 422, 'VALIDATION_ERROR');
  refused(await box.get('/api/gigs/search?latitude=1&longitude=1'), 401, 'NOT_AUTHENTICATED');
});

test('accepting, and every move by the right one', async () => {
  const gig = await posted();
  refused(await seeker.post(`/api/gigs/${gig.id}/accept`), 403, 'INSUFFICIENT_PERMISSIONS');
  const got = await helper.post(`/api/gigs/${gig.id}/accept`);
  assert.equal(got.body.message, 'Gig accepted successfully');
  assert.deepEqual([got.body.gig.id, got.body.gig.status, got.body.gig.helper_id], [gig.id, 'ACCEPTED', helper.id]);
  refused(await stranger.post(`/api/gigs/${gig.id}/accept`), 400, 'GIG_ALREADY_ACCEPTED');
  refused(await helper.post('/api/gigs/00000000-0000-4000-8000-000000000000/accept'), 404, 'RESOURCE_NOT_FOUND');
  refused(await move(stranger, gig.id, 'IN_PROGRESS'), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await move(seeker, gig.id, 'COMPLETED'), 400, 'INVALID_STATUS_TRANSITION');
  refused(await move(seeker, gig.id, 'PENDING'), 400, 'INVALID_STATUS_TRANSITION');
  refused(await move(seeker, gig.id, 'DONE'), 422, 'VALIDATION_ERROR');
  const started = await move(helper, gig.id, 'IN_PROGRESS');
  assert.deepEqual([started.status, started.body.status], [200, 'IN_PROGRESS']);
  refused(await move(helper, gig.id, 'COMPLETED'), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await move(helper, gig.id, 'IN_PROGRESS'), 400, 'INVALID_STATUS_TRANSITION');
  const over = await move(seeker, gig.id, 'COMPLETED');
  assert.equal(over.body.status, 'COMPLETED');
  isTime(over.body.completed_at);
  for (const status of ['CANCELLED', 'IN_PROGRESS', 'ACCEPTED']) refused(await move(seeker, gig.id, status), 400, 'INVALID_STATUS_TRANSITION');
  const second = await posted();
  assert.equal((await move(helper, second.id, 'ACCEPTED')).body.helper_id, helper.id, 'the same as accept');
  assert.equal((await move(helper, second.id, 'CANCELLED')).body.status, 'CANCELLED');
  refused(await stranger.post(`/api/gigs/${second.id}/accept`), 400, 'GIG_ALREADY_ACCEPTED');
  const third = await posted();
  refused(await move(helper, third.id, 'CANCELLED'), 403, 'INSUFFICIENT_PERMISSIONS');
  assert.equal((await move(seeker, third.id, 'CANCELLED')).body.status, 'CANCELLED');

  const mine = async (who, query) => (await who.get(`/api/gigs/my-gigs?limit=100${query}`)).body;
  assert.ok((await mine(seeker, '&role=seeker&status=CANCELLED')).gigs.some((g) => g.id === third.id));
  assert.ok((await mine(helper, '&role=helper')).gigs.some((g) => g.id === gig.id));
  assert.deepEqual((await mine(helper, '&role=seeker')).gigs, []);
  const page = (await seeker.get('/api/gigs/my-gigs?limit=2&skip=1')).body;
  assert.deepEqual([page.gigs.length, page.has_more, page.gigs[0].id], [2, true, second.id]);
});

test('whoever is first gets it, and nobody else', async () => {
  const runners = await Promise.all(Array.from({ length: 50 }, (_, i) => box.person(phone(), { name: `Runner ${i}` })));
  for (let race = 0; race < RACES; race++) {
    const gig = await posted({ title: `Race ${race}` });
    const answers = await Promise.all(runners.map((r) => r.post(`/api/gigs/${gig.id}/accept`)));
    assert.equal(answers.filter((a) => a.status === 200).length, 1);
    for (const a of answers.filter((b) => b.status !== 200)) refused(a, 400, 'GIG_ALREADY_ACCEPTED');
    const winner = answers.find((a) => a.status === 200).body.gig.helper_id;
    assert.equal((await seeker.get(`/api/gigs/${gig.id}`)).body.helper_id, winner);
    const rooms = (await seeker.get('/api/chat/rooms?limit=100')).body.rooms.filter((r) => r.gig_id === gig.id);
    assert.equal(rooms.length, 1);
    assert.deepEqual(rooms[0].participants.map((p) => p.id).sort(), [seeker.id, winner].sort());
    assert.equal((await seeker.get('/api/orders?limit=100')).body.orders.filter((o) => o.gigId === gig.id).length, 1);
  }
});

test('chat: rooms, messages, read marks, and the socket', async () => {
  const id = await accepted({ title: 'Talk about it' });
  const room = (await helper.get('/api/chat/rooms')).body.rooms.find((r) => r.gig_id === id);
  assert.deepEqual([room.gig_title, room.last_message, room.unread_count, room.is_active], ['Talk about it', null, 0, true]);
  isTime(room.created_at);
  const socket = await Socket.open(box, `/ws/chat/${room.id}?token=${seeker.token}`);
  const picture = (await upload(seeker, '/api/upload/gig')).body.url;
  assert.equal((await seeker.post(`/api/chat/rooms/${room.id}/messages`, { content: 'Look: ,"image_url":"/api/upload/x"', image_url: picture })).body.image_url, picture);
  await eventually(() => socket.heard.some((f) => f.type === 'message' && f.data.image_url === picture), 'the picture by its address');
  assert.deepEqual(Object.keys(refused(await helper.post(`/api/chat/rooms/${room.id}/messages`, { content: 'Not mine', image_url: picture }), 422, 'VALIDATION_ERROR').field_errors), ['image_url']);
  socket.ws.send(JSON.stringify({ type: 'send_message', content: 5 }));
  await eventually(() => socket.heard.some((f) => f.type === 'error' && f.data.error_code === 'VALIDATION_ERROR'), 'what is no text');
  const sent = await helper.post(`/api/chat/rooms/${room.id}/messages`, { content: 'I can help you move at 2 PM', image_url: null });
  assert.equal(sent.status, 201, JSON.stringify(sent.body));
  const { id: message, created_at, ...rest } = sent.body;
  isId(message);
  isTime(created_at);
  assert.deepEqual(rest, { content: 'I can help you move at 2 PM', sender_id: helper.id, sender_name: 'Jane H.', image_url: null, is_read: false });
  await eventually(() => socket.heard.some((f) => f.type === 'message' && f.data.content === 'I can help you move at 2 PM'), 'the message on the socket');
  await socket.close();
  const list = (await seeker.get(`/api/chat/rooms/${room.id}/messages`)).body;
  assert.deepEqual([list.total_count, list.room_info], [2, { id: room.id, gig_title: 'Talk about it' }]);
  assert.equal((await seeker.get('/api/chat/rooms')).body.rooms[0].unread_count, 1);
  assert.deepEqual((await seeker.put(`/api/chat/rooms/${room.id}/read`)).body, { message: 'Messages marked as read', updated_count: 1 });
  assert.equal((await helper.get(`/api/chat/rooms/${room.id}/messages`)).body.messages[1].is_read, true);
  refused(await stranger.get(`/api/chat/rooms/${room.id}/messages`), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await stranger.post(`/api/chat/rooms/${room.id}/messages`, { content: 'Hi' }), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await stranger.put(`/api/chat/rooms/${room.id}/read`), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await seeker.post(`/api/chat/rooms/${room.id}/messages`, { content: '' }), 422, 'VALIDATION_ERROR');
  refused(await seeker.get('/api/chat/rooms/00000000-0000-4000-8000-000000000000/messages'), 404, 'RESOURCE_NOT_FOUND');
});

test('buddies', async () => {
  const made = await seeker.post('/api/buddies', { buddy_user_id: helper.id, notes: 'Very reliable' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.deepEqual([made.body.buddy_user_id, made.body.notes, made.body.buddy_info.full_name], [helper.id, 'Very reliable', 'Jane H.']);
  refused(await seeker.post('/api/buddies', { buddy_user_id: helper.id }), 409, 'BUDDY_ALREADY_EXISTS');
  refused(await seeker.post('/api/buddies', { buddy_user_id: seeker.id }), 422, 'VALIDATION_ERROR');
  refused(await seeker.post('/api/buddies', { buddy_user_id: '00000000-0000-4000-8000-000000000000' }), 404, 'RESOURCE_NOT_FOUND');
  await seeker.post('/api/buddies', { buddy_user_id: stranger.id });
  await stranger.put('/api/users/availability', { is_available: false });
  assert.deepEqual((await seeker.get('/api/buddies')).body.buddies.map((b) => b.buddy_user_id), [stranger.id, helper.id]);
  const available = (await seeker.get('/api/buddies/available')).body;
  assert.deepEqual([available.buddies.map((b) => b.buddy_user_id), available.total_count], [[helper.id], 1]);
  refused(await helper.delete(`/api/buddies/${made.body.id}`), 404, 'RESOURCE_NOT_FOUND');
  assert.equal((await seeker.delete(`/api/buddies/${made.body.id}`)).status, 204);
  assert.equal((await seeker.get('/api/buddies')).body.total_count, 1);
});

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const upload = (who, path, bytes = png, name = 'my-photo.jpg') => {
  const form = new FormData();
  form.append('file', new Blob([bytes], { type: 'image/jpeg' }), name);
  return who.post(path, form);
};

test('pictures', async () => {
  const made = await upload(helper, '/api/upload/profile');
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { file_id, filename, url, uploaded_at, ...rest } = made.body;
  isTime(uploaded_at);
  assert.match(filename, /^[0-9a-f]{12}-profile\.png$/);
  assert.deepEqual(rest, { original_filename: 'my-photo.jpg', file_size: png.length, content_type: 'image/png' }, 'told by content, not by name');
  const file = await fetch(url);
  assert.equal(file.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), png);
  assert.equal((await helper.get('/api/users/profile')).body.profile_image_url, url);
  const gig = (await upload(helper, '/api/upload/gig')).body;
  assert.deepEqual((await helper.get('/api/upload/my-files/')).body.map((f) => f.category), ['gig', 'profile']);
  assert.deepEqual((await helper.get('/api/upload/my-files/?category=gig')).body.map((f) => f.file_id), [gig.file_id]);
  assert.deepEqual((await helper.get('/api/upload/my-files/?limit=1&offset=1')).body.map((f) => f.file_id), [file_id]);
  refused(await upload(helper, '/api/upload/gig', Buffer.from('<svg/>')), 415, 'INVALID_FILE_TYPE');
  refused(await upload(helper, '/api/upload/gig', Buffer.concat([png, Buffer.alloc(10485760)])), 413, 'FILE_TOO_LARGE');
  refused(await helper.post('/api/upload/gig', new FormData()), 422, 'VALIDATION_ERROR');
  refused(await stranger.delete(`/api/upload/${gig.file_id}`), 403, 'INSUFFICIENT_PERMISSIONS');
  assert.equal((await helper.delete(`/api/upload/${gig.file_id}`)).status, 204);
  refused(await box.get(`/api/upload/${gig.file_id}`), 404, 'RESOURCE_NOT_FOUND');
  assert.deepEqual((await helper.get('/api/upload/my-files/?category=general')).body, []);
  refused(await helper.get('/api/upload/my-files/?category=other'), 422, 'VALIDATION_ERROR');
  assert.equal((await helper.delete(`/api/upload/${file_id}`)).status, 204);
  assert.equal((await helper.get('/api/users/profile')).body.profile_image_url, null, 'a picture that is gone is not shown');
  refused(await box.post('/api/upload/gig', new FormData()), 401, 'NOT_AUTHENTICATED');
  refused(await box.get('/api/upload/my-files/'), 401, 'NOT_AUTHENTICATED');
  // the client in the documentation labels its upload application/json
  const form = new Response((() => { const f = new FormData(); f.append('file', new Blob([png]), 'p.png'); return f; })());
  const mislabelled = await box.call('POST', '/api/upload/profile', { token: helper.token, body: Buffer.from(await form.arrayBuffer()), headers: { 'content-type': 'application/json' } });
  assert.equal(mislabelled.status, 201, JSON.stringify(mislabelled.body));
});

test('reviews', async () => {
  const id = await done();
  const write = (who, about, change) => who.post('/api/reviews', { gig_id: id, reviewee_id: about, rating: 5, comment: 'Excellent work!', ...change });
  for (const bad of [{ rating: 0 }, { rating: 6 }, { comment: '' }, { comment: undefined }, { comment: 'x'.repeat(1001) }]) refused(await write(seeker, helper.id, bad), 422, 'VALIDATION_ERROR');
  refused(await write(stranger, helper.id), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await write(seeker, stranger.id), 422, 'VALIDATION_ERROR');
  const unfinished = await accepted();
  refused(await write(seeker, helper.id, { gig_id: unfinished }), 400, 'GIG_NOT_COMPLETED');
  const made = await write(seeker, helper.id);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.deepEqual([made.body.reviewer_name, made.body.reviewee_name, made.body.gig_title, made.body.gig_id], ['John Seeker', 'Jane H.', 'Help move furniture', id]);
  refused(await write(seeker, helper.id), 409, 'REVIEW_ALREADY_EXISTS');
  assert.equal((await stranger.get(`/api/reviews/user/${helper.id}`)).body.total_count, 0, 'hidden until both exist');
  assert.equal((await seeker.get('/api/reviews/my-reviews')).body.total_count, 1);
  assert.equal((await write(helper, seeker.id, { rating: 4, comment: 'Friendly' })).status, 201);
  const about = (await stranger.get(`/api/reviews/user/${helper.id}`)).body;
  assert.deepEqual([about.total_count, about.average_rating, about.rating_distribution], [1, 5, { 5: 1, 4: 0, 3: 0, 2: 0, 1: 0 }]);
  refused(await helper.put(`/api/reviews/${made.body.id}`, { rating: 1 }), 403, 'INSUFFICIENT_PERMISSIONS');
  const changed = await seeker.put(`/api/reviews/${made.body.id}`, { rating: 4, comment: 'Good, but late' });
  assert.deepEqual([changed.body.rating, changed.body.comment], [4, 'Good, but late']);
  assert.equal((await stranger.get(`/api/reviews/user/${helper.id}`)).body.average_rating, 4);
  assert.equal((await helper.get('/api/users/profile')).body.reputation_score, 4);
  refused(await helper.delete(`/api/reviews/${made.body.id}`), 403, 'INSUFFICIENT_PERMISSIONS');
  assert.equal((await seeker.delete(`/api/reviews/${made.body.id}`)).status, 204);
  assert.equal((await helper.get('/api/users/profile')).body.reputation_score, 5);
  refused(await seeker.put(`/api/reviews/${made.body.id}`, { rating: 1 }), 404, 'RESOURCE_NOT_FOUND');
});

test('escrow, release, history, fees', async () => {
  const fee = await seeker.post('/api/transactions/calculate-fee', { base_amount: 1500 });
  assert.deepEqual(fee.body, { base_amount: 1500, service_fee_rate: 0.05, service_fee_amount: 75, net_amount: 1425, currency: 'INR' });
  refused(await seeker.post('/api/transactions/calculate-fee', { base_amount: -1 }), 422, 'VALIDATION_ERROR');
  const open = await posted();
  const pay = (who, gig, payment_method = 'mock_payment') => who.post('/api/transactions/escrow', { gig_id: gig, payment_method });
  refused(await pay(seeker, open.id), 400, 'GIG_NOT_ACCEPTED');
  const id = await accepted({ title: 'Paid work' });
  refused(await pay(helper, id), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await pay(seeker, id, 'cash'), 422, 'VALIDATION_ERROR');
  refused(await pay(seeker, id, 'wallet'), 400, 'INSUFFICIENT_FUNDS');
  const made = await pay(seeker, id);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id: transaction, created_at, transaction_ref, ...rest } = made.body;
  isTime(created_at);
  assert.match(transaction_ref, /^TXN-\d+$/);
  assert.deepEqual(rest, {
    gig_id: id, payer_id: seeker.id, payee_id: helper.id, amount: 1500, service_fee: 75, net_amount: 1425, currency: 'INR', status: 'PENDING', payment_method: 'mock_payment', completed_at: null,
    gig_title: 'Paid work', payer_name: 'John Seeker', payee_name: 'Jane H.',
  });
  refused(await pay(seeker, id), 409, 'TRANSACTION_ALREADY_EXISTS');
  const release = (who) => who.put(`/api/transactions/${transaction}/release`, { release_reason: 'Done' });
  refused(await release(seeker), 400, 'INVALID_STATUS_TRANSITION');
  await move(helper, id, 'IN_PROGRESS');
  await move(seeker, id, 'COMPLETED');
  refused(await release(helper), 403, 'INSUFFICIENT_PERMISSIONS');
  refused(await release(stranger), 403, 'INSUFFICIENT_PERMISSIONS');
  const released = await release(seeker);
  assert.equal(released.status, 200, JSON.stringify(released.body));
  assert.equal(released.body.message, 'Payment released successfully');
  assert.deepEqual([released.body.transaction.status, released.body.transaction.net_amount], ['COMPLETED', 1425]);
  isTime(released.body.transaction.completed_at);
  refused(await release(seeker), 400, 'TRANSACTION_NOT_PENDING');
  const paid = (await seeker.get('/api/transactions/history/my')).body;
  assert.deepEqual([paid.total_count, paid.total_paid, paid.total_received, paid.currency], [1, 1500, 0, 'INR']);
  assert.equal((await helper.get('/api/transactions/history/my')).body.total_received, 1425);
  assert.equal((await helper.get('/api/wallet/balance')).body.available, 142500, 'the same wallet');

  const second = await accepted();
  const razorpay = await pay(seeker, second, 'razorpay');
  assert.equal(razorpay.status, 201, JSON.stringify(razorpay.body));
  assert.match(razorpay.body.razorpay_order_id, /^order_/);
  const proof = (await box.post('/sandbox/razorpay/pay', { order_id: razorpay.body.razorpay_order_id })).body;
  assert.equal((await seeker.post('/api/payments/verify', proof)).status, 200);
  assert.equal((await seeker.get('/api/transactions/history/my')).body.total_count, 2);
});

test('a socket\'s path by plain HTTP', async () => {
  refused(await box.get('/ws/chat/00000000-0000-4000-8000-000000000000'), 400, 'BAD_REQUEST');
  assert.equal((await box.get('/realtime/v1/websocket')).status, 400);
});

test('a path that two contracts have is served by the session\'s own', async () => {
  const campus = await box.person(phone(), { name: 'Campus' });
  const there = (await campus.post('/api/gigs', gigBody())).body;
  assert.equal(there.budgetMax, 150000);
  assert.equal((await seeker.get(`/api/gigs/${there.id}`)).body.budget, 1500, 'the same gig in the other\'s words');
  const picture = (await upload(campus, '/api/files')).body;
  const shown = (await campus.post('/api/gigs', gigBody({ attachments: [picture.id] }))).body;
  assert.deepEqual((await seeker.get(`/api/gigs/${shown.id}`)).body.image_urls, [`${box.url}/api/upload/${picture.id}`], 'what campus attached is a picture here');
  const here = await posted();
  assert.equal((await campus.get(`/api/gigs/${here.id}`)).body.budgetMax, 150000);
  assert.equal((await box.get(`/api/gigs/${here.id}`)).body.clientId, seeker.id, 'without a session campus comes first');
  refused(await seeker.put('/api/gigs', {}), 405, 'METHOD_NOT_ALLOWED');
  assert.equal((await box.call('PUT', '/api/gigs', { body: {} })).body.error.code, 'METHOD_NOT_ALLOWED');
  refused(await box.post('/api/auth/logout'), 401, 'NOT_AUTHENTICATED'); // Chayenity alone documents it
  refused(await box.post('/api/auth/logout', undefined, { token: 'x.y.z' }), 401, 'NOT_AUTHENTICATED');
  assert.equal((await campus.post('/api/auth/logout')).body.success, true);
  campus.token = (await box.person(campus.user.phone)).token;
  assert.ok((await campus.get('/api/gigs/my-gigs')).body.gigs[0].budgetType);
  assert.ok((await seeker.get('/api/gigs/my-gigs')).body.has_more !== undefined);
  assert.equal((await campus.get(`/api/gigs/search?latitude=13.7563&longitude=100.5018`)).status, 200, 'any session may call what only one has');
});
