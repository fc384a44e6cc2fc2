// Saved searches and their alerts; preferences of notifications by type and channel.
import test, { after, before } from 'node:test';
import { Box, gigBody, phone, assert, eventually, inDays } from './harness.mjs';

let box, asha, ravi;
before(async () => {
  box = await Box.start({ sets: { cron_secret: 'tick' } });
  asha = await box.person(phone(), { name: 'Asha' });
  ravi = await box.person(phone(), { name: 'Ravi' });
});
after(() => box.stop());

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
const jobs = async () => is(await box.get('/api/cron/cleanup', { headers: { authorization: 'Bearer tick' } }), 200);
const post = async (change, who = ravi) => is(await who.post('/api/gigs', gigBody(change)), 201);
const alerts = async (who) => is(await who.get('/api/notifications?limit=100'), 200).notifications.filter((n) => n.type === 'saved_search');
/** Which of these gigs the person was told of by now. */
const told = async (who, gigs) => {
  await jobs();
  const heard = new Set((await alerts(who)).map((n) => n.gigId ?? n.data?.gigId));
  return gigs.map((g) => heard.has(g.id));
};

test('saving, listing, deleting', async () => {
  is(await box.get('/api/saved-searches'), 401);
  const made = is(await asha.post('/api/saved-searches', { search: 'tuba teacher', category: 'graphics', skills: ['Tuba'], budgetMin: 1000, budgetMax: 9000, deadline: 'this_month' }), 201);
  assert.deepEqual({ ...made, id: 0, createdAt: 0 }, {
    id: 0, name: 'tuba teacher, Tuba, Graphics & Design', search: 'tuba teacher', category: 'design', skills: ['Tuba'], budgetMin: 1000, budgetMax: 9000,
    deadline: 'this_month', matches: 0, lastGigId: null, lastMatchAt: null, createdAt: 0,
  });
  for (const bad of [{}, { name: 'only a name' }, { category: 'no such' }, { deadline: 'someday' }, { search: '  ' }, { skills: 3 }])
    is(await asha.post('/api/saved-searches', bad), 400);
  const listed = is(await asha.get('/api/saved-searches'), 200);
  assert.deepEqual(listed.savedSearches.map((s) => s.id), [made.id]);
  assert.equal(is(await ravi.get('/api/saved-searches'), 200).total, 0);
  is(await ravi.delete(`/api/saved-searches/${made.id}`), 404);
  is(await asha.delete(`/api/saved-searches/${made.id}`), 200);
  is(await asha.delete(`/api/saved-searches/${made.id}`), 404);
  const many = await box.person(phone());
  for (let i = 0; i < 20; i++) is(await many.post('/api/saved-searches', { search: `tuba ${i}` }), 201);
  const full = await many.post('/api/saved-searches', { search: 'one more' });
  is(full, 409);
  assert.equal(full.body.error.code, 'LIMIT_EXCEEDED');
});

test('each filter does its part', async () => {
  const old = await post({ title: 'Zither lessons before anybody searched' });
  const cases = [
    [{ search: 'zither lessons' }, [{ title: 'ZITHER Lessons wanted' }, { title: 'Lesson, zither', description: 'lessons' }], [{ title: 'Zither only' }, { title: 'Only lessons' }]],
    [{ search: 'zith' }, [{ title: 'Zithers tuned' }], [{ title: 'Az zit' }]],
    [{ category: 'music' }, [{ category: 'audio' }], [{ category: 'design' }]],
    [{ skills: ['zither', 'singing'] }, [{ skills: ['Singing', 'ZITHER', 'more'] }], [{ skills: ['zither'] }]],
    [{ budgetMin: 300000 }, [{ budgetMin: 1000, budgetMax: 300000 }], [{ budgetMax: 299999 }]],
    [{ budgetMax: 20000 }, [{ budgetMin: 20000, budgetMax: 900000 }], [{ budgetMin: 20001 }]],
    [{ deadline: 'this_week', search: 'deadlineless' }, [], [{ title: 'deadlineless', deadline: null }, { title: 'deadlineless', deadline: inDays(40) }]],
  ];
  for (const [query, yes, no] of cases) {
    const seeker = await box.person(phone());
    is(await seeker.post('/api/saved-searches', query), 201);
    const fitting = [], others = [];
    for (const change of yes) fitting.push(await post(change));
    for (const change of no) others.push(await post(change));
    assert.deepEqual(await told(seeker, fitting), fitting.map(() => true), JSON.stringify(query));
    assert.deepEqual(await told(seeker, [old, ...others]), [false, ...others.map(() => false)], JSON.stringify(query));
    const saved = is(await seeker.get('/api/saved-searches'), 200).savedSearches[0];
    assert.equal(saved.matches, fitting.length);
    assert.equal(saved.lastGigId, fitting.at(-1)?.id ?? null);
  }
});

