// What browsers and networks do to people: only a keyboard, no network for a while, an old tab, strange addresses.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, gigBody, phone, steadyPort } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser;
before(async () => {
  box = await Box.start({ listen: `127.0.0.1:${await steadyPort()}`, sets: { rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

/** Tab until the focus is on what has this name. */
async function tabTo(page, name, max = 80) {
  for (let i = 0; i < max; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === document.body || e.tabIndex < 0) return { name: '' }; // a page that has just come takes the focus itself
      const label = e.labels?.[0]?.textContent ?? '';
      return { html: e.outerHTML.slice(0, 200), name: (label || e.getAttribute('aria-label') || e.textContent || '').trim(), ring: getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e.closest('form, .words, label') ?? e).outlineStyle !== 'none' };
    });
    if (at.name.includes(name)) {
      assert.ok(at.ring, `the focus on ${name} is seen: ${at.html}`);
      return;
    }
  }
  assert.fail(`no way to ${name} by keyboard`);
}

test('signing in and posting a gig with the keyboard only', async () => {
  const v = await Visitor.open(browser, box, { size: 'desktop' });
  const { page } = v, number = phone();
  await v.go('/');
  await v.heading('Get it done');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await tabTo(page, 'Sign in');
  await page.keyboard.press('Enter');
  await v.heading('Sign in');
  await page.keyboard.type(number); // the field has the focus already
  await page.keyboard.press('Enter');
  await page.getByLabel('6-digit code').waitFor();
  const { code } = await box.message(number, (m) => m.code);
  await page.keyboard.type(code);
  await v.heading('Welcome!');
  await page.keyboard.type('Kiran');
  await page.keyboard.press('Enter');
  await v.heading('Hello, Kiran');
  await tabTo(page, 'Post');
  await page.keyboard.press('Enter');
  await page.getByLabel('Title').waitFor();
  await page.keyboard.type('Carry a shelf upstairs');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Life');
  await tabTo(page, 'Description');
  await page.keyboard.type('Second floor, it is not heavy.');
  await tabTo(page, 'Continue');
  await page.keyboard.press('Enter');
  await v.sees('Money and time');
  await tabTo(page, 'From');
  await page.keyboard.type('200');
  await tabTo(page, 'Up to');
  await page.keyboard.type('300');
  await page.keyboard.press('Enter');
  await v.sees('Check and publish');
  await tabTo(page, 'Publish');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/gigs\/[0-9a-f-]{36}$/);
  await tabTo(page, 'Delete');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Delete/); // where it came from
  await v.close();
});

test('offline and back: pages seen before are there, a message waits and arrives once', async () => {
  const client = await box.person(phone(), { name: 'Mira' });
  const number = phone();
  const v = await Visitor.open(browser, box);
  v.expected = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/;
  await v.signIn(number, 'Omar');
  const gig = (await client.post('/api/gigs', gigBody())).body;
  await v.go(`/gigs/${gig.id}`);
  await v.press('Apply');
  await v.fill('Your message', 'Me!');
  await v.press('Send the application');
  await v.sees('Applied');
  const application = (await client.get(`/api/gigs/${gig.id}/applications`)).body.applications[0];
  const { order } = (await client.post(`/api/applications/${application.id}/accept`)).body;
  await v.page.evaluate(() => navigator.serviceWorker.ready);
  await v.go(`/gigs/${gig.id}`);
  await v.heading(gig.title);
  await v.go(`/chats/order/${order.id}`);
  await v.sees('Say hello.');
  await v.page.waitForFunction(() => navigator.serviceWorker.controller);
  await v.context.setOffline(true);
  await v.sees('You are offline.');
  await v.page.getByLabel('Write a message').fill('Written on the train.');
  await v.page.getByLabel('Send', { exact: true }).click();
  await v.page.getByRole('img', { name: 'Waiting to be sent' }).waitFor();
  await v.page.reload(); // the page and what it knew are still there, the message too
  await v.sees('Written on the train.');
  await v.go(`/gigs/${gig.id}`);
  await v.heading(gig.title);
  await v.context.setOffline(false);
  await v.page.evaluate(() => dispatchEvent(new Event('online')));
  const said = await eventually(async () => {
    const { body } = await client.get(`/api/orders/${order.id}/messages`);
    return body.messages.length ? body.messages : undefined;
  }, 'the message');
  assert.deepEqual(said.map((m) => m.text), ['Written on the train.']);
  await v.close();
});

