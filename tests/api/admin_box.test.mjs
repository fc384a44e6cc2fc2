// The box in the admin's hands: settings, figures, state, backup.
import test, { after, before } from 'node:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, run, gigBody, phone, assert, eventually } from './harness.mjs';
import { audited, fundedOrder, staffed } from './admin_kit.mjs';

let box, admin, moderator, stop, dir, asha, ravi;
before(async () => {
  ({ box, admin, moderator, stop, dir } = await staffed({ sets: { cron_secret: 'tick' }, env: { GIGBOX_OTP_TRIES: '4', GIGBOX_SMTP_PASSWORD: 'hush' } }));
  asha = await box.person(phone(), { name: 'Asha' });
  ravi = await box.person(phone(), { name: 'Ravi' });
});
after(() => stop());

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
const row = async (key) => is(await admin.get('/api/admin/settings'), 200).settings.find((s) => s.key === key);
const set = (settings) => admin.patch('/api/admin/settings', { settings });
const fee = () => box.get('/api/config').then((a) => a.body.feeBasisPoints);

test('only admins', async () => {
  for (const what of ['settings', 'statistics', 'status', 'backup', 'log']) {
    is(await moderator.get(`/api/admin/${what}`), 403);
    is(await asha.get(`/api/admin/${what}`), 403);
    is(await box.get(`/api/admin/${what}`), 401);
  }
  is(await moderator.patch('/api/admin/settings', { settings: { fee_bps: 1 } }), 403);
});

test('settings are read with their sources, secrets masked', async () => {
  assert.deepEqual(await row('fee_bps').then(({ doc, ...rest }) => rest),
    { key: 'fee_bps', value: '500', type: 'number', source: 'default', editable: true, secret: false, min: 0, max: 5000 });
  assert.equal((await row('otp_tries')).source, 'environment');
  assert.equal((await row('otp_tries')).editable, false);
  assert.equal((await row('listen')).editable, false);
  assert.equal((await row('rate_other_per_min')).source, 'argument');
  const secret = await row('smtp_password');
  assert.deepEqual([secret.value, secret.secret, secret.source], ['****', true, 'environment']);
  assert.equal((await row('sms_provider')).choices, 'sandbox|msg91|twilio|template');
});

