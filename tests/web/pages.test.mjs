// What the pages are served as, and a profile that is filled in. All pages one by one: every_page.mjs.
import { test, before, after } from 'node:test';
import { Box, assert, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser;
before(async () => {
  box = await Box.start();
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

test('the assets: kept for ever, packed, the page asked for again each time; strict policy; the API keeps its paths', async () => {
  const page = await fetch(box.url + '/gigs/anything', { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const policy = page.headers.get('content-security-policy');
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  const html = await page.text();
  assert.doesNotMatch(html, /<script(?![^>]*src=)|style=|onload=/);
  const again = await fetch(box.url + '/', { headers: { 'if-none-match': page.headers.get('etag') } });
  assert.equal(again.status, 304);
  const names = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((m) => m[1]);
  assert.ok(names.length >= 2);
  let first = 0;
  for (const name of names) {
    const packed = await fetch(box.url + name, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers.get('content-encoding'), 'gzip');
    assert.match(packed.headers.get('cache-control'), /max-age=31536000, immutable/);
    first += Number(packed.headers.get('content-length'));
    const plain = await fetch(box.url + name, { headers: { 'accept-encoding': 'identity' } });
    assert.equal(plain.headers.get('content-encoding'), null);
    assert.equal(await plain.text(), await packed.text(), name);
  }
  assert.ok(first < 60 * 1024, `first load of ${first} bytes`);
  for (const path of ['/assets/none.js', '/nothing.png']) assert.equal((await fetch(box.url + path, { headers: { accept: 'text/html' } })).status, 404);
  assert.equal((await fetch(box.url + '/api/nothing', { headers: { accept: 'text/html' } })).headers.get('content-type'), 'application/json');
  assert.equal((await fetch(box.url + '/anything', { method: 'POST' })).status, 404);
});

test('only a box with a payment provider lets its checkout in', async () => {
  const other = await Box.start({ validate: false, sets: { razorpay_key_id: 'rzp_live_x', razorpay_key_secret: 's', razorpay_url: 'http://127.0.0.1:9' } });
  const policy = (await fetch(other.url + '/')).headers.get('content-security-policy');
  assert.match(policy, /script-src 'self' https:\/\/checkout\.razorpay\.com;/);
  assert.match(policy, /frame-src https:\/\/api\.razorpay\.com/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  await other.stop();
});

test('a profile is filled in and shown to others', async () => {
  const v = await Visitor.open(browser, box);
  await v.signIn(phone(), 'Noor');
  await v.go('/me/edit');
  await v.page.getByLabel('Portfolio').fill('https://example.org/noor,');
  await v.fill('Hourly rate', '300');
  await v.fill('About you', 'I draw.');
  await v.press('Save');
  await v.page.waitForURL((u) => u.pathname === '/me');
  await v.follow('My public profile');
  await v.page.getByRole('link', { name: 'example.org/noor' }).waitFor();
  await v.sees('₹300');
  await v.accessible('a profile');
  await v.close();
});
