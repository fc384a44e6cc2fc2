// Messages, video calls, reviews and notifications of the ugig contract.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, phone } from './harness.mjs';
import { Ugig, are, gigInput, is, nobody, stamp, unknown } from './ugig.mjs';

let box, ann, bob, eve;
before(async () => {
  box = await Box.start({ sets: { review_hidden_s: 604800 } });
  [ann, bob, eve] = await Promise.all(['Ann', 'Bob', 'Eve'].map((full_name) => Ugig.signUp(box, { full_name })));
});
after(async () => await box?.stop());

const notes = async (who, type) => are('Notification', await who.call('getNotifications')).filter((n) => n.type === type);
const upload = (bytes, name, field = 'file') => {
  const form = new FormData();
  form.append(field, new Blob([bytes]), name);
  return form;
};

test('a conversation: opened once, about a gig or nothing', async () => {
  const gig = await ann.do('createGig', gigInput());
  const talk = is('Conversation', await bob.call('getOrCreateConversation', ann.id, gig.id));
  assert.deepEqual(new Set(talk.participant_ids), new Set([ann.id, bob.id]));
  assert.deepEqual(new Set(talk.participants.map((p) => p.id)), new Set([ann.id, bob.id]));
  assert.deepEqual([talk.gig_id, talk.gig.id, talk.success], [gig.id, gig.id, undefined]);
  assert.equal((await ann.call('getOrCreateConversation', bob.id, gig.id)).id, talk.id);
  const plain = is('Conversation', (await bob.post('getOrCreateConversation', { participantId: ann.id })).body);
  assert.notEqual(plain.id, talk.id);
  assert.deepEqual([plain.gig_id, plain.gig], [null, undefined]);
  assert.equal((await bob.call('getOrCreateConversation', ann.id, null)).id, plain.id);
  await bob.fails(400, 'VALIDATION_ERROR', 'getOrCreateConversation', bob.id);
  await bob.fails(400, 'VALIDATION_ERROR', 'getOrCreateConversation');
  await bob.fails(404, 'NOT_FOUND', 'getOrCreateConversation', unknown);
  await bob.fails(404, 'NOT_FOUND', 'getOrCreateConversation', ann.id, unknown);
  await nobody(box).fails(401, 'UNAUTHORIZED', 'getOrCreateConversation', ann.id);
  await nobody(box).fails(401, 'UNAUTHORIZED', 'getConversations');
});

test('messages: sending, pages by cursor, reading', async () => {
  const { id } = await ann.call('getOrCreateConversation', bob.id);
  const first = is('Message', await ann.do('sendMessage', id, 'Hello Bob'));
  assert.deepEqual([first.conversation_id, first.sender_id, first.sender.id, first.content, first.attachments, first.read_by], [id, ann.id, ann.id, 'Hello Bob', [], [ann.id]]);
  for (let i = 1; i <= 6; i++) await (i % 2 ? bob : ann).do('sendMessage', id, `number ${i}`);
  const [preview] = are('ConversationPreview', await bob.call('getConversations'));
  assert.deepEqual([preview.id, preview.last_message.content, preview.unread_count], [id, 'number 6', 1]);
  is('Message', preview.last_message);
  const page = await bob.call('getMessages', id, null, 3);
  assert.deepEqual(Object.keys(page).sort(), ['data', 'hasMore', 'limit', 'page', 'total']);
  assert.deepEqual([are('Message', page.data).map((m) => m.content), page.total, page.page, page.limit, page.hasMore], [['number 6', 'number 5', 'number 4'], 7, 1, 3, true]);
  const next = (await bob.post('getMessages', { conversationId: id, cursor: page.data[2].id, limit: 3 })).body;
  assert.deepEqual([next.data.map((m) => m.content), next.total, next.page, next.hasMore], [['number 3', 'number 2', 'number 1'], 7, 2, true]);
  const last = await bob.call('getMessages', id, next.data[2].id, 3);
  assert.deepEqual([last.data.map((m) => m.content), last.total, last.page, last.hasMore], [['Hello Bob'], 7, 3, false]);
  assert.equal((await bob.call('getMessages', id)).limit, 20);
  assert.deepEqual(await bob.call('markAsRead', id), { success: true });
  assert.equal((await bob.call('getConversations'))[0].unread_count, 0);
  assert.deepEqual(new Set((await ann.call('getMessages', id)).data[0].read_by), new Set([ann.id, bob.id]));
  const note = (await notes(bob, 'new_message'))[0];
  assert.deepEqual([note.data.conversation_id, note.data.actor_id, note.user_id], [id, ann.id, bob.id]);

  await ann.fails(400, 'VALIDATION_ERROR', 'sendMessage', id, '');
  await ann.fails(400, 'VALIDATION_ERROR', 'sendMessage', id);
  await ann.fails(400, 'VALIDATION_ERROR', 'sendMessage', id, 'x'.repeat(5001));
  await ann.fails(404, 'NOT_FOUND', 'sendMessage', unknown, 'x');
  await ann.fails(404, 'NOT_FOUND', 'markAsRead', unknown);
  for (const [name, ...args] of [['sendMessage', 'x'], ['markAsRead'], ['getMessages']]) {
    await eve.fails(403, 'FORBIDDEN', name, id, ...args);
    await nobody(box).fails(401, 'UNAUTHORIZED', name, id, ...args);
  }
  assert.deepEqual(await ann.call('getMessages', unknown), { data: [], total: 0, page: 1, limit: 20, hasMore: false });
  assert.equal((await ann.call('getMessages', id)).total, 7);
  assert.deepEqual(await eve.call('getConversations'), []);
});

