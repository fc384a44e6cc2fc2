// Accounts as clients of SkillConnect know them.
import { test, before, after } from 'node:test';
import { Box, assert, is, join, mail, password, notSignedIn, forbidden, missing, required, form, png } from './skillconnect.mjs';

const users = '/api/v1/users';
let box;
before(async () => (box = await Box.start()));
after(() => box.stop());
const code = async (to, not) => (await box.message(to, (m) => m.code && m.code !== not)).code;

test('register, verify, sign in, look, change', async () => {
  const email = mail();
  is(await box.post(`${users}/register/`, { email: email.toUpperCase(), password, role: 'FREELANCER' }), 201,
    { message: 'OTP sent to your email. Please verify to complete registration.' });
  const unverified = is(await box.post(`${users}/login/`, { email, password }), 400);
  assert.deepEqual(Object.keys(unverified), ['non_field_errors']);
  is(await box.post(`${users}/login/`, { email, password: 'Password124' }), 400, { non_field_errors: ['Invalid email or password'] });
  const otp = await code(email);
  is(await box.post(`${users}/verify-otp/`, { email, otp: otp === '000000' ? '111111' : '000000' }), 400, { otp: ['Invalid OTP.'] });
  const verified = await box.post(`${users}/verify-otp/`, { email, otp: Number(otp) < 100000 ? otp : Number(otp) });
  const { refresh, access, user, ...rest } = is(verified, 200);
  assert.deepEqual(rest, { message: 'Email verified successfully.' });
  assert.deepEqual(user, { id: user.id, email, role: 'FREELANCER', first_login: true });
  assert.ok(Number.isInteger(user.id));
  assert.match(verified.headers.get('set-cookie'), /^jwt=[^;]+;.*HttpOnly/);
  is(await box.post(`${users}/verify-otp/`, { email, otp }), 400, { otp: ['Invalid OTP.'] });

  const signedIn = is(await box.post(`${users}/login/`, { email, password }), 200);
  assert.deepEqual(Object.keys(signedIn).sort(), ['access', 'refresh', 'user']);
  assert.deepEqual(signedIn.user, user);
  const claims = JSON.parse(Buffer.from(signedIn.access.split('.')[1], 'base64url'));
  assert.deepEqual([claims.contract, claims.exp - claims.iat], ['skillconnect', 1800]);

  is(await box.get(`${users}/profile/`), 401, notSignedIn);
  is(await box.get(`${users}/profile/`, { token: 'nonsense' }), 401, notSignedIn);
  is(await box.get(`${users}/profile`, { token: access }), 200, user);
  is(await box.patch(`${users}/update/`, { first_login: false, email: 'x@y.example', role: 'CLIENT' }, { token: access }), 200,
    { ...user, first_login: false });
  is(await box.call('PUT', `${users}/update/`, { token: access, body: { first_login: true } }), 200, user);
  is(await box.patch(`${users}/update/`, { first_login: 'perhaps' }, { token: access }), 400, { first_login: ['Must be a valid boolean.'] });
  is(await box.patch(`${users}/update/`, { first_login: null }, { token: access }), 400, { first_login: ['This field may not be null.'] });
  is(await box.patch(`${users}/update/`, {}, { token: access }), 200, user);

  is(await box.post(`${users}/token/refresh/`, { refresh: 'x' }), 401, { detail: 'Token is invalid or expired', code: 'token_not_valid' });
  is(await box.post(`${users}/token/refresh/`, {}), 400, { refresh: required });
  const again = is(await box.post(`${users}/token/refresh/`, { refresh }), 200);
  assert.deepEqual(Object.keys(again), ['access']);
  is(await box.get(`${users}/profile/`, { token: again.access }), 200, user);
});

