// Services, proposals and orders as clients of SkillConnect know them, and as the other contracts see them.
import { test, before, after } from 'node:test';
import { Box, assert, is, join, notSignedIn, forbidden, missing, required, seconds, png, form } from './skillconnect.mjs';

const gigs = '/api/v1/gigs';
let box, client, doer, other;
before(async () => {
  box = await Box.start();
  [client, doer, other] = [await join(box, 'CLIENT'), await join(box, 'FREELANCER'), await join(box, 'FREELANCER')];
});
after(() => box.stop());

const service = (change = {}) => ({
  title: 'Website Design', description: 'Beautiful portfolio website built with React & Django.', category_id: 6,
  skills_input: [{ name: 'React' }, { name: 'Django' }], price: 25000, delivery_time: 10, revisions: 3, is_featured: false, is_active: true, ...change,
});
const proposal = (change = {}) => ({
  title: 'Landing Page Design Required', description: 'Need a creative landing page for our startup.', category_id: 2,
  skills_input: [{ name: 'UI/UX' }, { name: 'React' }], budget_min: 10000, budget_max: 30000, timeline_days: 7, project_scope: 'Single page app',
  is_urgent: true, ...change,
});
const offer = async (change, who = doer) => is(await who.post(`${gigs}/services/`, service(change)), 201);
const want = async (change, who = client) => is(await who.post(`${gigs}/proposals/`, proposal(change)), 201);
const person = (who) => ({ id: who.user.id, name: who.email.split('@')[0], profile_picture: null });
const ids = (list) => list.map((x) => x.id);
const without = (object, ...keys) => Object.fromEntries(Object.entries(object).filter(([k]) => !keys.includes(k)));

test('categories', async () => {
  const list = is(await box.get(`${gigs}/categories/`), 200);
  assert.equal(list.length, 9);
  assert.deepEqual(list[5], { id: 6, name: 'Programming & Tech' });
});

test('a service: made, listed, changed, deleted', async () => {
  const made = await offer();
  assert.match(made.created_at, seconds);
  assert.match(made.updated_at, seconds);
  assert.deepEqual(without(made, 'id', 'created_at', 'updated_at', 'skills_output'), {
    title: 'Website Design', description: 'Beautiful portfolio website built with React & Django.', category: { id: 6, name: 'Programming & Tech' },
    freelancer: person(doer), price: 25000, delivery_time: 10, revisions: 3, image: null, is_featured: false, is_active: true,
  });
  assert.deepEqual(made.skills_output.map((s) => s.name), ['React', 'Django']);
  assert.ok(made.skills_output.every((s) => Number.isInteger(s.id)));
  const own = is(await doer.get(`${gigs}/services/`), 200);
  assert.deepEqual(own[0], made);
  is(await other.get(`${gigs}/services/`), 200, []);
  is(await client.get(`${gigs}/services/`), 200, []);
  const changed = is(await doer.put(`${gigs}/services/${made.id}/`, { title: 'Updated Website Design', skills_input: [{ name: 'Next.js' }, { name: 'react' }] }), 200);
  assert.equal(changed.title, 'Updated Website Design');
  assert.deepEqual(changed.skills_output.map((s) => s.name), ['Next.js', 'react']);
  assert.equal(changed.skills_output[1].id, made.skills_output[0].id); // two spellings of one skill
  assert.equal(is(await doer.patch(`${gigs}/services/${made.id}/`, { price: '19000', is_featured: true }), 200).price, 19000);
  const idle = is(await doer.patch(`${gigs}/services/${made.id}/`, { is_active: false }), 200);
  assert.deepEqual([idle.is_active, idle.is_featured], [false, true]);
  is(await other.patch(`${gigs}/services/${made.id}/`, { price: 1 }), 403, forbidden);
  is(await client.patch(`${gigs}/services/${made.id}/`, { price: 1 }), 403, forbidden);
  is(await doer.patch(`${gigs}/services/99999/`, { price: 1 }), 404, missing);
  is(await doer.patch(`${gigs}/services/x/`, { price: 1 }), 404, missing);
  is(await other.delete(`${gigs}/services/${made.id}/`), 403, forbidden);
  const gone = await doer.delete(`${gigs}/services/${made.id}/`, { raw: true });
  assert.deepEqual([gone.status, gone.body.length], [204, 0]);
  is(await doer.delete(`${gigs}/services/${made.id}/`), 404, missing);
  assert.ok(!ids(is(await doer.get(`${gigs}/services/`), 200)).includes(made.id));
});

