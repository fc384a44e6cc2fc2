// Conversations of the native contract: who may talk with whom, what is unread, pages, edits, reactions, putting away, blocks.
import { test, before, after } from 'node:test';
import { assert, Box, phone, gigBody } from './harness.mjs';

let box, ann, bob, eve;

before(async () => {
  box = await Box.start();
  ann = await box.person(phone(), { name: 'Ann' });
  bob = await box.person(phone(), { name: 'Bob' });
  eve = await box.person(phone(), { name: 'Eve' });
});
after(() => box.stop());

const is = ({ status, body }, want, code) => {
  assert.equal(status, want, JSON.stringify(body));
  if (code) assert.equal(body.error.code, code);
  return body;
};
const open = async (from, to, gigId) => is(await from.post('/api/conversations', { userId: to.id, gigId }), 201);
const say = async (who, talk, text) => is(await who.post(`/api/conversations/${talk.id}/messages`, { text }), 201);

test('one conversation of two people about nothing, one about each gig, whoever opens it', async () => {
  const talk = await open(ann, bob);
  assert.deepEqual([talk.orderId, talk.gigId, talk.title, talk.lastMessage, talk.unreadCount, talk.archived], [null, null, null, null, 0, false]);
  assert.deepEqual(talk.participants.map((p) => p.name), ['Bob', 'Ann']);
  assert.equal(is(await bob.post('/api/conversations', { userId: ann.id }), 200).id, talk.id);
  const gig = is(await ann.post('/api/gigs', gigBody()), 201);
  const about = is(await bob.post('/api/conversations', { userId: ann.id, gigId: gig.id }), 201);
  assert.notEqual(about.id, talk.id);
  assert.deepEqual([about.gigId, about.title], [gig.id, gig.title]);
  assert.equal(is(await ann.post('/api/conversations', { userId: bob.id, gigId: gig.id }), 200).id, about.id);
  is(await ann.post('/api/conversations', { userId: ann.id }), 400, 'VALIDATION_ERROR');
  is(await ann.post('/api/conversations', {}), 400, 'VALIDATION_ERROR');
  is(await ann.post('/api/conversations', { userId: gig.id }), 404, 'NOT_FOUND');
  is(await ann.post('/api/conversations', { userId: bob.id, gigId: bob.id }), 404, 'NOT_FOUND');
  is(await box.post('/api/conversations', { userId: bob.id }), 401, 'UNAUTHORIZED');
});

test('unread counts, read marks, and who has read', async () => {
  const talk = await open(ann, eve);
  const first = await say(ann, talk, 'one');
  await say(ann, talk, 'two');
  const seen = is(await eve.get(`/api/conversations/${talk.id}`), 200);
  assert.deepEqual([seen.unreadCount, seen.messagesCount, seen.lastMessage.text], [2, 2, 'two']);
  assert.equal(is(await ann.get(`/api/conversations/${talk.id}`), 200).unreadCount, 0);
  assert.deepEqual(is(await eve.get('/api/conversations/unread-count'), 200), { count: 2, conversations: 1 });
  is(await eve.post(`/api/messages/${first.id}/read`), 200);
  assert.equal(is(await eve.get(`/api/conversations/${talk.id}`), 200).unreadCount, 1);
  const { messages } = is(await ann.get(`/api/conversations/${talk.id}/messages`), 200);
  assert.deepEqual(messages.map((m) => [m.text, m.readBy.length]), [['two', 1], ['one', 2]]);
  assert.deepEqual(is(await eve.post(`/api/conversations/${talk.id}/read`), 200), { success: true, count: 1 });
  assert.deepEqual(is(await eve.post(`/api/conversations/${talk.id}/read`), 200), { success: true, count: 0 });
  assert.deepEqual(is(await eve.get('/api/conversations/unread-count'), 200), { count: 0, conversations: 0 });
  await say(ann, talk, 'three');
  await say(eve, talk, 'who answers has read');
  assert.equal(is(await eve.get(`/api/conversations/${talk.id}`), 200).unreadCount, 0);
  assert.equal(is(await ann.get(`/api/conversations/${talk.id}`), 200).unreadCount, 1);
});