test('what is wrong with a registration is named', async () => {
  is(await box.post(`${users}/register/`, {}), 400, { email: required, password: required, role: required });
  is(await box.post(`${users}/register/`, { email: 'nobody', password: '', role: 'BOSS' }), 400,
    { email: ['Enter a valid email address.'], password: ['This field may not be blank.'], role: ['"BOSS" is not a valid choice.'] });
  is(await box.post(`${users}/register/`, { email: null, password, role: 'CLIENT' }), 400, { email: ['This field may not be null.'] });
  is(await box.post(`${users}/register/`, { email: ['a'], password, role: 'CLIENT' }), 400, { email: ['Not a valid string.'] });
  const { email } = await join(box, 'CLIENT');
  is(await box.post(`${users}/register/`, { email, password: 'short', role: 'CLIENT' }), 400,
    { email: ['This email is already registered.'], password: ['Password must be at least 8 characters long.'] });
  is(await box.post(`${users}/register/`, { email, password, role: 'CLIENT' }), 400, { email: ['This email is already registered.'] });
  is(await box.post(`${users}/register/`, { email: mail(), password: 'short', role: 'CLIENT' }), 400,
    { password: ['Password must be at least 8 characters long.'] });
  // as a form, too
  is(await box.post(`${users}/register/`, form({ email: mail(), password, role: 'CLIENT' })), 201);
  is(await box.post(`${users}/register/`, `email=${encodeURIComponent(mail())}&password=${password}&role=CLIENT`,
    { headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 201);
});

test('an unverified registration: again, resend, verified already', async () => {
  const email = mail();
  is(await box.post(`${users}/resend-otp/`, { email }), 400, { email: ['User with this email does not exist.'] });
  is(await box.post(`${users}/register/`, { email, password: 'OldPassword1', role: 'CLIENT' }), 201);
  const first = await code(email);
  is(await box.post(`${users}/register/`, { email, password, role: 'FREELANCER' }), 201);
  const second = await code(email, first);
  is(await box.post(`${users}/resend-otp/`, { email }), 200, { message: 'New OTP sent to your email.' });
  let third = second;
  while (third === second || third === first) third = (await box.message(email, (m) => m.code && m.code !== first && m.code !== second)).code;
  for (const old of new Set([first, second])) is(await box.post(`${users}/verify-otp/`, { email, otp: old }), 400, { otp: ['Invalid OTP.'] });
  const { user } = is(await box.post(`${users}/verify-otp/`, { email, otp: third }), 200);
  assert.equal(user.role, 'FREELANCER');
  is(await box.post(`${users}/login/`, { email, password: 'OldPassword1' }), 400);
  is(await box.post(`${users}/login/`, { email, password }), 200);
  is(await box.post(`${users}/resend-otp/`, { email }), 400, { error: 'Email already verified.' });
});

test('a forgotten password', async () => {
  const person = await join(box, 'CLIENT');
  const { email } = person;
  const before = (await box.message(email, (m) => m.code)).code;
  is(await box.post(`${users}/forgot-password/request/`, { email: mail() }), 400, { email: ['No user is registered with this email.'] });
  is(await box.post(`${users}/forgot-password/request/`, {}), 400, { email: required });
  is(await box.post(`${users}/forgot-password/request/`, { email }), 200, { detail: 'OTP sent to email' });
  const otp = await code(email, before);
  const wrong = otp === '000000' ? '111111' : '000000';
  is(await box.post(`${users}/forgot-password/verify/`, { email, otp: wrong }), 400, { otp: ['Invalid OTP.'] });
  is(await box.post(`${users}/forgot-password/verify/`, { email, otp }), 200, { detail: 'OTP is valid' });
  is(await box.post(`${users}/forgot-password/verify/`, { email, otp }), 200, { detail: 'OTP is valid' });
  is(await box.post(`${users}/forgot-password/reset/`, { email, otp: wrong, new_password: 'NewPassword456' }), 400, { otp: ['Invalid OTP.'] });
  is(await box.post(`${users}/forgot-password/reset/`, { email, otp, new_password: 'short' }), 400,
    { new_password: ['Password must be at least 8 characters long.'] });
  is(await box.post(`${users}/forgot-password/reset/`, { email, otp, new_password: 'NewPassword456' }), 200, { detail: 'Password reset successfully' });
  is(await person.get(`${users}/profile/`), 401, notSignedIn); // all sessions ended
  is(await box.post(`${users}/login/`, { email, password }), 400);
  is(await box.post(`${users}/login/`, { email, password: 'NewPassword456' }), 200);
  is(await box.post(`${users}/forgot-password/reset/`, { email, otp, new_password: 'NewPassword789' }), 400, { otp: ['Invalid OTP.'] });
});

test('five wrong codes and the right one is void', async () => {
  const email = mail();
  is(await box.post(`${users}/register/`, { email, password, role: 'CLIENT' }), 201);
  const otp = await code(email), wrong = otp === '000000' ? '111111' : '000000';
  for (let i = 0; i < 5; i++) is(await box.post(`${users}/verify-otp/`, { email, otp: wrong }), 400, { otp: ['Invalid OTP.'] });
  is(await box.post(`${users}/verify-otp/`, { email, otp }), 400, { otp: ['Invalid OTP.'] });
});

test('a code that comes too late', async () => {
  const hasty = await Box.start({ sets: { otp_ttl_s: 1 } });
  try {
    const email = mail();
    is(await hasty.post(`${users}/register/`, { email, password, role: 'CLIENT' }), 201);
    const { code: otp } = await hasty.message(email, (m) => m.code);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    is(await hasty.post(`${users}/verify-otp/`, { email, otp }), 400, { otp: ['OTP has expired.'] });
  } finally {
    await hasty.stop();
  }
});

test('Google', async () => {
  const token = async (email, name) => is(await box.post('/sandbox/google/token', { email, name }), 200).token;
  const email = mail('google');
  is(await box.post(`${users}/google/`, { token: 'nonsense' }), 400, { detail: 'Invalid Google token' });
  is(await box.post(`${users}/google/`, {}), 400, { token: required });
  const fresh = await token(email, 'Gee Oogle');
  is(await box.post(`${users}/google/`, { token: fresh }), 200, { need_role: true });
  is(await box.post(`${users}/google/`, { token: fresh, role: 'ADMIN' }), 400, { role: ['"ADMIN" is not a valid choice.'] });
  const made = is(await box.post(`${users}/google/`, { token: await token(email), role: 'FREELANCER' }), 200);
  assert.deepEqual(Object.keys(made).sort(), ['access', 'refresh', 'user']);
  assert.deepEqual(made.user, { id: made.user.id, email, role: 'FREELANCER' });
  const again = is(await box.post(`${users}/google/`, { token: await token(email), role: 'CLIENT' }), 200);
  assert.deepEqual(again.user, made.user);
  is(await box.get(`${users}/profile/`, { token: again.access }), 200);
  // an address that was proven by code is linked
  const person = await join(box, 'CLIENT');
  const linked = is(await box.post(`${users}/google/`, { token: await token(person.email) }), 200);
  assert.equal(linked.user.id, person.user.id);
  is(await box.post(`${users}/login/`, { email: person.email, password }), 200);
});

test('a claim on an address gives way to its proof', async () => {
  const email = mail('claimed');
  is(await box.post(`${users}/register/`, { email, password: 'Squatter123', role: 'CLIENT' }), 201);
  const { token } = is(await box.post('/sandbox/google/token', { email, name: 'The Owner' }), 200);
  const owner = is(await box.post(`${users}/google/`, { token, role: 'FREELANCER' }), 200);
  assert.equal(owner.user.role, 'FREELANCER');
  is(await box.post(`${users}/login/`, { email, password: 'Squatter123' }), 400);
});

test('the manners of the framework', async () => {
  is(await box.post(`${users}/login/`, '{"email":', { headers: { 'content-type': 'application/json' } }), 400);
  const { detail } = is(await box.post(`${users}/login/`, '{"email":', { headers: { 'content-type': 'application/json' } }), 400);
  assert.match(detail, /^JSON parse error - /);
  is(await box.post(`${users}/login/`, '[]', { headers: { 'content-type': 'application/json' } }), 400);
  const type = is(await box.post(`${users}/login/`, '<a/>', { headers: { 'content-type': 'text/xml' } }), 415);
  assert.deepEqual(type, { detail: 'Unsupported media type "text/xml" in request.' });
  const method = await box.delete(`${users}/login/`);
  is(method, 405, { detail: 'Method "DELETE" not allowed.' });
  assert.match(method.headers.get('allow'), /POST/);
  is(await box.get('/api/v1/nothing/'), 404, missing);
  for (const path of ['notifications', 'messaging/chat/1', 'messaging/contracts/serviceorder/1'])
    is(await box.get(`/ws/${path}/`), 400, { detail: 'This path speaks WebSocket only.' });
  is(await box.get('/media/profiles/nothing/a.png'), 404, missing);
});

test('limits on trying', async () => {
  const strict = await Box.start({ sets: { rate_auth_per_min: 2 } });
  try {
    const body = { email: mail(), password };
    for (let i = 0; i < 2; i++) is(await strict.post(`${users}/login/`, body), 400);
    const refused = await strict.post(`${users}/login/`, body);
    const wait = Number(refused.headers.get('retry-after'));
    is(refused, 429, { detail: `Request was throttled. Expected available in ${wait} second${wait === 1 ? '' : 's'}.` });
  } finally {
    await strict.stop();
  }
});

test('forms with files count as uploads, others do not', async () => {
  const strict = await Box.start({ sets: { rate_upload_per_min: 1 } });
  try {
    const who = await join(strict, 'FREELANCER');
    const body = { title: 'With a picture', description: 'x', category_id: 1, price: 5 };
    for (let i = 0; i < 3; i++) is(await who.post('/api/v1/gigs/services/', form(body)), 201);
    is(await who.post('/api/v1/gigs/services/', form({ ...body, image: { bytes: png } })), 201);
    const refused = await who.post('/api/v1/gigs/services/', form({ ...body, image: { bytes: png } }));
    assert.match(is(refused, 429).detail, /^Request was throttled\. Expected available in \d+ seconds?\.$/);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal(is(await who.get('/api/v1/gigs/services/'), 200).length, 4);
  } finally {
    await strict.stop();
  }
});

test('a phone account and an e-mail account meet the same contract', async () => {
  const phoned = await box.person('+919812345670', { name: 'Phoebe Phone' });
  const me = is(await phoned.get(`${users}/profile/`), 200);
  assert.equal(me.email, '');
  assert.ok(['CLIENT', 'FREELANCER'].includes(me.role));
  const client = await join(box, 'CLIENT');
  is(await client.get('/api/users/me'), 200);
  is(await client.post('/api/v1/gigs/services/', { title: 'Not mine', description: 'x', category_id: 1, price: 5 }), 403, forbidden);
});
