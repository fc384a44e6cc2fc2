// The administration in a browser: set-up on first start, an admin settles a dispute with the whole history in sight, reports,
// verification, settings that take effect, a back-up.
import { test, before, after } from 'node:test';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, assert, eventually, gigBody, phone, run, steadyPort } from '../api/harness.mjs';
import { browse, Visitor } from './kit.mjs';

let box, browser, admin, client, doer, gig, order;
before(async () => {
  box = await Box.start({ listen: `127.0.0.1:${await steadyPort()}`, sets: { backup_dir: 'copies', backup_every_h: 0, rate_auth_per_min: 1000, rate_other_per_min: 10000 } });
  browser = await browse();
});
after(async () => {
  await browser?.close();
  await box?.stop();
});

const dialog = (name) => admin.page.getByRole('dialog').getByRole('button', { name, exact: true });

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
  await admin.page.getByRole('dialog').getByText('To the doer: ₹500. ₹1,000 is in escrow. The decision is final.').waitFor();
  assert.equal((await client.get(`/api/orders/${order.id}`)).body.status, 'disputed', 'asked first');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Settle' }).click();
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
  await admin.press('Make admin'); // asks
  const sure = admin.page.getByRole('dialog');
  await sure.getByText('An admin may do everything').waitFor();
  await sure.getByRole('button', { name: 'Cancel' }).click();
  await admin.press('Make moderator');
  await sure.getByRole('button', { name: 'Make moderator' }).click();
  await admin.by('button', 'No longer moderator').waitFor();
  await admin.press('No longer moderator');
  await sure.getByRole('button', { name: 'No longer moderator' }).click();
  await admin.by('button', 'Make moderator').waitFor();
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
  await admin.sees('2.5 %');
  await admin.press('Save (1)');
  await admin.sees('Saved.');
  assert.equal((await box.get('/api/config')).body.feeBasisPoints, 250);
});

test('categories, cities, the audit log', async () => {
  await admin.go('/admin/categories');
  await admin.press('Add a category');
  await admin.fill('Name', 'Gardening');
  await admin.fill('Short name', 'gardening');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await admin.heading('Gardening');
  assert.ok((await box.get('/api/categories')).body.categories.some((c) => c.slug === 'gardening'));
  await admin.go('/admin/audit');
  await admin.sees('user.suspend');
  await admin.go('/admin/cities');
  await admin.press('Add the city');
  await admin.sees('Please fill this in.');
  await admin.fill('Name of the city', 'Lower Hostel Hill');
  await admin.press('Add the city');
  await admin.heading('Lower Hostel Hill');
  await admin.accessible('the cities');
  await admin.press('Delete: Lower Hostel Hill');
  await dialog('Delete').click();
  await admin.sees('None was added');
});

test('a review that was reported is taken down', async () => {
  const give = (who, comment) => who.post(`/api/orders/${order.id}/review`, { rating: 1, comment });
  const fresh = await box.person(client.user.phone), review = await give(fresh, 'A rude word.');
  assert.equal(review.status, 201, JSON.stringify(review.body));
  const other = await box.person(phone(), { name: 'Uma' });
  assert.equal((await other.post('/api/reports', { type: 'review', id: review.body.id, reason: 'Rude.' })).status, 201);
  await admin.go('/admin/reports');
  await admin.sees('A rude word.');
  await admin.press('Take down');
  await admin.fill('Reason', 'No rude words.');
  await dialog('Take down').click();
  await admin.page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await box.get(`/api/admin/audit?act=review.take-down`, { token: fresh.token })).status, 403);
  await admin.go('/admin/audit');
  await admin.sees(/review\.take/);
  await admin.go('/admin/listings');
  await admin.press('Reviews');
  await admin.sees(/^Taken down by .*: No rude words\./);
  await admin.accessible('reviews that were taken down');
  await admin.press('Show again');
  await admin.sees('Nothing waits here.');
});

