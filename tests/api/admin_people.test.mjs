// Admins and moderators: who may, people, listings, reports, the audit log.
import test, { after, before } from 'node:test';
import { gigBody, phone, assert, eventually } from './harness.mjs';
import { audited, freshCode, fundedOrder, png, staffed, upload } from './admin_kit.mjs';

let box, admin, moderator, stop, asha, ravi;
before(async () => {
  ({ box, admin, moderator, stop } = await staffed());
  asha = await box.person(phone(), { name: 'Asha Rao', university: 'IIT Madras' });
  ravi = await box.person(phone(), { name: 'Ravi Kumar' });
});
after(() => stop());

const unknown = '00000000-0000-4000-8000-000000000000';
const code = (answer) => answer.body.error.code;

test('only the team gets in', async () => {
  for (const [method, path] of [['GET', '/api/admin/users'], ['GET', '/api/admin/reports'], ['GET', '/api/admin/audit'],
    ['GET', '/api/admin/gigs'], ['GET', '/api/admin/services'], ['POST', `/api/admin/users/${asha.id}/unsuspend`]]) {
    assert.equal((await box.call(method, path)).status, 401, path);
    const answer = await box.call(method, path, { token: asha.token });
    assert.equal(answer.status, 403, path);
    assert.equal(code(answer), 'FORBIDDEN');
  }
  assert.equal((await moderator.get('/api/admin/users')).status, 200);
});

test('everybody is told their own roles, others are not', async () => {
  assert.deepEqual((await admin.get('/api/users/me')).body.adminRoles, ['moderator', 'admin']);
  assert.deepEqual((await moderator.get('/api/users/me')).body.adminRoles, ['moderator']);
  assert.deepEqual((await asha.get('/api/users/me')).body.adminRoles, []);
  const seen = (await asha.get(`/api/users/${admin.id}`)).body;
  assert.equal('adminRoles' in seen, false);
  assert.equal('isSuspended' in seen, false);
});

test('people are listed newest first and searched by name, phone, e-mail, university', async () => {
  const all = (await moderator.get('/api/admin/users')).body;
  assert.equal(all.total, 4);
  assert.equal(all.users[0].id, ravi.id);
  assert.equal(all.users[0].phone, ravi.user.phone);
  assert.equal(all.users[0].isSuspended, false);
  await asha.patch('/api/users/me', { email: 'asha.rao@example.edu' });
  const { code: otp } = await box.message('asha.rao@example.edu', (m) => m.code);
  assert.equal((await asha.post('/api/auth/verify-email', { otp })).status, 200);
  const found = async (q) => (await moderator.get(`/api/admin/users?search=${encodeURIComponent(q)}`)).body.users.map((u) => u.id);
  for (const q of ['asha', 'rao', 'ASHA RAO', asha.user.phone, asha.user.phone.slice(3), asha.user.phone.slice(1), 'asha.rao@example.edu', 'madras'])
    assert.deepEqual(await found(q), [asha.id], q);
  assert.deepEqual(await found('nobody at all'), []);
  assert.deepEqual((await moderator.get('/api/admin/users?status=admin')).body.users.map((u) => u.id), [admin.id]);
  assert.deepEqual((await moderator.get('/api/admin/users?status=moderator')).body.users.map((u) => u.id), [moderator.id, admin.id]);
  assert.equal((await moderator.get('/api/admin/users?status=wizard')).status, 400);
  assert.equal((await moderator.get('/api/admin/users?search=asha&status=suspended')).body.total, 0);
  const second = (await moderator.get('/api/admin/users?page=2&limit=3')).body;
  assert.equal(second.users.length, 1);
  assert.equal(second.hasMore, false);
});

