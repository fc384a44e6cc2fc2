// The first admin: the one-time link, and the command line.
import test from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, run, phone, assert } from './harness.mjs';

const link = (box) => /(http:\/\/\S+)\/setup\?token=([\w-]+)/.exec(box.stdout);
const code = (answer) => answer.body.error.code;
const settled = () => new Promise((resolve) => setTimeout(resolve, 150)); // the link is printed right after the address

async function withBox(work) {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
  const box = await Box.start({ dir });
  await settled();
  try {
    await work(box, dir);
  } finally {
    await box.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

test('the link makes the first admin, once', () => withBox(async (box) => {
  const [, origin, token] = link(box);
  assert.equal(origin, box.url);
  assert.deepEqual((await box.get('/api/setup')).body, { needed: true, tokenValid: false });
  assert.deepEqual((await box.get(`/api/setup?token=${token}`)).body, { needed: true, tokenValid: true });
  assert.deepEqual((await box.get('/api/setup?token=wrong')).body, { needed: true, tokenValid: false });
  const asha = await box.person(phone(), { name: 'Asha' });
  const wrong = await asha.post('/api/setup', { token: token.slice(1) + 'A' });
  assert.equal(wrong.status, 400);
  assert.equal(code(wrong), 'INVALID_TOKEN');
  assert.equal((await asha.post('/api/setup', {})).status, 400);
  assert.equal((await asha.get('/api/admin/users')).status, 403);
  const done = await asha.post('/api/setup', { token });
  assert.equal(done.status, 200);
  assert.deepEqual(done.body.user.adminRoles, ['moderator', 'admin']);
  assert.equal(done.body.token, null, 'the session that is there goes on');
  assert.equal((await asha.get('/api/admin/users')).status, 200);
  assert.deepEqual((await box.get(`/api/setup?token=${token}`)).body, { needed: false, tokenValid: false });
  const ravi = await box.person(phone());
  const late = await ravi.post('/api/setup', { token });
  assert.equal(late.status, 409);
  assert.equal(code(late), 'INVALID_STATE');
  const entry = (await asha.get('/api/admin/audit')).body.entries[0];
  assert.equal(entry.act, 'admin.setup');
  assert.equal(entry.subjectId, asha.id);
  await box.restart();
  await settled();
  assert.equal(link(box), null, 'no link once there is an admin');
}));

test('the link with a phone number and a code', () => withBox(async (box) => {
  const token = link(box)[2];
  const number = phone();
  const bare = await box.post('/api/setup', { token });
  assert.equal(bare.status, 400);
  assert.deepEqual(Object.keys(bare.body.error.fields).sort(), ['otp', 'phone']);
  await box.post('/api/auth/send-otp', { phone: number });
  const { code: otp } = await box.message(number, (m) => m.code);
  const wrongOtp = await box.post('/api/setup', { token, phone: number, otp: otp === '111111' ? '222222' : '111111' });
  assert.equal(wrongOtp.status, 400);
  assert.equal(code(wrongOtp), 'INVALID_OTP');
  // With a wrong link the code is not even tried.
  assert.equal(code(await box.post('/api/setup', { token: 'nonsense', phone: number, otp })), 'INVALID_TOKEN');
  const done = await box.post('/api/setup', { token, phone: number, otp });
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.equal(done.body.isNewUser, true);
  assert.equal(done.body.user.phone, number);
  assert.match(done.headers.get('set-cookie'), /^jwt=/);
  assert.equal((await box.get('/api/admin/users', { token: done.body.token })).body.total, 1);
}));

test('each start makes a new link', () => withBox(async (box) => {
  const first = link(box)[2];
  await box.restart();
  await settled();
  const second = link(box)[2];
  assert.notEqual(first, second);
  assert.equal((await box.get(`/api/setup?token=${first}`)).body.tokenValid, false);
  assert.equal((await box.get(`/api/setup?token=${second}`)).body.tokenValid, true);
}));

test('the command line', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
  const admin = (...args) => run(['admin', '--data', dir, ...args]);
  const number = phone();
  assert.equal((await admin('grant', number)).code, 1, 'nobody has this number');
  assert.equal((await admin('create', 'neither')).code, 2);
  assert.equal((await admin('create')).code, 2);
  assert.equal((await admin('frobnicate', number)).code, 2);
  assert.equal((await admin('create', number)).code, 0);
  assert.equal((await admin('create', number)).code, 0, 'again is fine');
  assert.equal((await admin('create', 'Prof@Example.EDU', 'moderator')).code, 0);
  const listed = (await admin('list')).stdout;
  assert.match(listed, new RegExp(`\\${number}.*admin moderator`));
  assert.match(listed, /prof@example\.edu.*moderator/);
  const last = await admin('revoke', number);
  assert.equal(last.code, 1);
  assert.match(last.stderr, /last admin/);
  assert.equal((await admin('grant', 'prof@example.edu')).code, 0);
  assert.equal((await admin('revoke', number)).code, 0);
  assert.equal((await admin('revoke', number, 'moderator')).code, 0);
  assert.doesNotMatch((await admin('list')).stdout, new RegExp(`\\${number}`));
  const box = await Box.start({ dir });
  try {
    const beside = await admin('grant', number);
    assert.equal(beside.code, 3);
    assert.match(beside.stderr, /api\/admin\/users/);
    assert.match((await admin('list')).stdout, /prof@example\.edu/, 'listing works beside a box');
    assert.equal((await box.person(number)).isNewUser, false);
  } finally {
    await box.stop();
    const check = await run(['check', '--data', dir]);
    assert.equal(check.code, 0, check.stdout);
    rmSync(dir, { recursive: true, force: true });
  }
});
