// Works on one's profile: adding, changing, moving, taking away; who sees them; the same list as SkillConnect's.
import { after, before, test } from 'node:test';
import { Box, assert, phone } from './harness.mjs';
import { png, upload } from './admin_kit.mjs';
import { join } from './skillconnect.mjs';

const is = (answer, status, code) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (code) assert.equal(answer.body.error.code, code);
  return answer.body;
};

let box, asha, ravi;
before(async () => {
  box = await Box.start();
  [asha, ravi] = await Promise.all(['Asha', 'Ravi'].map((name) => box.person(phone(), { name })));
});
after(() => box.stop());
const shown = async (id, by = box) => is(await by.get(`/api/users/${id}/portfolio`), 200).portfolio;
const titles = async (id) => (await shown(id)).map((w) => w.title);

test('a work with a picture is there for everybody', async () => {
  assert.deepEqual(await shown(asha.id), []);
  const file = await upload(asha);
  assert.equal((await box.get(file.url, { raw: true })).status, 401, 'nobody else sees what was only uploaded');
  const work = is(await asha.post('/api/portfolio', { title: '  Club poster ', description: 'Two colours.', link: 'https://example.com/p', image: file.url }), 201);
  assert.deepEqual(work, { id: work.id, title: 'Club poster', description: 'Two colours.', link: 'https://example.com/p', imageUrl: file.url });
  const plain = is(await asha.post('/api/portfolio', { title: 'ऐप' }), 201);
  assert.deepEqual(plain, { id: plain.id, title: 'ऐप', description: null, link: null, imageUrl: null });
  for (const who of [box, ravi, asha]) assert.deepEqual(await shown(asha.id, who), [work, plain]);
  const seen = await box.get(file.url, { raw: true });
  assert.equal(seen.status, 200);
  assert.deepEqual(seen.body, png);
  const page = is(await box.get(`/api/users/${asha.id}/portfolio`), 200);
  assert.deepEqual([page.page, page.total, page.hasMore], [1, 2, false]);
});

test('works are changed, moved and taken away', async () => {
  const ids = {};
  for (const title of ['a', 'b', 'c', 'd']) ids[title] = is(await ravi.post('/api/portfolio', { title }), 201).id;
  const at = (title) => `/api/portfolio/${ids[title]}`;
  is(await ravi.patch(at('d'), { position: 0 }), 200);
  assert.deepEqual(await titles(ravi.id), ['d', 'a', 'b', 'c']);
  is(await ravi.patch(at('d'), { position: 2 }), 200);
  assert.deepEqual(await titles(ravi.id), ['a', 'b', 'd', 'c']);
  is(await ravi.patch(at('a'), { position: 20 }), 200);
  assert.deepEqual(await titles(ravi.id), ['b', 'd', 'c', 'a'], 'beyond the end is the end');
  ids.e = is(await ravi.post('/api/portfolio', { title: 'e', position: 1 }), 201).id;
  assert.deepEqual(await titles(ravi.id), ['b', 'e', 'd', 'c', 'a']);

  const file = await upload(ravi, { purpose: 'portfolio' });
  const full = is(await ravi.patch(at('e'), { title: 'E', description: 'words', link: 'http://example.com/', image: file.id }), 200);
  assert.deepEqual(full, { id: ids.e, title: 'E', description: 'words', link: 'http://example.com/', imageUrl: file.url });
  assert.deepEqual(is(await ravi.patch(at('e'), { title: 'E2' }), 200), { ...full, title: 'E2' }, 'only what is given');
  assert.deepEqual(is(await ravi.patch(at('e'), { description: null, link: '', image: null }), 200), { id: ids.e, title: 'E2', description: null, link: null, imageUrl: null });
  is(await ravi.patch(at('e'), { image: file.id }), 200);
  is(await ravi.delete(`/api/files/${file.id}`), 200);
  assert.equal((await shown(ravi.id))[1].imageUrl, null, 'a picture that was deleted is not promised');

  is(await ravi.delete(at('d')), 200, undefined);
  assert.deepEqual(await titles(ravi.id), ['b', 'E2', 'c', 'a']);
  is(await ravi.delete(at('d')), 404, 'NOT_FOUND');
  is(await ravi.patch(at('d'), { title: 'x' }), 404, 'NOT_FOUND');
  const next = is(await ravi.post('/api/portfolio', { title: 'f' }), 201);
  assert.ok(next.id > ids.e, 'an id is not given twice');
});

