// The marketplace's main job by two people with phones: sign in, post, apply, accept, pay, hand in, approve, review, get the money.
import { test, before, after } from 'node:test';
import { Box, assert, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, asha, ravi;
before(async () => {
  box = await Box.start({ sets: { rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
  [asha, ravi] = await Promise.all([Visitor.open(browser, box), Visitor.open(browser, box)]);
});
after(async () => {
  await browser?.close();
  await box?.stop();
});
let gig, order;

test('both sign in by a code that is filled in for them', async () => {
  await asha.signIn(phone(), 'Asha Rao');
  await ravi.signIn(phone(), 'Ravi Nair');
  await asha.heading('Hello, Asha');
});

test('Asha posts a gig; a draft survives a reload', async () => {
  await asha.go('/post');
  await asha.press('Continue');
  await asha.sees('At least 3 characters.');
  await asha.fill('Title', 'Logo for the robotics club');
  await asha.page.getByLabel('Category').selectOption('design');
  await asha.fill('Description', 'Two colours, vector file, works on shirts.');
  await asha.page.getByLabel('Skills wanted').fill('illustrator,');
  await asha.page.reload();
  await asha.sees('Your draft was kept on this device.');
  assert.equal(await asha.page.getByLabel('Title').inputValue(), 'Logo for the robotics club');
  await asha.accessible('posting');
  await asha.press('Continue');
  await asha.fill('From', '800');
  await asha.fill('Up to', '500');
  await asha.press('Continue');
  await asha.sees('Must not be less than');
  await asha.fill('Up to', '1500');
  await asha.press('Continue');
  await asha.sees('₹800 – ₹1,500');
  await asha.press('Publish');
  await asha.page.waitForURL(/\/gigs\/[0-9a-f-]{36}$/);
  gig = new URL(asha.page.url()).pathname;
  await asha.sees('₹800 – ₹1,500');
  await asha.accessible("one's own gig");
});

test('Ravi finds it while typing and applies with a price of his own', async () => {
  await ravi.page.getByRole('combobox').fill('robo');
  const option = ravi.page.getByRole('option').first();
  await option.waitFor();
  await ravi.page.keyboard.press('ArrowDown');
  await ravi.page.keyboard.press('Enter');
  await ravi.page.waitForURL(/\/gigs\?search=/);
  await ravi.accessible('results');
  await ravi.follow('Logo for the robotics club');
  await ravi.page.waitForURL((u) => u.pathname === gig);
  await ravi.press('Apply');
  await ravi.press('Send the application');
  await ravi.sees('Write a few words.');
  await ravi.fill('Your message', 'I draw logos for clubs. Ready by Friday.');
  await ravi.fill('Your price', '1200');
  await ravi.sees('₹1,140'); // after the fee
  await ravi.accessible('applying');
  await ravi.press('Send the application');
  await ravi.sees('You offered ₹1,200.');
});

test('Asha is told at once, compares and accepts', async () => {
  await asha.page.getByRole('link', { name: /See 1 application/ }).click();
  await asha.sees('I draw logos for clubs.');
  await asha.accessible('comparing');
  await asha.press('Accept');
  await asha.page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
  await asha.page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
  order = new URL(asha.page.url()).pathname;
  await asha.sees('Pay into escrow so that Ravi Nair can begin.');
  await asha.accessible('an order');
});

test('she pays: first the bank declines, then it works; Ravi sees it without reloading', async () => {
  await ravi.go(order);
  await ravi.sees('Waiting for Asha Rao to pay into escrow.');
  await asha.follow('Pay ₹1,200');
  await asha.press('Pay ₹1,200');
  await asha.heading('Sandbox checkout');
  await asha.accessible('the checkout');
  await asha.press('Let the payment fail');
  await asha.sees('The payment failed. Nothing was charged.');
  await asha.press('Try again');
  await asha.press('Pay ₹1,200 now');
  await asha.page.waitForURL((u) => u.pathname === order);
  await asha.sees('Held in escrow');
  await ravi.sees('Do the work, then hand it in.');
});

test('they chat: typing is seen, the message arrives, is read', async () => {
  await Promise.all([asha.go('/chats/order' + order.slice('/orders'.length)), ravi.go('/chats/order' + order.slice('/orders'.length))]);
  await asha.sees('Say hello.');
  const write = ravi.page.getByLabel('Write a message');
  await write.pressSequentially('Which colours?');
  await asha.page.getByText('Ravi Nair is typing').waitFor({ state: 'attached' });
  await write.press('Enter');
  await asha.sees('Which colours?');
  await ravi.page.getByRole('img', { name: 'Read' }).waitFor();
  await asha.page.getByLabel('Write a message').fill('Blue and white.');
  await asha.page.getByLabel('Send', { exact: true }).click();
  await ravi.sees('Blue and white.');
  await ravi.accessible('the chat');
});

test('Ravi hands in with a file, changes it on request, and is paid on approval', async () => {
  await ravi.go(order);
  await ravi.press('Hand in');
  await ravi.fill('What did you do?', 'First version.');
  await ravi.page.setInputFiles('input[type=file]', { name: 'logo.png', mimeType: 'image/png', buffer: png });
  await ravi.page.getByRole('dialog').getByText('logo.png', { exact: true }).waitFor();
  await ravi.page.getByRole('dialog').getByRole('button', { name: 'Hand in' }).click();
  await ravi.sees('Waiting for Asha Rao to look at it.');
  await asha.go(order);
  await asha.sees('logo.png');
  await asha.press('Ask for changes');
  await asha.fill('Reason', 'A little darker, please.');
  await asha.press('Send');
  await ravi.sees('Asha Rao asked for changes.');
  await ravi.press('Hand in');
  await ravi.fill('What did you do?', 'Darker now.');
  await ravi.page.getByRole('dialog').getByRole('button', { name: 'Hand in' }).click();
  await asha.sees('Darker now.');
  await asha.press('Approve');
  await asha.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await asha.sees('Completed. The money was released.');
  await ravi.sees('Completed. The money was released.');
});

test('they review each other; both reviews are shown then', async () => {
  for (const [who, stars] of [[asha, 5], [ravi, 4]]) {
    await who.press('Write a review');
    await who.page.getByRole('radio', { name: `${stars} of 5 stars` }).check({ force: true });
    await who.fill('In words', `A pleasure: ${stars}.`);
    await who.press('Send the review');
    await who.sees(`A pleasure: ${stars}.`);
  }
  await asha.page.reload();
  await asha.sees('A pleasure: 4.');
  await asha.accessible('a completed order');
});

test('Ravi withdraws to his bank', async () => {
  await ravi.go('/wallet');
  await ravi.sees('₹1,140');
  await ravi.accessible('the wallet');
  await ravi.press('Withdraw');
  await ravi.fill('Account holder', 'Ravi Nair');
  await ravi.fill('Account number', '123456789012');
  await ravi.fill('IFSC', 'HDFC0001234');
  await ravi.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await ravi.press('Verify');
  await ravi.sees('Verified');
  await ravi.page.getByText('Verified', { exact: true }).first().waitFor();
  await ravi.press('Withdraw');
  await ravi.page.getByRole('dialog').getByLabel('Amount').fill('1000');
  await ravi.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await ravi.page.getByText('₹140', { exact: true }).first().waitFor();
});

test('nothing went wrong behind the pages', async () => {
  await asha.close();
  await ravi.close();
});

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