test('pages from the newest, and older than a message', async () => {
  const [x, y] = [await box.person(phone()), await box.person(phone())];
  const talk = await open(x, y);
  for (let i = 1; i <= 7; i++) await say(x, talk, `m${i}`);
  const page = async (query) => is(await y.get(`/api/conversations/${talk.id}/messages${query}`), 200);
  const texts = (p) => p.messages.map((m) => m.text).join(' ');
  const first = await page('?limit=3');
  assert.equal(texts(first), 'm7 m6 m5');
  assert.deepEqual([first.total, first.hasMore], [7, true]);
  assert.equal(texts(await page('?limit=3&page=3')), 'm1');
  assert.equal(texts(await page('?limit=3&page=4')), '');
  const older = await page(`?limit=3&before=${first.messages[2].id}`);
  assert.equal(texts(older), 'm4 m3 m2');
  assert.deepEqual([older.total, older.hasMore], [4, true]);
  const last = await page(`?before=${older.messages[2].id}`);
  assert.deepEqual([texts(last), last.hasMore], ['m1', false]);
  assert.equal(texts(await page(`?before=${last.messages[0].id}`)), '');
  const other = await say(ann, await open(ann, x), 'elsewhere');
  is(await y.get(`/api/conversations/${talk.id}/messages?before=${other.id}`), 404, 'NOT_FOUND');
});

test('the list is by last activity, and what is put away comes back when somebody writes', async () => {
  const me = await box.person(phone());
  const talks = [await open(me, ann), await open(me, bob), await open(me, eve)];
  await say(ann, talks[0], 'up');
  const ids = async (query = '') => is(await me.get('/api/conversations' + query), 200).conversations.map((c) => c.id);
  assert.deepEqual(await ids(), [talks[0].id, talks[2].id, talks[1].id]);
  assert.deepEqual(await ids('?limit=1&page=2'), [talks[2].id]);
  assert.equal(is(await me.patch(`/api/conversations/${talks[0].id}`, { archived: true }), 200).archived, true);
  assert.deepEqual(await ids(), [talks[2].id, talks[1].id]);
  assert.deepEqual(await ids('?archived=true'), [talks[0].id]);
  assert.equal(is(await ann.get(`/api/conversations/${talks[0].id}`), 200).archived, false, 'for oneself only');
  assert.deepEqual(is(await me.get('/api/conversations/unread-count'), 200), { count: 0, conversations: 0 });
  await say(ann, talks[0], 'again');
  assert.deepEqual((await ids())[0], talks[0].id);
  assert.deepEqual(is(await me.get('/api/conversations/unread-count'), 200), { count: 2, conversations: 1 });
  is(await me.patch(`/api/conversations/${talks[0].id}`, { archived: true }), 200);
  assert.equal(is(await me.post('/api/conversations', { userId: ann.id }), 200).archived, false, 'opening it brings it back');
  is(await me.patch(`/api/conversations/${talks[0].id}`, {}), 400, 'VALIDATION_ERROR');
});

test('one edits what one said, and reacts once with each emoji', async () => {
  const talk = is(await ann.post('/api/conversations', { userId: bob.id }), 200);
  const said = await say(ann, talk, 'helo');
  assert.equal(said.editedAt, undefined);
  const edited = is(await ann.patch(`/api/messages/${said.id}`, { text: 'hello' }), 200);
  assert.equal(edited.text, 'hello');
  assert.ok(edited.editedAt >= said.createdAt);
  is(await bob.patch(`/api/messages/${said.id}`, { text: 'mine' }), 403, 'FORBIDDEN');
  is(await eve.patch(`/api/messages/${said.id}`, { text: 'mine' }), 403, 'FORBIDDEN');
  is(await ann.patch(`/api/messages/${said.id}`, { text: ' ' }), 400, 'VALIDATION_ERROR');
  const react = async (who, emoji) => is(await who.post(`/api/messages/${said.id}/react`, { emoji }), 200).reactions.map((r) => [r.userId, r.emoji]);
  assert.deepEqual(await react(bob, '👍'), [[bob.id, '👍']]);
  assert.deepEqual(await react(ann, '👍'), [[bob.id, '👍'], [ann.id, '👍']]);
  assert.deepEqual(await react(bob, '🎉'), [[bob.id, '👍'], [ann.id, '👍'], [bob.id, '🎉']]);
  assert.deepEqual(await react(bob, '👍'), [[ann.id, '👍'], [bob.id, '🎉']]);
  is(await eve.post(`/api/messages/${said.id}/react`, { emoji: '👍' }), 403, 'FORBIDDEN');
  is(await ann.post(`/api/messages/${said.id}/react`, { emoji: '' }), 400, 'VALIDATION_ERROR');
  is(await ann.post(`/api/messages/${said.id}/react`, { emoji: 'x'.repeat(65) }), 400, 'VALIDATION_ERROR');
});