test('what is not right changes nothing', async () => {
  const before = await shown(asha.id);
  const mine = before[0].id;
  const document = await upload(asha, { purpose: 'id_document' }), foreign = await upload(ravi), text = await upload(asha, { bytes: Buffer.from('words'), name: 'a.txt' });
  const bad = [
    [{ title: '' }, 'title'], [{ title: '   ' }, 'title'], [{ title: 'x'.repeat(201) }, 'title'], [{ title: 5 }, 'title'],
    [{ title: 'x', description: 'x'.repeat(5001) }, 'description'],
    [{ title: 'x', link: 'javascript:alert(1)' }, 'link'], [{ title: 'x', link: 'example.com' }, 'link'], [{ title: 'x', link: 'https://' + 'x'.repeat(500) }, 'link'],
    [{ title: 'x', image: 'https://example.com/a.png' }, 'image'], [{ title: 'x', image: foreign.url }, 'image'], [{ title: 'x', image: document.url }, 'image'], [{ title: 'x', image: text.id }, 'image'],
    [{ title: 'x', position: -1 }, 'position'], [{ title: 'x', position: 'first' }, 'position'],
  ];
  for (const [body, field] of bad) {
    assert.ok(is(await asha.post('/api/portfolio', body), 400, 'VALIDATION_ERROR').error.fields[field], JSON.stringify(body));
    assert.ok(is(await asha.patch(`/api/portfolio/${mine}`, body), 400, 'VALIDATION_ERROR').error.fields[field], JSON.stringify(body));
  }
  assert.ok(is(await asha.post('/api/portfolio', { description: 'no title' }), 400).error.fields.title);
  const both = is(await asha.post('/api/portfolio', { title: 'x', link: 'nowhere', image: text.id }), 400).error.fields;
  assert.deepEqual(Object.keys(both).sort(), ['image', 'link'], 'all faults at once');
  assert.deepEqual(await shown(asha.id), before);
  assert.equal((await ravi.get(text.url, { raw: true })).status, 403, 'and the refused file is no more public than before');
});

test('only one’s own, and only so many', async () => {
  const before = await shown(asha.id), mine = before[0].id;
  is(await box.post('/api/portfolio', { title: 'x' }), 401);
  is(await box.patch(`/api/portfolio/${mine}`, { title: 'x' }), 401);
  is(await box.delete(`/api/portfolio/${mine}`), 401);
  const stranger = await box.person(phone());
  is(await stranger.patch(`/api/portfolio/${mine}`, { title: 'x' }), 404);
  is(await stranger.delete(`/api/portfolio/${mine}`), 404);
  for (const id of ['0', '-1', 'x', '99999999999999999999']) assert.ok([400, 404].includes((await asha.delete(`/api/portfolio/${id}`)).status), id);
  assert.deepEqual(await shown(asha.id), before);
  is(await box.get('/api/users/00000000-0000-4000-8000-000000000000/portfolio'), 404);
  for (let i = 0; i < 20; i++) is(await stranger.post('/api/portfolio', { title: `work ${i}` }), 201);
  is(await stranger.post('/api/portfolio', { title: 'one more' }), 409, 'LIMIT_EXCEEDED');
  assert.equal((await shown(stranger.id)).length, 20);
});

test('they are the portfolio of a SkillConnect profile, and no profile by themselves', async () => {
  const doer = await join(box, 'FREELANCER');
  const me = is(await doer.get('/api/users/me'), 200);
  const file = await upload(doer);
  const first = is(await doer.post('/api/portfolio', { title: 'Before', image: file.url }), 201);
  const setup = '/api/v1/profiles/freelancer/profile-setup/', profile = setup + 'me/';
  is(await doer.get(profile), 404);
  const listed = async () => is(await doer.get('/api/v1/profiles/freelancers/browse/'), 200).count;
  const count = await listed();
  const made = is(await doer.post(setup, { first_name: 'Dina', last_name: 'Rao', about: 'x', age: 20, city: 'Pune', country: 'India', skills_input: [{ name: 'art' }] }), 201);
  assert.equal(await listed(), count + 1);
  assert.deepEqual(made.portfolios_output, [{ id: first.id, title: 'Before', description: '', project_link: null }]);
  const changed = is(await doer.patch(profile, { portfolios_input: [{ title: 'New', description: '', project_link: null }, { id: first.id, title: 'Kept', description: 'w' }] }), 200);
  assert.deepEqual((await shown(me.id)).map((w) => [w.title, w.imageUrl]), [['New', null], ['Kept', file.url]], 'the picture stays with its work');
  const third = is(await doer.post('/api/portfolio', { title: 'Third', position: 0 }), 201);
  assert.deepEqual(is(await doer.get(profile), 200).portfolios_output.map((p) => p.id), [third.id, ...changed.portfolios_output.map((p) => p.id)]);
});

test('they go along with one’s data, and go with the account', async () => {
  const leaver = await box.person(phone(), { password: 'correct horse 1' });
  is(await leaver.post('/api/portfolio', { title: 'Takeaway' }), 201);
  const archive = (await leaver.get('/api/users/me/export', { raw: true })).body.toString('latin1');
  assert.match(archive, /portfolio\.json[\s\S]*"title":"Takeaway"/);
  is(await box.call('DELETE', '/api/users/me', { token: leaver.token, body: { password: 'correct horse 1' } }), 200);
  is(await box.get(`/api/users/${leaver.id}/portfolio`), 404);
});
