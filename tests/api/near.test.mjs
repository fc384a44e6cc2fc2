// Gigs around a place, and the people that somebody keeps at hand.
import test, { after, before } from 'node:test';
import { Box, gigBody, phone, assert } from './harness.mjs';

let box, asha, ravi;
before(async () => {
  box = await Box.start();
  asha = await box.person(phone(), { name: 'Asha' });
  ravi = await box.person(phone(), { name: 'Ravi' });
});
after(() => box.stop());
const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);

test('gigs near a place: nearest first, with how far; only open ones that have a place', async () => {
  const at = async (title, latitude, longitude) => is(await asha.post('/api/gigs', gigBody({ title, ...(latitude ? { latitude, longitude } : {}) })), 201);
  const far = await at('Far', 12.99, 77.5946), close = await at('Close', 12.9726, 77.5946), here = await at('Here', 12.9716, 77.5946);
  await at('Nowhere');
  const closed = await at('Closed', 12.9716, 77.5946);
  is(await asha.post(`/api/gigs/${closed.id}/close`), 200);
  const near = (q, who = box) => who.get('/api/gigs/near?latitude=12.9716&longitude=77.5946' + q);
  const list = is(await near(''), 200);
  assert.deepEqual(list.gigs.map((g) => g.gig.id), [here.id, close.id, far.id]);
  assert.equal(list.gigs[0].distance, 0);
  assert.ok(Math.abs(list.gigs[1].distance - 111) <= 2, String(list.gigs[1].distance));
  assert.ok(Math.abs(list.gigs[2].distance - 2046) <= 15, String(list.gigs[2].distance));
  assert.equal(list.gigs[1].gig.title, 'Close');
  assert.deepEqual(is(await near('&radius=500', ravi), 200).gigs.map((g) => g.gig.id), [here.id, close.id]);
  const second = is(await near('&limit=1&page=2'), 200);
  assert.deepEqual([second.gigs.map((g) => g.gig.id), second.total, second.hasMore], [[close.id], 3, true]);
  for (const q of ['', '?latitude=12', '?latitude=91&longitude=0', '?latitude=0&longitude=181', '?latitude=x&longitude=0']) is(await box.get('/api/gigs/near' + q), 400);
  assert.equal(is(await box.get('/api/gigs/near?latitude=-40&longitude=10'), 200).total, 0);
});

test('buddies: kept once, seen by nobody else, taken off', async () => {
  is(await box.get('/api/buddies'), 401);
  is(await box.post('/api/buddies', { userId: ravi.id }), 401);
  is(await asha.post('/api/buddies', {}), 400);
  is(await asha.post('/api/buddies', { userId: 'nobody' }), 404);
  is(await asha.post('/api/buddies', { userId: asha.id }), 400);
  is(await asha.post('/api/buddies', { userId: ravi.id, notes: 'x'.repeat(501) }), 400);
  const kept = is(await asha.post('/api/buddies', { userId: ravi.id, notes: ' Good with bikes ' }), 201);
  assert.equal(kept.notes, 'Good with bikes');
  assert.equal(kept.user.name, 'Ravi');
  is(await asha.post('/api/buddies', { userId: ravi.id }), 409);
  const list = is(await asha.get('/api/buddies'), 200);
  assert.deepEqual([list.total, list.buddies[0].id, list.buddies[0].user.id], [1, kept.id, ravi.id]);
  is(await ravi.patch('/api/users/me', { available: false }), 200);
  assert.equal(is(await asha.get('/api/buddies?available=true'), 200).total, 0);
  assert.equal(is(await ravi.get('/api/buddies'), 200).total, 0);
  is(await ravi.delete(`/api/buddies/${kept.id}`), 404);
  is(await asha.delete(`/api/buddies/${kept.id}`), 200);
  is(await asha.delete(`/api/buddies/${kept.id}`), 404);
  assert.equal(is(await asha.get('/api/buddies'), 200).total, 0);
});