test('the live log: new lines come by themselves, are sifted, and stand still on a pause', async () => {
  await admin.go('/admin/log');
  await admin.sees('Live: new lines come at the top.');
  await admin.accessible('the log');
  box.child.kill('SIGHUP');
  await admin.sees('settings reloaded');
  await admin.press('error');
  await admin.page.getByText('settings reloaded').first().waitFor({ state: 'detached' });
  await admin.press('info');
  await admin.fill('Find in the log', 'nothing has this');
  await admin.sees('No such lines');
  await admin.fill('Find in the log', '');
  await admin.press('Pause');
  await admin.sees('Paused.');
});

test('backups: made now, downloaded by the browser itself; a restore by upload starts the box again', async () => {
  await admin.go('/admin/backups');
  await admin.sees('No backup yet');
  await admin.accessible('backups');
  await admin.press('Back up now');
  await admin.sees('on this machine');
  const copy = async (link) => {
    const waiting = admin.page.waitForEvent('download');
    await admin.page.getByRole('link', { name: link }).first().click();
    return readFileSync(await (await waiting).path());
  };
  assert.ok((await copy(/^Download: /)).length > 8192);
  const bytes = await copy('Download a copy of now');
  // One of the list; sealed, it wants what opens it.
  const kept = path.join(box.dir, 'copies', 'gigbox-20260203T040506Z.db.sealed');
  assert.equal((await run(['backup', '--data', box.dir, kept, '--set', 'backup_passphrase=open sesame'])).code, 0);
  chmodSync(kept, 0o644); // a box that gave up root reads it
  await admin.go('/admin/backups');
  for (const [words, said] of [['wrong', 'This backup cannot be used.'], ['open sesame', 'The copy is whole and good.']]) {
    await admin.page.getByRole('button', { name: /^Restore: .*3 Feb/ }).click();
    await admin.sees('Nothing changes before you say so once more.');
    if (words === 'wrong') await admin.accessible('a sealed backup is to be fetched');
    await admin.page.getByRole('dialog').getByLabel(/^Passphrase/).fill(words);
    await dialog('Fetch and check').click();
    await admin.sees(said);
  }
  await admin.press('Forget it');
  await admin.page.getByText('The copy is whole and good.').waitFor({ state: 'detached' });
  const lost = (await (await box.person(phone(), { name: 'Late' })).post('/api/gigs', gigBody({ title: 'After the copy' }))).body;
  const choose = (name, buffer) => admin.page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer });
  await choose('rubbish.db', Buffer.alloc(20000, 'x'));
  await admin.sees('This backup cannot be used.');
  await choose('gigbox.db', bytes);
  await admin.sees('The copy is whole and good.');
  await admin.accessible('a copy that is ready');
  admin.expected = /./; // while it starts again, nothing answers
  await admin.press('Restart with this copy');
  await dialog('Restart with this copy').click();
  await admin.page.waitForLoadState();
  await eventually(async () => (await box.get(`/api/gigs/${lost.id}`).catch(() => null))?.status === 404, 'the restored data');
  await admin.sees('Choose a file');
  admin.expected = undefined;
  await admin.go('/admin/audit');
  await admin.sees('restore.done');
});

test('the first administrator of another box signs in by e-mail and the code that he chose', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-test-')), file = path.join(dir, 'code');
  writeFileSync(file, '482913\n');
  assert.equal((await run(['admin', '--data', dir, 'create', 'ada@campus.example', '--code-file', file])).code, 0);
  const fresh = await Box.start({ dir });
  const ada = await Visitor.open(browser, fresh);
  await ada.go('/sign-in');
  await ada.press('Use an e-mail address');
  await ada.accessible('signing in by e-mail');
  await ada.fill('E-mail address', 'ada@campus');
  await ada.press('Use a mobile number');
  await ada.press('Use an e-mail address');
  await ada.fill('E-mail address', 'ada@campus.example');
  await ada.press('Send the code');
  await ada.sees('Sent to ada@campus.example.');
  await ada.page.getByLabel('6-digit code').fill('482913');
  await ada.heading('Welcome! Who are you?');
  await ada.go('/admin/backups');
  await ada.heading('Restore');
  await ada.close();
  await fresh.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('HTTPS: what is said without it; a certificate is checked at its place', async () => {
  await admin.go('/admin/certificate');
  await admin.sees('This box speaks no HTTPS.');
  await admin.accessible('the certificate, without HTTPS');
  await admin.close();
});
