// Supabase's own realtime client, unmodified, and the frames it sends by hand.
import { test, before, after } from 'node:test';
import WebSocket from 'ws';
import { assert, Box, phone, gigBody, eventually, slow } from './harness.mjs';

const { RealtimeClient } = await import('@supabase/realtime-js').then((m) => m.default ?? m, () => ({})); // it wants a newer node than we do
const needsClient = { skip: RealtimeClient ? false : 'the client does not run on this node' };

// The client's long timers shall not keep this process when all is over.
const timer = setTimeout;
globalThis.setTimeout = (fn, ms, ...rest) => (ms > 2000 ? timer(fn, ms, ...rest).unref() : timer(fn, ms, ...rest));

let box, ann, bob, eve, talk;

before(async () => {
  box = await Box.start();
  ann = await box.person(phone(), { name: 'Ann' });
  bob = await box.person(phone(), { name: 'Bob' });
  eve = await box.person(phone(), { name: 'Eve' });
  talk = is(await ann.post('/api/conversations', { userId: bob.id }), 201);
});
const clients = [];
after(async () => {
  await Promise.all(clients.map((client) => client.removeAllChannels()));
  await box.stop();
});

const is = ({ status, body }, want) => {
  assert.equal(status, want, JSON.stringify(body));
  return body;
};
const say = async (who, text, to = talk) => is(await who.post(`/api/conversations/${to.id}/messages`, { text }), 201);

/* ---- the client ---- */

async function connect(who, options = {}) {
  const client = new RealtimeClient(box.url.replace('http', 'ws') + '/realtime/v1', {
    transport: WebSocket, params: { apikey: 'anon' }, timeout: 4000 * slow, ...options,
  });
  if (who) await client.setAuth(who.token);
  clients.push(client);
  return client;
}
const subscribed = (channel) => new Promise((resolve, reject) => {
  channel.subscribe((status, error) => (status === 'SUBSCRIBED' ? resolve(channel) : reject(Object.assign(new Error(`${status} ${error?.message}`), { status }))));
});
/** A channel that hears of new messages of a conversation. */
async function listen(client, conversation, change = {}, name = `conversation:${conversation.id}`) {
  const heard = [], system = [];
  const channel = client.channel(name)
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'messages', filter: `conversation_id=eq.${conversation.id}`, ...change }, (p) => heard.push(p))
    .on('system', {}, (p) => system.push(p));
  await subscribed(channel);
  return { channel, heard, system };
}
const arrived = (ear, n = 1) => eventually(() => ear.heard.length >= n, `${n} changes; heard ${JSON.stringify(ear.heard)}`);

for (const vsn of ['1.0.0', '2.0.0'])
  test(`INSERTs of messages reach the participants, vsn ${vsn}`, needsClient, async () => {
    const [a, b, e, nobody] = await Promise.all([ann, bob, eve, null].map(async (who) => listen(await connect(who, { vsn }), talk)));
    const said = await say(ann, `hello ${vsn}`);
    await arrived(a);
    await arrived(b);
    const change = b.heard[0];
    assert.deepEqual([change.schema, change.table, change.eventType, change.errors, change.old], ['public', 'messages', 'INSERT', null, {}]);
    assert.ok(Math.abs(Date.parse(change.commit_timestamp) - said.createdAt) < 5000);
    const { created_at, ...row } = change.new;
    assert.deepEqual(row, { id: said.id, conversation_id: talk.id, sender_id: ann.id, content: `hello ${vsn}`, attachments: [], read_by: [ann.id] });
    assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    await eventually(() => b.system.length, 'the system message');
    assert.deepEqual([b.system[0].status, b.system[0].extension, b.system[0].channel], ['ok', 'postgres_changes', `conversation:${talk.id}`]);
    await say(bob, 'and back');
    await Promise.all([arrived(a, 2), arrived(b, 2)]);
    assert.deepEqual([e.heard, nobody.heard], [[], []], 'nobody else sees a row');
    for (const ear of [a, b, e, nobody]) assert.equal(await ear.channel.unsubscribe(), 'ok');
    await say(ann, 'unheard');
    assert.equal(b.heard.length, 2);
  });

