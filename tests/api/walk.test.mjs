// One gig through all five contracts: wanted in Chayenity, found in ugig, applied to in campus, talked about in SkillConnect, paid and seen in every wallet.
import { test } from 'node:test';
import { Box, assert, phone } from './harness.mjs';

test('one marketplace', async () => {
  const box = await Box.start();
  try {
    // Chayenity: somebody wants a piano moved
    await box.post('/api/auth/register', { email: 'seeker@example.com', password: 'securepassword123', full_name: 'Somchai' });
    const { access_token: seeker } = (await box.post('/api/auth/login', { username: 'seeker@example.com', password: 'securepassword123' })).body;
    const made = await box.post('/api/gigs/', { title: 'Move a harpsichord', description: 'Two floors down', duration_hours: 2, budget: 2000, latitude: 13.75, longitude: 100.5, starts_at: '2031-01-01T10:00:00' }, { token: seeker });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const gig = made.body.id;

    // ugig: everybody finds it
    const found = await box.post('/api/actions/getGigs', [{ search: 'harpsichord' }, 1, 20]);
    assert.equal(found.status, 200, JSON.stringify(found.body));
    assert.deepEqual(found.body.data.map((g) => [g.id, g.budget_max, g.status]), [[gig, 2000, 'active']]);

    // campus: a student applies, and names a price
    const doer = await box.person(phone(), { name: 'Ravi' });
    const application = await doer.post(`/api/gigs/${gig}/applications`, { message: 'I have straps.', amount: 180000 });
    assert.equal(application.status, 201, JSON.stringify(application.body));
    const { body: { order } } = await box.post(`/api/applications/${application.body.id}/accept`, undefined, { token: seeker });
    assert.equal(order.amount, 180000);
    const [mine] = (await box.get('/api/gigs/my-gigs?role=seeker', { token: seeker })).body.gigs;
    assert.deepEqual([mine.id, mine.status, mine.helper_id], [gig, 'ACCEPTED', doer.id]);

    // the money is held
    const escrow = await box.post('/api/transactions/escrow', { gig_id: gig, payment_method: 'mock_payment' }, { token: seeker });
    assert.deepEqual([escrow.status, escrow.body.amount], [201, 1800], JSON.stringify(escrow.body));
    assert.equal((await doer.get(`/api/orders/${order.id}`)).body.escrowState, 'funded');
    assert.equal((await doer.get('/api/wallet/balance')).body.pending, 171000);

    // SkillConnect: what was said in campus is read there
    assert.equal((await doer.post(`/api/orders/${order.id}/messages`, { text: 'On my way' })).status, 201);
    const conversations = (await box.get('/api/v1/messaging/conversations/', { token: seeker })).body;
    assert.equal(conversations.length, 1, JSON.stringify(conversations));
    assert.equal(conversations[0].unread_count, 1);
    const messages = (await box.get(`/api/v1/messaging/conversations/${conversations[0].id}/messages/`, { token: seeker })).body;
    assert.deepEqual(messages.map((m) => m.content), ['On my way']);
    const [room] = (await box.get('/api/chat/rooms', { token: seeker })).body.rooms;
    assert.deepEqual([room.gig_id, room.last_message, room.unread_count], [gig, 'On my way', 0], 'listing the messages has read them');

    // Chayenity: done, and paid
    for (const status of ['IN_PROGRESS', 'COMPLETED']) assert.equal((await box.call('PUT', `/api/gigs/${gig}/status`, { token: seeker, body: { status } })).status, 200);
    assert.equal((await doer.get(`/api/orders/${order.id}`)).body.status, 'approved', 'accepted, and the money still held');
    const released = await box.call('PUT', `/api/transactions/${escrow.body.id}/release`, { token: seeker, body: {} });
    assert.equal(released.status, 200, JSON.stringify(released.body));

    // and everybody's wallet says so
    assert.equal((await doer.get('/api/wallet/balance')).body.available, 171000);
    assert.equal((await doer.get('/api/transactions/history/my')).body.total_received, 1710);
    assert.equal((await box.get('/api/transactions/history/my', { token: seeker })).body.total_paid, 1800);
    const [sold] = (await doer.get('/api/simple-orders/seller')).body.orders;
    assert.deepEqual([sold.gig.title, sold.status, sold.price], ['Move a harpsichord', 'completed', 1800]);
    assert.equal((await doer.get(`/api/simple-orders/${sold._id}`)).body.order.payment.status, 'released');
    assert.deepEqual((await box.post('/api/actions/getGigs', [{ search: 'harpsichord' }, 1, 20])).body.data, [], 'no longer wanted');
  } finally {
    await box.stop();
  }
});
