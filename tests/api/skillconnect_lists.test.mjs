// The lists of SkillConnect against a model: things made by chance, questions by chance. SEED=n repeats a run.
import { test, before, after } from 'node:test';
import { Box, assert, is, join } from './skillconnect.mjs';
import { staffed } from './admin_kit.mjs';

const seed = Number(process.env.SEED ?? Date.now() % 1000000);
let state = seed;
const chance = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * n);
};
const pick = (list) => list[chance(list.length)];
const maybe = (p, value) => (chance(100) < p ? value() : undefined);

const skills = ['React', 'Vue', 'C', 'C++', 'Node.js', 'Design'];
const words = ['alpha', 'bravo', 'charlie', 'delta', 'echo'];
let box, client, doer;
before(async () => {
  box = await Box.start();
  [client, doer] = [await join(box, 'CLIENT'), await join(box, 'FREELANCER')];
});
after(() => box.stop());

const some = () => skills.filter(() => chance(3) === 0);
const has = (thing, names) => names.every((n) => thing.skills_output.some((s) => s.name === n));
const by = (value, down) => (a, b) => (down ? -1 : 1) * (value(a) - value(b) || a.id - b.id);

/** Asks for all pages of a query; the ids in order. */
async function all(who, path, query, size) {
  const found = [];
  let next = `${path}?${new URLSearchParams({ ...query, page_size: size })}`, count;
  while (next) {
    const page = is(await who.get(next), 200);
    count ??= page.count;
    assert.equal(page.count, count);
    found.push(...page.results.map((x) => x.id));
    next = page.next?.slice(box.url.length);
  }
  assert.equal(found.length, count, `${path} ${JSON.stringify(query)}`);
  return found;
}
const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined));

test(`services (SEED=${seed})`, async () => {
  const made = [];
  for (let i = 0; i < 40; i++) {
    const body = { title: `Service ${pick(words)} ${i}`, description: 'Something.', category_id: 1 + chance(3), price: 100 * (1 + chance(8)), skills_input: some().map((name) => ({ name })) };
    if (chance(5)) body.delivery_time = 1 + chance(6);
    const service = is(await doer.post('/api/v1/gigs/services/', body), 201);
    if (chance(6) === 0) is(await doer.patch(`/api/v1/gigs/services/${service.id}/`, { is_active: false }), 200);
    else made.push(service);
  }
  for (let i = 0; i < 120; i++) {
    const query = defined({ category: maybe(40, () => 1 + chance(3)), min_price: maybe(30, () => 100 * chance(9)), max_price: maybe(30, () => 100 * (1 + chance(9))),
      delivery_time: maybe(30, () => 1 + chance(6)), skills: maybe(40, () => pick([[pick(skills)], [pick(skills), pick(skills)]]).join(',')), search: maybe(30, () => pick(words)),
      ordering: maybe(70, () => pick(['price', '-price', 'created_at', '-created_at'])) });
    const wanted = made.filter((s) => (!query.category || s.category.id === query.category) && (!query.min_price || s.price >= query.min_price) &&
      (!query.max_price || s.price <= query.max_price) && (!query.delivery_time || (s.delivery_time && s.delivery_time <= query.delivery_time)) &&
      (!query.skills || has(s, query.skills.split(','))) && (!query.search || s.title.includes(query.search)));
    const found = await all(client, '/api/v1/gigs/explore-services/', query, 1 + chance(9));
    if (query.search && !query.ordering) { // best match first is not ours to foretell
      assert.deepEqual([...found].sort((a, b) => a - b), wanted.map((s) => s.id).sort((a, b) => a - b), JSON.stringify(query));
      continue;
    }
    const order = query.ordering ?? '-created_at', down = order.startsWith('-');
    const value = order.endsWith('price') ? (s) => s.price : () => 0; // ids ascend with age
    assert.deepEqual(found, wanted.sort(by(value, down)).map((s) => s.id), JSON.stringify(query));
  }
});