test('filters, several subscriptions in one channel, other tables', needsClient, async () => {
  const client = await connect(bob), got = [];
  const other = is(await ann.post('/api/conversations', { userId: bob.id, gigId: is(await ann.post('/api/gigs', gigBody()), 201).id }), 201);
  const channel = client.channel('many')
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'messages', filter: `conversation_id=eq.${other.id}` }, () => got.push('other'))
    .on('postgres_changes', { event: '*', schema: 'public', table: 'messages', filter: `sender_id=neq.${bob.id}` }, (p) => got.push('theirs ' + p.eventType))
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'messages', filter: 'content=in.(one,"t,wo")' }, () => got.push('in'))
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'gigs' }, () => got.push('never'))
    .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'notifications', filter: `user_id=eq.${bob.id}` }, (p) => got.push('note ' + p.new.type))
    .on('postgres_changes', { event: '*', schema: '*' }, () => got.push('all'));
  await subscribed(channel);
  const heard = async (...want) => {
    await eventually(() => got.length >= want.length, want.join(', ') + '; got ' + got);
    assert.deepEqual(got.splice(0).sort(), want.sort());
  };
  const said = await say(ann, 'zero');
  await heard('theirs INSERT', 'note new_message', 'all', 'all');
  await say(ann, 't,wo', other);
  await heard('other', 'theirs INSERT', 'in', 'note new_message', 'all', 'all');
  await say(bob, 'one');
  await heard('in', 'all');
  is(await ann.patch(`/api/messages/${said.id}`, { text: 'nought' }), 200);
  await heard('theirs UPDATE', 'all');
  await channel.unsubscribe();
});

test('INSERTs of notifications reach their user only', needsClient, async () => {
  const ears = [];
  for (const who of [bob, eve]) {
    const ear = { heard: [] };
    ear.channel = (await connect(who)).channel(`notifications:${bob.id}`)
      .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'notifications', filter: `user_id=eq.${bob.id}` }, (p) => ear.heard.push(p));
    await subscribed(ear.channel);
    ears.push(ear);
  }
  await say(ann, 'ring');
  await arrived(ears[0]);
  const { id, created_at, data, ...row } = ears[0].heard[0].new;
  assert.deepEqual(row, { user_id: bob.id, type: 'new_message', title: 'New message', body: 'Ann wrote to you.', read_at: null });
  assert.equal(data.conversation_id, talk.id);
  assert.ok(is(await bob.get('/api/notifications'), 200).notifications.some((n) => n.id === id));
  assert.deepEqual(ears[1].heard, []);
});

for (const vsn of ['1.0.0', '2.0.0'])
  test(`typing goes between the participants, vsn ${vsn}`, needsClient, async () => {
    const name = `typing:${talk.id}`, heard = { ann: [], bob: [], eve: [] };
    const channels = {};
    for (const [who, person] of Object.entries({ ann, bob, eve })) {
      channels[who] = (await connect(person, { vsn })).channel(name).on('broadcast', { event: 'typing' }, (p) => heard[who].push(p.payload));
      await subscribed(channels[who]);
    }
    await channels.eve.send({ type: 'broadcast', event: 'typing', payload: { user_id: eve.id } });
    assert.equal(await channels.ann.send({ type: 'broadcast', event: 'typing', payload: { user_id: ann.id } }), 'ok');
    await eventually(() => heard.bob.length, 'typing');
    assert.deepEqual(heard, { ann: [], bob: [{ user_id: ann.id }], eve: [] });
    await channels.ann.send({ type: 'broadcast', event: 'other', payload: {} });
    await channels.bob.send({ type: 'broadcast', event: 'typing', payload: { user_id: bob.id, text: 'äöü 👍' } });
    await eventually(() => heard.ann.length, 'typing back');
    assert.deepEqual(heard.ann, [{ user_id: bob.id, text: 'äöü 👍' }]);
    assert.equal(heard.bob.length, 1);
  });

test('broadcasts: to oneself, acknowledged, binary, between versions, by HTTP', needsClient, async () => {
  const heard = [], old = [];
  const mine = (await connect(ann)).channel('room', { config: { broadcast: { self: true, ack: true }, presence: { key: 'x' } } });
  mine.on('broadcast', { event: '*' }, (p) => heard.push(p));
  const theirs = (await connect(eve, { vsn: '1.0.0' })).channel('room').on('broadcast', { event: 'e' }, (p) => old.push(p.payload));
  await subscribed(mine);
  await subscribed(theirs);
  assert.equal(await mine.send({ type: 'broadcast', event: 'e', payload: { n: 1 } }), 'ok');
  await eventually(() => heard.length && old.length, 'the broadcast');
  assert.deepEqual([heard[0].event, heard[0].payload, old[0]], ['e', { n: 1 }, { n: 1 }]);
  await theirs.send({ type: 'broadcast', event: 'e', payload: { n: 2 } });
  await eventually(() => heard.length === 2, 'from the older');
  assert.equal(await mine.send({ type: 'broadcast', event: 'bytes', payload: Uint8Array.from([1, 2, 255]).buffer }), 'ok');
  await eventually(() => heard.length === 3, 'bytes');
  assert.deepEqual(new Uint8Array(heard[2].payload), Uint8Array.from([1, 2, 255]));
  assert.equal(old.length, 1);

  const unjoined = (await connect(bob)).channel('room');
  assert.equal(await unjoined.send({ type: 'broadcast', event: 'e', payload: { n: 4 } }), 'ok');
  await eventually(() => heard.length === 4 && old.length === 2, 'what came by HTTP');
  if (unjoined.httpSend) assert.deepEqual(await unjoined.httpSend('e', { n: 5 }), { success: true });
  if (unjoined.httpSend) await eventually(() => old.length === 3, 'what came by HTTP');
  assert.equal(await mine.track({ here: true }), 'ok');
});

