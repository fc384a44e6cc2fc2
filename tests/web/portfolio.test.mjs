// Works on one's profile: added with a picture on a phone, put in order, seen large by a stranger, by keyboard too.
import { test, before, after } from 'node:test';
import { Box, assert, eventually, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, asha;
before(async () => {
  box = await Box.start();
  browser = await browse();
  asha = await Visitor.open(browser, box);
  await asha.signIn(phone(), 'Asha Rao');
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

const dialog = (v) => v.page.getByRole('dialog');
const icon = (v, name) => v.page.getByRole('button', { name, exact: true });
const id = () => asha.page.evaluate(async () => (await (await fetch('/api/users/me')).json()).id);
const works = async () => (await box.get(`/api/users/${await id()}/portfolio`)).body.portfolio;

/** A picture of one colour. */
const picture = async (page, colour, side = 40) => Buffer.from((await page.evaluate(([fill, n]) => {
  const c = Object.assign(document.createElement('canvas'), { width: n, height: n / 2 }), d = c.getContext('2d');
  d.fillStyle = fill;
  d.fillRect(0, 0, n, n);
  return c.toDataURL('image/png');
}, [colour, side])).split(',')[1], 'base64');

test('an empty portfolio says what it is for, to its owner only', async () => {
  await asha.go(`/people/${await id()}`);
  await asha.sees('Nothing to show yet');
  await asha.accessible('one’s own empty portfolio');
  const stranger = await Visitor.open(browser, box, { size: 'desktop' });
  await stranger.go(`/people/${await id()}`);
  await stranger.heading('Asha Rao');
  assert.equal(await stranger.page.getByText('Nothing to show yet').count(), 0);
  await stranger.close();
});

test('works are added, with a picture and without', async () => {
  await asha.follow('Add a work');
  await asha.heading('Portfolio');
  await asha.press('Add a work');
  await dialog(asha).getByRole('button', { name: 'Save', exact: true }).click();
  await asha.sees('Please fill this in.');
  await asha.fill('Title', 'Club poster');
  await dialog(asha).locator('input[type=file]').setInputFiles({ name: 'poster.png', mimeType: 'image/png', buffer: await picture(asha.page, '#c33') });
  await dialog(asha).getByRole('button', { name: 'Remove the picture' }).waitFor();
  await asha.fill('Description', 'Two colours, on paper.');
  await asha.fill('Address', 'javascript:alert(1)');
  await asha.accessible('the form of a work');
  asha.expected = /400/;
  await dialog(asha).getByRole('button', { name: 'Save', exact: true }).click();
  await asha.sees('must be an http or https address');
  asha.expected = undefined;
  await asha.fill('Address', 'example.com/poster'); // as people write it
  await dialog(asha).getByRole('button', { name: 'Save', exact: true }).click();
  await dialog(asha).waitFor({ state: 'detached' });
  for (const title of ['Timetable app', 'Song']) {
    await asha.press('Add a work');
    await asha.page.getByLabel('Title', { exact: true }).fill(title);
    await asha.page.keyboard.press('Enter');
    await dialog(asha).waitFor({ state: 'detached' });
  }
  const all = await works();
  assert.deepEqual(all.map((w) => w.title), ['Club poster', 'Timetable app', 'Song']);
  assert.deepEqual([all[0].description, all[0].link, typeof all[0].imageUrl], ['Two colours, on paper.', 'https://example.com/poster', 'string']);
  await asha.accessible('the list of works');
});

test('they are put in order, by keyboard too, changed and taken away', async () => {
  await icon(asha, 'Move Song forward').focus();
  await asha.page.keyboard.press('Enter');
  await asha.sees('Song is number 2 of 3 now.');
  assert.equal(await asha.page.evaluate(() => document.activeElement.textContent.trim()), 'Move Song forward', 'the focus goes along');
  await asha.page.keyboard.press('Enter');
  await asha.sees('Song is number 1 of 3 now.');
  assert.equal(await asha.page.evaluate(() => document.activeElement.textContent.trim()), 'Move Song back', 'it cannot go further');
  await eventually(async () => (await works()).map((w) => w.title).join() === 'Song,Club poster,Timetable app', 'the new order');
  await icon(asha, 'Move Song back').click();
  await eventually(async () => (await works())[0].title === 'Club poster', 'and back');

  await icon(asha, 'Edit Timetable app').click();
  await asha.page.getByLabel('Title', { exact: true }).fill('Timetable');
  await dialog(asha).locator('input[type=file]').setInputFiles({ name: 'app.png', mimeType: 'image/png', buffer: await picture(asha.page, '#33c') });
  await dialog(asha).getByRole('button', { name: 'Remove the picture' }).click();
  await dialog(asha).getByRole('button', { name: 'Choose a picture' }).or(dialog(asha).getByText('Choose a picture')).first().waitFor();
  await dialog(asha).locator('input[type=file]').setInputFiles({ name: 'app.png', mimeType: 'image/png', buffer: await picture(asha.page, '#33c') });
  await dialog(asha).getByRole('button', { name: 'Remove the picture' }).waitFor();
  await dialog(asha).getByRole('button', { name: 'Save', exact: true }).click();
  await icon(asha, 'Remove Song').click();
  await dialog(asha).getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog(asha).waitFor({ state: 'detached' });
  await asha.page.reload();
  await icon(asha, 'Edit Timetable').waitFor();
  assert.deepEqual((await works()).map((w) => [w.title, !!w.imageUrl]), [['Club poster', true], ['Timetable', true]]);
});

for (const size of ['phone', 'desktop'])
  test(`a stranger leafs through them (${size})`, async () => {
    const v = await Visitor.open(browser, box, { size });
    await v.go(`/people/${await id()}`);
    const shown = v.page.locator('.works img').first();
    await shown.scrollIntoViewIfNeeded();
    await eventually(() => shown.evaluate((e) => e.naturalWidth > 0), 'the picture');
    assert.equal(await v.page.getByRole('link', { name: 'Edit the portfolio' }).count(), 0);
    await v.accessible('a gallery');
    await icon(v, 'Club poster').focus();
    await v.page.keyboard.press('Enter');
    await v.heading('Club poster');
    await v.sees('Two colours, on paper.');
    const link = dialog(v).getByRole('link', { name: 'Open example.com' });
    assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('rel')], ['https://example.com/poster', 'noreferrer ugc']);
    const large = dialog(v).getByRole('img', { name: 'Club poster' });
    await eventually(() => large.evaluate((e) => e.naturalWidth > 0), 'the large picture');
    const box_ = await large.boundingBox();
    assert.ok(box_.x >= 0 && box_.x + box_.width <= (size === 'phone' ? 390 : 1280), JSON.stringify(box_));
    await v.accessible('a work');
    await v.page.keyboard.press('ArrowRight');
    await v.heading('Timetable');
    await v.sees('2 of 2');
    await v.page.keyboard.press('ArrowRight');
    await v.heading('Club poster');
    await dialog(v).getByRole('button', { name: 'Previous work' }).click();
    await v.heading('Timetable');
    await v.page.keyboard.press('Escape');
    await dialog(v).waitFor({ state: 'detached' });
    await v.page.waitForFunction(() => document.activeElement.textContent.trim() === 'Club poster'); // the focus is where it was
    await v.close();
  });

test('in Hindi', async () => {
  const v = await Visitor.open(browser, box, { language: 'hi-IN' });
  await v.go(`/people/${await id()}`);
  await v.heading('पोर्टफ़ोलियो');
  await icon(v, 'Club poster').click();
  await v.sees('2 में से 1');
  await v.close();
  await asha.close();
});
