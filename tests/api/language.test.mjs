// What leaves the box is in the reader's language: push, mail and SMS of notifications, and one-time codes. What the contracts answer is English.
import { after, before, test } from 'node:test';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { staffed } from './admin_kit.mjs';
import { Box, assert, eventually, gigBody, phone } from './harness.mjs';

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
const hindi = (text) => /[\u0900-\u097f]/.test(text);
const inHindi = { headers: { 'accept-language': 'hi-IN,hi;q=0.9,en;q=0.8' } };

let box, client, moderator, stop;
before(async () => {
  ({ box, moderator, stop } = await staffed({ sets: { name: 'Gigs' } }));
  client = await box.person(phone(), { name: 'Asha' });
});
after(() => stop());

/** A doer who wants everything by every way, and what reached them: { push, email, sms } of one notification. */
async function doer(language) {
  const person = await box.person(phone(), { name: 'Ravi', ...(language ? { language } : {}) });
  const mail = `${person.user.phone.slice(1)}@campus.test`, token = `device-${person.id}`;
  is(await person.patch('/api/users/me', { email: mail }), 200);
  is(await person.post('/api/auth/verify-email', { otp: (await box.message(mail, (m) => m.code)).code }), 200);
  is(await person.post('/api/devices', { token, platform: 'android' }), 201);
  is(await person.patch('/api/notifications/preferences', { preferences: ['application_accepted', 'order_created', 'badge'].map((type) => ({ type, push: true, email: true, sms: true })) }), 200);
  const to = { push: person.id, email: mail, sms: person.user.phone };
  return {
    person, mail,
    heard: async (wanted) => Object.fromEntries(await Promise.all(Object.entries(to).map(async ([way, address]) => [way, await box.message(address, (m) => m.channel === way && !m.code && wanted(m))]))),
  };
}

/** The client chooses the doer for a gig of this title. */
async function choose(person, title) {
  const gig = is(await client.post('/api/gigs', gigBody({ title })), 201);
  const application = is(await person.post(`/api/gigs/${gig.id}/applications`, { message: 'I can do this well.', amount: 50000 }), 201);
  return is(await client.post(`/api/applications/${application.id}/accept`), 200);
}

test('push, mail and SMS come in the language of the account, the API stays English', async () => {
  const ravi = await doer('hi'), john = await doer('en'), old = await doer();
  assert.equal(ravi.person.user.language, 'hi');
  assert.equal(old.person.user.language, undefined, 'Node says "*": nothing was chosen');
  const title = 'Poster for the club, in two colours, before the fair in March';
  for (const { person } of [ravi, john, old]) await choose(person, title);

  const told = await ravi.heard((m) => hindi(m.body) && m.body.includes('चुना गया'));
  assert.equal(told.push.subject, 'आवेदन स्वीकार');
  assert.equal(told.push.body, `आपको “${title}” के लिए चुना गया।`);
  assert.equal(told.email.subject, 'Gigs: आवेदन स्वीकार');
  assert.equal(told.email.body.trim(), told.push.body);
  assert.match(told.sms.body, /^आपको “Poster for the club.*…” के लिए चुना गया।$/, 'cut for one SMS');
  assert.equal(told.sms.body.length, 70);
  const order = await ravi.heard((m) => m.body.includes('₹500'));
  assert.equal(order.push.body, `“${title}” के लिए ₹500 का ऑर्डर आया है।`);
  assert.ok(order.sms.body.includes('₹500') && order.sms.body.length <= 70, 'money is not cut');

  for (const one of [john, old]) {
    const english = await one.heard((m) => m.body.includes('You were chosen'));
    for (const way of Object.values(english)) assert.equal(way.body.trim(), `You were chosen for "${title}".`);
    assert.equal(english.push.subject, 'Application accepted');
    assert.equal(english.email.subject, 'Gigs: Application accepted');
  }
  const list = is(await ravi.person.get('/api/notifications'), 200).notifications;
  const note = list.find((n) => n.type === 'application_accepted');
  assert.equal(note.title, 'Application accepted');
  assert.equal(note.body, `You were chosen for "${title}".`);
  assert.ok(!list.some((n) => hindi(n.title + n.body)));
});

