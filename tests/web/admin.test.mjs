// The administration in a browser: set-up on first start, an admin settles a dispute with the whole history in sight, reports,
// verification, settings that take effect, a back-up.
import { test, before, after } from 'node:test';
import { readFileSync } from 'node:fs';
import { Box, assert, gigBody, phone } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, admin, client, doer, gig, order;
before(async () => {
  box = await Box.start({ sets: { rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

test('first start: the printed link makes the first admin, who names the marketplace', async () => {
  admin = await Visitor.open(browser, box, { size: 'desktop' });
  const link = /(\/setup\?token=\S+)/.exec(box.stdout)[1], number = phone();
  await admin.go('/setup?token=wrong');
  await admin.sees('This link is no longer good.');
  await admin.go(link);
  await admin.accessible('set-up');
  await admin.fill('Mobile number', number);
  await admin.press('Send the code');
  const { code } = await box.message(number, (m) => m.code);
  await admin.fill('6-digit code', code);
  await admin.press('Become the admin');
  await admin.fill('Name of the marketplace', 'Hostel Bazaar');
  await admin.accessible('naming it');
  await admin.press('Save and go to the dashboard');
  await admin.heading('Dashboard');
  await admin.page.getByRole('link', { name: 'Hostel Bazaar' }).waitFor();
  assert.equal((await box.get('/api/config')).body.name, 'Hostel Bazaar');
  const other = await Visitor.open(browser, box);
  await other.go(link);
  await other.sees('This box has an admin already.');
  await other.signIn(phone(), 'Nosy');
  await other.go('/admin');
  await other.sees('Only moderators and admins may look at this.');
  await other.close();
});

test('a dispute is settled by sharing out', async () => {
  client = await box.person(phone(), { name: 'Asha' });
  doer = await box.person(phone(), { name: 'Ravi' });
  gig = (await client.post('/api/gigs', gigBody())).body;
  const application = (await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me!', amount: 100000 })).body;
  ({ order } = (await client.post(`/api/applications/${application.id}/accept`)).body);
  const { razorpayOrderId } = (await client.post('/api/payments/create-order', { orderId: order.id })).body;
  await client.post('/api/payments/verify', (await box.post('/sandbox/razorpay/pay', { order_id: razorpayOrderId })).body);
  await doer.post(`/api/orders/${order.id}/messages`, { text: 'Half of it is done.' });
  await doer.post(`/api/orders/${order.id}/submit`, { message: 'The first half.' });
  await client.post(`/api/orders/${order.id}/dispute`, { reason: 'Only one half is there.' });
  await admin.go('/admin/disputes');
  await admin.follow('Only one half is there.');
  await admin.sees('Half of it is done.');
  await admin.sees('The first half.');
  await admin.press('Ledger');
  await admin.sees('capture');
  await admin.page.getByRole('radio', { name: 'Share out' }).check();
  await admin.page.getByRole('textbox', { name: 'To the doer' }).fill('2000');
  await admin.press('Settle');
  await admin.sees('At most ₹1,000');
  await admin.accessible('the decision');
  await admin.page.getByRole('textbox', { name: 'To the doer' }).fill('500');
  await admin.fill('Note', 'Half the work, half the money.');
  await admin.press('Settle');
  await admin.sees('Nothing waits here.');
  const now = (await client.get(`/api/orders/${order.id}`)).body;
  assert.equal(now.status, 'completed');
  assert.equal((await doer.get('/api/wallet/balance')).body.available, 47500); // half, less the fee
});

test('a report is upheld and the gig taken down; somebody is suspended and let in again', async () => {
  const spam = (await doer.post('/api/gigs', gigBody({ title: 'Easy money, call me' }))).body;
  await client.post('/api/reports', { type: 'gig', id: spam.id, reason: 'This is a fraud.' });
  await admin.go('/admin/reports');
  await admin.sees('This is a fraud.');
  await admin.press('Take down');
  await admin.fill('Reason', 'Fraud.');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Take down' }).click();
  await admin.page.getByRole('dialog').waitFor({ state: 'detached' });
  await admin.press('Uphold');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Uphold' }).click();
  await admin.sees('Nothing waits here.');
  assert.equal((await client.get(`/api/gigs/${spam.id}`)).status, 404);
  await admin.go('/admin/users');
  await admin.fill('Search', 'Ravi');
  await admin.page.getByText('Asha').waitFor({ state: 'detached' });
  await admin.press('Suspend');
  await admin.fill('Reason', 'Fraud again.');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
  await admin.sees('Suspended: Fraud again.');
  assert.notEqual((await doer.get('/api/users/me')).status, 200);
  await admin.press('Let in again');
  await admin.page.getByText('Suspended: Fraud again.').waitFor({ state: 'detached' });
});

test('settings: a wrong value is said at its place and changes nothing; a good one takes effect', async () => {
  admin.expected = /400/;
  await admin.go('/admin/settings');
  await admin.fill('Find a setting', 'fee_bps');
  await admin.page.getByLabel('fee_bps').fill('999999');
  await admin.press('Save (1)');
  await admin.page.locator('.field .error').waitFor();
  assert.equal((await box.get('/api/config')).body.feeBasisPoints, 500);
  await admin.page.getByLabel('fee_bps').fill('250');
  await admin.press('Save (1)');
  await admin.sees('Saved.');
  assert.equal((await box.get('/api/config')).body.feeBasisPoints, 250);
});

test('categories, the audit log, a back-up', async () => {
  await admin.go('/admin/categories');
  await admin.press('Add a category');
  await admin.fill('Name', 'Gardening');
  await admin.fill('Short name', 'gardening');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await admin.heading('Gardening');
  assert.ok((await box.get('/api/categories')).body.categories.some((c) => c.slug === 'gardening'));
  await admin.go('/admin/audit');
  await admin.sees('user.suspend');
  await admin.go('/admin/system');
  const waiting = admin.page.waitForEvent('download');
  await admin.press('Download a copy');
  const copy = readFileSync(await (await waiting).path());
  assert.ok(copy.length > 8192);
  await admin.close();
});