test('a title may be one letter', async () => {
  assert.equal((await offer({ title: 'S' })).title, 'S');
  assert.equal((await want({ title: 'P' })).title, 'P');
});

test('who may not do it is told so, whatever was sent', async () => {
  const [client, doer] = [await join(box, 'CLIENT'), await join(box, 'FREELANCER')];
  const [made, wanted] = [await offer({}, doer), await want({}, client)];
  const order = is(await client.post(`${gigs}/service-orders/`, { service_id: made.id }), 201);
  const applied = is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id }), 201);
  const rival = await join(box, 'CLIENT');
  for (const body of [{}, { title: 7, status: 'maybe' }, '{broken']) {
    const send = (who, method, target) => box.call(method, gigs + target, { token: who.token, body, headers: { 'content-type': 'application/json' } });
    is(await send(client, 'POST', '/services/'), 403, forbidden);
    is(await send(doer, 'POST', '/proposals/'), 403, forbidden);
    is(await send(doer, 'POST', '/service-orders/'), 403, forbidden);
    is(await send(client, 'POST', '/proposal-orders/'), 403, forbidden);
    is(await send(client, 'PATCH', `/services/${made.id}/`), 403, forbidden);
    is(await send(doer, 'PUT', `/proposals/${wanted.id}/`), 403, forbidden);
    assert.equal((await send(doer, 'POST', '/services/')).status, 400);
  }
  const bad = { title: '', status: 'maybe' };
  is(await other.patch(`${gigs}/services/${made.id}/`, bad), 403, forbidden);
  is(await doer.patch(`${gigs}/services/4711/`, bad), 404, missing);
  is(await rival.patch(`${gigs}/proposals/${wanted.id}/`, bad), 403, forbidden);
  is(await client.patch(`${gigs}/proposals/4711/`, bad), 404, missing);
  is(await rival.patch(`${gigs}/service-orders/${order.id}/`, bad), 403, forbidden);
  is(await doer.patch(`${gigs}/service-orders/4711/`, bad), 404, missing);
  is(await rival.patch(`${gigs}/proposal-orders/${applied.id}/`, bad), 403, forbidden);
  is(await client.patch(`${gigs}/proposal-orders/4711/`, bad), 404, missing);
  is(await doer.patch(`${gigs}/services/${made.id}/`, bad), 400, { title: ['This field may not be blank.'] });
});

test('skills: one id for all spellings, another for another skill', async () => {
  const made = await offer({ skills_input: ['C', 'C++', 'C#', 'c++', 'Node.js', 'node JS', 'Ünïcode', 'unicode', '++'].map((name) => ({ name })) });
  assert.deepEqual(made.skills_output.map((s) => s.name), ['C', 'C++', 'C#', 'Node.js', 'Ünïcode', '++']);
  assert.equal(new Set(ids(made.skills_output)).size, 6);
  const found = is(await client.get(`${gigs}/explore-services/?skills=c%2B%2B&page_size=100`), 200).results;
  assert.deepEqual(ids(found), [made.id]);
  assert.deepEqual((await want({ skills_input: [{ name: 'c#' }] })).skills_output[0].id, made.skills_output[2].id); // a proposal's too
  is(await doer.post(`${gigs}/services/`, service({ skills_input: [{ name: 'x'.repeat(51) }] })), 400, { skills_input: ['At most 20 skills of 1 to 50 characters.'] });
  is(await doer.post(`${gigs}/services/`, service({ skills_input: Array.from({ length: 21 }, (_, i) => ({ name: `s${i}` })) })), 400);
});