test('strangers, blocked people, empty and overlong messages', async () => {
  const talk = is(await ann.post('/api/conversations', { userId: bob.id }), 200);
  for (const [method, path, body] of [
    ['get', '', undefined], ['get', '/messages', undefined], ['post', '/messages', { text: 'hi' }], ['post', '/read', {}], ['patch', '', { archived: true }],
  ])
    is(await (method === 'get' ? eve.get(`/api/conversations/${talk.id}${path}`) : eve[method](`/api/conversations/${talk.id}${path}`, body)), 403, 'FORBIDDEN');
  is(await ann.get(`/api/conversations/${ann.id}`), 404, 'NOT_FOUND');
  is(await ann.post(`/api/conversations/${talk.id}/messages`, { text: '  ' }), 400, 'VALIDATION_ERROR');
  is(await ann.post(`/api/conversations/${talk.id}/messages`, { text: 'x'.repeat(5001) }), 400, 'VALIDATION_ERROR');
  is(await ann.post(`/api/conversations/${talk.id}/messages`, { text: 'x', kind: 'image' }), 400, 'VALIDATION_ERROR');
  is(await ann.post(`/api/conversations/${talk.id}/messages`, { text: 'x', kind: 'contract' }), 400, 'VALIDATION_ERROR');
  const [x, y, z] = [await box.person(phone()), await box.person(phone()), await box.person(phone())];
  const old = await open(x, y);
  const before = await say(x, old, 'before');
  is(await y.post(`/api/users/${x.id}/block`), 200);
  for (const who of [x, y]) {
    const refused = is(await who.post(`/api/conversations/${old.id}/messages`, { text: 'hi' }), 403);
    assert.match(refused.error.message, /blocked/);
    is(await who.get(`/api/conversations/${old.id}/messages`), 200);
    is(await who.post(`/api/messages/${before.id}/react`, { emoji: '👍' }), 403);
  }
  is(await x.patch(`/api/messages/${before.id}`, { text: 'by the back door' }), 403);
  is(await y.post(`/api/users/${z.id}/block`), 200);
  is(await z.post('/api/conversations', { userId: y.id }), 403);
  is(await y.delete(`/api/users/${x.id}/block`), 200);
  await say(x, old, 'peace');
});

