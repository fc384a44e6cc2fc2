// Video calls of the native contract, and the signals that go between the browsers.
import { test, before, after } from 'node:test';
import { assert, Box, phone, gigBody, inDays } from './harness.mjs';

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

test('calls are made now or for later, seen by those who take part', async () => {
  const gig = is(await ann.post('/api/gigs', gigBody()), 201);
  const later = is(await bob.post('/api/calls', { userId: ann.id, gigId: gig.id, scheduledAt: inDays(1) }), 201);
  assert.deepEqual([later.state, later.initiatorId, later.participantIds, later.gigId], ['coming', bob.id, [bob.id, ann.id], gig.id]);
  assert.deepEqual(later.participants.map((p) => p.name), ['Bob', 'Ann']);
  assert.deepEqual(is(await ann.get('/api/calls'), 200).calls.map((c) => c.id), [later.id]);
  assert.deepEqual(is(await eve.get('/api/calls'), 200).calls, []);
  is(await eve.get(`/api/calls/${later.id}`), 404, 'NOT_FOUND');
  is(await eve.post(`/api/calls/${later.id}/join`), 404, 'NOT_FOUND');
  is(await eve.post(`/api/calls/${later.id}/end`), 403, 'FORBIDDEN');
  is(await bob.post('/api/calls', { userId: bob.id }), 400, 'VALIDATION_ERROR');
  is(await bob.post('/api/calls', { userId: ann.id, scheduledAt: Date.now() - 1000 }), 400, 'VALIDATION_ERROR');
  is(await bob.post('/api/calls', { userId: gig.id }), 404, 'NOT_FOUND');
  is(await bob.post('/api/calls', {}), 400, 'VALIDATION_ERROR');
  assert.equal(is(await ann.post(`/api/calls/${later.id}/join`), 200).state, 'running');
  assert.equal(is(await bob.get(`/api/calls/${later.id}`), 200).state, 'running');
  assert.equal(is(await bob.post(`/api/calls/${later.id}/end`), 200).state, 'over');
  is(await ann.post(`/api/calls/${later.id}/join`), 409, 'INVALID_STATE');
  assert.deepEqual(is(await ann.get('/api/calls/history'), 200).calls.map((c) => c.id), [later.id]);
});

test('signals go to the other participants only', async () => {
  const sockets = { a: await ann.socket(), a2: await ann.socket(), b: await bob.socket(), b2: await bob.socket(), e: await eve.socket() };
  const { a, a2, b, b2, e } = sockets;
  const call = is(await ann.post('/api/calls', { userId: bob.id }), 201);
  assert.equal((await b.next('CALL_UPDATE')).id, call.id);
  const about = { callId: call.id, roomId: call.roomId };
  a.send('CALL_RING', { callId: call.id, video: true });
  assert.deepEqual(await b.next('CALL_RING'), { ...about, userId: ann.id, video: true });
  await b2.next('CALL_RING');
  b.send('CALL_ACCEPT', { roomId: call.roomId });
  assert.deepEqual(await a.next('CALL_ACCEPT'), { ...about, userId: bob.id });
  await b2.next('CALL_ACCEPT');
  const offer = { type: 'offer', sdp: 'v=0\r\n' + 'a=x\r\n'.repeat(1000) };
  a.send('CALL_OFFER', { callId: call.id, sdp: offer, userId: eve.id });
  assert.deepEqual(await b.next('CALL_OFFER'), { ...about, userId: ann.id, sdp: offer });
  b.send('CALL_ANSWER', { callId: call.id, sdp: { type: 'answer', sdp: 'v=0' } });
  assert.equal((await a.next('CALL_ANSWER')).sdp.type, 'answer');
  a.send('CALL_ICE', { callId: call.id, candidate: { candidate: 'candidate:1', sdpMLineIndex: 0 } });
  assert.equal((await b.next('CALL_ICE')).candidate.sdpMLineIndex, 0);
  e.send('CALL_ICE', { callId: call.id, candidate: {} });
  assert.equal((await e.next('ERROR')).code, 'NOT_FOUND');
  e.send('CALL_END', { roomId: call.roomId });
  assert.equal((await e.next('ERROR')).code, 'NOT_FOUND');
  e.send('CALL_RING', { callId: 'x' });
  assert.equal((await e.next('ERROR')).code, 'NOT_FOUND');
  e.send('CALL_RING', {});
  assert.equal((await e.next('ERROR')).code, 'NOT_FOUND');
  b.send('CALL_END', { callId: call.id });
  assert.deepEqual(await a.next('CALL_END'), { ...about, userId: bob.id });
  await b2.next('CALL_END');
  assert.equal(is(await ann.get(`/api/calls/${call.id}`), 200).state, 'over');
  a.send('CALL_OFFER', { callId: call.id, sdp: offer });
  assert.equal((await a.next('ERROR')).code, 'INVALID_STATE');
  const second = is(await ann.post('/api/calls', { userId: bob.id }), 201);
  b.send('CALL_REJECT', { callId: second.id });
  assert.equal((await a2.next('CALL_REJECT')).callId, second.id);
  assert.equal(is(await ann.get(`/api/calls/${second.id}`), 200).state, 'over');
  assert.deepEqual(e.heard, []);
  assert.deepEqual(a2.heard.filter((f) => f.event === 'CALL_OFFER' || f.event === 'CALL_RING'), []);
  for (const s of Object.values(sockets)) await s.close();
});