test('what is wrong with a service is named', async () => {
  is(await box.post(`${gigs}/services/`, service()), 401, notSignedIn);
  is(await client.post(`${gigs}/services/`, service()), 403, forbidden);
  is(await doer.post(`${gigs}/services/`, {}), 400, { title: required, description: required, category_id: required, price: required });
  const bad = async (change, faults) => is(await doer.post(`${gigs}/services/`, service(change)), 400, faults);
  for (const skills_input of ['React', 7, { name: 'React' }, ['React'], [{ title: 'React' }], [{ name: '' }], [{ name: 5 }]])
    await bad({ skills_input }, { skills_input: ['Invalid skills format.'] });
  await bad({ category_id: 4711 }, { category_id: ['Invalid pk "4711" - object does not exist.'] });
  await bad({ category_id: 'six' }, { category_id: ['A valid integer is required.'] });
  await bad({ price: 0 }, { price: ['Ensure this value is greater than or equal to 1.'] });
  await bad({ price: 10.5 }, { price: ['A valid integer is required.'] });
  await bad({ price: 'much' }, { price: ['A valid integer is required.'] });
  await bad({ price: null, title: '   ' }, { title: ['This field may not be blank.'], price: ['This field may not be null.'] });
  await bad({ title: 'x'.repeat(201) }, { title: ['Ensure this field has no more than 200 characters.'] });
  await bad({ is_active: 'maybe', delivery_time: 'soon' }, { is_active: ['Must be a valid boolean.'], delivery_time: ['A valid integer is required.'] });
  await bad({ revisions: -1 }, { revisions: ['Ensure this value is greater than or equal to 0.'] });
  is(await doer.patch(`${gigs}/services/1/`, '{', { headers: { 'content-type': 'application/json' } }), 400);
});

test('a service with a picture, in a multipart body', async () => {
  const body = { ...service({ title: 'Pictured', is_active: 'true' }), image: { bytes: png, name: 'web design.png' } };
  const made = is(await doer.post(`${gigs}/services/`, form(body)), 201);
  assert.deepEqual(made.skills_output.map((s) => s.name), ['React', 'Django']);
  assert.match(made.image, /^\/media\/services\/[^/]+\/web%20design\.png$/);
  const shown = await box.get(made.image, { raw: true });
  assert.deepEqual([shown.status, shown.headers.get('content-type')], [200, 'image/png']);
  assert.deepEqual(shown.body, png);
  const second = is(await doer.patch(`${gigs}/services/${made.id}/`, form({ image: { bytes: png, name: 'b.png' } })), 200);
  assert.match(second.image, /b\.png$/);
  assert.equal(second.title, 'Pictured');
  is(await doer.post(`${gigs}/services/`, form({ ...body, image: { bytes: Buffer.from('no picture'), name: 'a.png' } })), 400,
    { image: ['Upload a valid image. The file you uploaded was either not an image or a corrupted image.'] });
  is(await doer.post(`${gigs}/services/`, form({ ...body, image: { bytes: Buffer.alloc(0) } })), 400, { image: ['The submitted file is empty.'] });
  const large = Buffer.concat([png, Buffer.alloc(10 * 1024 * 1024)]);
  assert.deepEqual(Object.keys(is(await doer.post(`${gigs}/services/`, form({ ...body, image: { bytes: large } })), 413)), ['image']);
  is(await doer.post(`${gigs}/services/`, form({ ...body, skills_input: '[{"name"' })), 400, { skills_input: ['Invalid skills format.'] });
});

