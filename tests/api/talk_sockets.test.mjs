// The sockets of SkillConnect (Django Channels) and of Chayenity.
import { test, before, after } from 'node:test';
import WebSocket from 'ws';
import { assert, Box, phone, gigBody, slow } from './harness.mjs';

let box, client, doer, third, order, talk, room;

before(async () => {
  box = await Box.start();
  client = await box.person(phone(), { name: 'Jane Doe' });
  doer = await box.person(phone(), { name: 'John Roe' });
  third = await box.person(phone(), { name: 'Eve' });
  for (const who of [client, doer, third]) who.number = is(await who.get('/api/v1/users/profile/'), 200).id;
  order = await orderService();
  talk = is(await client.post('/api/v1/messaging/conversations/', { order_type: 'serviceorder', order_id: 1 }), 201);
  room = is(await client.post(`/api/orders/${order.id}/conversation`), 200);
});
after(() => box.stop());

function is({ status, body }, want) {
  assert.equal(status, want, JSON.stringify(body));
  return body;
}
async function orderService() {
  const service = is(await doer.post('/api/services', { title: 'Website Design', description: 'Beautiful portfolio website.', category: 'design', price: 2500000, deliveryTime: 10 }), 201);
  return is(await client.post(`/api/services/${service.id}/order`, { message: 'Please' }), 201);
}

/** A socket that keeps what it heard. */
class Ear {
  static async open(target, options) {
    const ear = new Ear();
    ear.heard = [];
    ear.ws = new WebSocket(box.url.replace('http', 'ws') + target, options);
    ear.closed = new Promise((resolve) => ear.ws.on('close', (code) => resolve(code)));
    ear.ws.on('message', (data) => ear.heard.push(JSON.parse(data)));
    ear.ws.on('error', () => {});
    await new Promise((resolve) => { ear.ws.on('open', resolve); ear.ws.on('close', resolve); });
    return ear;
  }
  send(frame) { this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)); }
  async next(wanted, patience = 4000 * slow) {
    for (const until = Date.now() + patience; ; ) {
      const i = this.heard.findIndex(wanted);
      if (i >= 0) return this.heard.splice(i, 1)[0];
      if (Date.now() > until) throw new Error('nothing such came; heard ' + JSON.stringify(this.heard));
      await new Promise((r) => setTimeout(r, 10));
    }
  }
  async close() { this.ws.close(); return this.closed; }
}
const chat = (who, id = talk.id) => Ear.open(`/ws/messaging/chat/${id}/?token=${who.token}`);
const seat = (who, id = room.id) => Ear.open(`/ws/chat/${id}?token=${who.token}`);

test('who may not come in is told by the close code', async () => {
  for (const path of ['/ws/notifications/', `/ws/messaging/chat/${talk.id}/`, '/ws/messaging/contracts/serviceorder/1/', `/ws/chat/${room.id}`]) {
    assert.equal(await (await Ear.open(path)).closed, 4401, path);
    assert.equal(await (await Ear.open(path + '?token=bad')).closed, 4401, path);
  }
  assert.equal(await (await chat(third)).closed, 4403);
  assert.equal(await (await chat(client, 4711)).closed, 4403);
  assert.equal(await (await chat(client, 'x')).closed, 4403);
  for (const order of ['serviceorder/1', 'service/1', 'proposal/9', 'nothing/1', 'service/x'])
    assert.equal(await (await Ear.open(`/ws/messaging/contracts/${order}/?token=${third.token}`)).closed, 4403, order);
  assert.equal(await (await seat(third)).closed, 4403);
  assert.equal(await (await seat(client, client.id)).closed, 4404);
  assert.equal(await (await seat(client, 'nothing')).closed, 4404);
  const cookie = { headers: { Cookie: `jwt=${client.token}` } };
  const own = await Ear.open(`/ws/messaging/chat/${talk.id}/`, cookie);
  assert.equal(own.ws.readyState, WebSocket.OPEN);
  await own.close();
  assert.equal(await (await Ear.open(`/ws/messaging/chat/${talk.id}/`, { ...cookie, origin: 'http://evil.example' })).closed, 4401);
});

