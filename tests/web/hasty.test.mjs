// People in a hurry on a phone: tapped twice, filled in wrongly, refused, gone back.
import { test, before, after } from 'node:test';
import { Box, assert, gigBody, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, asha;
before(async () => {
  box = await Box.start({ sets: { rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
  asha = await box.person(phone());
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

/** A browser where this person is signed in already. */
async function as(person, options = {}) {
  const v = await Visitor.open(browser, box, { viewport: { width: 360, height: 740 }, ...options });
  await v.context.addCookies([{ name: 'jwt', value: person.token, url: box.url, httpOnly: true, sameSite: 'Lax' }]);
  await v.context.addInitScript(() => localStorage.getItem('signed-in') ?? localStorage.setItem('signed-in', '1'));
  return v;
}
/** Is this what one sees and can tap there? */
const onTop = (locator) => locator.evaluate((e) => { const r = e.getBoundingClientRect(), at = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2); return !!at && (e.contains(at) || at.contains(e)); });

test('two taps on publish make one gig, and the button says that it is under way', async () => {
  const ravi = await box.person(phone()), v = await as(ravi);
  await v.go('/post');
  await v.fill('Title', 'Tapped twice');
  await v.page.getByLabel('Category').selectOption('design');
  await v.fill('Description', 'Once is enough.');
  await v.press('Continue');
  await v.fill('From', '500');
  await v.fill('Up to', '500');
  await v.press('Continue');
  await v.page.route('**/api/gigs', async (r) => { await new Promise((done) => setTimeout(done, 600)); await r.continue(); });
  const publish = v.by('button', 'Publish');
  await publish.dblclick();
  await publish.locator('.spinner').waitFor();
  await v.sees('Your gig is online.');
  assert.equal((await ravi.get('/api/gigs/my-gigs')).body.total, 1);
  await v.close();
});

test('what is missing far up is brought into view with the focus in it', async () => {
  const v = await as(asha);
  await v.go('/me/edit');
  await v.fill('Name', '');
  await v.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await v.press('Save');
  await v.page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true');
  const name = v.page.getByLabel('Name').first();
  assert.ok(await onTop(name), 'the field is seen');
  await v.close();
});

test('a refusal under a dialog is said above it, in Hindi too; digits of a Hindi keyboard count', async () => {
  const ravi = await box.person(phone()), gig = (await asha.post('/api/gigs', gigBody())).body;
  const v = await as(ravi, { language: 'hi-IN' });
  v.expected = /409|400/;
  await v.go(`/gigs/${gig.id}`);
  await v.press('आवेदन करें');
  const dialog = v.page.getByRole('dialog');
  await dialog.getByLabel('आपका संदेश').fill('मैं कर दूँगा');
  await dialog.getByLabel('आपकी कीमत').fill('५००');
  assert.equal(await dialog.getByLabel('आपकी कीमत').inputValue(), '500');
  await ravi.post(`/api/gigs/${gig.id}/applications`, { message: 'From another device.' });
  await dialog.getByRole('button', { name: 'आवेदन भेजें' }).click();
  const said = v.page.getByText('आप आवेदन कर चुके हैं।');
  await said.waitFor();
  assert.ok(await onTop(said), 'the message is seen');
  await v.go('/wallet');
  await v.by('button', 'खाता जोड़ें').first().click();
  await dialog.getByLabel('खाताधारक').fill('Ravi');
  await dialog.getByLabel('खाता संख्या').fill('१२३');
  await dialog.getByLabel('IFSC').fill('x');
  await dialog.getByRole('button', { name: 'सहेजें' }).click();
  await dialog.getByText('9 से 18 अंक होने चाहिए।').waitFor();
  await dialog.getByText('IFSC ऐसा होता है').waitFor();
  await v.close();
});

test('back from a gig leads to the place in the list; an arrow goes to where one came from', async () => {
  for (let i = 0; i < 45; i++) assert.equal((await asha.post('/api/gigs', gigBody({ title: `Gig ${i}`, category: 'music' }))).status, 201);
  const ravi = await box.person(phone()), v = await as(ravi);
  await v.go('/gigs?category=music');
  const cards = v.page.locator('.gigcard');
  for (const n of [20, 40]) {
    await cards.nth(n - 1).waitFor();
    await v.press('Show more');
  }
  await cards.nth(44).waitFor();
  const one = cards.nth(33), title = await one.locator('h3').textContent();
  await one.scrollIntoViewIfNeeded();
  const depth = await v.page.evaluate(() => scrollY);
  for (const back of [() => v.page.goBack(), () => v.follow('Back')]) {
    await one.click();
    await v.heading(title);
    assert.equal(await v.page.evaluate(() => scrollY), 0);
    await back();
    await one.waitFor();
    await v.page.waitForFunction((y) => Math.abs(scrollY - y) < 5, depth);
    assert.match(v.page.url(), /category=music$/);
    assert.equal(await cards.count(), 45);
  }
  // An amount is asked for when the typing rests.
  const asked = [];
  v.page.on('request', (r) => r.url().includes('budgetMin') && asked.push(r.url()));
  await v.page.evaluate(() => scrollTo(0, 0));
  await v.press('Filters');
  await v.page.getByRole('dialog').getByLabel('From').pressSequentially('999999', { delay: 60 });
  await v.by('button', 'Show 0 gigs').waitFor();
  assert.ok(asked.length < 4, `asked ${asked.length} times for six digits`);
  await v.close();
});

test('withdrawing says what is missing; an account is removed only after a question', async () => {
  const ravi = await box.person(phone()), v = await as(ravi);
  await v.go('/wallet');
  await v.sees('You can withdraw once at least');
  assert.ok(await v.by('button', 'Withdraw', true).isDisabled());
  const bank = (await ravi.post('/api/bank-accounts', { accountHolderName: 'Ravi', accountNumber: '123456789012', ifsc: 'HDFC0001234' })).body;
  await v.page.reload();
  await v.by('button', `Remove ${bank.last4}`).click();
  await v.page.getByRole('dialog').getByText('HDFC0001234').waitFor();
  await v.press('Cancel');
  assert.equal((await ravi.get('/api/bank-accounts')).body.bankAccounts.length, 1);
  await v.by('button', `Remove ${bank.last4}`).click();
  await v.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await v.sees('Add one to withdraw');
  assert.equal((await ravi.get('/api/bank-accounts')).body.bankAccounts.length, 0);
  await v.close();
});

test('an applicant is declined after a question only', async () => {
  const ravi = await box.person(phone()), gig = (await asha.post('/api/gigs', gigBody())).body, v = await as(asha);
  const application = (await ravi.post(`/api/gigs/${gig.id}/applications`, { message: 'I can.' })).body;
  const status = async () => (await ravi.get('/api/applications/my-applications')).body.applications.find((a) => a.id === application.id).status;
  await v.go(`/gigs/${gig.id}/applicants`);
  await v.press('Decline');
  assert.equal(await status(), 'pending');
  await v.page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click();
  await v.sees('Not chosen');
  assert.equal(await status(), 'rejected');
  await v.close();
});

test('whoever looks up the code in another app finds the page waiting for it', async () => {
  const v = await Visitor.open(browser, box), number = phone();
  await v.go('/sign-in?to=/work');
  await v.fill('Mobile number', number);
  await v.press('Send the code');
  await v.page.getByLabel('6-digit code').waitFor();
  await v.page.reload();
  const { code } = await box.message(number, (m) => m.code);
  await v.page.getByLabel('6-digit code').fill(code);
  await v.heading('Welcome! Who are you?');
  await v.close();
});

test('a session that ended says so, and what was written is there afterwards', async () => {
  const number = phone(), ravi = await box.person(number), gig = (await asha.post('/api/gigs', gigBody())).body, v = await as(ravi);
  v.expected = /401/;
  await v.go(`/gigs/${gig.id}`);
  await v.press('Apply');
  await v.fill('Your message', 'Written before the session ended.');
  await ravi.post('/api/auth/logout');
  await v.press('Send the application');
  await v.heading(gig.title); // still there for everybody
  await v.follow('Please sign in again.');
  await v.fill('Mobile number', number);
  await v.press('Send the code');
  await v.page.getByLabel('6-digit code').waitFor();
  await v.press('Fill in the code');
  await v.heading('Welcome! Who are you?');
  await v.press('Later');
  await v.heading(gig.title);
  await v.press('Apply');
  assert.equal(await v.page.getByLabel('Your message').inputValue(), 'Written before the session ended.');
  await v.close();
});

test('what is told by the way is in Hindi too; the longest words fit a small phone', async () => {
  const ravi = await box.person(phone()), meera = await box.person(phone()), word = 'Supercalifragilistic'.repeat(3);
  await ravi.patch('/api/users/me', { name: `${word} ${word}`, bio: word });
  const v = await as(meera, { language: 'hi-IN' });
  await v.go('/me');
  await v.page.waitForFunction(() => document.querySelector('.menu'));
  const gig = (await meera.post('/api/gigs', gigBody({ title: word }))).body;
  await ravi.post(`/api/gigs/${gig.id}/applications`, { message: word });
  await v.sees(`“${word}” के लिए किसी ने आवेदन किया।`);
  const her = await as(ravi, { language: 'hi-IN' });
  for (const [who, paths] of [[v, [`/gigs/${gig.id}`, `/gigs/${gig.id}/applicants`, '/work/posted']], [her, ['/', '/me', `/people/${(await ravi.get('/api/users/me')).body.id}`, '/work/applied', '/me/edit']]])
    for (const path of paths) {
      await who.go(path);
      await who.page.locator('h1').waitFor();
      await who.accessible(path);
    }
  await v.go(`/chats/with?user=${(await ravi.get('/api/users/me')).body.id}`);
  await v.page.locator('.composer input[type=file]').setInputFiles({ name: `${word}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x') });
  await v.page.locator('.composer .x').waitFor();
  for (const part of ['.sendbutton', '.composer .x']) {
    const { x, width } = await v.page.locator(part).boundingBox();
    assert.ok(x + width <= 360, `${part} is on the screen`);
  }
  await v.close();
  await her.close();
});

test('work that waits says until when; both find the order from the gig', async () => {
  const ravi = await box.person(phone()), gig = (await asha.post('/api/gigs', gigBody())).body;
  const application = (await ravi.post(`/api/gigs/${gig.id}/applications`, { message: 'I can.' })).body;
  const { order } = (await asha.post(`/api/applications/${application.id}/accept`)).body;
  const { razorpayOrderId } = (await asha.post('/api/payments/create-order', { orderId: order.id })).body;
  await asha.post('/api/payments/verify', (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body);
  await ravi.post(`/api/orders/${order.id}/submit`, { message: 'Here.' });
  const hers = await as(asha), his = await as(ravi);
  for (const [v, path] of [[hers, `/gigs/${gig.id}/applicants`], [his, `/gigs/${gig.id}`]]) {
    await v.go(path);
    await v.page.locator(`a[href="/orders/${order.id}"]`).click();
    await v.sees('Without an answer it counts as approved on');
  }
  await hers.close();
  await his.close();
});

test('on a slow network a gig from a list is read at once; one that is gone meanwhile says so', async () => {
  const gig = (await asha.post('/api/gigs', gigBody({ title: 'Soon gone', description: 'All of its words.' }))).body, ravi = await box.person(phone()), v = await as(ravi);
  v.expected = /404/;
  await v.go(`/people/${gig.clientId}`);
  await v.go('/gigs?search=soon+gone');
  let open = () => {};
  const held = new Promise((done) => (open = done));
  await v.page.route(`**/api/gigs/${gig.id}`, async (r) => { await held; await r.continue(); });
  await v.page.locator('.gigcard').first().click();
  await v.heading('Soon gone');
  await v.sees('All of its words.');
  open();
  await v.press('Apply');
  await v.fill('Your message', 'Me, please.');
  await asha.delete(`/api/gigs/${gig.id}`);
  await v.press('Send the application');
  await v.sees('It is no longer there.');
  await v.close();
});

test('nothing is published before its picture is there; signing out takes drafts along', async () => {
  const ravi = await box.person(phone()), v = await as(ravi);
  await v.go('/post');
  await v.fill('Title', 'With a picture');
  await v.page.getByLabel('Category').selectOption('design');
  await v.fill('Description', 'See the picture.');
  let open = () => {};
  const held = new Promise((done) => (open = done));
  await v.page.route('**/api/files', async (r) => { await held; await r.continue(); });
  await v.page.locator('input[type=file]').setInputFiles({ name: 'brief.txt', mimeType: 'text/plain', buffer: Buffer.from('The brief.') });
  await v.by('button', 'Continue').locator('.spinner').waitFor();
  await v.by('button', 'Continue').click({ force: true });
  await v.sees('Step 1 of 3');
  open();
  await v.sees('brief.txt');
  await v.press('Continue');
  await v.fill('From', '500');
  await v.press('Continue');
  await v.press('Publish');
  await v.sees('Your gig is online.');
  const { gigs } = (await ravi.get('/api/gigs/my-gigs')).body;
  assert.deepEqual(gigs[0].attachments.map((f) => f.name), ['brief.txt']);
  assert.equal(gigs[0].budgetMax, 50000);
  await v.go('/post');
  await v.fill('Title', 'Half a thought');
  await v.go('/me');
  await v.press('Sign out');
  await v.page.waitForURL('**/sign-in*');
  assert.deepEqual(await v.page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('draft.'))), []);
  await v.close();
});

test('a payment that went through is told to the box although the network goes just then', async () => {
  const ravi = await box.person(phone()), gig = (await asha.post('/api/gigs', gigBody())).body;
  const application = (await ravi.post(`/api/gigs/${gig.id}/applications`, { message: 'I can.' })).body;
  const { order } = (await asha.post(`/api/applications/${application.id}/accept`)).body;
  const v = await as(asha);
  v.expected = /ERR_|Failed to load/;
  await v.go(`/orders/${order.id}/pay`);
  let lost = 0;
  await v.page.route('**/api/payments/verify', (r) => (lost++ < 2 ? r.abort() : r.continue()));
  await v.press(/^Pay ₹/);
  await v.page.getByRole('dialog').getByRole('button', { name: /^Pay ₹.* now$/ }).click();
  await v.page.waitForURL(`**/orders/${order.id}`);
  assert.equal((await asha.get(`/api/orders/${order.id}`)).body.escrowState, 'funded');
  assert.equal(lost, 3);
  await v.close();
});

test('more of a list that cannot be had is said', async () => {
  const v = await as(asha);
  v.expected = /500/;
  await v.go('/gigs?category=music');
  await v.page.locator('.gigcard').first().waitFor();
  await v.page.route('**/api/gigs?*page=2*', (r) => r.fulfill({ status: 500, json: { success: false, error: { code: 'INTERNAL_ERROR', message: 'x' } } }));
  await v.press('Show more');
  await v.sees('Something went wrong. Please try again.');
  await v.page.unroute('**/api/gigs?*page=2*');
  await v.press('Show more');
  await v.page.locator('.gigcard').nth(25).waitFor();
  await v.close();
});

test('how long a refusal lasts is told as it is', async () => {
  for (const [language, label, button, said] of [['en-IN', 'Mobile number', 'Send the code', 'Try again in a few hours.'], ['hi-IN', 'मोबाइल नंबर', 'कोड भेजें', 'कुछ घंटे बाद फिर कोशिश करें।']]) {
    const v = await Visitor.open(browser, box, { language });
    v.expected = /429/;
    await v.page.route('**/api/auth/send-otp', (r) => r.fulfill({ status: 429, json: { success: false, error: { code: 'RATE_LIMITED', message: 'Too many codes were asked for or entered wrongly. Try again in a few hours.' } } }));
    await v.go('/sign-in');
    await v.fill(label, phone());
    await v.press(button);
    await v.sees(said);
    await v.close();
  }
});