test('exploring services: pages, filters, order', async () => {
  const own = await Box.start();
  try {
    const [c, d] = [await join(own, 'CLIENT'), await join(own, 'FREELANCER')];
    const made = [];
    for (let i = 0; i < 9; i++)
      made.push(await offer({ title: `Service number ${i}`, price: 1000 * ((i * 7) % 9 + 1), delivery_time: i + 1, category_id: 1 + (i % 3), skills_input: [{ name: i % 2 ? 'React' : 'Vue.js' }, { name: 'CSS' }] }, d));
    await offer({ title: 'Hidden away', is_active: false }, d);
    is(await own.get(`${gigs}/explore-services/`), 401, notSignedIn);
    const get = async (query) => is(await c.get(`${gigs}/explore-services/${query}`), 200);
    const first = await get('');
    assert.deepEqual(Object.keys(first), ['count', 'next', 'previous', 'results']);
    assert.deepEqual([first.count, first.results.length, first.previous], [9, 6, null]);
    assert.deepEqual(ids(first.results), ids(made).reverse().slice(0, 6));
    assert.deepEqual(Object.keys(first.results[0]).sort(),
      ['category', 'delivery_time', 'freelancer', 'id', 'image', 'is_featured', 'price', 'skills_output', 'title']);
    assert.equal(first.next, `${own.url}${gigs}/explore-services/?page=2`);
    const second = is(await c.get(first.next.slice(own.url.length)), 200);
    assert.deepEqual([second.next, second.previous, second.results.length], [null, `${own.url}${gigs}/explore-services/`, 3]);
    const cheap = await get('?ordering=price&page_size=4&page=2');
    assert.deepEqual(cheap.results.map((s) => s.price), [5000, 6000, 7000, 8000]);
    assert.equal(cheap.next, `${own.url}${gigs}/explore-services/?ordering=price&page_size=4&page=3`);
    assert.equal(cheap.previous, `${own.url}${gigs}/explore-services/?ordering=price&page_size=4`);
    assert.deepEqual((await get('?ordering=-price&page_size=2')).results.map((s) => s.price), [9000, 8000]);
    assert.deepEqual(ids((await get('?ordering=created_at&page_size=100')).results), ids(made));
    assert.deepEqual(ids((await get('?ordering=-created_at&page_size=1000')).results), ids(made).reverse());
    assert.equal((await get('?ordering=nonsense&page_size=0')).results.length, 6);
    const model = (keep) => made.filter(keep).map((s) => s.id).sort((a, b) => b - a);
    const matching = async (query) => ids((await get(`${query}&page_size=50`)).results).sort((a, b) => b - a);
    assert.deepEqual(await matching('?category=2'), model((s) => s.category.id === 2));
    assert.deepEqual(await matching('?min_price=4000&max_price=7000'), model((s) => s.price >= 4000 && s.price <= 7000));
    assert.deepEqual(await matching('?delivery_time=4'), model((s) => s.delivery_time <= 4));
    assert.deepEqual(await matching('?skills=react'), model((s) => s.skills_output[0].name === 'React'));
    assert.deepEqual(await matching('?skills=CSS,vue.js'), model((s) => s.skills_output[0].name === 'Vue.js'));
    assert.deepEqual(await matching('?skills=React&category=1&max_price=6000&delivery_time=8&ordering=price'),
      model((s) => s.skills_output[0].name === 'React' && s.category.id === 1 && s.price <= 6000 && s.delivery_time <= 8));
    assert.deepEqual((await get('?search=number&ordering=price&page_size=3')).results.map((s) => s.price), [1000, 2000, 3000]);
    const later = await get('?search=number&ordering=-price&page_size=4&page=2');
    assert.deepEqual([later.count, ...later.results.map((s) => s.price)], [9, 5000, 4000, 3000, 2000]);
    assert.equal((await get('?search=nothinglikethis')).count, 0);
    assert.equal((await get('?search=hidden')).count, 0);
    for (const page of ['3', '0', '-1', 'x', '99999999999'])
      is(await c.get(`${gigs}/explore-services/?page=${page}`), 404, { detail: 'Invalid page.' });
    assert.deepEqual(await get('?search=nothinglikethis&page=1'), { count: 0, next: null, previous: null, results: [] });
    is(await c.get(`${gigs}/explore-services/?min_price=cheap`), 400, { min_price: ['Enter a number.'] });
    is(await c.get(`${gigs}/explore-services/?category=4711`), 400, { category: ['Select a valid choice. That choice is not one of the available choices.'] });
  } finally {
    await own.stop();
  }
});