test('a suspended person is out at once, and may come back', async () => {
  const victim = await box.person(phone(), { name: 'Vik' });
  const socket = await victim.socket();
  assert.equal((await moderator.post(`/api/admin/users/${victim.id}/suspend`, {})).status, 400);
  assert.equal((await moderator.post(`/api/admin/users/${victim.id}/suspend`, { reason: '   ' })).status, 400);
  const done = await moderator.post(`/api/admin/users/${victim.id}/suspend`, { reason: 'spam' });
  assert.equal(done.status, 200);
  assert.equal(done.body.isSuspended, true);
  assert.equal(done.body.suspendReason, 'spam');
  assert.equal(typeof done.body.suspendedAt, 'number');
  assert.ok((await socket.closed).code >= 4000);
  assert.equal((await victim.get('/api/users/me')).status, 401);
  const otp = await freshCode(box, victim.user.phone);
  const refused = await box.post('/api/auth/verify-otp', { phone: victim.user.phone, otp });
  assert.equal(refused.status, 403);
  assert.equal(code(refused), 'SUSPENDED');
  assert.deepEqual((await moderator.get('/api/admin/users?status=suspended')).body.users.map((u) => u.id), [victim.id]);
  const again = await moderator.post(`/api/admin/users/${victim.id}/suspend`, { reason: 'spam' });
  assert.equal(again.status, 409);
  assert.equal(code(again), 'INVALID_STATE');
  const entry = await audited(admin, 'user.suspend');
  assert.equal(entry.subjectId, victim.id);
  assert.equal(entry.actor.id, moderator.id);
  assert.equal(entry.detail, 'spam');
  const back = await moderator.post(`/api/admin/users/${victim.id}/unsuspend`);
  assert.equal(back.body.isSuspended, false);
  assert.equal((await moderator.post(`/api/admin/users/${victim.id}/unsuspend`)).status, 409);
  const welcome = await box.post('/api/auth/verify-otp', { phone: victim.user.phone, otp });
  assert.equal(welcome.body.user?.id, victim.id, JSON.stringify(welcome.body));
  assert.equal((await moderator.post(`/api/admin/users/${unknown}/suspend`, { reason: 'x' })).status, 404);
});

test('the listings of a suspended person are gone until he is back', async () => {
  const victim = await box.person(phone(), { name: 'Listed' });
  const gigs = [];
  for (let i = 0; i < 20; i++) gigs.push((await victim.post('/api/gigs', gigBody({ title: `Accordion ${i}` }))).body);
  const service = (await victim.post('/api/services', { title: 'Accordion repair', description: 'Bellows', category: 'music', price: 5000 })).body;
  const bad = gigs[3];
  assert.equal((await moderator.post(`/api/admin/gigs/${bad.id}/take-down`, { reason: 'odd' })).status, 200);
  assert.equal((await moderator.post(`/api/admin/users/${victim.id}/suspend`, { reason: 'spam' })).status, 200);
  const found = async (what) => (await box.get(`/api/${what}?search=accordion`)).body.total;
  assert.equal(await found('services'), 0);
  await eventually(async () => (await found('gigs')) === 0, 'no gig to be found');
  assert.equal((await ravi.get(`/api/gigs/${gigs[0].id}`)).status, 404);
  assert.equal((await ravi.post(`/api/gigs/${gigs[0].id}/applications`, { message: 'hi' })).status, 404);
  assert.ok((await ravi.post(`/api/services/${service.id}/order`, { message: 'hi' })).status >= 400);
  assert.deepEqual((await moderator.get('/api/admin/gigs')).body.gigs.map((g) => g.id), [bad.id], 'only what was taken down for itself');
  assert.equal((await moderator.post(`/api/admin/gigs/${gigs[0].id}/restore`)).status, 409);
  // One of them is worth taking down for itself.
  assert.equal((await moderator.post(`/api/admin/gigs/${gigs[1].id}/take-down`, { reason: 'odd too' })).status, 200);
  assert.equal((await moderator.post(`/api/admin/users/${victim.id}/unsuspend`)).status, 200);
  await eventually(async () => (await found('gigs')) === 18, 'the gigs to come back');
  assert.equal(await found('services'), 1);
  assert.equal((await ravi.get(`/api/gigs/${bad.id}`)).status, 404);
  assert.equal((await ravi.get(`/api/gigs/${gigs[0].id}`)).body.isRemoved, undefined);
  for (const g of [bad, gigs[1]]) assert.equal((await moderator.post(`/api/admin/gigs/${g.id}/restore`)).status, 200);
});