test('the box restarts under an open chat: nothing is lost', async () => {
  const number = phone();
  const client = await box.person(phone(), { name: 'Mira' });
  const v = await Visitor.open(browser, box);
  v.expected = /WebSocket|ERR_CONNECTION|Failed to load/;
  await v.signIn(number, 'Omar');
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const me = await v.page.evaluate(async () => (await fetch('/api/users/me')).json());
  const applied = await v.page.evaluate(async (id) => (await fetch(`/api/gigs/${id}/applications`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"message":"Me!"}' })).json(), gig.id);
  assert.equal(applied.doerId, me.id);
  const { order } = (await client.post(`/api/applications/${applied.id}/accept`)).body;
  await v.go(`/chats/order/${order.id}`);
  await v.sees('Say hello.');
  await box.restart();
  await client.post(`/api/orders/${order.id}/messages`, { text: 'Said while nobody was connected.' });
  await v.sees('Said while nobody was connected.');
  await client.post(`/api/orders/${order.id}/messages`, { text: 'And live again.' });
  await v.sees('And live again.');
  await v.close();
});

test('a change that is told while an older answer is under way is shown', async () => {
  const client = await box.person(phone(), { name: 'Mira' });
  const v = await Visitor.open(browser, box, { serviceWorkers: 'block' }); // so that the page's own requests can be held
  await v.signIn(phone(), 'Omar');
  const gig = (await client.post('/api/gigs', gigBody())).body;
  const applied = await v.page.evaluate(async (id) => (await fetch(`/api/gigs/${id}/applications`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"message":"Me!"}' })).json(), gig.id);
  const { order } = (await client.post(`/api/applications/${applied.id}/accept`)).body;
  let go, asked = 0;
  const held = new Promise((resolve) => (go = resolve)), frames = [];
  const heard = (word) => eventually(() => frames.some((f) => f.includes(word)), `a frame with ${word}`);
  v.page.on('websocket', (s) => s.on('framereceived', ({ payload }) => frames.push(String(payload))));
  await v.page.route((url) => url.pathname === `/api/orders/${order.id}`, async (route) => {
    const response = await route.fetch();
    if (!asked++) await held;
    await route.fulfill({ response });
  });
  await v.go(`/orders/${order.id}`);
  await heard('AUTHENTICATED');
  await eventually(() => asked, 'the first answer');
  assert.equal((await client.post(`/api/orders/${order.id}/cancel`, { reason: 'Not needed.' })).status, 200);
  await heard('cancelled');
  go();
  await v.page.locator('main').getByText('Cancelled', { exact: true }).first().waitFor();
  assert.equal(asked, 2, 'asked for again, once');
  await v.close();
});

test('a session that ended elsewhere leads to signing in and back', async () => {
  const v = await Visitor.open(browser, box);
  v.expected = /401/;
  const number = phone();
  await v.signIn(number, 'Lena');
  await v.page.evaluate(() => fetch('/api/auth/logout', { method: 'POST' }));
  await v.go('/wallet');
  await v.page.waitForURL(/\/sign-in\?to=%2Fwallet/);
  await v.fill('Mobile number', number);
  await v.press('Send the code');
  await v.page.getByLabel('6-digit code').waitFor();
  await v.press('Fill in the code'); // the sandbox's help
  await v.page.waitForURL((u) => u.pathname === '/wallet');
  await v.close();
});

test('an address that leads elsewhere after signing in is not followed', async () => {
  const v = await Visitor.open(browser, box);
  await v.signIn(phone(), 'Nils', '/');
  for (const to of ['//example.org/', 'https://example.org/', 'javascript:alert(1)']) {
    await v.go('/sign-in?to=' + encodeURIComponent(to));
    await v.page.waitForURL((u) => u.pathname === '/');
  }
  await v.close();
});