test("pictures and files, and the order's chat is the gig's conversation", async () => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const upload = async (who, bytes, name) => {
    const form = new FormData();
    form.append('file', new Blob([bytes]), name);
    return is(await who.post('/api/files', form), 201).id;
  };
  const gig = is(await ann.post('/api/gigs', gigBody()), 201);
  const talk = await open(bob, ann, gig.id);
  const picture = await upload(bob, png, 'p.png');
  const image = is(await bob.post(`/api/conversations/${talk.id}/messages`, { attachments: [picture] }), 201);
  assert.deepEqual([image.kind, image.text, image.attachments[0].name], ['image', '', 'p.png']);
  const mixed = is(await bob.post(`/api/conversations/${talk.id}/messages`, { attachments: [picture, await upload(bob, 'plain', 'a.txt')] }), 201);
  assert.equal(mixed.kind, 'file');
  is(await bob.post(`/api/conversations/${talk.id}/messages`, { kind: 'image', attachments: [await upload(bob, 'plain', 'a.txt')] }), 400);
  is(await ann.post(`/api/conversations/${talk.id}/messages`, { attachments: [picture] }), 400, 'VALIDATION_ERROR');
  assert.equal((await ann.get(`/api/files/${picture}`)).status, 200);
  is(await eve.get(`/api/files/${picture}`), 403, 'FORBIDDEN');

  const application = is(await bob.post(`/api/gigs/${gig.id}/applications`, { message: 'Me' }), 201);
  const { order } = is(await ann.post(`/api/applications/${application.id}/accept`), 200);
  assert.equal(is(await ann.get(`/api/conversations/${talk.id}`), 200).orderId, order.id, 'at once');
  const chat = is(await ann.get(`/api/orders/${order.id}/messages`), 200);
  assert.equal(chat.total, 2, 'what was said before the order');
  const said = is(await ann.post(`/api/orders/${order.id}/messages`, { text: 'Chosen' }), 201);
  assert.deepEqual([said.conversationId, said.orderId], [talk.id, order.id]);
  const now = is(await bob.get(`/api/conversations/${talk.id}`), 200);
  assert.deepEqual([now.orderId, now.gigId, now.unreadCount], [order.id, gig.id, 1]);
  assert.equal(is(await bob.post(`/api/orders/${order.id}/conversation`), 200).id, talk.id);
  is(await eve.post(`/api/orders/${order.id}/conversation`), 403, 'FORBIDDEN');

  const service = is(await bob.post('/api/services', { title: 'Posters', description: 'Nice ones, quickly.', category: 'design', price: 50000, deliveryTime: 3 }), 201);
  const bought = is(await ann.post(`/api/services/${service.id}/order`, { message: 'Please' }), 201);
  const made = is(await ann.post(`/api/orders/${bought.id}/conversation`), 201);
  assert.notEqual(made.id, talk.id);
  const [sa, sb] = [await ann.socket(), await bob.socket()];
  sa.send('TYPING_START', { orderId: order.id });
  assert.deepEqual(await sb.next('TYPING_START'), { orderId: order.id, conversationId: talk.id, userId: ann.id });
  sb.send('TYPING_STOP', { conversationId: talk.id });
  assert.deepEqual(await sa.next('TYPING_STOP'), { orderId: order.id, conversationId: talk.id, userId: bob.id });
  await sa.close();
  await sb.close();
  assert.deepEqual([made.orderId, made.gigId, made.title], [bought.id, null, service.title]);
  const again = is(await eve.post(`/api/services/${service.id}/order`, { message: 'Please' }), 201);
  assert.notEqual(is(await bob.post(`/api/orders/${again.id}/conversation`), 201).id, made.id);
});

test('the socket carries conversations about anything', async () => {
  const [x, y] = [await box.person(phone()), await box.person(phone())];
  const talk = await open(x, y);
  const [sx, sx2, sy, se] = [await x.socket(), await x.socket(), await y.socket(), await eve.socket()];
  sx.send('CHAT_MESSAGE', { conversationId: talk.id, text: 'hello' });
  for (const s of [sx, sx2, sy]) {
    const heard = await s.next('CHAT_MESSAGE');
    assert.deepEqual([heard.conversationId, heard.orderId, heard.text, heard.senderId], [talk.id, null, 'hello', x.id]);
  }
  const { messages } = is(await y.get(`/api/conversations/${talk.id}/messages`), 200);
  sy.send('TYPING_START', { conversationId: talk.id });
  assert.deepEqual(await sx.next('TYPING_START'), { orderId: null, conversationId: talk.id, userId: y.id });
  is(await y.post(`/api/messages/${messages[0].id}/react`, { emoji: '👍' }), 200);
  assert.deepEqual((await sx.next('MESSAGE_UPDATED')).reactions, [{ userId: y.id, emoji: '👍' }]);
  is(await x.patch(`/api/messages/${messages[0].id}`, { text: 'Hello' }), 200);
  assert.equal((await sy.next('MESSAGE_UPDATED', (m) => m.editedAt)).text, 'Hello');
  is(await y.post(`/api/conversations/${talk.id}/read`), 200);
  assert.deepEqual(await sx.next('MESSAGE_READ'), { messageId: messages[0].id, orderId: null, conversationId: talk.id, userId: y.id });
  se.send('CHAT_MESSAGE', { conversationId: talk.id, text: 'me too' });
  assert.equal((await se.next('ERROR')).code, 'FORBIDDEN');
  se.send('TYPING_START', { conversationId: talk.id });
  assert.equal((await se.next('ERROR')).code, 'FORBIDDEN');
  assert.deepEqual(se.heard.filter((f) => f.event !== 'NOTIFICATION'), []);
  for (const s of [sx, sx2, sy, se]) await s.close();
});