test('roles are given and taken by admins; nobody moderates upward or himself; the last admin stays', async () => {
  assert.equal((await moderator.post(`/api/admin/users/${asha.id}/grant`, { role: 'moderator' })).status, 403);
  assert.equal((await admin.post(`/api/admin/users/${asha.id}/grant`, { role: 'wizard' })).status, 400);
  assert.equal((await admin.post(`/api/admin/users/${asha.id}/grant`, {})).status, 400);
  const given = await admin.post(`/api/admin/users/${asha.id}/grant`, { role: 'moderator' });
  assert.deepEqual(given.body.adminRoles, ['moderator']);
  assert.equal((await asha.get('/api/admin/users')).status, 200);
  assert.equal((await moderator.post(`/api/admin/users/${asha.id}/suspend`, { reason: 'rival' })).status, 403);
  assert.equal((await moderator.post(`/api/admin/users/${moderator.id}/suspend`, { reason: 'me' })).status, 403);
  assert.equal((await admin.post(`/api/admin/users/${asha.id}/grant`, { role: 'admin' })).status, 200);
  assert.equal((await admin.post(`/api/admin/users/${asha.id}/suspend`, { reason: 'x' })).status, 409);
  assert.equal((await asha.post(`/api/admin/users/${asha.id}/revoke`, { role: 'admin' })).status, 200);
  assert.equal((await admin.post(`/api/admin/users/${asha.id}/revoke`, { role: 'moderator' })).status, 200);
  assert.equal((await asha.get('/api/admin/users')).status, 403);
  const last = await admin.post(`/api/admin/users/${admin.id}/revoke`, { role: 'admin' });
  assert.equal(last.status, 409);
  assert.equal((await audited(admin, 'user.grant')).detail, 'admin');
});

test('student IDs: looked at, rejected with a reason, verified', async () => {
  const doc = await upload(asha, { purpose: 'id_document' });
  await asha.patch('/api/users/me', { idDocumentUrl: doc.url });
  assert.deepEqual((await moderator.get('/api/admin/users?status=id_pending')).body.users.map((u) => u.id), [asha.id]);
  assert.equal((await ravi.get(doc.url.replace(/^.*(?=\/api)/, ''))).status, 403);
  const seen = await moderator.get(`/api/admin/users/${asha.id}/id-document`, { raw: true });
  assert.equal(seen.status, 200);
  assert.deepEqual(seen.body, png);
  assert.equal(seen.headers.get('content-type'), 'image/png');
  assert.equal((await audited(admin, 'user.id_document')).subjectId, asha.id);
  assert.equal((await moderator.get(`/api/admin/users/${ravi.id}/id-document`)).status, 404);
  const no = await moderator.post(`/api/admin/users/${asha.id}/reject-id`, { reason: 'It cannot be read.' });
  assert.equal(no.body.idDocumentUrl, null);
  const me = (await asha.get('/api/users/me')).body;
  assert.equal(me.idRejectReason, 'It cannot be read.');
  assert.equal(me.idVerified, false);
  const note = (await asha.get('/api/notifications')).body.notifications[0];
  assert.equal(note.type, 'id_rejected');
  assert.match(note.body, /cannot be read/);
  assert.equal((await moderator.post(`/api/admin/users/${asha.id}/verify-id`)).status, 409);
  const better = await upload(asha, { purpose: 'id_document', bytes: Buffer.concat([png, Buffer.from('x')]) });
  await asha.patch('/api/users/me', { idDocumentUrl: better.url });
  const trust = (await asha.get('/api/users/me')).body.trustScore;
  const yes = await moderator.post(`/api/admin/users/${asha.id}/verify-id`);
  assert.equal(yes.body.idVerified, true);
  assert.equal(yes.body.trustScore, trust + 15);
  assert.equal((await asha.get('/api/notifications')).body.notifications.some((n) => n.type === 'id_verified'), true);
  assert.equal((await moderator.post(`/api/admin/users/${asha.id}/verify-id`)).status, 409);
  assert.equal((await asha.get('/api/users/me')).body.idRejectReason, undefined);
});

test('a gig is taken down and comes back', async () => {
  const gig = (await asha.post('/api/gigs', gigBody({ title: 'Exams written for you' }))).body;
  const down = await moderator.post(`/api/admin/gigs/${gig.id}/take-down`, { reason: 'cheating' });
  assert.equal(down.status, 200);
  assert.equal(down.body.isRemoved, true);
  assert.equal(down.body.removedReason, 'cheating');
  assert.equal((await ravi.get(`/api/gigs/${gig.id}`)).status, 404);
  assert.equal((await box.get(`/api/gigs/${gig.id}`)).status, 404);
  assert.equal((await asha.get(`/api/gigs/${gig.id}`)).body.isRemoved, true);
  assert.equal((await box.get('/api/gigs?search=exams')).body.total, 0);
  assert.equal((await ravi.post(`/api/gigs/${gig.id}/applications`, { message: 'hi' })).status, 404);
  assert.equal((await moderator.post(`/api/admin/gigs/${gig.id}/take-down`, { reason: 'again' })).status, 409);
  const note = (await asha.get('/api/notifications')).body.notifications[0];
  assert.equal(note.type, 'listing_removed');
  assert.match(note.body, /cheating/);
  assert.deepEqual((await moderator.get('/api/admin/gigs')).body.gigs.map((g) => g.id), [gig.id]);
  const up = await moderator.post(`/api/admin/gigs/${gig.id}/restore`);
  assert.equal(up.body.isRemoved, undefined);
  assert.equal((await box.get(`/api/gigs/${gig.id}`)).status, 200);
  assert.equal((await box.get('/api/gigs?search=exams')).body.total, 1);
  assert.equal((await moderator.post(`/api/admin/gigs/${gig.id}/restore`)).status, 409);
  assert.equal((await moderator.get('/api/admin/gigs')).body.total, 0);
  assert.equal((await asha.get('/api/notifications')).body.notifications[0].type, 'listing_restored');
  const own = (await moderator.post('/api/gigs', gigBody())).body;
  assert.equal((await moderator.post(`/api/admin/gigs/${own.id}/take-down`, { reason: 'x' })).status, 403);
});

