// Beyond the main job: services, orders in parts, saved gigs and searches, alerts, messages about a gig, language and appearance.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, gigBody, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, asha, ravi;
before(async () => {
  box = await Box.start({ sets: { rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
  asha = await Visitor.open(browser, box, { size: 'desktop' });
  ravi = await Visitor.open(browser, box);
  await asha.signIn(phone(), 'Asha Rao');
  await ravi.signIn(phone(), 'Ravi Nair');
});
after(async () => {
  await browser?.close();
  await box?.stop();
});
const dialog = (v, name) => v.page.getByRole('dialog').getByRole('button', { name, exact: true });

test('a service is offered with a picture, ordered, accepted and declined', async () => {
  await ravi.go('/offer');
  await ravi.fill('Title', 'Proofread ten pages');
  await ravi.page.getByLabel('Category').selectOption('writing');
  await ravi.fill('Description', 'Within two days, with comments.');
  await ravi.fill('Price', '250');
  await ravi.sees('You get ₹237.50 after the 5 % fee.');
  await ravi.fill('Delivery in days', '2');
  await ravi.page.setInputFiles('input[type=file]', { name: 'cover.png', mimeType: 'image/png', buffer: await picture(ravi.page) });
  await ravi.page.getByText('cover.jpg', { exact: true }).waitFor(); // made small before it was sent
  await ravi.press('Publish');
  await ravi.page.waitForURL(/\/services\/[0-9a-f-]{36}$/);
  const service = new URL(ravi.page.url()).pathname;
  for (const answer of ['Accept the order', 'Decline']) {
    await asha.go(service);
    await asha.press('Order');
    await asha.fill('The brief', `Please (${answer}).`);
    await dialog(asha, 'Order for ₹250').click();
    await asha.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
    await ravi.go(new URL(asha.page.url()).pathname);
    await ravi.sees('Asha Rao ordered this from you.');
    await ravi.press(answer);
    if (answer === 'Decline') await dialog(ravi, 'Decline').click();
    await asha.sees(answer === 'Decline' ? 'This order was cancelled.' : 'Ravi Nair is at work. Pay into escrow');
  }
});

test('an order in parts: planned, paid one by one, handed in, approved', async () => {
  const [me, other] = await Promise.all([asha, ravi].map((v) => v.page.evaluate(async () => (await fetch('/api/users/me')).json())));
  const send = (v, path, body) => v.page.evaluate(async ([p, b]) => (await fetch(p, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(b) })).json(), [path, body]);
  const gig = await send(asha, '/api/gigs', gigBody({ title: 'A website in two parts' }));
  assert.equal(gig.clientId, me.id);
  const application = await send(ravi, `/api/gigs/${gig.id}/applications`, { message: 'Me!', amount: 100000 });
  assert.equal(application.doerId, other.id);
  const { order } = await send(asha, `/api/applications/${application.id}/accept`, {});
  await asha.go(`/orders/${order.id}`);
  await asha.press('Split into parts');
  await asha.page.getByLabel('Part 1').fill('Draft');
  await asha.page.getByLabel('Part 2').fill('The rest');
  await asha.sees('In all ₹1,000');
  await dialog(asha, 'Save').click();
  await ravi.go(`/orders/${order.id}`);
  for (const n of [1, 2]) {
    await asha.page.getByRole('link', { name: `Pay part ${n}: ₹500` }).click();
    await asha.press('Pay ₹500');
    await asha.press('Pay ₹500 now');
    await asha.page.waitForURL((u) => u.pathname === `/orders/${order.id}`);
    await ravi.page.locator('.rows').getByRole('button', { name: 'Hand in' }).click();
    await ravi.fill('What did you do?', `Part ${n} is done.`);
    await dialog(ravi, 'Hand in').click();
    await asha.sees(`Part ${n} is done.`);
    await asha.accessible('parts');
    await asha.press('Approve');
    await dialog(asha, 'Approve').click();
    if (n === 1) await asha.page.getByText('Paid out').first().waitFor();
  }
  await asha.sees('Completed. The money was released.');
});

test('a gig is saved, a search is kept, and a new gig that fits is announced', async () => {
  const gig = await asha.page.evaluate(async (b) => (await fetch('/api/gigs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(b) })).json(), gigBody({ title: 'Repair my ukulele' }));
  await ravi.go(`/gigs/${gig.id}`);
  await ravi.press('Save this gig');
  await ravi.page.getByRole('button', { name: 'No longer save' }).waitFor();
  await ravi.go('/me/saved');
  await ravi.heading('Repair my ukulele');
  await ravi.go('/gigs?search=ukulele');
  await ravi.press('Tell me of new ones');
  await ravi.sees('You will hear of new gigs that fit.');
  await ravi.go('/me/alerts');
  await ravi.page.getByRole('link', { name: 'ukulele' }).waitFor();
  await ravi.accessible('alerts');
  const sms = ravi.page.getByRole('checkbox', { name: 'New application: SMS' }), was = await sms.isChecked();
  await sms.click();
  await eventually(async () => (await ravi.page.evaluate(async () => (await fetch('/api/notifications/preferences')).json())).preferences.find((p) => p.type === 'new_application').sms === !was, 'the preference');
});

test('a message about a gig; the other one reacts; it is put away', async () => {
  const gig = await asha.page.evaluate(async (b) => (await fetch('/api/gigs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(b) })).json(), gigBody({ title: 'Walk the dog' }));
  await ravi.go(`/gigs/${gig.id}`);
  await ravi.follow('Message');
  await ravi.sees('Say hello.');
  await ravi.page.getByLabel('Write a message').fill('How big is it?');
  await ravi.page.getByLabel('Write a message').press('Enter');
  await asha.go('/chats');
  await asha.follow('How big is it?');
  await asha.press('React');
  await asha.press('👍');
  await ravi.page.getByRole('button', { name: '👍 1' }).waitFor();
  await ravi.press('Put away');
  await ravi.go('/chats');
  await ravi.page.getByRole('button', { name: 'Archive' }).click();
  await ravi.sees('Walk the dog');
});

test('gigs near by: the place is asked for on a press only, kept roughly, and told when it is refused', async () => {
  const [post, look] = await Promise.all([{ latitude: 12.97161, longitude: 77.59461 }, { latitude: 12.9735, longitude: 77.5946 }].map((geolocation) =>
    Visitor.open(browser, box, { geolocation, permissions: ['geolocation'] })));
  await post.signIn(phone(), 'Nila Sen');
  await post.go('/post');
  await post.fill('Title', 'Carry a sofa upstairs');
  await post.page.getByLabel('Category').selectOption('lifestyle');
  await post.fill('Description', 'Third floor, no lift.');
  await post.press('Continue');
  await post.fill('From', '200');
  await post.fill('Up to', '300');
  await post.press('It is where I am');
  await post.sees('Found near where you are');
  await post.accessible('the place of a gig');
  await post.press('Continue');
  await post.press('Publish');
  await post.page.waitForURL(/\/gigs\/[0-9a-f-]{36}$/);
  const gig = (await box.get(`/api${new URL(post.page.url()).pathname}`)).body;
  assert.deepEqual([gig.latitude, gig.longitude], [12.972, 77.595], 'no closer than about a hundred metres');
  await look.page.addInitScript(() => {
    globalThis.asked = 0;
    const real = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
    navigator.geolocation.getCurrentPosition = (...all) => (globalThis.asked++, real(...all));
  });
  await look.go('/');
  await look.heading('Near you');
  await look.accessible('home, not asked yet');
  assert.equal(await look.page.evaluate(() => globalThis.asked), 0);
  await look.press('Show gigs near me');
  const section = look.page.getByRole('region', { name: 'Near you' });
  await section.getByText('Carry a sofa upstairs').waitFor();
  await section.getByText(/^\d+ m$/).waitFor();
  await look.accessible('home, near by');
  await look.follow('Carry a sofa upstairs');
  await look.page.goBack();
  await section.getByText('Carry a sofa upstairs').waitFor();
  assert.equal(await look.page.evaluate(() => globalThis.asked), 1, 'once a visit');
  await post.close();
  await look.close();
  const never = await Visitor.open(browser, box, { permissions: [] });
  await never.go('/');
  await never.press('Show gigs near me');
  await never.sees('Your browser did not say where you are.');
  await never.close();
});

test('buddies: kept from a profile with a note, listed, removed', async () => {
  const [, other] = await Promise.all([asha, ravi].map((v) => v.page.evaluate(async () => (await fetch('/api/users/me')).json())));
  await asha.go(`/people/${other.id}`);
  await asha.page.getByText('What goes into it').click();
  await asha.sees('Everybody begins with 50.');
  await asha.press('Add to buddies');
  await asha.fill('A note for yourself', 'Careful with commas.');
  await asha.accessible('keeping a buddy');
  await dialog(asha, 'Add to buddies').click();
  await asha.sees('Added to your buddies.');
  await asha.page.getByRole('button', { name: 'Buddy', exact: true }).waitFor();
  await asha.go('/me');
  await asha.follow('Buddies');
  await asha.sees('Careful with commas.');
  await asha.accessible('buddies');
  await asha.press('Remove: Ravi Nair');
  await dialog(asha, 'Remove').click();
  await asha.sees('No buddies yet');
});

test('notifications speak the reader’s language', async () => {
  const send = (v, path, body) => v.page.evaluate(async ([p, b]) => (await fetch(p, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(b) })).json(), [path, body]);
  const gig = await send(asha, '/api/gigs', gigBody({ title: 'चित्र बनाना' }));
  const application = await send(ravi, `/api/gigs/${gig.id}/applications`, { message: 'Me!', amount: 120000 });
  await send(asha, `/api/applications/${application.id}/accept`, {});
  await ravi.go('/notifications');
  await ravi.sees('You were chosen for "चित्र बनाना".');
  const language = await ravi.page.evaluate(() => localStorage.getItem('language'));
  await ravi.page.evaluate(() => localStorage.setItem('language', 'hi'));
  await ravi.go('/notifications');
  await ravi.sees('आपको “चित्र बनाना” के लिए चुना गया।');
  const said = await ravi.page.locator('.rows .small').allTextContents();
  assert.deepEqual(said.filter((x) => !/[\u0900-\u097f]/.test(x.split(' · ')[0])), [], 'nothing is left in English');
  await ravi.page.evaluate((l) => (l ? localStorage.setItem('language', l) : localStorage.removeItem('language')), language);
});

test('language and appearance are chosen and kept', async () => {
  await asha.go('/me/settings');
  await asha.page.getByRole('radio', { name: 'हिन्दी' }).check({ force: true });
  await asha.heading('सेटिंग');
  await asha.page.getByRole('radio', { name: 'गहरा' }).check({ force: true });
  await asha.page.locator('html[data-theme=dark]').waitFor();
  const dark = await asha.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await asha.page.reload();
  await asha.heading('सेटिंग');
  assert.equal(await asha.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), dark);
  assert.equal(await asha.page.evaluate(() => document.documentElement.lang), 'hi');
  await asha.close();
  await ravi.close();
});

test('a code comes in the page’s language, and an account’s language goes along to the next browser', async () => {
  const number = phone();
  const signIn = async (v) => {
    const before = new Set((await box.get('/sandbox/outbox?to=' + encodeURIComponent(number))).body.messages.map((m) => m.id));
    await v.go('/sign-in?to=/me/settings');
    await v.page.locator('input[name=phone]').fill(number);
    await v.page.locator('button[type=submit]').click();
    const message = await box.message(number, (m) => m.code && !before.has(m.id));
    await v.page.locator('input[name=otp]').fill(message.code);
    return message;
  };
  const first = await Visitor.open(browser, box, { language: 'hi-IN' });
  assert.match((await signIn(first)).body, /के लिए आपका कोड है/);
  await first.page.locator('input[autocomplete=name]').fill('Meera');
  await first.page.locator('form button[type=submit]').click();
  await first.heading('सेटिंग');
  await first.page.getByText('पुश संदेश, ई-मेल और SMS भी इसी में आते हैं।').waitFor();
  const second = await Visitor.open(browser, box);
  assert.match((await signIn(second)).body, /के लिए आपका कोड है/, 'the account has one now');
  await second.heading('सेटिंग');
  const kept = () => second.page.waitForResponse((r) => r.request().method() === 'PATCH' && r.url().endsWith('/api/users/me'));
  const [answer] = await Promise.all([kept(), second.page.getByRole('radio', { name: 'English' }).check({ force: true })]);
  assert.equal((await answer.json()).language, 'en');
  await second.heading('Settings');
  assert.match((await (async () => { const third = await Visitor.open(browser, box, { language: 'hi-IN' }); const m = await signIn(third); await third.heading('Settings'); await third.close(); return m; })()).body, /is your code for/);
  await first.close();
  await second.close();
});

/** A large picture, so that there is something to make smaller. */
async function picture(page) {
  const data = await page.evaluate(() => {
    const c = document.createElement('canvas');
    c.width = c.height = 1800;
    const d = c.getContext('2d'), all = d.createImageData(1800, 1800);
    for (let k = 0; k < all.data.length; k++) all.data[k] = k % 4 === 3 ? 255 : 100 + ((k * 2654435761) % 97) * 0.6;
    d.putImageData(all, 0, 0);
    return c.toDataURL('image/png').split(',')[1];
  });
  return Buffer.from(data, 'base64');
}
