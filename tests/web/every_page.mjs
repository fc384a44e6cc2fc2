// All pages of the sample marketplace, signed in and not: no objection of axe, nothing in the console, no request to elsewhere, nothing
// that scrolls sideways. Each size is a file of its own, so that they run beside each other.
import { test, before, after } from 'node:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, assert, binary } from '../api/harness.mjs';
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
      `/gigs/${mine[0].id}`, `/gigs/${mine[0].id}/applicants`, `/gigs/${mine[0].id}/edit`, '/chats', `/chats/order/${orders[0].id}`, '/me/saved', '/me/buddies', '/me/alerts', '/me/data', '/wallet', '/me', '/me/edit', '/me/portfolio', '/me/trust', '/me/settings', '/notifications',
      ...['', '/users', '/reports', '/disputes', `/disputes/${orders[0].id}`, '/listings', '/money', '/outbox', '/categories', '/cities', '/settings', '/audit', '/log', '/system', '/backups', '/certificate', '/nothing'].map((p) => '/admin' + p)],
  };
}

export const everyPage = (name, options) => test(`every page: ${name}`, async () => {
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
