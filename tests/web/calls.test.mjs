// Two browsers call each other (with the browser's play camera); and people take their data along and leave.
import { test, before, after } from 'node:test';
import { readFileSync } from 'node:fs';
import { Box, assert, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, asha, ravi, chat;
const number = phone();
before(async () => {
  box = await Box.start({ sets: { rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
  [asha, ravi] = await Promise.all([Visitor.open(browser, box, { size: 'desktop' }), Visitor.open(browser, box)]);
  await asha.signIn(phone(), 'Asha Rao');
  await ravi.signIn(number, 'Ravi Nair');
  const other = await ravi.page.evaluate(async () => (await (await fetch('/api/users/me')).json()).id);
  await asha.go(`/chats/with?user=${other}`);
  await asha.sees('Say hello.');
  chat = asha.page.url();
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

/** Moving pictures of the other one. */
const watched = (v) => v.page.waitForFunction(() => {
  const video = document.querySelector('video.theirs');
  return video && video.videoWidth > 0 && video.currentTime > 0;
});

test('a call is answered, both see each other, one hangs up', async () => {
  await asha.press('Video call');
  await asha.sees('Calling…');
  await ravi.sees('is calling you');
  await ravi.accessible('a call coming in');
  await ravi.press('Answer');
  await Promise.all([watched(asha), watched(ravi)]);
  await asha.accessible('a call');
  await asha.press('Microphone');
  assert.equal(await asha.page.getByRole('button', { name: 'Microphone' }).getAttribute('aria-pressed'), 'false');
  await ravi.press('Hang up');
  await asha.sees('The call is over.');
  assert.equal(await asha.page.locator('dialog.call').count(), 0);
});

test('a call is declined; the chat is where it was', async () => {
  await asha.press('Video call');
  await ravi.sees('is calling you');
  await ravi.press('Decline');
  await asha.sees('Ravi Nair cannot talk now.');
  assert.equal(asha.page.url(), chat);
});

test('Ravi takes his data along and leaves', async () => {
  await ravi.go('/me/data');
  const waiting = ravi.page.waitForEvent('download');
  await ravi.follow('Download my data');
  const archive = readFileSync(await (await waiting).path());
  assert.ok(archive.includes('Ravi Nair'));
  const since = Date.now();
  await ravi.press('Delete my account');
  ravi.expected = /400|401/;
  const { code } = await box.message(number, (m) => m.code && m.sentAt >= since);
  await ravi.page.getByLabel('6-digit code').fill(code === '000000' ? '111111' : '000000');
  await ravi.page.getByRole('dialog').getByRole('button', { name: 'Delete my account' }).click();
  await ravi.page.locator('.field .error, .toast.bad').first().waitFor();
  await ravi.page.getByLabel('6-digit code').fill(code);
  await ravi.page.getByRole('dialog').getByRole('button', { name: 'Delete my account' }).click();
  await ravi.sees('Your account was deleted.');
  await ravi.heading('Get it done by someone on campus');
  await ravi.close();
  await asha.close();
});
