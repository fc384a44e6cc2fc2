// The first administrator where no code can be sent: `gigbox admin create --code-file`, before the box is served. Six digits of his own
// choice sign him in, once.
import test, { after, before } from 'node:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, run, phone, assert } from './harness.mjs';
import { freshCode } from './admin_kit.mjs';

const is = (answer, status) => (assert.equal(answer.status, status, JSON.stringify(answer.body)), answer.body);
let dir, file, box;
const ada = phone(), mail = 'ada@campus.example', CODE = '482913';
const create = (contact, code, ...more) => {
  if (code !== undefined) writeFileSync(file, code);
  return run(['admin', '--data', dir, 'create', contact, ...(code === undefined ? [] : ['--code-file', file]), ...more]);
};
/** What is done to the data file before it is served again. */
const between = async (fn) => {
  await box.stop();
  await fn();
  await box.boot();
};
const ask = (to = ada) => box.post('/api/auth/send-otp', { phone: to });
const enter = (otp, to = ada) => box.post('/api/auth/verify-otp', { phone: to, otp });
const sent = async (to = ada) => is(await box.get('/sandbox/outbox?to=' + encodeURIComponent(to)), 200).messages.length;

before(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
  file = path.join(dir, 'code');
});
after(async () => {
  await box?.stop();
  const check = await run(['check', '--data', dir]);
  rmSync(dir, { recursive: true, force: true });
  assert.equal(check.code, 0, check.stdout);
});

test('a code that is none, or that anybody would guess, is refused with a reason, and nobody is made', async () => {
  for (const code of ['', '\n', '12345', '1234567', '48291a', '٤٨٢٩١٣', '48 291 3', '-82913'])
    assert.match((await create(ada, code)).stderr, /six digits/, JSON.stringify(code));
  for (const code of ['000000', '777777', '123456', '234567', '012345', '654321', '987654', '135791', '121212', '909090', '123123', '456456']) {
    const made = await create(ada, code);
    assert.deepEqual([made.code, /easily guessed/.test(made.stderr)], [2, true], code + made.stderr);
    assert.ok(!made.stderr.includes(code), 'it is not said again');
  }
  const lost = await run(['admin', '--data', dir, 'create', ada, '--code-file', file + '.none']);
  assert.equal(lost.code, 2);
  assert.match(lost.stderr, /No such file/);
  const grant = await run(['admin', '--data', dir, 'grant', ada, '--code-file', file]);
  assert.equal(grant.code, 2);
  assert.match(grant.stderr, /admin create/);
  assert.equal((await run(['admin', '--data', dir, 'list'])).stdout, '');
});

test('asking answers as always and sends nothing; the chosen code signs in, as an admin, once', async () => {
  const made = await create(ada, `${CODE}\r\n`);
  assert.equal(made.code, 0, made.stderr);
  assert.ok(!(made.stdout + made.stderr).includes(CODE));
  box = await Box.start({ dir, sets: { rate_auth_per_min: 1000 } });
  const other = phone(), usual = is(await ask(other), 200);
  assert.deepEqual(is(await ask(), 200), usual);
  is(await ask(), 200);
  assert.equal(await sent(), 0, 'nothing is sent');
  is(await enter('482914'), 400); // a try
  is(await enter(CODE, other), 400); // nobody else's
  await between(async () => assert.equal((await create(ada, CODE)).code, 0)); // the box was started again before he came
  is(await ask(), 200);
  const { user, isNewUser, token } = is(await enter(CODE), 200);
  assert.deepEqual([user.phone, user.adminRoles.includes('admin'), isNewUser], [ada, true, false]);
  is(await box.get('/api/admin/backups', { token }), 200);
  is(await enter(CODE), 400);
  const code = await freshCode(box, ada); // from now on as always
  is(await enter(CODE), 400);
  is(await enter(code), 200);
});

test('who has signed in gets no such code again, however often the box is started', async () => {
  await between(async () => assert.equal((await create(ada, CODE)).code, 0));
  is(await enter(CODE), 400);
  assert.notEqual(await freshCode(box, ada), undefined);
  is(await enter(CODE), 400);
});