test('channels chat: who is there, typing, messages sent by POST, also for the sender\'s other sockets', async () => {
  const a = await chat(client), b = await chat(doer), a2 = await chat(client);
  assert.deepEqual(await a.next((f) => f.type === 'presence'), { type: 'presence', conversation_id: talk.id, user_id: doer.number, status: 'online' });
  assert.deepEqual(await b.next((f) => f.type === 'presence'), { type: 'presence', conversation_id: talk.id, user_id: client.number, status: 'online' });
  a.send({ type: 'typing', conversation_id: 4711, user_id: third.number, typing: true });
  const typing = { type: 'typing', conversation_id: talk.id, user_id: client.number, typing: true };
  assert.deepEqual(await b.next((f) => f.type === 'typing'), typing);
  assert.deepEqual(await a2.next((f) => f.type === 'typing'), typing);
  a.send({ type: 'typing', typing: false });
  assert.equal((await b.next((f) => f.type === 'typing')).typing, false);
  for (const rubbish of ['{', '[]', '{"type":"shout"}', '"typing"']) a.send(rubbish);
  const said = is(await client.post(`/api/v1/messaging/conversations/${talk.id}/messages/`, { content: 'Hi!' }), 201);
  for (const ear of [a, a2, b]) assert.deepEqual(await ear.next((f) => f.id), said);
  is(await doer.post(`/api/v1/messaging/conversations/${talk.id}/messages/${said.id}/react/`, { emoji: '👍' }), 200);
  assert.deepEqual((await a.next((f) => f.type === 'message_updated')).message.reactions, { '👍': 1 });
  is(await doer.get(`/api/v1/messaging/conversations/${talk.id}/messages/`), 200);
  assert.deepEqual(await a.next((f) => f.type === 'read'), { type: 'read', conversation_id: talk.id, user_id: doer.number, message_id: said.id });
  await a2.close();
  await b.close();
  assert.deepEqual(await a.next((f) => f.status === 'offline'), { type: 'presence', conversation_id: talk.id, user_id: doer.number, status: 'offline' });
  assert.deepEqual(a.heard.filter((f) => f.type === 'typing' || f.user_id === client.number), []);
  await a.close();
});

test('a chat socket hears its own conversation only, and what other contracts say there', async () => {
  const other = is(await client.post('/api/conversations', { userId: doer.id }), 201);
  const a = await chat(client);
  is(await doer.post(`/api/conversations/${other.id}/messages`, { text: 'elsewhere' }), 201);
  is(await doer.post(`/api/orders/${order.id}/messages`, { text: 'here' }), 201);
  assert.equal((await a.next((f) => f.content)).content, 'here');
  assert.deepEqual(a.heard, []);
  await a.close();
});

