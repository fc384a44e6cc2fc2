// Profiles of freelancers and clients, cities, and pictures, as clients of SkillConnect know them.
import { test, before, after } from 'node:test';
import { Box, assert, is, join, notSignedIn, forbidden, missing, required, seconds, png, form } from './skillconnect.mjs';
import { staffed, audited } from './admin_kit.mjs';

const profiles = '/api/v1/profiles';
const own = `${profiles}/freelancer/profile-setup/me/`, ownClient = `${profiles}/client/profile-setup/me/`;
let box, client, doer;
before(async () => {
  box = await Box.start();
  [client, doer] = [await join(box, 'CLIENT'), await join(box, 'FREELANCER')];
});
after(() => box.stop());

const john = (change = {}) => ({
  first_name: 'John', last_name: 'Doe', about: 'Full-stack developer with 5 years experience', age: 28, country: 'India', location: 'Mumbai', is_available: true,
  skills_input: [{ name: 'Python' }, { name: 'Django' }],
  educations_input: [{ college: 'MIT', degree: 'B.Tech Computer Science', start_year: 2015, end_year: 2019 }],
  experiences_input: [{ role: 'Senior Developer', company: 'Tech Corp', start_date: '2020-01-15', end_date: '2023-06-30', description: 'Led backend development', ongoing: false }],
  languages_input: [{ name: 'English', proficiency: 'Native' }, { name: 'Hindi', proficiency: 'Fluent' }],
  portfolios_input: [{ title: 'E-commerce Platform', description: 'Built scalable marketplace', project_link: 'https://github.com/johndoe/ecommerce' }],
  social_links_input: { github_url: 'https://github.com/johndoe', linkedin_url: 'https://linkedin.com/in/johndoe', twitter_url: null, facebook_url: null, instagram_url: null },
  verification_input: { email_verified: false, phone_verified: true, id_verified: true, video_verified: true }, ...change,
});
const jane = (change = {}) => ({
  account_type: 'business', first_name: 'Jane', last_name: 'Smith', company_name: 'TechStart Inc', company_description: 'We build innovative software solutions',
  country: 'India', location: 'Bangalore', industry: 'Technology', company_size: '10-50', website: 'https://techstart.com', project_types: 'Web Development, Mobile Apps',
  budget_range: '$10,000 - $50,000', project_frequency: 'Monthly', preferred_communications: 'Email, Slack', working_hours: '9 AM - 6 PM IST',
  business_goals: 'Scale our platform to 10k users', current_challenges: 'Need faster development cycles', previous_experiences: 'Worked with 5 freelancers before',
  expected_timeline: '3-6 months', quality_importance: 'High', payment_method: 'Bank Transfer', monthly_budget: 50000, project_budget: 200000,
  payment_timing: 'Milestone-based', ...change,
});
const setUp = async (who, change) => is(await who.post(`${profiles}/freelancer/profile-setup/`, john(change)), 201);
const setUpClient = async (who, change) => is(await who.post(`${profiles}/client/profile-setup/`, jane(change)), 201);
const ids = (list) => list.map((x) => x.id);
const bare = (list) => list.map(({ id, ...rest }) => (assert.ok(Number.isInteger(id)), rest));

