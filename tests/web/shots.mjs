// Usage: node tests/web/shots.mjs DIR [WORD...]
// Pictures of the main pages of a sample marketplace: phone and desktop, light and dark, English and Hindi. WORDs pick those whose
// name has one of them. See scripts/shots.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, binary, gigBody } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

const [out, ...words] = process.argv.slice(2);
const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-shots-'));
const ME = '+919800000001';
for (const args of [['demo', '--data', dir], ['admin', '--data', dir, 'create', ME, 'admin']]) {
  const run = spawnSync(binary, args, { encoding: 'utf8' });
  if (run.status) throw new Error(run.stderr);
}
const box = await Box.start({ dir, validate: false, sets: { backup_dir: 'backups', tls_listen: '127.0.0.1:0', tls_self_signed: 'yes', rate_auth_per_min: 10000, rate_other_per_min: 1000000 } });
const browser = await browse();
const me = await box.person(ME), friend = await box.person('+919800000002'), third = await box.person('+919800000003');

/** Something for every queue of the administration. */
async function trouble() {
  const gig = (await friend.post('/api/gigs', gigBody())).body;
  const application = (await third.post(`/api/gigs/${gig.id}/applications`, { message: 'I can do that.' })).body;
  const { order } = (await friend.post(`/api/applications/${application.id}/accept`)).body;
  const { razorpayOrderId } = (await friend.post('/api/payments/create-order', { orderId: order.id })).body;
  const paid = (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body;
  await friend.post('/api/payments/verify', paid);
  await third.post(`/api/orders/${order.id}/messages`, { text: 'Starting this evening.' });
  await third.post(`/api/orders/${order.id}/submit`, { message: 'Here it is, as agreed.' });
  await friend.post(`/api/orders/${order.id}/dispute`, { reason: 'The file cannot be opened, and there is no answer any more.' });
  await third.post('/api/reports', { type: 'gig', id: gig.id, reason: 'The same gig was posted three times.' });
  return order.id;
}
const disputed = await trouble();
await me.post('/api/buddies', { userId: friend.id, notes: 'Quick with logos, answers at night.' });
await me.post('/api/buddies', { userId: third.id });
for (const name of ['Kothrud', 'Viman Nagar']) await me.post('/api/admin/cities', { name });
const orders = (await me.get('/api/orders?limit=100')).body.orders, mine = (await me.get('/api/gigs/my-gigs?limit=100')).body.gigs.sort((a, b) => b.applicationsCount - a.applicationsCount);
const of = (...all) => (orders.find((o) => all.includes(o.status)) ?? orders[0]).id;
const gig = (await box.get('/api/gigs?search=logo')).body.gigs.find((g) => g.clientId !== me.id), service = (await box.get('/api/services?limit=1')).body.services[0];
const open = { home: '/', gigs: '/gigs?category=design', search: '/gigs?search=logo', gig: `/gigs/${gig.id}`, service: `/services/${service.id}`, person: `/people/${service.doerId}`, signin: '/sign-in' };
const own = {
  home: '/', work: '/work', post: '/post', offer: '/offer', order: `/orders/${of('in_progress', 'submitted')}`, done: `/orders/${of('completed')}`, pay: `/orders/${of('pending_payment')}/pay`, mygig: `/gigs/${mine[0].id}`, gig: `/gigs/${gig.id}`,
  applicants: `/gigs/${mine[0].id}/applicants`, chats: '/chats', chat: `/chats/order/${of('in_progress', 'submitted')}`, wallet: '/wallet', me: '/me', edit: '/me/edit', trust: '/me/trust', saved: '/me/saved', settings: '/me/settings', notes: '/notifications', buddies: '/me/buddies', alerts: '/me/alerts', data: '/me/data',
  admin: '/admin', users: '/admin/users', reports: '/admin/reports', disputes: '/admin/disputes', dispute: `/admin/disputes/${disputed}`, money: '/admin/money', outbox: '/admin/outbox', categories: '/admin/categories', adminset: '/admin/settings', audit: '/admin/audit', system: '/admin/system', log: '/admin/log', backups: '/admin/backups', certificate: '/admin/certificate', cities: '/admin/cities', design: '/design',
};
mkdirSync(out, { recursive: true });
let count = 0;
for (const size of ['phone', 'desktop'])
  for (const [look, options] of Object.entries({ light: {}, dark: { scheme: 'dark' }, hindi: { language: 'hi-IN' } }))
    for (const [who, pages] of Object.entries({ open, own })) {
      const visitor = await Visitor.open(browser, box, { size, ...options });
      if (who === 'own') {
        await visitor.context.addCookies([{ name: 'jwt', value: me.token, url: box.url, httpOnly: true, sameSite: 'Lax' }]);
        await visitor.context.addInitScript(() => localStorage.getItem('signed-in') ?? localStorage.setItem('signed-in', '1'));
      }
      for (const [name, address] of Object.entries(pages)) {
        const file = `${size}-${look}-${who}-${name}.png`;
        if (words.length && !words.some((w) => file.includes(w))) continue;
        await visitor.go(address);
        await visitor.page.locator('h1').first().waitFor();
        await visitor.page.waitForLoadState('networkidle');
        await visitor.page.waitForFunction(() => [...document.querySelectorAll('.skeleton')].every((e) => e.closest('.demo')));
        await visitor.page.screenshot({ path: path.join(out, file), fullPage: !name.startsWith('chat') });
        count++;
      }
      await visitor.close();
    }
await browser.close();
await box.stop();
rmSync(dir, { recursive: true, force: true });
console.log(`${count} pictures in ${out}`);