test('attachments', async () => {
  const { id } = await ann.call('getOrCreateConversation', bob.id);
  const { status, body } = await ann.post('uploadAttachment', upload('some words\n', 'brief.txt', 'upload'));
  assert.equal(status, 200, JSON.stringify(body));
  const attachment = is('Attachment', body.data);
  assert.deepEqual([attachment.name, attachment.size], ['brief.txt', 11]);
  assert.equal(attachment.type, 'text/plain');
  const message = is('Message', await ann.do('sendMessage', id, '', [attachment]));
  assert.deepEqual(message.attachments, [attachment]);
  const open = (who) => fetch(attachment.url, { headers: { authorization: `Bearer ${who.token}` } });
  const opened = await open(bob);
  assert.equal(opened.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(await opened.text(), 'some words\n');
  assert.equal((await open(eve)).status, 403);
  await bob.fails(400, 'VALIDATION_ERROR', 'sendMessage', id, 'look', [attachment]);
  await ann.fails(400, 'VALIDATION_ERROR', 'sendMessage', id, 'look', [{ url: 'https://elsewhere.example/x' }]);
  await ann.fails(400, 'VALIDATION_ERROR', 'sendMessage', id, 'look', ['x']);
  await ann.fails(400, 'VALIDATION_ERROR', 'sendMessage', id, 'look', Array(11).fill(attachment));
  assert.equal((await ann.post('uploadAttachment', upload(Buffer.from([0, 1, 2]), 'x'))).body.code, 'VALIDATION_ERROR');
  assert.equal((await ann.post('uploadAttachment', new FormData())).status, 400);
  assert.equal((await nobody(box).post('uploadAttachment', upload('x', 'x.txt'))).status, 401);
});

test('video calls: at once', async () => {
  const gig = await ann.do('createGig', gigInput());
  const application = await bob.do('submitApplication', { gig_id: gig.id, cover_letter: 'Me.' });
  const call = is('VideoCall', await ann.do('createCall', bob.id, gig.id));
  assert.deepEqual([call.initiator_id, call.participant_ids, call.gig_id, call.application_id, call.scheduled_at, call.ended_at], [ann.id, [ann.id, bob.id], gig.id, application.id, null, null]);
  assert.match(call.started_at, stamp);
  assert.deepEqual([call.initiator.id, call.participants.map((p) => p.id)], [ann.id, [ann.id, bob.id]]);
  assert.ok(call.room_id.length >= 16);
  const alone = is('VideoCall', (await bob.post('createCall', { participantId: ann.id })).body.data);
  assert.notEqual(alone.room_id, call.room_id);
  assert.deepEqual([alone.gig_id, alone.application_id], [null, null]);
  assert.deepEqual((await notes(bob, 'call_scheduled')).map((n) => n.data.call_id), [call.id]);
  await eve.fails(403, 'FORBIDDEN', 'endCall', call.id);
  await ann.fails(404, 'NOT_FOUND', 'endCall', unknown);
  await ann.fails(400, 'VALIDATION_ERROR', 'endCall');
  await nobody(box).fails(401, 'UNAUTHORIZED', 'endCall', call.id);
  assert.deepEqual(await bob.call('endCall', call.id), { success: true });
  const [, ended] = are('VideoCall', await ann.call('getCallHistory'));
  assert.equal(ended.id, call.id);
  assert.match(ended.ended_at, stamp);
  assert.deepEqual(await ann.call('endCall', call.id), { success: true });
  assert.equal((await ann.call('getCallHistory'))[1].ended_at, ended.ended_at);
  assert.deepEqual((await bob.call('getCallHistory', 1)).map((c) => c.id), [alone.id]);
  assert.deepEqual(await eve.call('getCallHistory'), []);
  assert.deepEqual(await ann.call('getUpcomingCalls'), []);
  await ann.fails(400, 'VALIDATION_ERROR', 'createCall', ann.id);
  await ann.fails(400, 'VALIDATION_ERROR', 'createCall');
  await ann.fails(404, 'NOT_FOUND', 'createCall', unknown);
  await ann.fails(404, 'NOT_FOUND', 'createCall', bob.id, unknown);
  for (const name of ['createCall', 'getUpcomingCalls', 'getCallHistory']) await nobody(box).fails(401, 'UNAUTHORIZED', name, bob.id);
});

test('video calls: at a fixed time, with a reminder', async () => {
  const later = new Date(Date.now() + 3600000), soon = new Date(Date.now() + 2000);
  const call = is('VideoCall', await ann.do('scheduleCall', eve.id, later));
  assert.equal(new Date(call.scheduled_at).getTime(), later.getTime());
  assert.deepEqual([call.started_at, call.ended_at, call.gig_id], [null, null, null]);
  const next = (await eve.post('scheduleCall', { participantId: ann.id, scheduledAt: soon.toISOString() })).body.data;
  assert.deepEqual(are('VideoCall', await ann.call('getUpcomingCalls')).map((c) => c.id), [next.id, call.id]);
  assert.ok(!(await ann.call('getCallHistory')).some((c) => c.id === call.id));
  assert.equal((await notes(eve, 'call_scheduled')).length, 1);
  await eventually(async () => {
    const told = await Promise.all([ann, eve].map((who) => notes(who, 'call_scheduled')));
    return told.every((list) => list.some((n) => n.data.call_id === next.id && n.data.kind === 'call_reminder'));
  }, 'the reminder of both');
  for (const at of ['yesterday', new Date(Date.now() - 1000), new Date(Date.now() + 500 * 86400000), 5, undefined])
    await ann.fails(400, 'VALIDATION_ERROR', 'scheduleCall', eve.id, at);
  await ann.fails(404, 'NOT_FOUND', 'scheduleCall', unknown, later);
  await nobody(box).fails(401, 'UNAUTHORIZED', 'scheduleCall', eve.id, later);
  await eve.call('endCall', call.id);
  assert.deepEqual((await ann.call('getUpcomingCalls')).map((c) => c.id), [next.id]);
  assert.equal((await ann.call('getCallHistory'))[0].id, call.id);
  assert.ok((await notes(ann, 'call_scheduled')).some((n) => n.data.kind === 'call_cancelled'));
});

test('somebody who was blocked', async () => {
  const [a, b] = [await Ugig.signUp(box), await Ugig.signUp(box)];
  assert.equal((await box.post(`/api/users/${b.id}/block`, undefined, { token: a.token })).status, 200);
  await b.fails(403, 'FORBIDDEN', 'createCall', a.id);
  await b.fails(403, 'FORBIDDEN', 'scheduleCall', a.id, new Date(Date.now() + 60000));
  const gig = await a.do('createGig', gigInput());
  await b.fails(403, 'FORBIDDEN', 'submitApplication', { gig_id: gig.id, cover_letter: 'x' });
});

test('reviews: between whom, hidden until both exist', async () => {
  const [a, b] = [await Ugig.signUp(box), await Ugig.signUp(box)];
  const gig = await a.do('createGig', gigInput());
  const review = { gig_id: gig.id, reviewee_id: b.id, rating: 4, comment: 'Quick.' };
  const application = await b.do('submitApplication', { gig_id: gig.id, cover_letter: 'Me.' });
  await a.fails(403, 'FORBIDDEN', 'createReview', review);
  await a.call('updateApplicationStatus', application.id, 'accepted');
  for (const change of [{ rating: 0 }, { rating: 6 }, { rating: 4.5 }, { rating: '4' }, { rating: undefined }, { reviewee_id: a.id }, { comment: 'x'.repeat(2001) }, { gig_id: undefined }])
    await a.fails(400, 'VALIDATION_ERROR', 'createReview', { ...review, ...change });
  await a.fails(404, 'NOT_FOUND', 'createReview', { ...review, gig_id: unknown });
  await a.fails(404, 'NOT_FOUND', 'createReview', { ...review, reviewee_id: unknown });
  await eve.fails(403, 'FORBIDDEN', 'createReview', review);
  await a.fails(403, 'FORBIDDEN', 'createReview', { ...review, reviewee_id: eve.id });
  await nobody(box).fails(401, 'UNAUTHORIZED', 'createReview', review);
  const made = is('Review', await a.do('createReview', review));
  assert.deepEqual([made.gig_id, made.reviewer_id, made.reviewer.id, made.reviewee_id, made.reviewee.id, made.rating, made.comment], [gig.id, a.id, a.id, b.id, b.id, 4, 'Quick.']);
  await a.fails(400, 'VALIDATION_ERROR', 'createReview', review);
  assert.equal((await notes(b, 'review_received')).length, 1);
  assert.deepEqual(await nobody(box).call('getUserReviews', b.id), []);
  assert.deepEqual(await nobody(box).call('getUserRating', b.id), { average: 0, count: 0 });
  is('Review', await b.do('createReview', { gig_id: gig.id, reviewee_id: a.id, rating: 5 }));
  assert.deepEqual(are('Review', await nobody(box).call('getUserReviews', b.id)).map((r) => r.id), [made.id]);
  assert.equal((await eve.call('getUserReviews', a.id))[0].comment, null);
  assert.deepEqual(await nobody(box).call('getUserRating', b.id), { average: 4, count: 1 });
  for (const id of [unknown, 'nonsense']) {
    assert.deepEqual(await nobody(box).call('getUserReviews', id), []);
    assert.deepEqual(await nobody(box).call('getUserRating', id), { average: 0, count: 0 });
  }
  for (const [rating, average] of [[5, 4.5], [5, 4.67]]) {
    const another = await a.do('createGig', gigInput());
    const chosen = await b.do('submitApplication', { gig_id: another.id, cover_letter: 'Me.' });
    await a.call('updateApplicationStatus', chosen.id, 'accepted');
    await a.do('createReview', { gig_id: another.id, reviewee_id: b.id, rating });
    await b.do('createReview', { gig_id: another.id, reviewee_id: a.id, rating });
    assert.equal((await nobody(box).call('getUserRating', b.id)).average, average);
  }
});

test('notifications: unread, one, all; others\' do not exist', async () => {
  const me = await Ugig.signUp(box);
  const gig = await me.do('createGig', gigInput());
  for (const who of [ann, bob, eve]) await who.do('submitApplication', { gig_id: gig.id, cover_letter: 'x' });
  assert.equal(await me.call('getUnreadCount'), 3);
  const list = are('Notification', await me.call('getNotifications'));
  assert.deepEqual(list.map((n) => [n.type, n.user_id, n.read_at, n.data.actor_id]), [eve, bob, ann].map((w) => ['new_application', me.id, null, w.id]));
  assert.ok(list[0].created_at >= list[2].created_at);
  assert.ok(list[0].body.includes(gig.title));
  assert.deepEqual(await me.call('markNotificationRead', list[1].id), { success: true });
  assert.deepEqual(await me.call('markNotificationRead', list[1].id), { success: true });
  assert.equal(await me.call('getUnreadCount'), 2);
  assert.deepEqual((await me.call('getNotifications', true)).map((n) => n.id), [list[0].id, list[2].id]);
  assert.deepEqual((await me.post('getNotifications', { unreadOnly: false })).body.length, 3);
  assert.match((await me.call('getNotifications'))[1].read_at, stamp);
  await ann.fails(404, 'NOT_FOUND', 'markNotificationRead', list[0].id);
  await me.fails(404, 'NOT_FOUND', 'markNotificationRead', unknown);
  await me.fails(400, 'VALIDATION_ERROR', 'markNotificationRead');
  assert.deepEqual(await me.call('markAllNotificationsRead'), { success: true });
  assert.equal(await me.call('getUnreadCount'), 0);
  assert.deepEqual(await me.call('getNotifications', true), []);
  for (const name of ['getNotifications', 'markNotificationRead', 'markAllNotificationsRead', 'getUnreadCount']) await nobody(box).fails(401, 'UNAUTHORIZED', name, list[0].id);
  // what other contracts do is news here too
  const person = await box.person(phone());
  const made = (await person.post('/api/gigs', { title: 'From campus', description: 'x', category: 'design', budgetMax: 1000 })).body;
  const application = (await me.do('submitApplication', { gig_id: made.id, cover_letter: 'x' }));
  assert.equal((await person.post(`/api/applications/${application.id}/accept`)).status, 200);
  const kinds = are('Notification', await me.call('getNotifications', true)).map((n) => [n.type, n.data.kind]);
  assert.deepEqual(kinds, [['gig_update', 'order_created'], ['application_status', 'application_accepted']]);
});

test('rates have a code of their own', async () => {
  const own = await Box.start({ sets: { rate_other_per_min: 3 } });
  try {
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await own.post('/api/actions/getGigs', []));
    const refused = answers.at(-1);
    assert.deepEqual([refused.status, refused.body.success, refused.body.code], [429, false, 'RATE_LIMITED']);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
  } finally {
    await own.stop();
  }
});