test('our own words that are put in are translated too', async () => {
  const ravi = await doer('hi');
  for (const [act, said] of [['resolve', 'सही मानी गई'], ['dismiss', 'ख़ारिज हुई']]) {
    const bad = await box.person(phone(), { name: 'Rude' });
    const report = is(await ravi.person.post('/api/reports', { type: 'user', id: bad.id, reason: 'Is rude.' }), 201);
    is(await moderator.post(`/api/admin/reports/${report.id}/${act}`, {}), 200);
    const told = await box.message(ravi.person.id, (m) => m.channel === 'push' && m.body.includes(said));
    assert.equal(told.body, `एक मॉडरेटर ने आपकी शिकायत देखी: ${said}। धन्यवाद।`);
  }
});

test('a code: the account’s language, else the one of who asks', async () => {
  const code = async (number, options) => {
    const before = new Set(is(await box.get('/sandbox/outbox?to=' + encodeURIComponent(number)), 200).messages.map((m) => m.id));
    is(await box.post('/api/auth/send-otp', { phone: number }, options), 200);
    return await box.message(number, (m) => m.code && !before.has(m.id));
  };
  const newcomer = phone();
  const first = await code(newcomer, inHindi);
  assert.equal(first.body, `${first.code} Gigs के लिए आपका कोड है, 5 मिनट मान्य। किसी को न बताएँ।`);
  assert.ok(first.body.length <= 70, `${first.body.length} characters`);
  const { user, token } = is(await box.post('/api/auth/verify-otp', { phone: newcomer, otp: first.code }, inHindi), 200);
  assert.equal(user.language, 'hi', 'who made the account in Hindi has chosen it');
  assert.ok(hindi((await code(newcomer)).body), 'and it counts without being asked for');
  assert.ok(hindi((await code(newcomer, { headers: { 'accept-language': 'en' } })).body), 'and before what the request says');
  is(await box.patch('/api/users/me', { language: 'en' }, { token }), 200);
  const last = await code(newcomer, inHindi);
  assert.equal(last.body, `${last.code} is your code for Gigs. It is good for 5 min. Tell it to nobody.`);

  for (const [header, said] of [['en-GB,en;q=0.9,hi;q=0.8', false], ['fr, hi;q=0.5', true], ['en;q=0.2, HI-in;q=0.3', true], ['hi;q=0, en', false], ['hi;q=0', false], ['ta,*', false], [';;,,=', false]])
    assert.equal(hindi((await code(phone(), { headers: { 'accept-language': header } })).body), said, header);
});

test('a mailed code too', async () => {
  const person = await box.person(phone(), { language: 'hi' }), mail = `${person.id}@campus.test`;
  is(await person.patch('/api/users/me', { email: mail }), 200);
  const message = await box.message(mail, (m) => m.code);
  assert.equal(message.subject, 'Gigs: आपका कोड');
  assert.equal(message.body.trim(), `${message.code} Gigs के लिए आपका कोड है। यह 5 मिनट तक मान्य है। इसे किसी को न बताएँ।`);
  const other = `new-${person.id}@campus.test`; // an account by e-mail, of another contract
  is(await box.post('/api/v1/users/register/', { email: other, password: 'securepassword123', role: 'CLIENT' }, inHindi), 201);
  assert.ok(hindi((await box.message(other, (m) => m.code)).body));
});

test('only a language there is, and only for oneself to see', async () => {
  const person = await box.person(phone(), { language: 'hi' });
  for (const language of ['fr', '', 5]) is(await person.patch('/api/users/me', { language }), 400);
  assert.equal(is(await person.get('/api/users/me'), 200).language, 'hi');
  assert.ok(!('language' in is(await client.get(`/api/users/${person.id}`), 200)));
});

test('by a provider with registered templates, Hindi SMS need one of their own', async () => {
  const seen = [];
  const server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    seen.push(JSON.parse(body));
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"success","message":"1"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sets = { sms_provider: 'msg91', sms_url: `http://127.0.0.1:${server.address().port}`, sms_key: 'k', sms_template: 'flow-en' };
  try {
    for (const [more, template, said] of [[{}, 'flow-en', false], [{ sms_template_hi: 'flow-hi' }, 'flow-hi', true]]) {
      const own = await Box.start({ sets: { ...sets, ...more } });
      try {
        seen.length = 0;
        is(await own.post('/api/auth/send-otp', { phone: phone() }, inHindi), 200);
        const flow = await eventually(() => seen[0], 'the message', 15000);
        assert.equal(flow.template_id, template);
        assert.equal(hindi(flow.recipients[0].text), said);
        is(await own.post('/api/auth/send-otp', { phone: phone() }), 200);
        assert.equal((await eventually(() => seen[1], 'the English one', 15000)).template_id, 'flow-en');
      } finally {
        await own.stop();
      }
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