test('a token that is not good, a private channel of others, a refreshed token', needsClient, async () => {
  const bad = await connect();
  await bad.setAuth(ann.token.slice(0, -3) + 'xxx');
  await assert.rejects(subscribed(bad.channel('room')), { status: 'CHANNEL_ERROR' });
  const private_ = { config: { private: true } };
  await assert.rejects(subscribed((await connect(eve)).channel(`typing:${talk.id}`, private_)), { status: 'CHANNEL_ERROR' });
  await assert.rejects(subscribed((await connect()).channel(`typing:${talk.id}`, private_)), { status: 'CHANNEL_ERROR' });
  await subscribed((await connect(bob)).channel(`typing:${talk.id}`, private_));
  const late = await connect();
  const ear = await listen(late, talk), other = await listen(await connect(bob), talk);
  await say(ann, 'before');
  await arrived(other);
  await late.setAuth(bob.token);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await say(ann, 'after');
  await arrived(ear);
  assert.deepEqual(ear.heard.map((p) => p.new.content), ['after']);
});

/* ---- the frames ---- */

class Frames {
  static async open(query) {
    const f = new Frames();
    f.heard = [];
    f.ws = new WebSocket(box.url.replace('http', 'ws') + '/realtime/v1/websocket' + query);
    f.closed = new Promise((resolve) => f.ws.on('close', (code) => resolve(code)));
    f.ws.on('message', (data, binary) => f.heard.push(binary ? data : JSON.parse(data)));
    await new Promise((resolve, reject) => (f.ws.on('open', resolve), f.ws.on('error', reject)));
    return f;
  }
  send(frame) { this.ws.send(JSON.stringify(frame)); }
  async next() {
    await eventually(() => this.heard.length, 'a frame');
    return this.heard.shift();
  }
}

test('frames of version 1', async () => {
  const f = await Frames.open(`?apikey=anon&vsn=1.0.0`);
  f.send({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref: '7' });
  assert.deepEqual(await f.next(), { topic: 'phoenix', event: 'phx_reply', ref: '7', payload: { status: 'ok', response: {} } });
  const topic = `realtime:conversation:${talk.id}`;
  const filter = `conversation_id=eq.${talk.id}`;
  f.send({ topic, event: 'broadcast', payload: {}, ref: '8' });
  assert.deepEqual((await f.next()).payload, { status: 'error', response: { reason: 'unmatched topic' } });
  f.send({ topic, event: 'phx_join', ref: '1', join_ref: '1', payload: {
    access_token: bob.token,
    config: { broadcast: { ack: false, self: false }, presence: { key: '', enabled: true }, private: false, postgres_changes: [{ event: 'INSERT', schema: 'public', table: 'messages', filter }, { event: '*', schema: 'public' }] },
  } });
  const joined = await f.next();
  const [one, two] = joined.payload.response.postgres_changes;
  assert.deepEqual(joined, { topic, event: 'phx_reply', ref: '1', join_ref: '1', payload: { status: 'ok', response: { postgres_changes: [
    { id: one.id, event: 'INSERT', schema: 'public', table: 'messages', filter }, { id: two.id, event: '*', schema: 'public' }] } } });
  assert.notEqual(one.id, two.id);
  assert.deepEqual((await f.next()).event, 'presence_state');
  const system = await f.next();
  assert.deepEqual([system.event, system.payload], ['system', { message: 'Subscribed to PostgreSQL', status: 'ok', extension: 'postgres_changes', channel: `conversation:${talk.id}` }]);
  await say(ann, 'framed');
  const change = await f.next();
  assert.deepEqual([change.topic, change.event, change.payload.ids], [topic, 'postgres_changes', [one.id, two.id]]);
  assert.deepEqual(change.payload.data.columns.map((c) => c.name), ['id', 'conversation_id', 'sender_id', 'content', 'attachments', 'read_by', 'created_at']);
  assert.deepEqual([change.payload.data.type, change.payload.data.record.content], ['INSERT', 'framed']);
  await f.next(); // its notification
  f.send({ topic, event: 'access_token', payload: { access_token: 'x.y.z' }, ref: '3', join_ref: '1' });
  assert.equal((await f.next()).payload.status, 'error');
  assert.equal((await f.next()).event, 'phx_close');
  f.ws.close();
});