test('wrong tries burn it: then a code is sent as always; a start before the first sign-in gives fresh tries', async () => {
  const bob = phone();
  await between(async () => assert.equal((await create(bob, CODE, 'moderator')).code, 0));
  for (let i = 0; i < 5; i++) {
    is(await ask(bob), 200);
    assert.equal(await sent(bob), 0);
    is(await enter('100200', bob), 400);
  }
  is(await enter(CODE, bob), 400);
  const code = await freshCode(box, bob);
  is(await enter(CODE, bob), 400);
  await between(async () => assert.equal((await create(bob, '739105', 'moderator')).code, 0));
  is(await enter(code, bob), 400); // it was replaced
  assert.deepEqual(is(await enter('739105', bob), 200).user.adminRoles, ['moderator']);
});

test('made again without a code, the chosen one is taken back', async () => {
  const eve = phone();
  await between(async () => {
    assert.equal((await create(eve, CODE)).code, 0);
    assert.equal((await create(eve)).code, 0);
  });
  is(await enter(CODE, eve), 400);
  is(await enter(await freshCode(box, eve), eve), 200);
});

test('an e-mail address: it is the code of its sign-in', async () => {
  await between(async () => assert.equal((await create(mail, CODE)).code, 0));
  const forgot = () => box.call('POST', '/api/actions/resetPassword', { body: { email: mail } });
  const verify = (token) => box.post('/auth/v1/verify', { type: 'recovery', email: mail, token });
  is(await forgot(), 200);
  assert.equal(await sent(mail), 0);
  is(await verify('482914'), 400);
  const { access_token: token } = is(await verify(CODE), 200);
  assert.deepEqual(is(await box.get('/api/users/me', { token }), 200).adminRoles.includes('admin'), true);
  is(await verify(CODE), 400);
  is(await forgot(), 200);
  is(await verify((await box.message(mail, (m) => m.code)).code), 200);
});

test('signing in by e-mail: as by phone, for those who have proven an address', async () => {
  const bea = 'bea@campus.example', sendTo = (email) => box.post('/api/auth/send-email-otp', { email }), verify = (email, otp) => box.post('/api/auth/verify-email-otp', { email, otp });
  await between(async () => assert.equal((await create(bea, CODE)).code, 0));
  const usual = is(await ask(phone()), 200);
  assert.deepEqual(is(await sendTo(bea), 200), usual);
  assert.deepEqual(is(await sendTo('nobody@campus.example'), 200), usual);
  assert.deepEqual([await sent(bea), await sent('nobody@campus.example')], [0, 0]);
  is(await verify(bea, '482914'), 400);
  is(await verify('nobody@campus.example', CODE), 400);
  const { user, token, isNewUser } = is(await verify(' Bea@campus.example', CODE), 200);
  assert.deepEqual([user.email, user.adminRoles.includes('admin'), isNewUser], [bea, true, false]);
  is(await box.get('/api/admin/backups', { token }), 200);
  is(await verify(bea, CODE), 400);
  is(await sendTo(bea), 200);
  is(await verify(bea, (await box.message(bea, (m) => m.code)).code), 200);
  for (const body of [{}, { email: '' }, { email: 'x' }]) assert.ok(is(await box.post('/api/auth/send-email-otp', body), 400).error.fields.email);
  is(await box.post('/api/auth/verify-email-otp', { email: bea }), 400);
  // An address that was only claimed is nobody's here.
  const cal = await box.person(phone());
  is(await cal.patch('/api/users/me', { email: 'cal@campus.example' }), 200);
  const proof = await box.message('cal@campus.example', (m) => m.code);
  is(await sendTo('cal@campus.example'), 200);
  is(await cal.post('/api/auth/verify-email', { otp: proof.code }), 200);
  is(await sendTo('cal@campus.example'), 200);
  const { code } = await box.message('cal@campus.example', (m) => m.code && m.id !== proof.id);
  assert.equal(await sent('cal@campus.example'), 2, 'one to prove it, one to sign in');
  assert.equal(is(await verify('cal@campus.example', code), 200).user.id, cal.id);
});

test('it is never logged', () => assert.ok(!box.log.includes(CODE) && !box.stdout.includes(CODE)));