test('a proposal: made, listed, changed, paused, deleted', async () => {
  const made = await want();
  assert.deepEqual(without(made, 'id', 'created_at', 'updated_at', 'skills_output', 'required_skills'), {
    title: 'Landing Page Design Required', description: 'Need a creative landing page for our startup.', category: { id: 2, name: 'Digital Marketing' },
    budget_min: 10000, budget_max: 30000, timeline_days: 7, project_scope: 'Single page app', is_urgent: true, client: person(client),
    applied_freelancers: [], selected_freelancer: null, status: 'open', is_active: true,
  });
  assert.deepEqual(made.required_skills, made.skills_output);
  assert.deepEqual(made.skills_output.map((s) => s.name), ['UI/UX', 'React']);
  assert.deepEqual(is(await client.get(`${gigs}/proposals/`), 200)[0], made);
  is(await doer.get(`${gigs}/proposals/`), 200, []);
  const explore = async (query = '', who = doer) => is(await who.get(`${gigs}/explore-proposals/${query}`), 200);
  const found = (await explore('?search=creative+landing')).results.find((p) => p.id === made.id);
  assert.deepEqual(found, without(made, 'description', 'required_skills', 'applied_freelancers', 'selected_freelancer', 'is_active', 'created_at', 'updated_at'));
  const changed = is(await client.patch(`${gigs}/proposals/${made.id}/`, { title: 'Two pages', budget_max: 40000, skills_input: [{ name: 'Figma' }] }), 200);
  assert.deepEqual([changed.title, changed.budget_min, changed.budget_max, changed.skills_output[0].name], ['Two pages', 10000, 40000, 'Figma']);
  is(await client.put(`${gigs}/proposals/${made.id}/`, proposal({ timeline_days: null })), 200);
  const paused = is(await client.patch(`${gigs}/proposals/${made.id}/`, { is_active: false }), 200);
  assert.deepEqual([paused.is_active, paused.timeline_days], [false, null]);
  assert.ok(!ids((await explore()).results).includes(made.id));
  is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: made.id }), 400, { error: 'The gig is not open.' });
  assert.equal(is(await client.patch(`${gigs}/proposals/${made.id}/`, { is_active: true }), 200).is_active, true);
  assert.ok(ids((await explore()).results).includes(made.id));
  is(await client.patch(`${gigs}/proposals/${made.id}/`, { budget_min: 50000 }), 400);
  is(await client.patch(`${gigs}/proposals/99999/`, {}), 404, missing);
  const rival = await join(box, 'CLIENT');
  is(await rival.patch(`${gigs}/proposals/${made.id}/`, { title: 'Mine' }), 403, forbidden);
  is(await rival.patch(`${gigs}/proposals/${made.id}/`, { is_active: false }), 403, forbidden);
  is(await rival.delete(`${gigs}/proposals/${made.id}/`), 403, forbidden);
  assert.equal((await client.delete(`${gigs}/proposals/${made.id}/`, { raw: true })).status, 204);
  is(await client.delete(`${gigs}/proposals/${made.id}/`), 404, missing);
  const hidden = await want({ is_active: false });
  assert.equal(hidden.is_active, false);
  assert.ok(ids(is(await client.get(`${gigs}/proposals/`), 200)).includes(hidden.id));
});

test('what is wrong with a proposal is named', async () => {
  is(await box.post(`${gigs}/proposals/`, proposal()), 401, notSignedIn);
  is(await doer.post(`${gigs}/proposals/`, proposal()), 403, forbidden);
  is(await client.post(`${gigs}/proposals/`, {}), 400,
    { title: required, description: required, category_id: required, budget_min: required, budget_max: required });
  const bad = async (change, faults) => is(await client.post(`${gigs}/proposals/`, proposal(change)), 400, faults);
  await bad({ skills_input: 'UI' }, { skills_input: ['Invalid skills format.'] });
  await bad({ budget_min: 3.5, timeline_days: 0 }, { budget_min: ['A valid integer is required.'], timeline_days: ['Ensure this value is greater than or equal to 1.'] });
  await bad({ budget_min: 40000 }, { budget_min: ['Must not be more than the largest budget.'] });
  await bad({ category_id: 99 }, { category_id: ['Invalid pk "99" - object does not exist.'] });
});