test('a freelancer profile: made, read, changed', async () => {
  is(await box.get(own), 401, notSignedIn);
  is(await doer.get(own), 404, { detail: 'Profile not found.' });
  is(await doer.patch(own, { about: 'x' }), 404, { detail: 'Profile not found.' });
  is(await client.post(`${profiles}/freelancer/profile-setup/`, john()), 403, forbidden);
  is(await client.get(own), 403, forbidden);
  is(await client.post(`${profiles}/freelancer/profile-setup/`, { age: 'old' }), 403, forbidden);
  is(await client.patch(own, { age: 'old' }), 403, forbidden);
  is(await doer.put(own, {}), 404, { detail: 'Profile not found.' });
  const made = await setUp(doer);
  const { id, user, created_at, updated_at, skills_output, educations_output, experiences_output, languages_output, portfolios_output, ...rest } = made;
  assert.ok(Number.isInteger(id));
  assert.equal(user, doer.user.id);
  assert.match(created_at, seconds);
  assert.match(updated_at, seconds);
  assert.deepEqual(rest, {
    first_name: 'John', last_name: 'Doe', profile_picture: null, about: 'Full-stack developer with 5 years experience', age: 28, country: 'India', location: 'Mumbai',
    is_available: true, social_links_output: john().social_links_input,
    verification_output: { email_verified: true, phone_verified: false, id_verified: false, video_verified: false },
  });
  assert.deepEqual(bare(skills_output), john().skills_input);
  assert.deepEqual(bare(educations_output), [{ ...john().educations_input[0], certificate: null }]);
  assert.deepEqual(bare(experiences_output), [{ ...john().experiences_input[0], certificate: null }]);
  assert.deepEqual(bare(languages_output), john().languages_input);
  assert.deepEqual(bare(portfolios_output), john().portfolios_input);
  is(await doer.get(own), 200, made);
  is(await doer.post(`${profiles}/freelancer/profile-setup/`, john()), 400, { non_field_errors: ['Profile already exists for this user'] });

  const patched = is(await doer.patch(own, { about: 'Updated bio with new skills', is_available: false, skills_input: [{ name: 'React' }, { name: 'Node.js' }, { name: 'react' }] }), 200);
  assert.deepEqual([patched.about, patched.is_available, patched.age], ['Updated bio with new skills', false, 28]);
  assert.deepEqual(bare(patched.skills_output), [{ name: 'React' }, { name: 'Node.js' }]);
  assert.deepEqual(patched.educations_output, made.educations_output); // what is not sent stays
  const lists = is(await doer.patch(own, { languages_input: [{ name: 'Tamil', proficiency: 'Basic' }], portfolios_input: [], age: null }), 200);
  assert.deepEqual([bare(lists.languages_output), lists.portfolios_output, lists.age], [[{ name: 'Tamil', proficiency: 'Basic' }], [], null]);
  const links = is(await doer.patch(own, { social_links_input: { twitter_url: 'https://x.com/j', github_url: null } }), 200);
  assert.deepEqual(links.social_links_output,
    { github_url: null, linkedin_url: 'https://linkedin.com/in/johndoe', twitter_url: 'https://x.com/j', facebook_url: null, instagram_url: null });

  is(await doer.put(own, { first_name: 'John', last_name: 'Doe' }), 400, { skills_input: required });
  is(await doer.put(own, {}), 400, { first_name: required, last_name: required, skills_input: required });
  const put = is(await doer.put(own, john({ first_name: 'Johnny', last_name: 'van der Doe', experiences_input: undefined })), 200);
  assert.deepEqual([put.first_name, put.last_name, put.experiences_output], ['Johnny', 'van der Doe', []]);
  assert.equal(put.id, id);
  const me = is(await doer.get('/api/users/me'), 200); // one person in all contracts
  assert.deepEqual([me.name, me.bio, me.place, me.skills], ['Johnny van der Doe', john().about, 'Mumbai', ['Python', 'Django']]);
  is(await doer.patch('/api/users/me', { name: 'Jon Snow', skills: ['Rust'], place: 'Pune' }), 200);
  const after = is(await doer.get(own), 200);
  assert.deepEqual([after.first_name, after.last_name, after.location, bare(after.skills_output)], ['Jon', 'Snow', 'Pune', [{ name: 'Rust' }]]);
});

