// Saved gigs, who is told when a gig changes, and the monthly allowance of posts, in the box's own contract.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, gigBody, phone } from './harness.mjs';

let box, owner, friend;
before(async () => {
  box = await Box.start({ sets: { free_posts_per_month: 8 } });
  owner = await box.person(phone());
  friend = await box.person(phone());
});
after(async () => await box?.stop());

const post = async (person, change) => {
  const { status, body } = await person.post('/api/gigs', gigBody(change));
  assert.equal(status, 201, JSON.stringify(body));
  return body;
};
const news = async (person, type) => (await person.get('/api/notifications?limit=100')).body.notifications.filter((n) => n.type === type);

test('saving, again, and no more', async () => {
  const [a, b] = [await post(owner), await post(owner, { title: 'Another one' })];
  for (const gig of [a, b, a]) assert.equal((await friend.post(`/api/gigs/${gig.id}/save`)).status, 200);
  let list = (await friend.get('/api/gigs/saved')).body;
  assert.deepEqual(list.gigs.map((g) => g.id), [b.id, a.id]);
  assert.equal(list.total, 2);
  list = (await friend.get('/api/gigs/saved?page=2&limit=1')).body;
  assert.deepEqual([list.gigs.map((g) => g.id), list.total, list.hasMore], [[a.id], 2, false]);
  assert.equal((await friend.delete(`/api/gigs/${b.id}/save`)).status, 200);
  assert.equal((await friend.delete(`/api/gigs/${b.id}/save`)).status, 200);
  assert.deepEqual((await friend.get('/api/gigs/saved')).body.gigs.map((g) => g.id), [a.id]);
  assert.deepEqual((await owner.get('/api/gigs/saved')).body.gigs, []);
  assert.equal((await box.get('/api/gigs/saved')).status, 401);
  assert.equal((await friend.post('/api/gigs/00000000-0000-4000-8000-000000000000/save')).status, 404);
  assert.equal((await owner.delete(`/api/gigs/${a.id}`)).status, 200);
  assert.deepEqual((await friend.get('/api/gigs/saved')).body, { gigs: [], page: 1, limit: 20, total: 0, hasMore: false });
});

test('savers and who has applied hear of a change, once each; the owner does not', async () => {
  const gig = await post(owner, { title: 'Told to many' });
  const both = await box.person(phone());
  const applicant = await box.person(phone());
  for (const person of [friend, both, owner]) await person.post(`/api/gigs/${gig.id}/save`);
  for (const person of [both, applicant]) assert.equal((await person.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' })).status, 201);
  const about = async (person) => (await news(person, 'gig_update')).filter((n) => n.gigId === gig.id).length;
  await owner.patch(`/api/gigs/${gig.id}`, { title: gig.title });
  assert.equal(await about(friend), 0, 'nothing changed');
  await owner.patch(`/api/gigs/${gig.id}`, { budgetMax: gig.budgetMax + 100 });
  for (const person of [friend, both, applicant]) assert.equal(await about(person), 1);
  assert.equal(await about(owner), 0);
  await owner.post(`/api/gigs/${gig.id}/close`);
  for (const person of [friend, both, applicant]) assert.equal(await about(person), 2);
});

test('more people than one transaction tells', async () => {
  const gig = await post(owner, { title: 'Told to a crowd' });
  const crowd = await Promise.all(Array.from({ length: 40 }, () => box.person(phone())));
  await Promise.all(crowd.map((p) => p.post(`/api/gigs/${gig.id}/save`)));
  await owner.patch(`/api/gigs/${gig.id}`, { title: 'Told to everybody' });
  await eventually(async () => {
    const told = await Promise.all(crowd.map((p) => news(p, 'gig_update')));
    return told.every((n) => n.length === 1);
  }, 'everybody to hear of it');
  assert.equal((await owner.delete(`/api/gigs/${gig.id}`)).status, 200);
  assert.deepEqual((await crowd[39].get('/api/gigs/saved')).body.gigs, []);
});

test('the month\'s posts run out, and deleting gives none back', async () => {
  const poster = await box.person(phone());
  for (let i = 0; i < 7; i++) await post(poster);
  const last = await post(poster);
  const refused = await poster.post('/api/gigs', gigBody());
  assert.equal(refused.body.error.code, 'LIMIT_EXCEEDED');
  assert.equal(refused.status, 403);
  const action = await poster.post('/api/actions/createGig', { title: 'Over ugig', description: 'x', category: 'design' });
  assert.deepEqual([action.status, action.body.code], [403, 'LIMIT_EXCEEDED']);
  const proposal = await poster.post('/api/v1/gigs/proposals/', { title: 'Over SkillConnect', description: 'x', category_id: 1, budget_min: 1, budget_max: 2, timeline_days: 3, project_scope: 'Small' });
  assert.equal(proposal.status, 403);
  assert.match(proposal.body.detail, /posts of this month/);
  await poster.delete(`/api/gigs/${last.id}`);
  assert.equal((await poster.post('/api/gigs', gigBody())).status, refused.status);
  const { body } = await poster.get('/api/gigs/my-gigs');
  assert.equal(body.total, 7);
  // closing and opening again is no new post
  const [{ id }] = body.gigs;
  assert.equal((await poster.post(`/api/gigs/${id}/close`)).status, 200);
  assert.equal((await poster.post(`/api/gigs/${id}/reopen`)).status, 200);
});
