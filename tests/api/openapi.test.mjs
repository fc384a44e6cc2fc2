// The contract's own description: valid by somebody else's validator, complete, the same from the server and the command line; and the
// page for people, which needs nothing from elsewhere.
import { test, before, after } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Box, assert, contracts, run } from './harness.mjs';

let box, document;
const documents = {}; // by contract
before(async () => {
  box = await Box.start();
  for (const name of contracts) {
    const { status, body } = await box.get(`/openapi/${name}.json`);
    if (status === 200) documents[name] = body;
  }
  document = documents.campus;
});
after(async () => await box?.stop());

test('they are valid OpenAPI 3.1', async () => {
  for (const [name, one] of Object.entries(documents)) {
    assert.equal(one.openapi.slice(0, 3), '3.1');
    const { valid, errors } = await new Validator().validate(structuredClone(one));
    assert.ok(valid, name + JSON.stringify(errors, null, 1));
  }
});

test('every reference leads somewhere, every schema is used, operation ids are unique', () => {
  for (const one of Object.values(documents)) {
    const used = new Set();
    (function walk(node) {
      if (!node || typeof node !== 'object') return;
      if (typeof node.$ref === 'string') {
        let at = one;
        for (const part of node.$ref.slice(2).split('/')) at = at?.[part];
        assert.ok(at, node.$ref);
        used.add(node.$ref);
      }
      for (const child of Object.values(node)) walk(child);
    })(one);
    const unused = Object.keys(one.components.schemas).filter((name) => !used.has(`#/components/schemas/${name}`));
    assert.deepEqual(unused, []);
    const ids = Object.values(one.paths).flatMap((methods) => Object.values(methods).map((o) => o.operationId));
    assert.equal(new Set(ids).size, ids.length);
    for (const methods of Object.values(one.paths)) for (const o of Object.values(methods)) assert.ok(o.summary && o.tags?.length, o.operationId);
  }
});

test('the command line prints the same documents', async () => {
  for (const [name, one] of Object.entries(documents)) {
    const { code, stdout } = await run(['openapi', name]);
    assert.equal(code, 0);
    const printed = JSON.parse(stdout);
    const { servers: a, ...ours } = one;
    const { servers: b, ...theirs } = printed;
    assert.deepEqual(ours, theirs);
  }
});

// The specification's rows, and those that its flow needs besides.
const operations = `
POST /api/auth/send-otp
POST /api/auth/verify-otp
GET /api/gigs
GET /api/gigs/{id}
POST /api/gigs
PATCH /api/gigs/{id}
DELETE /api/gigs/{id}
POST /api/gigs/{id}/close
POST /api/gigs/{id}/reopen
POST /api/gigs/{id}/boost
GET /api/gigs/my-gigs
GET /api/gigs/recommended
POST /api/payments/create-order
POST /api/payments/verify
POST /api/webhooks/payment
GET /api/wallet/balance
GET /api/wallet/transactions
POST /api/wallet/withdraw
POST /api/bank-accounts
GET /api/bank-accounts
DELETE /api/bank-accounts/{id}
POST /api/bank-accounts/{id}/verify
GET /api/users/me
PATCH /api/users/me
GET /api/users/{id}
POST /api/gigs/{id}/applications
GET /api/gigs/{id}/applications
GET /api/applications/my-applications
GET /api/applications/{id}
POST /api/applications/{id}/accept
POST /api/applications/{id}/reject
POST /api/applications/{id}/withdraw
GET /api/orders
GET /api/orders/{id}
POST /api/orders/{id}/submit
POST /api/orders/{id}/approve
POST /api/orders/{id}/request-revision
POST /api/orders/{id}/cancel
POST /api/orders/{id}/dispute
GET /api/orders/{id}/messages
POST /api/orders/{id}/messages
POST /api/orders/{id}/review
GET /api/orders/{id}/review
GET /api/users/{id}/reviews
GET /api/notifications
POST /api/notifications/{id}/read
POST /api/notifications/read-all
GET /api/services
POST /api/services
GET /api/services/{id}
PATCH /api/services/{id}
DELETE /api/services/{id}
POST /api/services/{id}/order
POST /api/files
GET /api/files/{id}
GET /api/categories
GET /api/search/suggest
POST /api/reports
POST /api/devices
GET /api/config
POST /api/auth/verify-email`;

test('every row of the specification is there', () => {
  for (const row of operations.trim().split('\n')) {
    const [method, path] = row.split(' ');
    assert.ok(document.paths[path]?.[method.toLowerCase()], row);
  }
});

test('things have the keys that the specification names', () => {
  const keys = {
    User: 'id phone email name avatarUrl bio university course year graduationYear phoneVerified emailVerified idVerified idDocumentUrl roles rating totalEarnings completedGigs trustScore badges bankAccountId walletBalance pendingBalance createdAt lastActiveAt',
    Gig: 'id clientId title description category skills budgetType budgetMin budgetMax deadline attachments status applicationsCount viewsCount isBoosted createdAt updatedAt',
    Order: 'id gigId clientId doerId amount platformFee doerPayout escrowState paymentGatewayOrderId paymentGatewayPaymentId status deliverables revisionRequests createdAt startedAt submittedAt completedAt',
  };
  for (const [name, list] of Object.entries(keys)) for (const key of list.split(' ')) assert.ok(document.components.schemas[name].properties[key], `${name}.${key}`);
  const { parameters } = document.paths['/api/gigs'].get;
  for (const name of 'category skills budgetMin budgetMax deadline status sortBy sortOrder page limit search'.split(' ')) assert.ok(parameters.some((p) => p.name === name && p.in === 'query'), name);
});

test('the page for people', async () => {
  const page = await box.get('/docs');
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type'), /^text\/html; *charset=utf-8/i);
  const html = page.body;
  assert.doesNotMatch(html, /<(script|link|img|iframe|object|embed|base|form)\b/i);
  assert.doesNotMatch(html, /url\(|@import|https?:\/\/(?!127\.0\.0\.1|localhost)/i);
  for (const [template, methods] of Object.entries(document.paths)) {
    assert.ok(html.includes(template), template);
    for (const o of Object.values(methods)) assert.ok(html.includes(o.summary.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')), o.summary);
  }
  const targets = new Set([...html.matchAll(/id="([^"]*)"/g)].map((m) => m[1]));
  for (const [, to] of html.matchAll(/href="#([^"]*)"/g)) assert.ok(targets.has(to), `#${to} leads nowhere`);
});