test('channels notifications: new orders and applications, and their answers', async () => {
  const [c, d, t] = await Promise.all([client, doer, third].map((who) => Ear.open(`/ws/notifications/?token=${who.token}`)));
  const made = await orderService();
  const note = await d.next((f) => f.status === 'pending');
  const { id, created_at, ...rest } = note;
  assert.deepEqual(rest, { title: 'Website Design', client: 'Jane Doe', status: 'pending', text: "New order received from Jane Doe for service 'Website Design'." });
  assert.equal(typeof id, 'number');
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  is(await doer.post(`/api/orders/${made.id}/accept`), 200);
  assert.equal((await c.next((f) => f.id === id)).status, 'accepted');
  const gig = is(await client.post('/api/gigs', gigBody({ title: 'Landing Page' })), 201);
  const application = is(await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me' }), 201);
  const applied = await c.next((f) => f.title === 'Landing Page');
  assert.deepEqual([applied.client, applied.status, applied.text], ['Jane Doe', 'pending', "New application received from John Roe for proposal 'Landing Page'."]);
  is(await client.post(`/api/applications/${application.id}/reject`), 200);
  assert.deepEqual([(await d.next((f) => f.title === 'Landing Page')).status], ['rejected']);
  const no = await orderService();
  const waiting = await d.next((f) => f.status === 'pending');
  is(await doer.post(`/api/orders/${no.id}/decline`), 200);
  assert.equal((await c.next((f) => f.id === waiting.id && f.status !== 'pending')).status, 'rejected');
  assert.deepEqual(t.heard, []);
  assert.deepEqual(d.heard, []);
  for (const ear of [c, d, t]) await ear.close();
});

test('channels contracts: as they are made, signed and carried out', async () => {
  const made = await orderService();
  const number = 4;
  const talk = is(await client.post('/api/v1/messaging/conversations/', { order_type: 'serviceorder', order_id: number }), 201);
  assert.equal(talk.service_title, 'Website Design');
  const c = await Ear.open(`/ws/messaging/contracts/serviceorder/${number}/?token=${client.token}`);
  const d = await Ear.open(`/ws/messaging/contracts/service/${number}/?token=${doer.token}`);
  const other = await Ear.open(`/ws/messaging/contracts/service/1/?token=${client.token}`);
  const contract = is(await client.post('/api/v1/messaging/contracts/', { order_type: 'service', order_id: number, amount: 20000 }), 201);
  for (const ear of [c, d]) {
    const heard = await ear.next((f) => f.id === contract.id);
    assert.deepEqual([heard.amount, heard.status, heard.workflow_status], [20000, 'pending', 'draft']);
  }
  is(await doer.post(`/api/v1/messaging/contracts/${contract.id}/accept/`), 200);
  assert.equal((await c.next((f) => f.status === 'accepted')).workflow_status, 'active');
  is(await doer.post(`/api/orders/${made.id}/accept`), 200);
  is(await doer.post(`/api/orders/${made.id}/submit`, { message: 'Done' }), 200);
  assert.equal((await c.next((f) => f.workflow_status === 'submitted')).id, contract.id);
  is(await client.patch(`/api/v1/messaging/contracts/${contract.id}/`, { workflow_status: 'completed' }), 200);
  assert.equal((await d.next((f) => f.workflow_status === 'completed')).status, 'accepted');
  assert.deepEqual(other.heard, []);
  for (const ear of [c, d, other]) await ear.close();
});

test('chayenity chat: joining, leaving, typing, sending', async () => {
  const a = await seat(client), b = await seat(doer);
  const { timestamp, ...joined } = (await a.next((f) => f.type === 'user_joined')).data;
  assert.deepEqual(joined, { user_id: doer.id, user_name: 'John Roe' });
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  b.send({ type: 'typing', is_typing: true });
  assert.deepEqual(await a.next((f) => f.type === 'typing'), { type: 'typing', data: { user_id: doer.id, user_name: 'John Roe', is_typing: true } });
  b.send({ type: 'typing', is_typing: false });
  assert.equal((await a.next((f) => f.type === 'typing')).data.is_typing, false);
  b.send({ type: 'send_message', content: 'Hello via WebSocket!', image_url: null });
  for (const ear of [a, b]) {
    const { data } = await ear.next((f) => f.type === 'message');
    const { id, created_at, ...rest } = data;
    assert.deepEqual(rest, { content: 'Hello via WebSocket!', sender_id: doer.id, sender_name: 'John Roe', image_url: null });
    assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    assert.ok(is(await client.get(`/api/conversations/${room.id}/messages`), 200).messages.some((m) => m.id === id));
  }
  is(await client.post(`/api/orders/${order.id}/messages`, { text: 'by POST' }), 201);
  assert.equal((await b.next((f) => f.type === 'message')).data.content, 'by POST');
  b.send({ type: 'send_message', content: ' ' });
  assert.equal((await b.next((f) => f.type === 'error')).data.error_code, 'VALIDATION_ERROR');
  b.send({ type: 'send_message', content: 'x', image_url: 'http://elsewhere.example/x.png' });
  assert.equal((await b.next((f) => f.type === 'error')).data.error_code, 'VALIDATION_ERROR');
  for (const rubbish of ['{', '[]', '{"type":"shout"}']) {
    b.send(rubbish);
    await b.next((f) => f.type === 'error');
  }
  const b2 = await seat(doer);
  await b2.close();
  await b.close();
  assert.equal((await a.next((f) => f.type === 'user_left')).data.user_id, doer.id);
  assert.deepEqual(a.heard.filter((f) => f.type !== 'message'), []);
  await a.close();
});

test('a session that ends takes its sockets with it', async () => {
  const gone = await box.person(phone(), { name: 'Gone' });
  const talk = is(await gone.post('/api/conversations', { userId: client.id }), 201);
  const ears = await Promise.all([seat(gone, talk.id), Ear.open(`/ws/notifications/?token=${gone.token}`)]);
  is(await gone.post('/api/auth/logout'), 200);
  for (const ear of ears) assert.equal(await ear.closed, 4401);
});