test('exploring proposals: filters and order', async () => {
  const own = await Box.start();
  try {
    const [c, d] = [await join(own, 'CLIENT'), await join(own, 'FREELANCER')];
    const made = [];
    for (let i = 0; i < 8; i++)
      made.push(await want({ title: `Project ${i}`, budget_min: 1000 * ((i * 5) % 8 + 1), budget_max: 1000 * ((i * 5) % 8 + 3), timeline_days: i + 1, category_id: 1 + (i % 2), skills_input: [{ name: i % 2 ? 'React' : 'Figma' }] }, c));
    const get = async (query) => is(await d.get(`${gigs}/explore-proposals/${query}`), 200);
    const model = (keep) => made.filter(keep).map((p) => p.id);
    const matching = async (query) => ids((await get(`${query}&page_size=50`)).results).sort((a, b) => a - b);
    const first = await get('');
    assert.deepEqual([first.count, first.results.length, first.next], [8, 6, `${own.url}${gigs}/explore-proposals/?page=2`]);
    assert.deepEqual(await matching('?category=2'), model((p) => p.category.id === 2));
    assert.deepEqual(await matching('?delivery_time=3'), model((p) => p.timeline_days <= 3));
    assert.deepEqual(await matching('?skills=figma'), model((p) => p.skills_output[0].name === 'Figma'));
    assert.deepEqual(await matching('?min_budget=6000'), model((p) => p.budget_max >= 6000));
    assert.deepEqual(await matching('?max_budget=4000'), model((p) => p.budget_min <= 4000));
    assert.deepEqual(await matching('?search=project&skills=react&delivery_time=6&max_budget=6000'),
      model((p) => p.skills_output[0].name === 'React' && p.timeline_days <= 6 && p.budget_min <= 6000));
    assert.deepEqual((await get('?ordering=budget&page_size=3')).results.map((p) => p.budget_min), [1000, 2000, 3000]);
    assert.deepEqual((await get('?ordering=-budget&page_size=3')).results.map((p) => p.budget_max), [10000, 9000, 8000]);
    assert.deepEqual(ids((await get('?ordering=created_at&page_size=50')).results), ids(made));
    is(await own.get(`${gigs}/explore-proposals/`), 401, notSignedIn);
  } finally {
    await own.stop();
  }
});

test('a service order: placed, answered, seen by both', async () => {
  const offered = await offer({ title: 'To be ordered' });
  is(await box.post(`${gigs}/service-orders/`, { service_id: offered.id }), 401, notSignedIn);
  is(await client.post(`${gigs}/service-orders/`, {}), 400, { service_id: required });
  is(await client.post(`${gigs}/service-orders/`, { service_id: 4711 }), 400, { service_id: ['Invalid pk "4711" - object does not exist.'] });
  is(await other.post(`${gigs}/service-orders/`, { service_id: offered.id }), 403, forbidden);
  const place = async () => is(await client.post(`${gigs}/service-orders/`, { service_id: offered.id, message: 'Excited to work, please start ASAP!' }), 201);
  const order = await place();
  assert.deepEqual(without(order, 'id', 'created_at', 'updated_at'),
    { client: person(client), freelancer: person(doer), service: offered, message: 'Excited to work, please start ASAP!', status: 'pending' });
  for (const who of [client, doer]) assert.deepEqual(is(await who.get(`${gigs}/service-orders/`), 200)[0], order);
  is(await other.get(`${gigs}/service-orders/`), 200, []);
  const answer = (who, id, status) => who.patch(`${gigs}/service-orders/${id}/`, { status });
  const words = { error: "Status must be one of ['accepted', 'rejected', 'cancelled']." };
  for (const status of ['done', 'pending', '', 5, null, undefined]) is(await answer(doer, order.id, status), 400, words);
  is(await answer(other, order.id, 'accepted'), 403, forbidden);
  is(await answer(client, order.id, 'accepted'), 403, forbidden);
  is(await answer(client, order.id, 'rejected'), 403, forbidden);
  is(await answer(doer, 4711, 'accepted'), 404, missing);
  is(await answer(doer, order.id, 'accepted'), 200, { id: order.id, status: 'accepted' });
  is(await answer(doer, order.id, 'accepted'), 400);
  is(await answer(doer, order.id, 'rejected'), 400);
  is(await answer(client, order.id, 'cancelled'), 200, { id: order.id, status: 'cancelled' });
  is(await answer(doer, order.id, 'accepted'), 400);
  for (const [who, said] of [[doer, 'rejected'], [doer, 'cancelled'], [client, 'cancelled']]) {
    const { id } = await place();
    is(await answer(who, id, said), 200, { id, status: said });
    assert.equal(is(await client.get(`${gigs}/service-orders/`), 200).find((o) => o.id === id).status, said);
  }
  const notes = is(await doer.get('/api/notifications'), 200);
  assert.ok(notes.notifications.some((n) => n.type === 'order_created'));
  is(await doer.patch(`${gigs}/services/${offered.id}/`, { is_active: false }), 200);
  is(await client.post(`${gigs}/service-orders/`, { service_id: offered.id }), 400, { error: 'The service cannot be ordered now.' });
});

