// The list of gigs against a model of it in this file: every parameter, alone and together; search as people type; a gig's life.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, gigBody, inDays, phone, slow } from './harness.mjs';

const seed = Number(process.env.SEED ?? Date.now() % 1000000);
let state = BigInt(seed) * 2n + 1n;
const draw = (below) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number((state >> 33n) % BigInt(below));
};
const pick = (list) => list[draw(list.length)];

const IST = 330 * 60000, DAY = 86400000;
const categories = ['design', 'writing', 'programming', 'video'];
const skills = ['Photoshop', 'illustrator', 'C++', 'Hindi', 'node.js', 'video editing'];
let box, people, posted = [];

before(async () => {
  box = await Box.start();
  people = await Promise.all([1, 2, 3].map(() => box.person(phone())));
  for (let i = 0; i < 90; i++) {
    const low = (1 + draw(20)) * 5000;
    const body = gigBody({
      title: `Numbered gig ${i}`, description: `Plain text of ${i}.`, category: pick(categories), skills: skills.filter(() => draw(3) === 0), budgetType: pick(['fixed', 'hourly', 'milestone']),
      budgetMin: low, budgetMax: low + draw(10) * 5000, deadline: Date.now() + 60000 + draw(40) * DAY + draw(DAY),
    });
    const { status, body: gig } = await pick(people).post('/api/gigs', body);
    assert.equal(status, 201);
    posted.push(gig);
  }
  for (let i = 0; i < 60; i++) {
    const gig = pick(posted), doer = pick(people);
    if (doer.id !== gig.clientId && (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' })).status === 201) gig.applicationsCount++;
  }
  for (let i = 0; i < 8; i++) {
    const gig = pick(posted);
    const owner = people.find((p) => p.id === gig.clientId);
    if (gig.status === 'open') Object.assign(gig, (await owner.post(`/api/gigs/${gig.id}/close`)).body);
  }
});
after(async () => await box?.stop());

const list = async (query) => {
  const { status, body } = await box.get('/api/gigs?' + new URLSearchParams(query));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
/** Every page of a list, checked to be pages of one list. */
async function all(query, limit = 100) {
  const gigs = [];
  for (let page = 1; ; page++) {
    const body = await list({ ...query, page, limit });
    assert.equal(body.page, page);
    assert.equal(body.limit, limit);
    gigs.push(...body.gigs);
    assert.equal(body.hasMore, gigs.length < body.total, `hasMore on page ${page}`);
    if (!body.hasMore) {
      assert.equal(gigs.length, body.total);
      assert.equal(new Set(gigs.map((g) => g.id)).size, gigs.length, 'no gig twice');
      return gigs;
    }
    assert.equal(body.gigs.length, limit);
  }
}

// ---- the model ----

const startOfDay = (ms) => Math.floor((ms + IST) / DAY) * DAY - IST;
function periodEnd(name, now) {
  const local = new Date(now + IST);
  if (name === 'today') return startOfDay(now) + DAY;
  if (name === 'this_week') return startOfDay(now) + (7 - ((local.getUTCDay() + 6) % 7)) * DAY; // weeks begin on Monday
  return Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 1) - IST;
}
function matches(gig, q, now) {
  if (gig.status !== (q.status ?? 'open')) return false;
  if (q.category && gig.category !== q.category) return false;
  if (q.skills && !q.skills.split(',').every((s) => gig.skills.some((own) => own.toLowerCase() === s.toLowerCase()))) return false;
  if (q.budgetMin && gig.budgetMax < Number(q.budgetMin)) return false;
  if (q.budgetMax && gig.budgetMin > Number(q.budgetMax)) return false;
  if (q.deadline === 'overdue') return gig.deadline < now;
  if (q.deadline) return gig.deadline >= now && gig.deadline < periodEnd(q.deadline, now);
  return true;
}

async function compare(query) {
  const what = `${JSON.stringify(query)} (seed ${seed})`;
  const found = await all(query, pick([7, 20, 100]));
  const expected = posted.filter((g) => matches(g, query, Date.now()));
  assert.deepEqual(found.map((g) => g.id).sort(), expected.map((g) => g.id).sort(), what);
  const key = query.sortBy ?? 'createdAt';
  for (let i = 1; i < found.length; i++) {
    const [a, b] = [found[i - 1][key], found[i][key]];
    assert.ok(query.sortOrder === 'asc' ? a <= b : a >= b, `${what}: ${a} before ${b}`);
    const [older, newer] = query.sortOrder === 'asc' ? [i - 1, i] : [i, i - 1];
    if (a === b) assert.ok(found[older].createdAt <= found[newer].createdAt, `${what}: by age among equals`);
  }
}

test('each parameter alone', async () => {
  await compare({});
  for (const category of categories) await compare({ category });
  for (const s of skills) await compare({ skills: s });
  for (const status of ['open', 'in_progress', 'completed', 'cancelled']) await compare({ status });
  for (const deadline of ['today', 'this_week', 'this_month', 'overdue']) await compare({ deadline });
  for (const budget of [5000, 50000, 100000, 100001]) {
    await compare({ budgetMin: budget });
    await compare({ budgetMax: budget });
  }
  for (const sortBy of ['createdAt', 'deadline', 'budgetMin', 'budgetMax', 'applicationsCount']) for (const sortOrder of ['asc', 'desc']) await compare({ sortBy, sortOrder });
});

test('parameters together', async () => {
  for (let i = 0; i < 150; i++) {
    const query = {};
    const maybe = (name, values) => draw(3) === 0 && (query[name] = pick(values));
    maybe('category', categories);
    maybe('skills', ['photoshop', 'ILLUSTRATOR', 'photoshop,illustrator', 'c++', 'video editing,hindi']);
    maybe('budgetMin', ['20000', '60000', '120000']);
    maybe('budgetMax', ['30000', '80000']);
    maybe('deadline', ['today', 'this_week', 'this_month']);
    maybe('status', ['open', 'cancelled']);
    maybe('sortBy', ['createdAt', 'deadline', 'budgetMin', 'budgetMax', 'applicationsCount']);
    maybe('sortOrder', ['asc', 'desc']);
    await compare(query);
  }
});

test('pages: limits are brought into range, the last page is short, beyond is empty', async () => {
  assert.equal((await list({})).limit, 20);
  assert.equal((await list({ limit: 500 })).limit, 100);
  assert.equal((await list({ limit: 0 })).limit, 1);
  const { total } = await list({});
  const beyond = await list({ page: 1000, limit: 10 });
  assert.deepEqual([beyond.gigs, beyond.total, beyond.hasMore], [[], total, false]);
  assert.equal((await list({ page: Math.ceil(total / 7), limit: 7 })).gigs.length, total % 7 || 7);
});

test('a category by slug, name or alias', async () => {
  const slug = (await list({ category: 'design' })).total;
  for (const category of ['Design', 'Graphics & Design', 'graphics', 'GRAPHICS']) assert.equal((await list({ category })).total, slug, category);
});

test('a deadline that has passed is overdue', async () => {
  const gig = (await people[0].post('/api/gigs', gigBody({ title: 'Due in a moment', deadline: Date.now() + 400 * slow }))).body;
  posted.push(gig);
  assert.ok((await all({ deadline: 'today' })).some((g) => g.id === gig.id) || periodEnd('today', Date.now()) < gig.deadline);
  await eventually(async () => (await all({ deadline: 'overdue' })).some((g) => g.id === gig.id), 'the deadline');
  for (const deadline of ['today', 'this_week', 'this_month', 'overdue']) await compare({ deadline });
});

// ---- search ----

test('search: words, prefixes, typos, accents, and what it is about first', async () => {
  const make = async (title, description, more) => (await people[1].post('/api/gigs', gigBody({ title, description, skills: ['x'], category: 'music', ...more }))).body;
  const banner = await make('Zeppelin banner', 'For the hall.');
  const mention = await make('Stage helpers', 'Somebody to carry the zeppelin banner on Friday, and then chairs, tables, lamps and cables, all evening long.');
  const crepe = await make('Crêpe stand at the fair', 'Flour is there.');
  const other = await make('Xylophone lessons', 'Twice a week.', { skills: ['marimba'], category: 'video' });
  const found = async (search, more) => (await list({ search, ...more })).gigs.map((g) => g.id);
  assert.deepEqual(await found('zeppelin banner'), [banner.id, mention.id], 'the title weighs more');
  assert.deepEqual(await found('banner ZEPPELIN'), [banner.id, mention.id]);
  assert.deepEqual(await found('zeppelin xylophone'), await found('xylophone zeppelin'), 'when not all words are anywhere, any may be');
  assert.deepEqual(await found('zepp'), [banner.id, mention.id], 'a beginning');
  assert.deepEqual(await found('zepelin banner'), [banner.id, mention.id], 'a letter missing');
  assert.deepEqual(await found('zeppelni banner'), [banner.id, mention.id], 'two letters swapped');
  assert.deepEqual(await found('xilophone'), [other.id], 'another letter');
  assert.deepEqual(await found('crepe'), [crepe.id]);
  assert.deepEqual(await found('CRÊPE'), [crepe.id]);
  assert.deepEqual(await found('marimba'), [other.id], 'skills');
  assert.deepEqual(await found('qqqqqqqq'), []);
  assert.deepEqual(await found('zeppelin', { category: 'video' }), []);
  assert.deepEqual(await found('zeppelin', { category: 'music', sortBy: 'createdAt', sortOrder: 'asc' }), [banner.id, mention.id]);
  assert.deepEqual(await found('zeppelin', { sortBy: 'createdAt' }), [mention.id, banner.id]);
  assert.deepEqual(await found('zeppelin', { sortBy: 'relevance' }), [banner.id, mention.id]);
  assert.equal((await list({ search: 'zeppelin', limit: 1 })).hasMore, true);
  assert.deepEqual((await list({ search: 'zeppelin', limit: 1, page: 2 })).gigs.map((g) => g.id), [mention.id]);
  assert.ok((await list({ search: '  ' })).total > 0, 'no words: no search');
  for (const search of ['"', '\\', '*', '%', "'; --", '🎨', '\u0000'.slice(1), 'a'.repeat(200), '(((', 'ß ﬀ İ']) await list({ search });
  await people[1].patch(`/api/gigs/${banner.id}`, { title: 'Dirigible banner' });
  assert.deepEqual(await found('zeppelin'), [mention.id], 'found by what it says now');
  assert.deepEqual(await found('dirigible'), [banner.id]);
  await people[1].post(`/api/gigs/${mention.id}/close`);
  assert.deepEqual(await found('zeppelin'), []);
  await people[1].post(`/api/gigs/${mention.id}/reopen`);
  assert.deepEqual(await found('zeppelin'), [mention.id]);
  await people[1].delete(`/api/gigs/${mention.id}`);
  assert.deepEqual(await found('zeppelin'), []);
  const { suggestions } = (await box.get('/api/search/suggest?q=diri')).body;
  assert.ok(suggestions.includes('dirigible'), JSON.stringify(suggestions));
});

// ---- a gig's life ----

test('post, read, change, close, reopen, delete', async () => {
  const [owner, other] = people;
  const body = gigBody({ title: '  Trimmed title  ', place: 'Hostel 4', latitude: 18.520431, longitude: -73.856744 });
  const made = await owner.post('/api/gigs', body);
  assert.equal(made.status, 201);
  const gig = made.body;
  assert.equal(gig.title, 'Trimmed title');
  assert.deepEqual([gig.clientId, gig.status, gig.applicationsCount, gig.viewsCount, gig.isBoosted], [owner.id, 'open', 0, 0, false]);
  assert.deepEqual([gig.latitude, gig.longitude, gig.place], [18.520431, -73.856744, 'Hostel 4']);
  for (const key of ['description', 'category', 'skills', 'budgetType', 'budgetMin', 'budgetMax', 'deadline']) assert.deepEqual(gig[key], body[key], key);
  assert.deepEqual(gig.attachments, []);
  assert.match(gig.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.ok(Math.abs(gig.createdAt - Date.now()) < 60000 && gig.updatedAt === gig.createdAt);
  const read = (await other.get(`/api/gigs/${gig.id}`)).body;
  assert.deepEqual({ ...read, viewsCount: 0 }, gig);
  const changed = (await owner.patch(`/api/gigs/${gig.id}`, { budgetMax: 200000, skills: [], deadline: inDays(20) })).body;
  assert.deepEqual([changed.budgetMax, changed.skills, changed.title], [200000, [], gig.title]);
  assert.ok(changed.updatedAt >= gig.updatedAt && changed.createdAt === gig.createdAt);
  assert.deepEqual((await box.get(`/api/gigs/${gig.id}`)).body.budgetMax, 200000);
  const application = (await other.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' })).body;
  assert.equal((await box.get(`/api/gigs/${gig.id}`)).body.applicationsCount, 1);
  assert.equal((await owner.post(`/api/gigs/${gig.id}/close`)).body.status, 'cancelled');
  assert.ok(!(await all({})).some((g) => g.id === gig.id));
  assert.equal((await owner.post(`/api/gigs/${gig.id}/reopen`)).body.status, 'open');
  assert.ok((await all({})).some((g) => g.id === gig.id));
  assert.deepEqual((await owner.delete(`/api/gigs/${gig.id}`)).body, { success: true });
  assert.equal((await box.get(`/api/gigs/${gig.id}`)).status, 404);
  assert.equal((await owner.delete(`/api/gigs/${gig.id}`)).status, 404);
  assert.notEqual((await other.get(`/api/applications/${application.id}`)).body.status, 'pending', 'who applied is not left waiting');
});

test('views count readers, not the owner', async () => {
  const [owner, other] = people;
  const gig = (await owner.post('/api/gigs', gigBody())).body;
  await owner.get(`/api/gigs/${gig.id}`);
  await other.get(`/api/gigs/${gig.id}`);
  await box.get(`/api/gigs/${gig.id}`);
  const { viewsCount } = (await owner.get(`/api/gigs/${gig.id}`)).body;
  assert.ok(viewsCount >= 1 && viewsCount <= 3, `${viewsCount} views`);
});

test('my gigs: all of mine, newest first, by status', async () => {
  const [owner] = people;
  const closed = (await owner.post('/api/gigs', gigBody())).body;
  await owner.post(`/api/gigs/${closed.id}/close`);
  const mine = (await owner.get('/api/gigs/my-gigs?limit=100')).body;
  assert.ok(mine.gigs.length > 0 && mine.gigs.every((g) => g.clientId === owner.id));
  assert.equal(mine.gigs[0].id, closed.id);
  for (let i = 1; i < mine.gigs.length; i++) assert.ok(mine.gigs[i - 1].createdAt >= mine.gigs[i].createdAt);
  let sum = 0;
  for (const status of ['open', 'in_progress', 'completed', 'cancelled']) {
    const some = (await owner.get(`/api/gigs/my-gigs?limit=100&status=${status}`)).body;
    assert.ok(some.gigs.every((g) => g.status === status));
    sum += some.total;
  }
  assert.equal(sum, mine.total);
});

test('recommended: what fits first; never own, applied to, or closed', async () => {
  const doer = await box.person(phone(), { skills: ['theremin'], roles: ['doer'] });
  const make = async (change) => (await people[2].post('/api/gigs', gigBody(change))).body;
  const fits = await make({ title: 'Theremin for the play', category: 'music', skills: ['Theremin'] });
  const applied = await make({ title: 'Another theremin', category: 'music', skills: ['theremin'] });
  const closed = await make({ title: 'A third theremin', category: 'music', skills: ['theremin'] });
  const own = (await doer.post('/api/gigs', gigBody({ skills: ['theremin'], category: 'music' }))).body;
  await doer.post(`/api/gigs/${applied.id}/applications`, { message: 'Me.' });
  await people[2].post(`/api/gigs/${closed.id}/close`);
  const { gigs } = (await doer.get('/api/gigs/recommended?limit=100')).body;
  const ids = gigs.map((g) => g.id);
  assert.equal(ids[0], fits.id);
  for (const never of [applied, closed, own]) assert.ok(!ids.includes(never.id), never.title);
  assert.ok(gigs.every((g) => g.status === 'open' && g.clientId !== doer.id));
});

test('a boosted gig ranks first among equals until it ends', async () => {
  const [owner] = people;
  const same = { title: 'Equal among equals', category: 'data', budgetMin: 77700, budgetMax: 77700, deadline: inDays(3) };
  const gigs = [];
  for (let i = 0; i < 4; i++) gigs.push((await owner.post('/api/gigs', gigBody(same))).body);
  const boost = await owner.post(`/api/gigs/${gigs[1].id}/boost`, { days: 2 });
  assert.equal(boost.status, 200);
  assert.equal(boost.body.amount, 2000);
  assert.ok(boost.body.razorpayOrderId, 'an empty wallet does not pay');
  assert.equal((await box.get(`/api/gigs/${gigs[1].id}`)).body.isBoosted, false);
  await owner.post('/api/payments/verify', (await box.post('/sandbox/razorpay/pay', { order_id: boost.body.razorpayOrderId })).body);
  await eventually(async () => (await box.get(`/api/gigs/${gigs[1].id}`)).body.isBoosted, 'the boost');
  const order = [gigs[1], gigs[3], gigs[2], gigs[0]].map((g) => g.id);
  assert.deepEqual((await list({ category: 'data', sortBy: 'budgetMin', sortOrder: 'asc' })).gigs.map((g) => g.id), [gigs[1], gigs[0], gigs[2], gigs[3]].map((g) => g.id));
  for (const query of [{ sortBy: 'budgetMin' }, { sortBy: 'budgetMax' }, { sortBy: 'deadline' }, { search: 'equal among equals' }])
    assert.deepEqual((await list({ category: 'data', ...query })).gigs.map((g) => g.id), order, JSON.stringify(query));
  const until = (await box.get(`/api/gigs/${gigs[1].id}`)).body.boostedUntil;
  assert.ok(Math.abs(until - (Date.now() + 2 * DAY)) < 60000);
});

test('a list that nobody sorts has the boosted ones in front, on whichever page', async () => {
  const everything = async (query, limit) => (await all(query, limit)).map((g) => g.id);
  const open = await all({}, 100);
  for (const at of [0, 9, Math.floor(open.length / 2), open.length - 1]) {
    const gig = open[at], owner = people.find((p) => p.id === gig.clientId);
    if (gig.isBoosted) continue;
    const { razorpayOrderId } = (await owner.post(`/api/gigs/${gig.id}/boost`, { days: 1 })).body;
    await owner.post('/api/payments/verify', (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body);
    await eventually(async () => (await box.get(`/api/gigs/${gig.id}`)).body.isBoosted, 'the boost');
  }
  for (const query of [{}, { category: 'design' }, { skills: 'Hindi' }, { budgetMin: 40000, budgetMax: 90000 }, { category: 'data' }, { status: 'cancelled' }]) {
    const byAge = await all({ ...query, sortBy: 'createdAt' }, 100);
    for (let i = 1; i < byAge.length; i++) assert.ok(byAge[i - 1].createdAt >= byAge[i].createdAt);
    const expected = [...byAge.filter((g) => g.isBoosted), ...byAge.filter((g) => !g.isBoosted)].map((g) => g.id);
    for (const limit of [1, 3, 7, 20, 100]) if (limit > 1 || expected.length < 30) assert.deepEqual(await everything(query, limit), expected, `${JSON.stringify(query)} by ${limit}`);
    assert.deepEqual(await everything({ ...query, sortOrder: 'asc' }, 20), await everything({ ...query, sortBy: 'createdAt', sortOrder: 'asc' }, 20));
  }
  const gone = open[9], owner = people.find((p) => p.id === gone.clientId);
  await owner.post(`/api/gigs/${gone.id}/close`);
  assert.ok(!(await everything({}, 20)).includes(gone.id));
});

test('what a list shows of a gig, its client and its category is what was written last, whoever looks', async () => {
  const [owner, other] = people, query = { search: 'shown as it is now' };
  const { body: gig } = await owner.post('/api/gigs', gigBody({ title: 'Shown as it is now', category: 'writing' }));
  const seen = async () => {
    const one = (await list(query)).gigs.find((g) => g.id === gig.id);
    for (const reader of [owner, other, other]) {
      const row = (await reader.get(`/api/gigs?${new URLSearchParams(query)}`)).body.gigs.find((g) => g.id === gig.id);
      assert.deepEqual(row, one);
    }
    return one;
  };
  const changes = [
    [() => owner.patch(`/api/gigs/${gig.id}`, { description: 'Other words.' }), (g) => g.description === 'Other words.'],
    [() => owner.patch('/api/users/me', { name: `Renamed ${draw(1e9)}`, university: 'Elsewhere' }), (g) => g.client.university === 'Elsewhere' && /^Renamed/.test(g.client.name)],
    [() => other.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.' }), (g) => g.applicationsCount === 1],
    [() => owner.patch(`/api/gigs/${gig.id}`, { category: 'video' }), (g) => g.category === 'video'],
  ];
  for (const [change, shows] of changes) {
    const before = await seen();
    assert.ok(!shows(before));
    assert.ok((await change()).status < 300);
    const after = await seen();
    assert.ok(shows(after), JSON.stringify(after));
  }
  for (let i = 1; i <= 3; i++) {
    await seen();
    assert.equal((await other.get(`/api/gigs/${gig.id}`)).body.viewsCount, i, 'a gig that is read counts its reader, listed or not');
  }
});