test('rules change at once, are audited, and outlive a restart', async () => {
  const shown = is(await set({ fee_bps: 250, name: 'Campus Bazaar' }), 200);
  assert.equal(shown.settings.find((s) => s.key === 'fee_bps').source, 'admin');
  assert.equal(await eventually(async () => (await fee()) === 250 && 250, 'the fee'), 250);
  assert.equal(is(await box.get('/api/config'), 200).name, 'Campus Bazaar');
  const order = await fundedOrder(box, asha, ravi, { gig: gigBody({ budgetMin: 1, budgetMax: 100000 }), amount: 100000 });
  assert.equal(order.platformFee, 2500);
  const entry = is(await admin.get('/api/admin/audit?act=setting.change'), 200).entries.find((e) => e.detail.startsWith('fee_bps'));
  assert.equal(entry.detail, 'fee_bps: 500 -> 250');
  await box.restart();
  assert.equal(await fee(), 250);
  assert.match((await run(['config', '--data', dir])).stdout, /^fee_bps = 250 {2}# admin$/m);
  // What admins set stands above the file, and what is pinned above what they set.
  writeFileSync(path.join(dir, 'gigbox.conf'), 'fee_bps = 111\nwithdraw_min = 222\n');
  box.child.kill('SIGHUP');
  await eventually(async () => (await row('withdraw_min')).value === '222', 'the file');
  assert.equal((await row('withdraw_min')).source, 'file');
  assert.equal((await row('fee_bps')).value, '250');
  is(await set({ fee_bps: null }), 200);
  assert.equal((await row('fee_bps')).value, '111');
  assert.equal((await row('fee_bps')).source, 'file');
  assert.equal((await fee()), 111);
  rmSync(path.join(dir, 'gigbox.conf'));
  is(await set({ name: null }), 200);
  assert.equal(await fee(), 500);
  assert.match((await run(['config', '--data', dir, '--set', 'fee_bps=9'])).stdout, /^fee_bps = 9 {2}# argument$/m);
});

test('what cannot be set is refused, all or nothing', async () => {
  const bad = await set({ fee_bps: 9999, otp_tries: 3, listen: '0.0.0.0:1', no_such: 1, withdraw_min: 300, order_lapse_s: 'soon', otp_ttl_s: 1.5, name: {} });
  is(bad, 400);
  assert.equal(bad.body.error.code, 'VALIDATION_ERROR');
  assert.deepEqual(Object.keys(bad.body.error.fields).sort(), ['fee_bps', 'listen', 'name', 'no_such', 'order_lapse_s', 'otp_tries', 'otp_ttl_s']);
  assert.match(bad.body.error.fields.otp_tries, /pinned/);
  assert.equal((await row('withdraw_min')).source, 'default');
  for (const body of [{}, { settings: 3 }, { settings: [] }, { settings: 'fee_bps' }]) is(await admin.patch('/api/admin/settings', body), 400);
  is(await box.call('PATCH', '/api/admin/settings', { token: admin.token, body: '{"settings":', headers: { 'content-type': 'application/json' } }), 400);
});

test('limits can be tightened while the box runs', async () => {
  is(await set({ body_bytes: 2048 }), 200);
  is(await asha.post('/api/gigs', gigBody({ description: 'x'.repeat(4000) })), 413);
  is(await set({ body_bytes: null }), 200);
  is(await asha.post('/api/gigs', gigBody({ description: 'x'.repeat(4000) })), 201);
});

/** All jobs once, now. */
const jobs = async () => is(await box.get('/api/cron/cleanup', { headers: { authorization: 'Bearer tick' } }), 200);

test('figures of the day', async () => {
  const today = async () => (await jobs(), is(await admin.get('/api/admin/statistics?days=2'), 200));
  const order = await fundedOrder(box, asha, ravi, { gig: gigBody({ budgetMin: 1, budgetMax: 100000 }), amount: 100000 });
  await ravi.post(`/api/orders/${order.id}/messages`, { text: 'hello' });
  const held = await eventually(async () => {
    const s = await today();
    return s.days[1].messages >= 1 && s.days[1].orders >= 2 && s.escrow === 200000 && s;
  }, 'the figures', 15000);
  assert.equal(held.days.length, 2);
  assert.match(held.days[1].date, /^\d{4}-\d\d-\d\d$/);
  assert.ok(held.days[0].date < held.days[1].date);
  assert.equal(held.days[1].signUps, 4);
  assert.equal(held.days[1].applications, 2);
  assert.equal(held.days[1].funded, 200000);
  assert.equal(held.days[1].escrow, 200000);
  assert.equal(held.days[0].escrow, 0);
  assert.equal(held.users, 4);
  assert.equal(held.ordersOpen, 2);
  is(await ravi.post(`/api/orders/${order.id}/submit`, { message: 'done' }), 200);
  is(await asha.post(`/api/orders/${order.id}/approve`), 200);
  const paid = await eventually(async () => {
    const s = await today();
    return s.days[1].completed === 1 && s;
  }, 'the completed order', 15000);
  assert.equal(paid.days[1].released, 95000);
  assert.equal(paid.days[1].fees, 5000);
  assert.equal(paid.fees, 5000);
  assert.equal(paid.escrow, 100000);
  assert.equal(is(await admin.get('/api/admin/statistics'), 200).days.length, 30);
  assert.equal(is(await admin.get('/api/admin/statistics?days=100000'), 200).days.length, 366);
  const old = is(await admin.get(`/api/admin/statistics?days=3&to=${Date.UTC(2020, 1, 3)}`), 200);
  assert.deepEqual(old.days.map((d) => d.date), ['2020-02-01', '2020-02-02', '2020-02-03']);
});

test('the state of the box', async () => {
  const s = is(await admin.get('/api/admin/status'), 200);
  assert.match(s.version, /^\d+\.\d+/);
  for (const key of ['memoryBytes', 'databaseBytes', 'databaseUsedBytes', 'databaseMaxBytes', 'diskBytes', 'diskFreeBytes', 'records', 'commits', 'workers'])
    assert.ok(s[key] > 0, key);
  assert.ok(s.diskFreeBytes <= s.diskBytes);
  assert.equal(s.sandbox, true);
  assert.equal(s.outboxDead, 0);
});

test('the log, and what came since', async () => {
  is(await moderator.get('/api/admin/log'), 403);
  const all = is(await admin.get('/api/admin/log'), 200);
  assert.ok(all.lines.length > 0 && all.next >= all.lines.length);
  assert.ok(all.lines.some((l) => l.includes('sandbox')));
  assert.deepEqual(is(await admin.get(`/api/admin/log?after=${all.next}`), 200), { lines: [], next: all.next });
  is(await set({ otp_ttl_s: 301 }), 200);
  const more = is(await admin.get(`/api/admin/log?after=${all.next}`), 200);
  assert.ok(more.next > all.next && more.lines.some((l) => /reloaded/.test(l)), JSON.stringify(more));
  assert.ok(is(await admin.get('/api/admin/log?after=999999999'), 200).lines.length > 0, 'a number of another run');
  is(await admin.get('/api/admin/log?after=-1'), 400);
  is(await admin.get('/api/admin/log?after=x'), 400);
});

test('a backup is complete and can be restored', async () => {
  const blob = new FormData();
  blob.set('file', new Blob([Buffer.alloc(3 << 20, 'z')]), 'z.txt');
  const file = is(await asha.post('/api/files', blob), 201);
  const answer = await admin.get('/api/admin/backup', { raw: true });
  is(answer, 200);
  assert.match(answer.headers.get('content-disposition'), /attachment; filename="gigbox-\d{4}-\d\d-\d\d\.db"/);
  assert.ok(answer.body.length > 3 << 20);
  const to = mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
  writeFileSync(path.join(to, 'copy.db'), answer.body);
  const restored = await run(['restore', '--data', path.join(to, 'new'), path.join(to, 'copy.db')]);
  assert.equal(restored.code, 0, restored.stdout + restored.stderr);
  const twin = await Box.start({ dir: path.join(to, 'new') });
  try {
    const same = await twin.get(file.url.replace(/^.*(?=\/api)/, ''), { token: asha.token, raw: true });
    assert.equal(same.status, 200, 'the session is in the copy too');
    assert.equal(same.body.length, 3 << 20);
  } finally {
    await twin.stop();
    rmSync(to, { recursive: true, force: true });
  }
  assert.equal((await audited(admin, 'backup.download')).actor.id, admin.id);
});

test('a backup that nobody takes to its end does no harm', async () => {
  const begin = () => new Promise((resolve, reject) => {
    const req = http.get(box.url + '/api/admin/backup', { headers: { authorization: `Bearer ${admin.token}` } }, resolve);
    req.on('error', reject);
  });
  for (const fill of ['a', 'b']) {
    const form = new FormData();
    form.set('file', new Blob([Buffer.alloc(9 << 20, fill)]), 'big.txt'); // more than the kernel keeps for a slow reader
    is(await asha.post('/api/files', form), 201);
  }
  const first = await begin();
  assert.equal(first.statusCode, 200);
  first.pause();
  const second = await begin();
  assert.equal(second.statusCode, 503, 'one at a time');
  second.destroy();
  first.destroy();
  await eventually(async () => {
    const third = await begin();
    third.resume();
    await new Promise((resolve) => third.on('close', resolve));
    return third.statusCode === 200;
  }, 'the next backup', 15000);
  is(await asha.post('/api/gigs', gigBody()), 201);
});