test('a proposal order: made, decided, seen by both', async () => {
  const wanted = await want({ title: 'To be answered' });
  is(await box.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id }), 401, notSignedIn);
  is(await doer.post(`${gigs}/proposal-orders/`, {}), 400, { proposal_id: required });
  is(await doer.post(`${gigs}/proposal-orders/`, { status: 'accepted' }), 400, { proposal_id: required });
  is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: 4711 }), 400, { proposal_id: ['Invalid pk "4711" - object does not exist.'] });
  is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id, bid_amount: 1.5 }), 400, { bid_amount: ['A valid integer is required.'] });
  is(await client.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id }), 403, forbidden);
  const made = is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id, message: 'I can', bid_amount: 20000 }), 201);
  assert.match(made.created_at, seconds);
  assert.deepEqual(without(made, 'id', 'created_at', 'updated_at', 'proposal'),
    { freelancer: person(doer), client: person(client), message: 'I can', bid_amount: 20000, status: 'pending' });
  assert.equal(made.proposal.id, wanted.id);
  is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id }), 400, { error: 'You have already applied to this proposal.' });
  const rival = is(await other.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id }), 201);
  assert.deepEqual([rival.message, rival.bid_amount], ['', null]);
  const mine = async (who) => is(await who.get(`${gigs}/proposal-orders/`), 200);
  assert.deepEqual((await mine(client)).slice(0, 2), [rival, made]);
  assert.deepEqual(await mine(doer), [made]);
  const own = is(await client.get(`${gigs}/proposals/`), 200).find((p) => p.id === wanted.id);
  assert.deepEqual(own.applied_freelancers, [person(doer), person(other)]);
  const decide = (who, id, status) => who.patch(`${gigs}/proposal-orders/${id}/`, { status });
  is(await decide(client, made.id, 'maybe'), 400, { error: "Status must be one of ['accepted', 'rejected', 'cancelled']." });
  is(await decide(doer, made.id, 'accepted'), 403, forbidden);
  is(await decide(doer, made.id, 'rejected'), 403, forbidden);
  is(await decide(client, made.id, 'cancelled'), 403, forbidden);
  is(await decide(other, made.id, 'cancelled'), 403, forbidden);
  is(await decide(client, 4711, 'accepted'), 404, missing);
  is(await decide(client, made.id, 'accepted'), 200, { id: made.id, status: 'accepted' });
  is(await decide(client, made.id, 'rejected'), 400);
  is(await decide(client, rival.id, 'accepted'), 400); // somebody was chosen
  assert.deepEqual(is(await client.get(`${gigs}/proposals/`), 200).find((p) => p.id === wanted.id).selected_freelancer, person(doer));
  is(await client.delete(`${gigs}/proposals/${wanted.id}/`), 400);
  is(await decide(client, rival.id, 'rejected'), 200, { id: rival.id, status: 'rejected' });
  is(await decide(other, rival.id, 'cancelled'), 400);
  // the freelancer goes back on an accepted one: the order is called off, and the proposal is open for others
  is(await decide(doer, made.id, 'cancelled'), 200, { id: made.id, status: 'cancelled' });
  assert.equal((await mine(doer))[0].status, 'cancelled');
  is(await decide(doer, made.id, 'cancelled'), 400);
  const again = is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: wanted.id }), 201);
  is(await decide(doer, again.id, 'cancelled'), 200, { id: again.id, status: 'cancelled' });
  const orders = is(await client.get('/api/orders'), 200).orders;
  assert.equal(orders.filter((o) => o.status === 'cancelled' && o.title === 'To be answered').length, 1);
});