test('a service is taken down and comes back', async () => {
  const service = (await asha.post('/api/services', { title: 'Essays', description: 'Any topic', category: 'writing', price: 5000 })).body;
  const down = await moderator.post(`/api/admin/services/${service.id}/take-down`, { reason: 'cheating' });
  assert.equal(down.status, 200, JSON.stringify(down.body));
  assert.equal(down.body.isRemoved, true);
  assert.equal((await ravi.get(`/api/services/${service.id}`)).status, 404);
  assert.equal((await moderator.get(`/api/services/${service.id}`)).status, 200);
  assert.equal((await box.get('/api/services?search=essays')).body.total, 0);
  assert.ok((await ravi.post(`/api/services/${service.id}/order`, { message: 'hi' })).status >= 400);
  assert.deepEqual((await moderator.get('/api/admin/services')).body.services.map((s) => s.id), [service.id]);
  assert.equal((await moderator.post(`/api/admin/services/${service.id}/restore`)).status, 200);
  assert.equal((await box.get('/api/services?search=essays')).body.total, 1);
  assert.equal((await moderator.get('/api/admin/services')).body.total, 0);
});

test('a review is taken down and comes back', async () => {
  const order = await fundedOrder(box, asha, ravi, { gig: gigBody({ budgetMin: 1, budgetMax: 100000 }), amount: 100000 });
  await ravi.post(`/api/orders/${order.id}/submit`, { message: 'x' });
  await asha.post(`/api/orders/${order.id}/approve`);
  const review = (await asha.post(`/api/orders/${order.id}/review`, { rating: 1, comment: 'a slur' })).body;
  await ravi.post(`/api/orders/${order.id}/review`, { rating: 4, comment: 'fine' });
  const about = async () => (await box.get(`/api/users/${ravi.id}/reviews`)).body.reviews.map((r) => r.id);
  const rating = async () => (await box.get(`/api/users/${ravi.id}`)).body.rating;
  assert.deepEqual(await about(), [review.id]);
  assert.equal(await rating(), 1);
  assert.equal((await asha.post(`/api/admin/reviews/${review.id}/take-down`, { reason: 'x' })).status, 403);
  assert.equal((await moderator.post(`/api/admin/reviews/${review.id}/take-down`, {})).status, 400);
  const down = await moderator.post(`/api/admin/reviews/${review.id}/take-down`, { reason: 'abusive' });
  assert.equal(down.status, 200, JSON.stringify(down.body));
  assert.equal(down.body.isRemoved, true);
  assert.deepEqual(await about(), []);
  assert.equal(await rating(), 0);
  assert.deepEqual((await ravi.get(`/api/orders/${order.id}/review`)).body.reviews.map((r) => r.rating), [4]);
  assert.equal((await asha.get(`/api/orders/${order.id}/review`)).body.reviews.find((r) => r.id === review.id).removedReason, 'abusive');
  assert.equal((await asha.get('/api/notifications')).body.notifications[0].type, 'listing_removed');
  assert.equal((await moderator.post(`/api/admin/reviews/${review.id}/take-down`, { reason: 'x' })).status, 409);
  const list = async (who = moderator, query = '') => await who.get(`/api/admin/reviews${query}`);
  const { reviews: [row], total } = (await list()).body;
  assert.deepEqual([row.id, row.orderId, row.rating, row.comment, row.reviewer.id, row.reviewee.id, row.removedBy.id, row.removedReason, total],
    [review.id, order.id, 1, review.comment, asha.id, ravi.id, moderator.id, 'abusive', 1]);
  assert.ok(row.removedAt >= row.createdAt);
  assert.deepEqual((await list(admin, '?page=2&limit=1')).body.reviews, []);
  assert.equal((await list(admin, '?page=2&limit=1')).body.total, 1);
  assert.equal((await list(asha)).status, 403);
  const up = await moderator.post(`/api/admin/reviews/${review.id}/restore`);
  assert.equal(up.status, 200);
  assert.equal(up.body.isRemoved, undefined);
  assert.deepEqual(await about(), [review.id]);
  assert.equal(await rating(), 1);
  assert.equal((await moderator.post(`/api/admin/reviews/${review.id}/restore`)).status, 409);
  assert.deepEqual((await list()).body.reviews, []);
  assert.equal((await audited(admin, 'review.take_down')).detail, 'abusive');
});