test('told once, never of one\'s own, not by whom one blocked, not again when it is reopened', async () => {
  const seeker = await box.person(phone(), { name: 'Seeker' });
  const socket = await seeker.socket();
  is(await seeker.post('/api/saved-searches', { search: 'kazoo' }), 201);
  is(await seeker.post('/api/saved-searches', { category: 'music' }), 201);
  const both = await post({ title: 'Kazoo band', category: 'music' });
  const own = await post({ title: 'Kazoo for me' }, seeker);
  await jobs();
  const heard = await socket.next('NOTIFICATION', (n) => n.type === 'saved_search');
  assert.match(heard.body, /Kazoo band/);
  assert.equal((await alerts(seeker)).length, 1);
  assert.deepEqual(await told(seeker, [both, own]), [true, false]);
  is(await ravi.post(`/api/gigs/${both.id}/close`), 200);
  is(await ravi.post(`/api/gigs/${both.id}/reopen`), 200);
  await jobs();
  assert.equal((await alerts(seeker)).length, 1);
  is(await seeker.post(`/api/users/${ravi.id}/block`), 200);
  await post({ title: 'Kazoo again' });
  await jobs();
  assert.equal((await alerts(seeker)).length, 1);
  socket.close();
});

test('a few alerts a day, the rest is counted', async () => {
  const seeker = await box.person(phone());
  is(await seeker.post('/api/saved-searches', { search: 'bagpipe' }), 201);
  for (let i = 0; i < 8; i++) await post({ title: `Bagpipe ${i}` });
  await jobs();
  assert.equal((await alerts(seeker)).length, 5);
  assert.equal(is(await seeker.get('/api/saved-searches'), 200).savedSearches[0].matches, 8);
});

test('preferences by type and channel', async () => {
  is(await box.get('/api/notifications/preferences'), 401);
  const all = is(await asha.get('/api/notifications/preferences'), 200).preferences;
  const of = (list, type) => list.find((p) => p.type === type);
  assert.deepEqual(of(all, 'new_message'), { type: 'new_message', push: true, email: false, sms: false });
  assert.deepEqual(of(all, 'work_submitted'), { type: 'work_submitted', push: true, email: true, sms: false });
  assert.ok(all.length > 25 && new Set(all.map((p) => p.type)).size === all.length);
  const changed = is(await asha.patch('/api/notifications/preferences', { preferences: [{ type: 'new_message', email: true, push: false }, { type: 'work_submitted', email: false }] }), 200).preferences;
  assert.deepEqual(of(changed, 'new_message'), { type: 'new_message', push: false, email: true, sms: false });
  assert.deepEqual(of(changed, 'work_submitted'), { type: 'work_submitted', push: true, email: false, sms: false });
  assert.deepEqual(is(await asha.get('/api/notifications/preferences'), 200).preferences, changed);
  for (const bad of [{}, { preferences: [] }, { preferences: [{ push: true }] }, { preferences: [{ type: 'nonsense', push: true }] }, { preferences: [{ type: 'new_message', push: 'loud' }] }])
    is(await asha.patch('/api/notifications/preferences', bad), 400);
  assert.deepEqual(is(await asha.get('/api/notifications/preferences'), 200).preferences, changed);
});

test('mail and SMS leave the box as the person wants, and only to proven addresses', async () => {
  const client = await box.person(phone(), { name: 'Client' });
  const address = `client${Date.now() % 1e6}@example.edu`;
  const outbox = async (to) => is(await box.get(`/sandbox/outbox?to=${encodeURIComponent(to)}`), 200).messages.filter((m) => !m.code);
  const gig = is(await client.post('/api/gigs', gigBody({ title: 'Oboe reeds' })), 201);
  const apply = async () => is(await (await box.person(phone(), { name: 'D' })).post(`/api/gigs/${gig.id}/applications`, { message: 'me' }), 201);
  const want = (preference) => client.patch('/api/notifications/preferences', { preferences: [{ type: 'new_application', ...preference }] });
  is(await want({ email: true, sms: true }), 200);
  is(await client.patch('/api/users/me', { email: address }), 200);
  await apply(); // the address is not proven yet
  const sms = await eventually(async () => (await outbox(client.user.phone))[0], 'an SMS');
  assert.match(sms.body, /Oboe reeds/);
  const { code: otp } = await box.message(address, (m) => m.code);
  is(await client.post('/api/auth/verify-email', { otp }), 200);
  is(await want({ sms: false }), 200);
  await apply();
  const mail = await eventually(async () => (await outbox(address))[0], 'a mail');
  assert.match(mail.body, /Oboe reeds/);
  assert.match(mail.subject, /New application/);
  assert.equal((await outbox(address)).length, 1);
  assert.equal((await outbox(client.user.phone)).length, 1);
  is(await want({ email: false }), 200);
  await apply();
  await apply();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await outbox(address)).length, 1);
  assert.equal(is(await client.get('/api/notifications'), 200).notifications.filter((n) => n.type === 'new_application').length, 4);
});