test('one marketplace: what is made here, the campus sees and acts on', async () => {
  const campusClient = await box.person('+919812300001', { name: 'Cam Pus' });
  const campusDoer = await box.person('+919812300002', { name: 'Doe Campus' });
  const wanted = await want({ title: 'Seen everywhere', budget_min: 500, budget_max: 1500 });
  const { gigs: listed } = is(await box.get('/api/gigs?search=seen+everywhere'), 200);
  assert.deepEqual([listed[0].title, listed[0].budgetMin, listed[0].budgetMax, listed[0].category, listed[0].status],
    ['Seen everywhere', 50000, 150000, 'marketing', 'open']);
  const applied = is(await campusDoer.post(`/api/gigs/${listed[0].id}/applications`, { message: 'From the campus', amount: 120050 }), 201);
  const [order] = is(await client.get(`${gigs}/proposal-orders/`), 200);
  assert.deepEqual([order.message, order.bid_amount, order.freelancer.name, order.proposal.id], ['From the campus', 1200.5, 'Doe Campus', wanted.id]);
  is(await client.patch(`${gigs}/proposal-orders/${order.id}/`, { status: 'accepted' }), 200);
  const { orders } = is(await campusDoer.get('/api/orders'), 200);
  assert.deepEqual([orders[0].status, orders[0].amount, orders[0].title], ['pending_payment', 120050, 'Seen everywhere']);
  assert.equal(is(await campusDoer.get(`/api/applications/${applied.id}`), 200).status, 'accepted');

  // and the other way round
  const gig = is(await campusClient.post('/api/gigs', { title: 'A campus gig', description: 'Anything.', category: 'design', skills: ['React'], budgetMin: 10000, budgetMax: 25000, deadline: Date.now() + 5 * 86400000 }), 201);
  const seen = is(await doer.get(`${gigs}/explore-proposals/?search=campus`), 200).results.find((p) => p.title === 'A campus gig');
  assert.deepEqual([seen.budget_min, seen.budget_max, seen.client.name, seen.timeline_days, seen.is_urgent, seen.project_scope], [100, 250, 'Cam Pus', 5, false, '']);
  assert.deepEqual(seen.skills_output.map((s) => s.name), ['React']);
  const answer = is(await doer.post(`${gigs}/proposal-orders/`, { proposal_id: seen.id, bid_amount: 200 }), 201);
  const { applications } = is(await campusClient.get(`/api/gigs/${gig.id}/applications`), 200);
  assert.deepEqual([applications[0].amount, applications[0].message], [20000, '']);
  is(await campusClient.post(`/api/applications/${applications[0].id}/accept`), 200);
  assert.equal(is(await doer.get(`${gigs}/proposal-orders/`), 200).find((o) => o.id === answer.id).status, 'accepted');

  // a service of the campus is ordered here, one of here there
  const sold = is(await campusDoer.post('/api/services', { title: 'Poster by the hour', description: 'Posters.', category: 'design', skills: ['Photoshop'], price: 5050 }), 201);
  const found = is(await client.get(`${gigs}/explore-services/?search=poster`), 200).results[0];
  assert.deepEqual([found.title, found.price, found.delivery_time, found.freelancer.name], ['Poster by the hour', 50.5, null, 'Doe Campus']);
  const bought = is(await client.post(`${gigs}/service-orders/`, { service_id: found.id }), 201);
  const campusOrder = is(await campusDoer.get('/api/orders'), 200).orders.find((o) => o.serviceId === sold.id);
  assert.equal(campusOrder.status, 'pending_payment');
  assert.equal(is(await campusDoer.patch(`${gigs}/service-orders/${bought.id}/`, { status: 'accepted' }), 200).status, 'accepted');
  const offered = await offer({ title: 'Ordered from the campus' });
  const there = is(await box.get('/api/services?search=ordered+from+the+campus'), 200).services[0];
  is(await campusClient.post(`/api/services/${there.id}/order`, { message: 'Yes' }), 201);
  const here = is(await doer.get(`${gigs}/service-orders/`), 200)[0];
  assert.deepEqual([here.client.name, here.message, here.service.id, here.status], ['Cam Pus', 'Yes', offered.id, 'pending']);
});