test('what is wrong with a freelancer profile is named, in its place', async () => {
  const who = await join(box, 'FREELANCER');
  const bad = async (change, faults) => is(await who.post(`${profiles}/freelancer/profile-setup/`, john(change)), 400, faults);
  await bad({ age: 'old', is_available: 'x' }, { age: ['A valid integer is required.'], is_available: ['Must be a valid boolean.'] });
  await bad({ first_name: '', last_name: null }, { first_name: ['This field may not be blank.'], last_name: ['This field may not be null.'] });
  await bad({ skills_input: ['Python'] }, { skills_input: ['Invalid skills format.'] });
  await bad({ skills_input: undefined }, { skills_input: required });
  await bad({ educations_input: [john().educations_input[0], { college: 'X', start_year: 'then' }] },
    { educations_input: [{}, { degree: required, start_year: ['A valid integer is required.'] }] });
  await bad({ educations_input: [{ college: 'X', degree: 'Y', start_year: 2020, end_year: 2019 }] }, { educations_input: [{ end_year: ['Must not be before the first year.'] }] });
  await bad({ experiences_input: [{ role: 'X', company: 'Y', start_date: '15-01-2020' }] },
    { experiences_input: [{ start_date: ['Date has wrong format. Use one of these formats instead: YYYY-MM-DD.'] }] });
  await bad({ experiences_input: [{ role: 'X', company: 'Y', start_date: '2020-02-01', end_date: '2020-01-01' }] },
    { experiences_input: [{ end_date: ['Must not be before the first day.'] }] });
  await bad({ languages_input: 'English' }, { languages_input: ['Expected a list of items.'] });
  await bad({ portfolios_input: [{ title: 'T', project_link: 'javascript:alert(1)' }] }, { portfolios_input: [{ project_link: ['Enter a valid URL.'] }] });
  await bad({ social_links_input: { github_url: 'github' } }, { social_links_input: { github_url: ['Enter a valid URL.'] } });
  await bad({ languages_input: Array.from({ length: 21 }, () => ({ name: 'L' })) }, { languages_input: ['Ensure this field has no more than 20 elements.'] });
  is(await who.get(own), 404); // nothing of it was kept
});

test('a freelancer profile with files, in a multipart body', async () => {
  const who = await join(box, 'FREELANCER');
  const { verification_input, ...plain } = john();
  const made = is(await who.post(`${profiles}/freelancer/profile-setup/`, form({
    ...plain, educations_input: [...plain.educations_input, { college: 'IIT', degree: 'PhD' }], profile_picture: { bytes: png, name: 'john pic.png' },
    education_certificate_1: { bytes: Buffer.from('%PDF-1.4\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'), name: 'phd.pdf' }, experience_certificate_0: { bytes: png, name: 'work.png' },
  })), 201);
  assert.match(made.profile_picture, /^\/media\/profiles\/.+\/john%20pic\.png$/);
  assert.equal(made.educations_output[0].certificate, null);
  assert.match(made.educations_output[1].certificate, /phd\.pdf$/);
  assert.match(made.experiences_output[0].certificate, /work\.png$/);
  const picture = await box.get(made.profile_picture, { raw: true });
  assert.deepEqual([picture.status, picture.headers.get('content-type'), picture.body.equals(png)], [200, 'image/png', true]);
  assert.equal((await box.get(made.educations_output[1].certificate, { raw: true })).headers.get('content-type'), 'application/pdf');
  // a part that is sent again with its id keeps its certificate
  const [first, second] = made.educations_output;
  const kept = is(await who.patch(own, { educations_input: [second, { college: 'New', degree: 'One' }] }), 200).educations_output;
  assert.deepEqual([kept[0], kept[1].certificate], [second, null]);
  assert.ok(![first.id, second.id].includes(kept[1].id));
  // a certificate that comes alone is for the part in its place
  const certified = is(await who.patch(own, form({ education_certificate_1: { bytes: png, name: 'late.png' }, experience_certificate_0: { bytes: png, name: 'newer.png' } })), 200);
  assert.deepEqual(certified.educations_output[0], second);
  assert.match(certified.educations_output[1].certificate, /late\.png$/);
  assert.deepEqual({ ...certified.educations_output[1], certificate: null }, kept[1]);
  assert.match(certified.experiences_output[0].certificate, /newer\.png$/);
  is(await who.patch(own, form({ education_certificate_2: { bytes: png, name: 'late.png' } })), 400, { education_certificate_2: ['Is for nothing.'] });
  is(await who.patch(own, form({ profile_picture: { bytes: Buffer.from('text'), name: 'a.png' } })), 400,
    { profile_picture: ['Upload a valid image. The file you uploaded was either not an image or a corrupted image.'] });
  is(await who.patch(own, form({ languages_input: '[{]' })), 400);
  is(await who.patch(own, form({ about: 'By form', is_available: 'false' })), 200);
  const nested = is(await who.get('/api/v1/profiles/freelancers/browse/?search=form'), 200).results[0];
  assert.deepEqual([nested.about, nested.is_available, nested.profile_picture], ['By form', false, made.profile_picture]);
});

