// All pages, signed in and not, phone and desktop, light and dark, in both languages: no objection of axe, nothing in the console, no
// request to elsewhere, nothing that scrolls sideways.
import { test, before, after } from 'node:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, assert, binary, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

const PHONE = '+919800000001'; // a person of the sample marketplace
let box, browser, dir, token;
before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'gigbox-web-'));
  const made = spawnSync(binary, ['demo', '--data', dir], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const admin = spawnSync(binary, ['admin', '--data', dir, 'create', PHONE, 'admin'], { encoding: 'utf8' });
  assert.equal(admin.status, 0, admin.stderr);
  box = await Box.start({ dir, validate: false, sets: { rate_auth_per_min: 1000, rate_other_per_min: 100000 } });
  browser = await browse();
  const me = await box.person(PHONE);
  token = me.token;
});
after(async () => {
  await browser?.close();
  await box?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** As if one had signed in with this browser before. */
async function known(visitor) {
  await visitor.context.addCookies([{ name: 'jwt', value: token, url: box.url, httpOnly: true, sameSite: 'Lax' }]);
  await visitor.context.addInitScript(() => localStorage.getItem('signed-in') ?? localStorage.setItem('signed-in', '1'));
}

async function addresses() {
  const get = async (p) => (await box.get(p, { token })).body;
  const gig = (await get('/api/gigs?limit=1')).gigs[0], service = (await get('/api/services?limit=1')).services[0];
  const orders = (await get('/api/orders?limit=100')).orders, mine = (await get('/api/gigs/my-gigs?limit=100')).gigs;
  const of = (status) => orders.find((o) => o.status === status);
  return {
    open: ['/', '/gigs', '/gigs?search=logo&budgetMin=10000', '/gigs?search=zzzzzz', '/services?category=design', `/gigs/${gig.id}`, `/services/${service.id}`, `/people/${service.doerId}`, '/sign-in', '/me/settings', '/nothing', '/design'],
    own: ['/', '/post', '/offer', '/work', '/work/posted', '/work/applied', '/work/services', `/orders/${(of('in_progress') ?? orders[0]).id}`, `/orders/${(of('completed') ?? orders[0]).id}`, `/orders/${orders[0].id}/pay`,
      `/gigs/${mine[0].id}`, `/gigs/${mine[0].id}/applicants`, `/gigs/${mine[0].id}/edit`, '/chats', `/chats/order/${orders[0].id}`, '/me/saved', '/me/buddies', '/me/alerts', '/me/data', '/wallet', '/me', '/me/edit', '/me/trust', '/me/settings', '/notifications',
      ...['', '/users', '/reports', '/disputes', `/disputes/${orders[0].id}`, '/listings', '/money', '/outbox', '/categories', '/cities', '/settings', '/audit', '/log', '/system', '/backups', '/certificate', '/nothing'].map((p) => '/admin' + p)],
  };
}

for (const [name, options] of Object.entries({
  'phone, light': { size: 'phone' },
  'phone, dark, Hindi': { size: 'phone', scheme: 'dark', language: 'hi-IN' },
  'desktop, light, Hindi': { size: 'desktop', language: 'hi-IN' },
  'desktop, dark': { size: 'desktop', scheme: 'dark' },
}))
  test(`every page: ${name}`, async () => {
    const all = await addresses();
    for (const kind of ['open', 'own']) {
      const visitor = await Visitor.open(browser, box, options);
      if (kind === 'own') await known(visitor);
      for (const address of all[kind]) {
        await visitor.go(address);
        await visitor.page.locator('h1').first().waitFor().catch(() => assert.fail(`no heading at ${address}`));
        await visitor.accessible(name);
        const html = await visitor.page.evaluate(() => document.documentElement.lang);
        assert.equal(html, options.language ? 'hi' : 'en');
      }
      await visitor.close();
    }
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
