// A box with an admin and a moderator, for the tests of /api/admin.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, run, phone, assert } from './harness.mjs';

/** {box, admin, moderator, stop}: made by the command line before the box starts. */
export async function staffed(options = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
  const numbers = [phone(), phone()];
  for (const [i, role] of ['admin', 'moderator'].entries()) {
    const made = await run(['admin', '--data', dir, 'create', numbers[i], role]);
    assert.equal(made.code, 0, made.stderr);
  }
  const box = await Box.start({ ...options, dir });
  const admin = await box.person(numbers[0], { name: 'Ada Admin' });
  const moderator = await box.person(numbers[1], { name: 'Mo Moderator' });
  const stop = async () => {
    await box.stop();
    const check = await run(['check', '--data', dir]);
    rmSync(dir, { recursive: true, force: true });
    assert.equal(check.code, 0, check.stdout);
  };
  return { box, admin, moderator, stop, dir };
}

/** The newest audit entry of an act. */
export async function audited(admin, act) {
  const { status, body } = await admin.get(`/api/admin/audit?act=${act}`);
  assert.equal(status, 200);
  assert.ok(body.entries.length, `nothing in the audit log about ${act}`);
  return body.entries[0];
}

export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** Asks for a sign-in code and waits for that one, not an older one. */
export async function freshCode(box, number) {
  const { body } = await box.get('/sandbox/outbox?to=' + encodeURIComponent(number));
  const old = new Set(body.messages.map((m) => m.id));
  assert.equal((await box.post('/api/auth/send-otp', { phone: number })).status, 200);
  return (await box.message(number, (m) => m.code && !old.has(m.id))).code;
}

/** Uploads a file; its facts. */
export async function upload(person, { bytes = png, name = 'a.png', purpose } = {}) {
  const form = new FormData();
  if (purpose) form.set('purpose', purpose);
  form.set('file', new Blob([bytes]), name);
  const { status, body } = await person.post('/api/files', form);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

/** An order over `amount`, paid into escrow unless told otherwise. */
export async function fundedOrder(box, client, doer, { gig, amount, pay = true } = {}) {
  const posted = await client.post('/api/gigs', gig);
  assert.equal(posted.status, 201, JSON.stringify(posted.body));
  const applied = await doer.post(`/api/gigs/${posted.body.id}/applications`, { message: 'I can do that', amount });
  assert.equal(applied.status, 201, JSON.stringify(applied.body));
  const accepted = await client.post(`/api/applications/${applied.body.id}/accept`);
  assert.equal(accepted.status, 200, JSON.stringify(accepted.body));
  const order = accepted.body.order;
  if (!pay) return order;
  const opened = await client.post('/api/payments/create-order', { orderId: order.id });
  assert.equal(opened.status, 201, JSON.stringify(opened.body));
  const paid = await box.post('/sandbox/razorpay/pay', { order_id: opened.body.razorpayOrderId });
  const verified = await client.post('/api/payments/verify', paid.body);
  assert.equal(verified.status, 200, JSON.stringify(verified.body));
  return verified.body.order;
}