test('a client profile: made, read, changed', async () => {
  is(await client.get(ownClient), 404, { detail: 'Profile not found.' });
  is(await doer.get(ownClient), 403, forbidden);
  is(await doer.post(`${profiles}/client/profile-setup/`, jane()), 403, forbidden);
  const bad = async (change, faults) => is(await client.post(`${profiles}/client/profile-setup/`, jane(change)), 400, faults);
  await bad({ company_name: undefined }, { company_name: ['Company name is required for business accounts.'] });
  await bad({ company_name: ' ' }, { company_name: ['Company name is required for business accounts.'] });
  await bad({ account_type: 'club', website: 'techstart' }, { account_type: ['"club" is not a valid choice.'], website: ['Enter a valid URL.'] });
  await bad({ monthly_budget: 'much', project_budget: -1 },
    { monthly_budget: ['A valid integer is required.'], project_budget: ['Ensure this value is greater than or equal to 0.'] });
  is(await client.post(`${profiles}/client/profile-setup/`, {}), 400, { account_type: required, first_name: required, last_name: required });
  const { id, user, created_at, updated_at, profile_picture, ...rest } = await setUpClient(client);
  assert.deepEqual(rest, jane());
  assert.deepEqual([user, profile_picture], [client.user.id, null]);
  assert.match(created_at, seconds);
  is(await client.post(`${profiles}/client/profile-setup/`, jane()), 400, { non_field_errors: ['Profile already exists for this user'] });
  const patched = is(await client.patch(ownClient, { company_description: 'Updated description', monthly_budget: 75000 }), 200);
  assert.deepEqual([patched.company_description, patched.monthly_budget, patched.industry, patched.id], ['Updated description', 75000, 'Technology', id]);
  is(await client.patch(ownClient, { company_name: '' }), 400, { company_name: ['Company name is required for business accounts.'] });
  assert.equal(is(await client.patch(ownClient, { account_type: 'individual', company_name: '' }), 200).company_name, '');
  is(await client.put(ownClient, { company_name: 'X' }), 400, { account_type: required, first_name: required, last_name: required });
  assert.equal(is(await client.put(ownClient, jane({ company_name: 'TechStart Ltd' })), 200).company_name, 'TechStart Ltd');
  assert.equal(is(await client.get(ownClient), 200).company_name, 'TechStart Ltd');
  const pictured = is(await client.patch(ownClient, form({ profile_picture: { bytes: png } })), 200);
  assert.match(pictured.profile_picture, /^\/media\/profiles\//);
});

test('browsing freelancers', async () => {
  const fresh = await Box.start();
  try {
    const people = [];
    const cities = ['Mumbai', 'Pune', 'mumbai'];
    for (let i = 0; i < 8; i++) {
      const who = await join(fresh, 'FREELANCER');
      const profile = await setUp(who, { first_name: `Fred${i}`, location: cities[i % 3], is_available: i % 2 === 0, skills_input: [{ name: i < 4 ? 'Python' : 'Go' }],
        about: i === 5 ? 'Knows zebras' : 'Nothing', experiences_input: i === 1 ? [
          { role: 'Junior', company: 'A', start_date: '2018-01-01', end_date: '2019-01-01' }, { role: 'Lead', company: 'B', start_date: '2021-01-01', ongoing: true },
          { role: 'Senior', company: 'C', start_date: '2019-01-01', end_date: '2024-01-01' }] : [] });
      people.push({ who, profile });
    }
    const nameless = await join(fresh, 'FREELANCER'); // no profile: not listed
    const get = async (query) => is(await nameless.get(`${profiles}/freelancers/browse/${query}`), 200);
    is(await fresh.get(`${profiles}/freelancers/browse/`), 401, notSignedIn);
    const page = await get('');
    assert.deepEqual([page.count, page.results.length, page.previous, page.next], [8, 6, null, `${fresh.url}${profiles}/freelancers/browse/?page=2`]);
    const all = people.map((p) => p.profile.id);
    assert.deepEqual(ids(page.results), [...all].reverse().slice(0, 6));
    assert.deepEqual(page.results[0], { id: all[7], name: 'Fred7 Doe', title: '', location: 'Pune', rating: 0, review_count: 0, is_available: false,
      skills: page.results[0].skills, profile_picture: null, about: 'Nothing' });
    assert.deepEqual(bare(page.results[0].skills), [{ name: 'Go' }]);
    const model = (keep) => people.map((p) => p.profile).filter((_, i) => keep(i)).map((p) => p.id);
    const matching = async (query) => ids((await get(`${query}&page_size=50&ordering=created_at`)).results);
    assert.deepEqual(await matching('?location=MUMBAI'), model((i) => i % 3 !== 1));
    assert.deepEqual(await matching('?skills__name=python'), model((i) => i < 4));
    assert.deepEqual(await matching('?is_available=false'), model((i) => i % 2));
    assert.deepEqual(await matching('?is_available=true&skills__name=Go&location=Mumbai'), model((i) => i % 2 === 0 && i >= 4 && i % 3 !== 1));
    assert.deepEqual(await matching('?search=zebra'), model((i) => i === 5));
    assert.deepEqual(await matching('?search=fred3'), model((i) => i === 3));
    assert.deepEqual(await matching('?search=doe'), all);
    assert.deepEqual(await matching('?skills__name=Cobol'), []);
    assert.deepEqual(ids((await get('?ordering=-created_at&page_size=3&page=2')).results), [...all].reverse().slice(3, 6));
    assert.equal((await get('?search=fred1')).results[0].title, 'Lead');
    is(await nameless.get(`${profiles}/freelancers/browse/?page=9`), 404, { detail: 'Invalid page.' });
    is(await nameless.get(`${profiles}/freelancers/browse/${all[0]}/`), 200, is(await people[0].who.get(own), 200));
    is(await nameless.get(`${profiles}/freelancers/browse/4711/`), 404, missing);
    is(await nameless.get(`${profiles}/freelancers/browse/x/`), 404, missing);
    is(await fresh.get(`${profiles}/freelancers/browse/${all[0]}/`), 401, notSignedIn);
    // what another contract changes is found here
    is(await people[2].who.patch('/api/users/me', { place: 'Kochi', skills: ['Elixir'] }), 200);
    assert.deepEqual(await matching('?location=kochi'), [all[2]]);
    assert.deepEqual(await matching('?skills__name=elixir'), [all[2]]);
  } finally {
    await fresh.stop();
  }
});

test('browsing clients', async () => {
  const fresh = await Box.start();
  try {
    const made = [], names = ['Zeta', 'alpha', 'Mid', 'Beta', 'Omega', 'Gamma', 'Delta'];
    let who;
    for (const [i, company_name] of names.entries()) {
      who = await join(fresh, 'CLIENT');
      made.push(await setUpClient(who, { company_name, first_name: `Clara${i}`, country: i % 2 ? 'Nepal' : 'India', industry: i < 3 ? 'Technology' : 'Food', location: i ? 'Bangalore' : 'Delhi' }));
    }
    const get = async (query) => is(await who.get(`${profiles}/clients/browse/${query}`), 200);
    const page = await get('');
    assert.deepEqual([page.count, page.results.length, page.next], [7, 6, `${fresh.url}${profiles}/clients/browse/?page=2`]);
    assert.deepEqual(page.results[0], { id: made[6].id, name: 'Clara6 Smith', account_type: 'business', company_name: 'Delta', profile_picture: null,
      company_description: 'We build innovative software solutions', country: 'India', location: 'Bangalore', industry: 'Technology' === made[6].industry ? 'Technology' : 'Food' });
    const sorted = async (query) => (await get(`${query}&page_size=50`)).results.map((c) => c.company_name);
    assert.deepEqual(await sorted('?ordering=company_name'), ['alpha', 'Beta', 'Delta', 'Gamma', 'Mid', 'Omega', 'Zeta']);
    assert.deepEqual(await sorted('?ordering=created_at'), names);
    assert.deepEqual(await sorted('?ordering=-created_at'), [...names].reverse());
    assert.deepEqual(await sorted('?country=nepal&ordering=created_at'), ['alpha', 'Beta', 'Gamma']);
    assert.deepEqual(await sorted('?industry=technology&ordering=company_name'), ['alpha', 'Mid', 'Zeta']);
    assert.deepEqual(await sorted('?location=delhi&'), ['Zeta']);
    assert.deepEqual(await sorted('?country=India&industry=Food&location=bangalore&ordering=company_name'), ['Delta', 'Omega']);
    assert.deepEqual(await sorted('?search=omega'), ['Omega']);
    assert.deepEqual(await sorted('?search=clara2'), ['Mid']);
    assert.deepEqual(await sorted('?search=innovative&ordering=company_name&country=Nepal'), ['alpha', 'Beta', 'Gamma']);
    is(await who.patch('/api/users/me', { name: 'Renamed Person' }), 200);
    assert.deepEqual(await sorted('?search=renamed'), ['Delta']);
    is(await who.get(`${profiles}/clients/browse/${made[6].id}/`), 200, is(await who.get(ownClient), 200));
    is(await who.get(`${profiles}/clients/browse/4711/`), 404, missing);
    is(await fresh.get(`${profiles}/clients/browse/`), 401, notSignedIn);
    is(await who.get(`${profiles}/clients/browse/?page=0`), 404, { detail: 'Invalid page.' });
  } finally {
    await fresh.stop();
  }
});

test('cities', async () => {
  const get = async (q) => is(await box.get(`${profiles}/city-autocomplete/?q=${encodeURIComponent(q)}`), 200);
  const mum = await get('mum');
  assert.deepEqual(mum[0], { id: 0, name: 'Mumbai' });
  assert.deepEqual(ids(mum), mum.map((_, i) => i));
  assert.ok(mum.some((c) => c.name === 'Navi Mumbai')); // inside comes after in front
  assert.deepEqual(await get('MUM'), mum);
  assert.deepEqual(await get(''), []);
  assert.deepEqual(await get('   '), []);
  is(await box.get(`${profiles}/city-autocomplete/`), 200, []);
  assert.equal((await get('pur')).length, 10);
  assert.deepEqual(await get('xyzzy'), []);
  const a = await get('b');
  assert.equal(a.length, 10);
  assert.ok(a.every((c) => /^b/i.test(c.name)));
  for (const city of ['Delhi', 'Bengaluru', 'Bangalore', 'Kolkata', 'Chennai', 'Hyderabad', 'Pune', 'Jaipur', 'Lucknow', 'Kochi', 'Muvattupuzha'])
    assert.ok((await get(city)).some((c) => c.name === city), city);
});

test('an admin adds a city', async () => {
  const { box: own, admin, moderator, stop } = await staffed();
  try {
    const find = async (q) => is(await own.get(`${profiles}/city-autocomplete/?q=${q}`), 200).map((c) => c.name);
    assert.deepEqual(await find('zzcampus'), []);
    const city = is(await admin.post('/api/admin/cities', { name: ' ZZCampus Town ' }), 201);
    assert.equal(city.name, 'ZZCampus Town');
    assert.deepEqual(await find('zzcampus'), ['ZZCampus Town']);
    assert.deepEqual(is(await admin.get('/api/admin/cities'), 200).cities, [city]);
    assert.equal((await audited(admin, 'city.add')).subjectId, city.id);
    is(await admin.post('/api/admin/cities', { name: 'zzcampus town' }), 409);
    is(await admin.post('/api/admin/cities', { name: 'mumbai' }), 409);
    is(await admin.post('/api/admin/cities', { name: '' }), 400);
    is(await moderator.post('/api/admin/cities', { name: 'Elsewhere' }), 403);
    is(await own.post('/api/admin/cities', { name: 'Elsewhere' }), 401);
    is(await admin.delete(`/api/admin/cities/${city.id}`), 200);
    is(await admin.delete(`/api/admin/cities/${city.id}`), 404);
    assert.deepEqual(await find('zzcampus'), []);
  } finally {
    await stop();
  }
});