test('reports wait for a moderator and are settled once', async () => {
  const gig = (await asha.post('/api/gigs', gigBody({ title: 'Odd gig' }))).body;
  const one = (await ravi.post('/api/reports', { type: 'gig', id: gig.id, reason: 'looks odd' })).body;
  const two = (await ravi.post('/api/reports', { type: 'user', id: asha.id, reason: 'rude' })).body;
  const open = (await moderator.get('/api/admin/reports')).body;
  assert.deepEqual(open.reports.map((r) => r.id), [two.id, one.id]);
  assert.equal(open.reports[1].subjectId, gig.id);
  assert.equal(open.reports[1].subjectText, 'Odd gig');
  assert.equal(open.reports[1].subjectUser.id, asha.id);
  assert.equal(open.reports[0].subjectText, 'Asha Rao');
  assert.equal(open.reports[0].reporter.id, ravi.id);
  const done = await moderator.post(`/api/admin/reports/${one.id}/resolve`, { note: 'taken down' });
  assert.equal(done.body.status, 'upheld');
  assert.equal(done.body.note, 'taken down');
  assert.equal(done.body.settledBy, moderator.id);
  assert.equal((await moderator.post(`/api/admin/reports/${one.id}/dismiss`, {})).status, 409);
  assert.equal((await moderator.post(`/api/admin/reports/${two.id}/dismiss`, {})).body.status, 'dismissed');
  assert.equal((await moderator.get('/api/admin/reports')).body.total, 0);
  assert.equal((await moderator.get('/api/admin/reports?status=upheld')).body.total, 1);
  assert.equal((await moderator.get(`/api/admin/reports/${one.id}`)).body.status, 'upheld');
  const notes = (await ravi.get('/api/notifications')).body.notifications.filter((n) => n.type === 'report_settled');
  assert.equal(notes.length, 2);
  assert.equal((await ravi.post('/api/reports', { type: 'gig', id: gig.id, reason: 'still odd' })).status, 201);
  const self = (await moderator.post('/api/reports', { type: 'user', id: asha.id, reason: 'mine' })).body;
  assert.equal((await moderator.post(`/api/admin/reports/${self.id}/resolve`, {})).status, 403);
  assert.equal((await admin.post(`/api/admin/reports/${self.id}/resolve`, {})).status, 200);
});

test('the audit log is paged and filtered', async () => {
  const all = (await admin.get('/api/admin/audit?limit=3')).body;
  assert.equal(all.entries.length, 3);
  assert.equal(all.hasMore, true);
  assert.ok(all.entries[0].number > all.entries[1].number);
  const mine = (await admin.get(`/api/admin/audit?actorId=${moderator.id}&limit=100`)).body;
  assert.ok(mine.total > 0 && mine.entries.every((e) => e.actor.id === moderator.id));
  const users = (await admin.get('/api/admin/audit?type=user&limit=100')).body;
  assert.ok(users.total > 0 && users.entries.every((e) => e.type === 'user'));
  const about = (await admin.get(`/api/admin/audit?type=user&subjectId=${asha.id}&limit=100`)).body;
  assert.ok(about.total > 0 && about.total < users.total && about.entries.every((e) => e.subjectId === asha.id));
  assert.equal((await admin.get('/api/admin/audit?type=user&subjectId=nonsense')).status, 400);
  assert.equal((await admin.get('/api/admin/audit?act=no.such')).body.total, 0);
  const first = (await admin.get('/api/admin/audit?act=user.grant&limit=100')).body.entries.at(-1);
  assert.equal(first.actor, null, 'the command line made the first admin');
});