test('frames of version 2, and what is not one', async () => {
  const f = await Frames.open(`?apikey=${bob.token}&vsn=2.0.0`);
  const topic = `realtime:typing:${talk.id}`;
  f.send(['5', '5', topic, 'phx_join', { config: { broadcast: { ack: true, self: true }, postgres_changes: [] } }]);
  assert.deepEqual(await f.next(), ['5', '5', topic, 'phx_reply', { status: 'ok', response: { postgres_changes: [] } }]);
  f.send(['5', '6', topic, 'broadcast', { type: 'broadcast', event: 'typing', payload: { x: 1 } }]);
  assert.deepEqual(await f.next(), [null, null, topic, 'broadcast', { type: 'broadcast', event: 'typing', payload: { x: 1 } }]);
  assert.deepEqual(await f.next(), ['5', '6', topic, 'phx_reply', { status: 'ok', response: {} }]);
  f.send(['5', '7', topic, 'phx_leave', {}]);
  assert.deepEqual(await f.next(), ['5', '7', topic, 'phx_reply', { status: 'ok', response: {} }]);
  assert.deepEqual(await f.next(), ['5', '7', topic, 'phx_close', {}]);
  f.send([null, '9', 'phoenix', 'heartbeat', {}]);
  assert.deepEqual(await f.next(), [null, '9', 'phoenix', 'phx_reply', { status: 'ok', response: {} }]);
  for (const rubbish of ['[]', '{}', '[1,2,3]', '["1","1",7,"phx_join"]', '[null,null,"realtime:x","phx_join",7]', '"x"']) f.ws.send(rubbish);
  f.send(['1', '1', 'realtime:' + 'x'.repeat(300), 'phx_join', {}]);
  f.send(['1', '2', 'realtime:x', 'phx_join', { config: { postgres_changes: [{ event: 'INSERT', filter: 'nonsense' }] } }]);
  await eventually(() => f.heard.some((h) => h[1] === '2'), 'the last answer');
  assert.equal(f.heard.find((h) => h[1] === '2')[4].status, 'error');
  assert.equal(f.heard.find((h) => h[1] === '1' && h[2].length > 300)[4].status, 'error');
  f.heard = [];
  for (let i = 0; i < 70; i++) f.send([`${i}`, `${i}`, `realtime:t${i}`, 'phx_join', { config: {} }]);
  await eventually(() => f.heard.length === 70, 'all joins');
  assert.equal(f.heard.filter((h) => h[4].status === 'ok').length, 64, 'as many channels as one socket may have');
  f.ws.send('{');
  assert.equal(await f.closed, 1007);
  const g = await Frames.open('?vsn=2.0.0');
  g.ws.send(Buffer.from([9, 9, 9]));
  assert.equal(await g.closed, 1003);
  const h = await Frames.open('?vsn=2.0.0');
  h.ws.send(Buffer.from([3, 255, 255, 255, 255, 255, 1, 7]));
  assert.equal(await h.closed, 1007);
});

test('broadcasts by HTTP want a session, and say nothing about who is there', async () => {
  const path = '/realtime/v1/api/broadcast';
  const f = await Frames.open(`?apikey=${bob.token}&vsn=2.0.0`);
  f.send(['1', '1', `realtime:typing:${talk.id}`, 'phx_join', { config: {} }]);
  await f.next();
  const body = (n) => ({ messages: [{ topic: `typing:${talk.id}`, event: 'typing', payload: { n }, private: false }] });
  assert.equal((await box.post(path, body(1))).status, 401);
  is(await eve.post(path, body(2)), 202);
  is(await ann.post(path, body(3)), 202);
  assert.deepEqual((await f.next())[4], { type: 'broadcast', event: 'typing', payload: { n: 3 } });
  is(await ann.post(path, {}), 400);
  is(await ann.post(path, { messages: [{ topic: 'x' }] }), 400);
  is(await ann.post(path, '{'), 400);
  is(await ann.post(`${path}/typing%3A${talk.id}/events/typing`, { n: 4 }), 202);
  assert.deepEqual((await f.next())[4], { type: 'broadcast', event: 'typing', payload: { n: 4 } });
  is(await ann.post(`${path}/x/events/typing`, '{'), 400);
  f.ws.close();
});
