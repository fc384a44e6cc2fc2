// Somebody who came by SkillConnect: registered by e-mail, proven by the mailed code.
import { Box, Person, assert } from './harness.mjs';

let made = 0;
export const mail = (name = 'sc') => `${name}${process.pid}x${made++}@campus.example`;
export const password = 'Password123';

/** Registers and proves an address; a Person with `email`, `id` (the user's integer), put(), form(). */
export async function join(box, role, email = mail(role.toLowerCase())) {
  is(await box.post('/api/v1/users/register/', { email, password, role }), 201);
  const { code } = await box.message(email, (m) => m.code);
  const { access, user } = is(await box.post('/api/v1/users/verify-otp/', { email, otp: code }), 200);
  const person = new Person(box, { token: access, user });
  person.email = email;
  person.put = (target, body) => box.call('PUT', target, { token: person.token, body });
  return person;
}

/** Asserts a status (and a body), answers the body. */
export function is({ status, body }, want, shape) {
  assert.equal(status, want, JSON.stringify(body));
  if (shape !== undefined) assert.deepEqual(body, shape);
  return body;
}

export const notSignedIn = { detail: 'Authentication credentials were not provided.' };
export const forbidden = { detail: 'You do not have permission to perform this action.' };
export const missing = { detail: 'Not found.' };
export const required = ['This field is required.'];
export const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
/** A multipart body; values that are objects with bytes become files, others that are objects JSON text. */
export function form(fields) {
  const f = new FormData();
  for (const [key, value] of Object.entries(fields)) {
    if (value?.bytes) f.set(key, new Blob([value.bytes]), value.name ?? 'a.png');
    else f.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return f;
}
export { Box, assert };