test(`proposals (SEED=${seed})`, async () => {
  const made = [];
  for (let i = 0; i < 30; i++) {
    const budget_min = 100 * (1 + chance(8));
    const body = { title: `Project ${pick(words)} ${i}`, description: 'Something.', category_id: 1 + chance(3), budget_min, budget_max: budget_min + 100 * chance(5), skills_input: some().map((name) => ({ name })) };
    if (chance(5)) body.timeline_days = 1 + chance(6);
    const proposal = is(await client.post('/api/v1/gigs/proposals/', body), 201);
    if (chance(6) === 0) is(await client.patch(`/api/v1/gigs/proposals/${proposal.id}/`, { is_active: false }), 200);
    else made.push(proposal);
  }
  for (let i = 0; i < 80; i++) {
    const query = defined({ category: maybe(40, () => 1 + chance(3)), min_budget: maybe(30, () => 100 * (1 + chance(12))), max_budget: maybe(30, () => 100 * (1 + chance(9))),
      delivery_time: maybe(40, () => 1 + chance(6)), skills: maybe(40, () => pick([[pick(skills)], [pick(skills), pick(skills)]]).join(',')), search: maybe(30, () => pick(words)),
      ordering: maybe(70, () => pick(['budget', '-budget', 'created_at', '-created_at'])) });
    const wanted = made.filter((p) => (!query.category || p.category.id === query.category) && (!query.min_budget || p.budget_max >= query.min_budget) &&
      (!query.max_budget || p.budget_min <= query.max_budget) && (!query.delivery_time || (p.timeline_days && p.timeline_days <= query.delivery_time)) &&
      (!query.skills || has(p, query.skills.split(','))) && (!query.search || p.title.includes(query.search)));
    const found = await all(doer, '/api/v1/gigs/explore-proposals/', query, 1 + chance(9));
    if (query.search && !query.ordering) {
      assert.deepEqual([...found].sort((a, b) => a - b), wanted.map((p) => p.id).sort((a, b) => a - b), JSON.stringify(query));
      continue;
    }
    const order = query.ordering ?? '-created_at', down = order.startsWith('-');
    const value = order.endsWith('budget') ? (p) => (down ? p.budget_max : p.budget_min) : () => 0;
    assert.deepEqual(found, wanted.sort(by(value, down)).map((p) => p.id), JSON.stringify(query));
  }
});

test('who is suspended is in no list, and comes back', async () => {
  const { box: own, moderator, stop } = await staffed();
  try {
    const [free, cli, looker] = [await join(own, 'FREELANCER'), await join(own, 'CLIENT'), await join(own, 'CLIENT')];
    const person = { first_name: 'Gone', last_name: 'Soon', location: 'Mumbai' };
    const f = is(await free.post('/api/v1/profiles/freelancer/profile-setup/', { ...person, skills_input: [{ name: 'Go' }] }), 201);
    const c = is(await cli.post('/api/v1/profiles/client/profile-setup/', { ...person, account_type: 'individual' }), 201);
    const counts = async () => {
      const n = [];
      for (const query of ['freelancers/browse/', 'freelancers/browse/?skills__name=go', 'freelancers/browse/?location=mumbai', 'freelancers/browse/?search=gone', 'clients/browse/', 'clients/browse/?search=gone'])
        n.push(is(await looker.get(`/api/v1/profiles/${query}`), 200).count);
      return n;
    };
    assert.deepEqual(await counts(), [1, 1, 1, 1, 1, 1]);
    const uuids = [];
    for (const who of [free, cli]) uuids.push(is(await who.get('/api/users/me'), 200).id);
    for (const id of uuids) is(await moderator.post(`/api/admin/users/${id}/suspend`, { reason: 'a test' }), 200);
    assert.deepEqual(await counts(), [0, 0, 0, 0, 0, 0]);
    is(await looker.get(`/api/v1/profiles/freelancers/browse/${f.id}/`), 404);
    is(await looker.get(`/api/v1/profiles/clients/browse/${c.id}/`), 404);
    is(await own.post('/api/v1/users/login/', { email: free.email, password: 'Password123' }), 403, { detail: 'This account is suspended.' });
    is(await free.get('/api/v1/users/profile/'), 401);
    for (const id of uuids) is(await moderator.post(`/api/admin/users/${id}/unsuspend`), 200);
    assert.deepEqual(await counts(), [1, 1, 1, 1, 1, 1]);
  } finally {
    await stop();
  }
});
