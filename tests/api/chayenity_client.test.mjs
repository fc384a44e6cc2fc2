// The TypeScript client that is printed in Chayenity's documentation, as it is: only its types are stripped, and what a browser has
// is stood in for.
import { test, before, after } from 'node:test';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import ts from 'typescript';
import { Box, assert, eventually, readFileSync } from './harness.mjs';

const PRINTED_BASE = 'http://localhost:8000/api';
const source = readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), '../chayenity/client.ts'), 'utf8');
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const person = { email: 'john@example.com', password: 'securepassword123', full_name: 'John Doe' };

let box;
before(async () => {
  box = await Box.start({ sets: { access_ttl_s: 10 } });
  assert.equal((await box.post('/api/auth/register', person)).status, 201);
});
after(() => box.stop());

/** The client as one browser window has it: what it kept, and where it went. */
function client() {
  const { outputText, diagnostics } = ts.transpileModule(source, { reportDiagnostics: true, compilerOptions: { target: 'ES2021', module: 'ES2022' } });
  assert.deepEqual(diagnostics, []);
  const kept = new Map(), asked = [];
  const window = { location: { href: '/' } };
  const localStorage = { setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
  const here = (url, init) => {
    assert.ok(url.startsWith(PRINTED_BASE), url);
    asked.push(url.slice(PRINTED_BASE.length));
    return fetch(box.url + '/api' + url.slice(PRINTED_BASE.length), init);
  };
  const api = new Function('fetch', 'localStorage', 'window', 'console', `${outputText}; return new ApiClient();`)(here, localStorage, window, { ...console, error() {} });
  return { api, kept, asked, window };
}

const gig = {
  title: 'Help move furniture', description: 'Need help moving', duration_hours: 3, budget: 1500, latitude: 13.7563, longitude: 100.5018, address_text: '123 Main St',
  starts_at: '2025-10-01T14:00:00',
};

test('signing in, posting a gig, uploading a picture, signing out', async () => {
  const { api, kept, window } = client();
  assert.equal(typeof (await api.login(person.email, 'wrong password')).error, 'string');
  assert.equal(kept.size, 0);
  const { data } = await api.login(person.email, person.password);
  assert.equal(data.token_type, 'bearer');
  assert.equal(kept.get('refresh_token'), data.refresh_token);
  const made = await api.createGig(gig);
  assert.equal(made.error, undefined);
  assert.deepEqual([made.data.title, made.data.budget, made.data.starts_at, made.data.status], [gig.title, 1500, gig.starts_at, 'PENDING']);
  assert.match((await api.createGig({ ...gig, budget: -1 })).error, /./);
  const picture = await api.uploadProfileImage(new File([png], 'me.png', { type: 'image/png' }));
  assert.equal(picture.error, undefined, 'the client labels its upload as JSON');
  assert.deepEqual([picture.data.original_filename, picture.data.content_type, picture.data.file_size], ['me.png', 'image/png', png.length]);
  const profile = await box.get('/api/users/profile', { token: data.access_token });
  assert.equal(profile.body.profile_image_url, picture.data.url);
  await api.logout();
  assert.equal(window.location.href, '/login');
  assert.equal(kept.size, 0);
  assert.equal((await box.get('/api/auth/me', { token: data.access_token })).status, 401);
});

test('an access token that is over is renewed on the way, once; then it is over for good', async () => {
  const { api, asked, window } = client();
  const { data } = await api.login(person.email, person.password);
  await eventually(async () => (await box.get('/api/auth/me', { token: data.access_token })).status === 401, 'the end of the token', 30000);
  asked.length = 0;
  const made = await api.createGig(gig);
  assert.equal(made.error, undefined);
  assert.deepEqual(asked, ['/gigs/', '/auth/refresh', '/gigs/']);
  // signed out elsewhere: the session is over, and the client says so
  const elsewhere = (await box.post('/api/auth/login', { username: person.email, password: person.password })).body;
  assert.equal((await box.post('/api/auth/logout', undefined, { token: api.accessToken })).status, 200);
  assert.deepEqual(await api.createGig(gig), { error: 'Session expired. Please login again.' });
  await eventually(() => window.location.href === '/login', 'the page to sign in');
  assert.equal((await box.get('/api/auth/me', { token: elsewhere.access_token })).status, 200, 'other sessions go on');
});
