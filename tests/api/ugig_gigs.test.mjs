// Gigs and applications of the ugig contract.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, phone } from './harness.mjs';
import { Ugig, are, gigInput, is, nobody, unknown } from './ugig.mjs';

let box, poster, other, third;
before(async () => {
  box = await Box.start();
  [poster, other, third] = await Promise.all([1, 2, 3].map(() => Ugig.signUp(box)));
});
after(async () => await box?.stop());

const make = (change) => poster.do('createGig', gigInput(change));
const ids = (list) => list.map((g) => g.id);

test('a gig has every documented member', async () => {
  const gig = is('Gig', await make());
  const { id, poster_id, created_at, updated_at, poster: person, ...rest } = gig;
  assert.deepEqual(rest, { ...gigInput(), status: 'active', applications_count: 0, views_count: 0 });
  assert.equal(poster_id, poster.id);
  is('Profile', person);
  assert.equal(person.id, poster.id);
  const read = is('Gig', await other.call('getGig', id));
  assert.deepEqual({ ...read, views_count: 0 }, gig);
  assert.equal((await nobody(box).call('getGig', id)).id, id);
  assert.equal((await box.get(`/api/gigs/${id}`)).body.budgetMax, 150050);
});

test('arguments: by place, by name, beside each other, as a form', async () => {
  const gig = await make();
  for (const body of [{ data: gigInput() }, gigInput(), [gigInput(), null, 'more']]) {
    const { status, body: answer } = await poster.post('createGig', body);
    assert.equal(status, 200, JSON.stringify(answer));
    assert.deepEqual(answer.data.skills_required, ['typescript', 'nextjs']);
  }
  const form = new FormData();
  for (const [key, value] of Object.entries(gigInput())) for (const one of [value].flat()) form.append(key, one);
  assert.deepEqual((await poster.post('createGig', form)).body.data.ai_tools_preferred, ['claude', 'cursor']);
  const encoded = new URLSearchParams({ title: 'From a form', description: 'Words', category: 'design', budget_max: '12.50' }).toString();
  const posted = await box.post('/api/actions/createGig', encoded, { token: poster.token, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.equal(posted.body.data.budget_max, 12.5);
  for (const body of [[gig.id, { title: 'Changed' }], { id: gig.id, data: { title: 'Changed' } }, { id: gig.id, title: 'Changed' }]) {
    const { status, body: answer } = await poster.post('updateGig', body);
    assert.equal(status, 200, JSON.stringify(answer));
    assert.equal(answer.data.title, 'Changed');
    assert.equal(answer.data.description, gig.description);
  }
  await poster.fails(400, 'VALIDATION_ERROR', 'updateGig', gig.id);
  await poster.fails(400, 'VALIDATION_ERROR', 'updateGig');
  const broken = await box.post('/api/actions/getGig', '[', { headers: { 'content-type': 'application/json' } });
  assert.deepEqual([broken.status, broken.body.success, broken.body.code], [400, false, 'VALIDATION_ERROR']);
  assert.equal((await box.post('/api/actions/getMyGigs', '{', { token: poster.token, headers: { 'content-type': 'application/json' } })).status, 400);
});

test('what need not be said', async () => {
  const gig = is('Gig', await poster.do('createGig', { title: 'Short', description: 'x', category: 'coding' }));
  assert.deepEqual(
    [gig.category, gig.skills_required, gig.ai_tools_preferred, gig.budget_type, gig.budget_min, gig.budget_max, gig.duration, gig.location_type, gig.location],
    ['programming', [], [], 'fixed', null, null, null, 'remote', null],
  );
  const upTo = await make({ budget_min: undefined });
  assert.deepEqual([upTo.budget_min, upTo.budget_max], [null, 1500.5]);
  assert.equal((await make({ title: 'X' })).title, 'X');
  const from = await make({ budget_max: null });
  assert.deepEqual([from.budget_min, from.budget_max], [500, null]);
  let changed = await poster.do('updateGig', upTo.id, { budget_max: 2000 });
  assert.deepEqual([changed.budget_min, changed.budget_max], [null, 2000]);
  changed = await poster.do('updateGig', upTo.id, { budget_min: 100, duration: null, location: null, ai_tools_preferred: [] });
  assert.deepEqual([changed.budget_min, changed.budget_max, changed.duration, changed.location, changed.ai_tools_preferred], [100, 2000, null, null, []]);
  changed = await poster.do('updateGig', upTo.id, { budget_min: null, budget_max: null });
  assert.deepEqual([changed.budget_min, changed.budget_max], [null, null]);
});

test('what is refused, and changes nothing', async () => {
  const before = (await poster.call('getMyGigs')).length;
  for (const [change, name] of [
    [{ title: undefined }, 'title'], [{ title: '' }, 'title'], [{ description: undefined }, 'description'], [{ category: 'nonsense' }, 'category'],
    [{ budget_type: 'weekly' }, 'budget_type'], [{ location_type: 'moon' }, 'location_type'], [{ budget_min: 2000 }, 'budget_min'],
    [{ budget_min: -1 }, 'budget_min'], [{ budget_max: 1.005 }, 'budget_max'], [{ budget_max: '5' }, 'budget_max'], [{ skills_required: 'ts' }, 'skills_required'],
    [{ status: 'closed' }, 'status'], [{ title: 7 }, 'title'],
  ]) {
    const error = await poster.fails(400, 'VALIDATION_ERROR', 'createGig', gigInput(change));
    assert.ok(error.includes(name), `${error} should name ${name}`);
  }
  assert.equal(await poster.fails(400, 'VALIDATION_ERROR', 'createGig', gigInput({ budget_type: 'weekly' })), 'budget_type must be one of fixed, hourly');
  await nobody(box).fails(401, 'UNAUTHORIZED', 'createGig', gigInput());
  assert.equal((await poster.call('getMyGigs')).length, before);
  const gig = await make();
  for (const [name, ...args] of [['updateGig', { title: 'Mine' }], ['deleteGig'], ['updateGigStatus', 'closed']]) {
    await other.fails(403, 'FORBIDDEN', name, gig.id, ...args);
    for (const id of [unknown, 'no id at all']) await poster.fails(404, 'NOT_FOUND', name, id, ...args);
    await nobody(box).fails(401, 'UNAUTHORIZED', name, gig.id, ...args);
  }
  await poster.fails(400, 'VALIDATION_ERROR', 'updateGigStatus', gig.id, 'sleeping');
  await poster.fails(400, 'VALIDATION_ERROR', 'updateGigStatus', gig.id);
  const { views_count, ...now } = await other.call('getGig', gig.id);
  const { views_count: was, ...then } = gig;
  assert.deepEqual(now, then);
  assert.equal(await other.call('getGig', unknown), null);
  assert.equal(await other.call('getGig', 'no id at all'), null);
  const missing = await box.post('/api/actions/getNothing', []);
  assert.deepEqual([missing.status, missing.body.success, missing.body.code], [404, false, 'NOT_FOUND']);
  const wrong = await box.get('/api/actions/getGig');
  assert.deepEqual([wrong.status, wrong.body.success, wrong.headers.get('allow')], [405, false, 'POST']);
});

test('draft, active, paused, closed, filled', async () => {
  const campus = await box.person(phone());
  const gig = await make({ status: 'draft', title: 'A quiet zeppelin' });
  assert.equal(gig.status, 'draft');
  const listed = async () => (await other.call('getGigs', { search: 'zeppelin' })).total;
  const inCampus = async () => (await campus.get('/api/gigs?search=zeppelin')).body.total + (await campus.get('/api/gigs?search=zeppelin&status=cancelled')).body.total;
  assert.equal(await other.call('getGig', gig.id), null);
  assert.equal((await campus.get(`/api/gigs/${gig.id}`)).status, 404);
  assert.equal((await poster.call('getGig', gig.id)).status, 'draft');
  assert.ok(ids(await poster.call('getMyGigs')).includes(gig.id));
  await other.fails(404, 'NOT_FOUND', 'submitApplication', { gig_id: gig.id, cover_letter: 'x' });
  await other.fails(404, 'NOT_FOUND', 'saveGig', gig.id);
  assert.deepEqual([await listed(), await inCampus()], [0, 0]);
  await poster.do('updateGig', gig.id, { title: 'A loud zeppelin' });
  const { body } = await poster.post('updateGigStatus', [gig.id, 'active']);
  assert.deepEqual(body, { success: true });
  assert.deepEqual([await listed(), await inCampus()], [1, 1]);
  for (const [status, there] of [['paused', 0], ['active', 1], ['closed', 0], ['active', 1], ['filled', 0], ['active', 1], ['draft', 0], ['paused', 0], ['active', 1]]) {
    await poster.call('updateGigStatus', gig.id, status);
    assert.equal((await poster.call('getGig', gig.id)).status, status);
    assert.equal(await listed(), there, status);
  }
  await poster.call('updateGigStatus', gig.id, 'paused');
  assert.equal(await inCampus(), 0);
  assert.equal((await other.call('getGig', gig.id)).status, 'paused');
  await other.fails(400, 'VALIDATION_ERROR', 'submitApplication', { gig_id: gig.id, cover_letter: 'x' });
  const mine = await box.get('/api/gigs/my-gigs', { token: poster.token });
  assert.ok(!ids(mine.body.gigs).includes(gig.id));
  assert.ok(ids(await poster.call('getMyGigs')).includes(gig.id));
  assert.deepEqual((await poster.post('deleteGig', [gig.id])).body, { success: true });
  assert.equal(await poster.call('getGig', gig.id), null);
});

test('filters', async () => {
  const word = 'xylophone';
  const a = await make({ title: `${word} a`, category: 'music', budget_min: 100, budget_max: 200, location_type: 'remote', skills_required: ['Tuning', 'Wood'], ai_tools_preferred: ['Suno'] });
  const b = await make({ title: `${word} b`, category: 'design', budget_min: 150, budget_max: 400, location_type: 'onsite', skills_required: ['wood'], ai_tools_preferred: ['suno', 'Midjourney'] });
  const c = await make({ title: `${word} c`, category: 'design', budget_min: null, budget_max: null, location_type: 'hybrid', skills_required: [], ai_tools_preferred: [] });
  for (const [filters, expected] of [
    [{}, [c, b, a]], [{ category: 'design' }, [c, b]], [{ category: 'audio' }, [a]], [{ skills: ['wood'] }, [b, a]], [{ skills: ['wood', 'tuning'] }, [a]],
    [{ ai_tools: ['SUNO'] }, [b, a]], [{ ai_tools: ['suno', 'midjourney'] }, [b]], [{ budget_min: 300 }, [b]], [{ budget_max: 120, budget_min: 1 }, [a]],
    [{ location_type: 'remote' }, [a]], [{ location_type: 'hybrid', category: 'design' }, [c]], [{ posted_within: 'day' }, [c, b, a]],
    [{ posted_within: 'month', ai_tools: ['midjourney'], location_type: 'onsite', skills: ['Wood'], category: 'design', budget_min: 1, budget_max: 1000 }, [b]],
    [{ ai_tools: ['nothing of the kind'] }, []],
  ]) {
    for (const search of [word, undefined]) {
      const list = await nobody(box).call('getGigs', { ...filters, search }, 1, 100);
      are('Gig', list.data);
      const found = ids(list.data).filter((id) => ids([a, b, c]).includes(id));
      assert.deepEqual(new Set(found), new Set(ids(expected)), JSON.stringify(filters));
      if (!search) assert.deepEqual(found, ids(expected), 'the newest first');
      if (search) assert.equal(list.total, expected.length);
    }
  }
  for (const bad of [{ category: 'nonsense' }, { posted_within: 'year' }, { location_type: 'moon' }, { skills: 'wood' }, { budget_min: -1 }])
    await nobody(box).fails(400, 'VALIDATION_ERROR', 'getGigs', bad);
});

test('pages', async () => {
  const all = await nobody(box).call('getGigs', {}, 1, 100);
  assert.deepEqual(Object.keys(all).sort(), ['data', 'hasMore', 'limit', 'page', 'total']);
  assert.equal(all.total, all.data.length);
  const one = await nobody(box).call('getGigs', { search: null }, 2, 3);
  assert.deepEqual([one.page, one.limit, one.total, one.hasMore], [2, 3, all.total, true]);
  assert.deepEqual(ids(one.data), ids(all.data.slice(3, 6)));
  const usual = await nobody(box).call('getGigs', {});
  assert.deepEqual([usual.page, usual.limit], [1, 20]);
  assert.deepEqual(await nobody(box).call('getGigs'), usual);
  const named = await nobody(box).post('getGigs', { filters: { category: 'design' }, page: 1, limit: 1 });
  assert.equal(named.body.data.length, 1);
  const clamped = await nobody(box).call('getGigs', {}, 0, 1000);
  assert.deepEqual([clamped.page, clamped.limit], [1, 100]);
  const last = await nobody(box).call('getGigs', {}, 999, 20);
  assert.deepEqual([last.data, last.hasMore], [[], false]);
});

test('a list of one\'s own that is longer than an answer can be holds the newest', async () => {
  const me = await Ugig.signUp(box);
  const made = [];
  for (let i = 0; i < 110; i++) made.unshift((await me.do('createGig', gigInput({ title: `long ${i}`, description: '🎨'.repeat(10000), status: 'draft' }))).id);
  const list = ids(await me.call('getMyGigs'));
  assert.ok(list.length > 50, `${list.length}`);
  assert.deepEqual(list, made.slice(0, list.length));
});

test('saved gigs', async () => {
  const [a, b] = [await make(), await make()];
  for (const gig of [a, b, b]) assert.deepEqual(await third.call('saveGig', gig.id), { success: true });
  assert.deepEqual(ids(are('Gig', await third.call('getSavedGigs'))), [b.id, a.id]);
  assert.deepEqual(await third.call('unsaveGig', b.id), { success: true });
  assert.deepEqual(await third.call('unsaveGig', b.id), { success: true });
  assert.deepEqual(ids(await third.call('getSavedGigs')), [a.id]);
  for (const name of ['saveGig', 'unsaveGig']) {
    await third.fails(404, 'NOT_FOUND', name, unknown);
    await third.fails(400, 'VALIDATION_ERROR', name);
    await nobody(box).fails(401, 'UNAUTHORIZED', name, a.id);
  }
  await nobody(box).fails(401, 'UNAUTHORIZED', 'getSavedGigs');
  const count = async () => (await third.call('getNotifications')).filter((n) => n.type === 'gig_update' && n.data.gig_id === a.id).length;
  await poster.do('updateGig', a.id, { budget_max: 9000 });
  assert.equal(await count(), 1);
  await poster.call('updateGigStatus', a.id, 'paused');
  assert.equal(await count(), 2);
});

test('an application has every documented member', async () => {
  const gig = await make();
  const input = { gig_id: gig.id, cover_letter: 'I know libraries.', proposed_rate: 900.25, proposed_timeline: 'ten days', portfolio_items: ['https://example.org/a'], ai_tools_to_use: ['claude'] };
  const application = is('Application', await other.do('submitApplication', input));
  assert.deepEqual(Object.fromEntries(Object.keys(input).map((k) => [k, application[k]])), input);
  assert.deepEqual([application.status, application.applicant_id, application.applicant.id, application.gig.id], ['pending', other.id, other.id, gig.id]);
  const least = is('Application', (await third.post('submitApplication', { gig_id: gig.id, cover_letter: 'Me.' })).body.data);
  assert.deepEqual([least.proposed_rate, least.proposed_timeline, least.portfolio_items, least.ai_tools_to_use], [null, null, [], []]);
  assert.equal((await other.call('getGig', gig.id)).applications_count, 2);
  assert.deepEqual(ids(are('Application', await poster.call('getGigApplications', gig.id))), [least.id, application.id]);
  assert.ok(ids(are('Application', await other.call('getMyApplications'))).includes(application.id));
  const [note] = await poster.call('getNotifications');
  assert.deepEqual([note.type, note.data.application_id, note.data.gig_id, note.data.actor_id], ['new_application', least.id, gig.id, third.id]);

  await other.fails(400, 'VALIDATION_ERROR', 'submitApplication', input);
  await poster.fails(400, 'VALIDATION_ERROR', 'submitApplication', input);
  for (const change of [{ cover_letter: '' }, { cover_letter: undefined }, { gig_id: undefined }, { proposed_rate: -5 }, { portfolio_items: 'x' }])
    await other.fails(400, 'VALIDATION_ERROR', 'submitApplication', { ...input, ...change });
  for (const id of [unknown, 'zebra']) await other.fails(404, 'NOT_FOUND', 'submitApplication', { ...input, gig_id: id });
  await nobody(box).fails(401, 'UNAUTHORIZED', 'submitApplication', input);
  await other.fails(403, 'FORBIDDEN', 'getGigApplications', gig.id);
  await nobody(box).fails(401, 'UNAUTHORIZED', 'getGigApplications', gig.id);
  assert.deepEqual(await poster.call('getGigApplications', unknown), []);
  await nobody(box).fails(401, 'UNAUTHORIZED', 'getMyApplications');
});

test('deciding about applications', async () => {
  const gig = await make();
  const people = [other, third, await Ugig.signUp(box), await Ugig.signUp(box)];
  const apps = [];
  for (const p of people) apps.push(await p.do('submitApplication', { gig_id: gig.id, cover_letter: 'Me.' }));
  const states = async () => Object.fromEntries((await poster.call('getGigApplications', gig.id)).map((a) => [a.id, a.status]));
  const inCampus = async () => (await box.get(`/api/gigs/${gig.id}/applications`, { token: poster.token })).body.applications.map((a) => a.status).sort();
  assert.deepEqual(await poster.call('updateApplicationStatus', apps[0].id, 'reviewing'), { success: true });
  await poster.call('updateApplicationStatus', apps[1].id, 'shortlisted');
  assert.deepEqual(await states(), { [apps[0].id]: 'reviewing', [apps[1].id]: 'shortlisted', [apps[2].id]: 'pending', [apps[3].id]: 'pending' });
  assert.deepEqual(await inCampus(), ['pending', 'pending', 'pending', 'pending']);
  assert.equal((await box.get(`/api/gigs/${gig.id}/applications?status=pending`, { token: poster.token })).body.total, 4);
  for (const [status, expected] of [['reviewing', [apps[0]]], ['shortlisted', [apps[1]]], ['pending', [apps[3], apps[2]]], ['accepted', []]])
    assert.deepEqual(ids(await poster.call('getGigApplications', gig.id, status)), ids(expected));
  assert.deepEqual(ids(await other.call('getMyApplications', 'reviewing')), [apps[0].id]);
  assert.deepEqual(ids(await other.call('getMyApplications', 'rejected')), []);
  await other.fails(400, 'VALIDATION_ERROR', 'getMyApplications', 'maybe');
  const [note] = await other.call('getNotifications');
  assert.deepEqual([note.type, note.data.application_id], ['application_status', apps[0].id]);

  // several at once: all or none
  assert.deepEqual(await poster.call('bulkUpdateApplicationStatus', [apps[2].id, apps[3].id, apps[2].id], 'rejected'), { success: true });
  assert.equal((await states())[apps[3].id], 'rejected');
  await poster.fails(404, 'NOT_FOUND', 'bulkUpdateApplicationStatus', [apps[0].id, unknown], 'rejected');
  assert.equal((await states())[apps[0].id], 'reviewing');
  const strange = await other.do('createGig', gigInput());
  const foreign = await poster.do('submitApplication', { gig_id: strange.id, cover_letter: 'x' });
  await poster.fails(403, 'FORBIDDEN', 'bulkUpdateApplicationStatus', [apps[0].id, foreign.id], 'rejected');
  assert.equal((await states())[apps[0].id], 'reviewing');
  await poster.fails(400, 'VALIDATION_ERROR', 'bulkUpdateApplicationStatus', [apps[0].id, apps[1].id], 'accepted');
  assert.deepEqual(await states(), { [apps[0].id]: 'reviewing', [apps[1].id]: 'shortlisted', [apps[2].id]: 'rejected', [apps[3].id]: 'rejected' });
  await poster.fails(400, 'VALIDATION_ERROR', 'bulkUpdateApplicationStatus', 'x', 'accepted');
  await poster.fails(400, 'VALIDATION_ERROR', 'bulkUpdateApplicationStatus', [apps[0].id], 'gone');
  await poster.call('bulkUpdateApplicationStatus', [], 'rejected');

  for (const [name, arg] of [['updateApplicationStatus', apps[0].id], ['bulkUpdateApplicationStatus', [apps[0].id]]]) {
    await other.fails(403, 'FORBIDDEN', name, arg, 'accepted');
    await nobody(box).fails(401, 'UNAUTHORIZED', name, arg, 'accepted');
  }
  await third.fails(403, 'FORBIDDEN', 'updateApplicationStatus', apps[0].id, 'accepted');
  await poster.fails(400, 'VALIDATION_ERROR', 'updateApplicationStatus', apps[0].id, 'withdrawn');
  await poster.fails(400, 'VALIDATION_ERROR', 'updateApplicationStatus', apps[0].id, 'great');
  await poster.fails(404, 'NOT_FOUND', 'updateApplicationStatus', unknown, 'accepted');

  // chosen, taken back, another one chosen
  await poster.call('updateApplicationStatus', apps[0].id, 'accepted');
  await poster.call('updateApplicationStatus', apps[0].id, 'accepted');
  const orders = async () => (await box.get('/api/orders', { token: poster.token })).body.orders.filter((o) => o.gigId === gig.id);
  assert.deepEqual((await orders()).map((o) => [o.status, o.amount, o.doerId]), [['pending_payment', 150050, other.id]]);
  await poster.fails(400, 'VALIDATION_ERROR', 'updateApplicationStatus', apps[1].id, 'accepted');
  await poster.call('updateApplicationStatus', apps[0].id, 'rejected');
  await poster.call('updateApplicationStatus', apps[3].id, 'accepted');
  assert.deepEqual(await states(), { [apps[0].id]: 'rejected', [apps[1].id]: 'shortlisted', [apps[2].id]: 'rejected', [apps[3].id]: 'accepted' });
  assert.deepEqual((await orders()).map((o) => o.status).sort(), ['cancelled', 'pending_payment']);

  // withdrawing
  await poster.fails(403, 'FORBIDDEN', 'withdrawApplication', apps[1].id);
  assert.deepEqual(await third.call('withdrawApplication', apps[1].id), { success: true });
  await third.fails(400, 'VALIDATION_ERROR', 'withdrawApplication', apps[1].id);
  await third.fails(404, 'NOT_FOUND', 'withdrawApplication', unknown);
  assert.equal((await third.call('getMyApplications', 'withdrawn'))[0].status, 'withdrawn');
  await poster.fails(400, 'VALIDATION_ERROR', 'updateApplicationStatus', apps[1].id, 'reviewing');
  is('Application', await third.do('submitApplication', { gig_id: gig.id, cover_letter: 'Again.' }));
  await poster.fails(400, 'VALIDATION_ERROR', 'deleteGig', gig.id);
});

test('a gig without a price: accepting makes an order that nothing is paid for yet', async () => {
  const gig = await make({ budget_min: undefined, budget_max: undefined });
  const application = await other.do('submitApplication', { gig_id: gig.id, cover_letter: 'Me.' });
  await poster.call('updateApplicationStatus', application.id, 'accepted');
  const { body } = await box.get('/api/orders?role=client', { token: poster.token });
  const order = body.orders.find((o) => o.gigId === gig.id);
  assert.deepEqual([order.amount, order.status], [0, 'pending_payment']);
  const payment = await box.post('/api/payments/create-order', { orderId: order.id }, { token: poster.token });
  assert.equal(payment.status, 400);
});

test('who has applied hears when the gig changes', async () => {
  const gig = await make();
  await other.do('submitApplication', { gig_id: gig.id, cover_letter: 'Me.' });
  const count = async () => (await other.call('getNotifications')).filter((n) => n.type === 'gig_update' && n.data.gig_id === gig.id).length;
  await poster.do('updateGig', gig.id, { budget_max: 1600 });
  await eventually(async () => (await count()) === 1, 'the news');
  await poster.do('updateGig', gig.id, { budget_max: 1600 });
  assert.equal(await count(), 1);
});

test('what is said in one contract is read in the other', async () => {
  const person = await box.person(phone(), { name: 'Asha', aiTools: ['claude'], hourlyRate: 45050, portfolioUrls: ['https://asha.example'], timezone: 'Asia/Kolkata', username: `asha-${process.pid}` });
  const profile = await nobody(box).call('getProfile', `asha-${process.pid}`);
  assert.deepEqual([profile.ai_tools, profile.hourly_rate, profile.portfolio_urls, profile.timezone], [['claude'], 450.5, ['https://asha.example'], 'Asia/Kolkata']);
  assert.deepEqual([person.user.hourlyRate, person.user.username], [45050, `asha-${process.pid}`]);
  const { body: gig } = await person.post('/api/gigs', { title: 'A zither player', description: 'x', category: 'music', budgetMax: 100000, aiTools: ['suno'], duration: 'an evening', locationType: 'hybrid' });
  const seen = is('Gig', await nobody(box).call('getGig', gig.id));
  assert.deepEqual([seen.ai_tools_preferred, seen.duration, seen.location_type, seen.budget_max], [['suno'], 'an evening', 'hybrid', 1000]);
  for (const [query, total] of [['aiTools=suno', 1], ['aiTools=suno,claude', 0], ['locationType=hybrid', 1], ['locationType=remote', 0]])
    assert.equal((await box.get(`/api/gigs?search=zither&${query}`)).body.total, total, query);
  assert.equal((await box.get('/api/gigs?locationType=moon')).status, 400);
  const { body: application } = await box.post(`/api/gigs/${gig.id}/applications`, { message: 'Me.', amount: 90000, timeline: 'tonight', portfolioItems: ['a tape'], aiTools: ['suno'] }, { token: other.token });
  const [read] = are('Application', (await other.call('getMyApplications')).filter((a) => a.id === application.id));
  assert.deepEqual([read.proposed_rate, read.proposed_timeline, read.portfolio_items, read.ai_tools_to_use], [900, 'tonight', ['a tape'], ['suno']]);
  const mine = await make({ title: 'From ugig' });
  const { body: campus } = await box.get(`/api/gigs/${mine.id}`);
  assert.deepEqual([campus.aiTools, campus.duration, campus.locationType, campus.place, campus.budgetMin], [['claude', 'cursor'], '2 weeks', 'hybrid', 'Pune', 50000]);
});
