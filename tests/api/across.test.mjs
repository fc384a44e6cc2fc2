// What one contract makes as the others show it: pictures, chat, money that came in parts, terms of delivery.
import { test, before, after } from 'node:test';
import { Box, Socket, assert, eventually, gigBody, phone } from './harness.mjs';
import { staffed } from './admin_kit.mjs';
import { join } from './skillconnect.mjs';

let box, seeker, helper, campus;

/** Signs up by Chayenity; any session may call any path. */
async function signUp(name) {
  const email = `${name.toLowerCase()}@across.example`, password = 'securepassword123';
  assert.equal((await box.post('/api/auth/register', { email, password, full_name: name })).status, 201);
  const token = (await box.post('/api/auth/login', { username: email, password })).body.access_token;
  const { id } = (await box.get('/api/auth/me', { token })).body;
  const call = (method) => (target, body) => box.call(method, target, { token, body });
  const act = async (name, ...args) => (await box.post(`/api/actions/${name}`, args, { token })).body;
  return { id, token, act, get: (target) => box.get(target, { token }), post: call('POST'), put: call('PUT'), patch: call('PATCH') };
}
before(async () => {
  box = await Box.start();
  seeker = await signUp('Seeker');
  helper = await signUp('Helper');
  campus = await box.person(phone(), { name: 'Campus' });
});
after(() => box.stop());

const ok = ({ status, body }, want = 200) => {
  assert.equal(status, want, JSON.stringify(body));
  return body;
};
const photo = 'https://elsewhere.test/photo.jpg';
const wanted = (change) => ({
  title: 'Carry a wardrobe', description: 'Two floors up', duration_hours: 2, budget: 1500, latitude: 13.75, longitude: 100.5, starts_at: '2031-01-01T10:00:00', image_urls: [photo], ...change,
});
const offer = (change) => ({ title: 'I will paint a wall', description: 'Any colour.', category: 'Lifestyle', price: 49.99, deliveryTime: 7, revisions: 2, images: [photo], ...change });
const accepted = async (change) => {
  const gig = ok(await seeker.post('/api/gigs/', wanted(change)), 201);
  ok(await helper.post(`/api/gigs/${gig.id}/accept`));
  return gig;
};
const orderOf = async (who, title) => ok(await who.get('/api/orders?limit=100')).orders.find((o) => o.title === title);

test('pictures that lie elsewhere are seen everywhere', async () => {
  const gig = await accepted({ title: 'Pictured work' });
  assert.deepEqual(ok(await box.get(`/api/gigs/${gig.id}`)).imageUrls, [photo]);
  const [order] = ok(await seeker.get('/api/simple-orders/buyer')).orders;
  assert.deepEqual([order.gig.title, order.gig.images], ['Pictured work', [photo]]);
  const service = ok(await helper.post('/api/simple-gigs', offer({ title: 'Pictured offer' })), 201).gig;
  assert.deepEqual(ok(await box.get('/api/services?search=pictured')).services[0].imageUrls, [photo]);
  const [listed] = ok(await helper.get('/api/v1/gigs/explore-services/?search=pictured')).results;
  assert.deepEqual([listed.title, listed.image], [service.title, photo]);
  // what campus attached: its pictures, not its papers
  const files = [];
  for (const [bytes, name] of [[Buffer.from('%PDF-1.4'), 'plan.pdf'], [Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00', 'latin1'), 'plan.gif']]) {
    const form = new FormData();
    form.append('file', new Blob([bytes]), name);
    files.push(ok(await campus.post('/api/files', form), 201).id);
  }
  const there = ok(await campus.post('/api/gigs', gigBody({ attachments: files })), 201);
  ok(await helper.post(`/api/gigs/${there.id}/accept`));
  assert.deepEqual(ok(await campus.get('/api/simple-orders/buyer')).orders[0].gig.images, [`${box.url}/api/files/${files[1]}`]);
});

test('the chat of a service order has a title', async () => {
  const service = ok(await helper.post('/api/simple-gigs', offer({ title: 'Talked about' })), 201).gig;
  const order = ok(await seeker.post('/api/simple-orders', { gigId: service._id }), 201).order;
  ok(await seeker.post(`/api/orders/${(await orderOf(seeker, 'Talked about')).id}/messages`, { text: 'Hello' }), 201);
  const [room] = ok(await helper.get('/api/chat/rooms')).rooms;
  assert.deepEqual([room.gig_id, room.gig_title, room.last_message, room.unread_count], [null, 'Talked about', 'Hello', 1]);
  assert.deepEqual(ok(await helper.get(`/api/chat/rooms/${room.id}/messages`)).room_info, { id: room.id, gig_title: 'Talked about' });
  assert.ok(order._id);
});

test('files of a SkillConnect conversation in the chat room', async () => {
  const gig = await accepted({ title: 'With papers' });
  const conversation = ok(await helper.get('/api/v1/messaging/conversations/')).find((c) => c.service_title === 'With papers');
  const [room] = ok(await seeker.get('/api/chat/rooms')).rooms.filter((r) => r.gig_id === gig.id);
  const socket = await Socket.open(box, `/ws/chat/${room.id}?token=${seeker.token}`);
  const send = async (bytes, name) => {
    const form = new FormData();
    form.append('message_type', 'file');
    form.append('attachment_file', new Blob([bytes]), name);
    ok(await box.post(`/api/v1/messaging/conversations/${conversation.id}/messages/`, form, { token: helper.token }), 201);
    return ok(await seeker.get('/api/chat/rooms')).rooms.find((r) => r.id === room.id).last_message;
  };
  assert.equal(await send(Buffer.from('%PDF-1.4'), 'plan.pdf'), 'plan.pdf');
  assert.equal(await send(Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00', 'latin1'), 'plan.gif'), 'plan.gif');
  const { messages } = ok(await seeker.get(`/api/chat/rooms/${room.id}/messages`));
  assert.deepEqual(messages.map((m) => [m.content, m.image_url !== null]), [['plan.pdf', false], ['', true]]);
  await eventually(() => socket.heard.filter((f) => f.type === 'message').length === 2, 'both on the socket');
  assert.deepEqual(socket.heard.map((f) => [f.data.content, f.data.image_url]), messages.map((m) => [m.content, m.image_url]));
  assert.equal((await fetch(messages[1].image_url, { headers: { authorization: `Bearer ${seeker.token}` } })).status, 200);
  await socket.close();
});

test('money that came by a payment request', async () => {
  const gig = await accepted({ title: 'Paid in part' });
  const conversation = ok(await helper.get('/api/v1/messaging/conversations/')).find((c) => c.service_title === 'Paid in part');
  const request = ok(await helper.post('/api/v1/messaging/payment-requests/', { conversation_id: conversation.id, amount: 700, description: 'First part' }), 201);
  const checkout = ok(await seeker.post(`/api/v1/messaging/payments/${request.id}/create-razorpay-order/`));
  const proof = (await box.post('/sandbox/razorpay/pay', { order_id: checkout.order_id })).body;
  ok(await seeker.post(`/api/v1/messaging/payments/${request.id}/verify-razorpay-payment/`, proof));
  const seen = async (who) => {
    const history = ok(await who.get('/api/transactions/history/my'));
    const t = history.transactions.find((x) => x.gig_id === gig.id);
    return [t.amount, t.service_fee, t.net_amount, t.status, t.payment_method, history.total_paid, history.total_received];
  };
  assert.deepEqual(await seen(seeker), [700, 35, 665, 'PENDING', 'razorpay', 700, 0]);
  for (const status of ['IN_PROGRESS', 'COMPLETED']) ok(await seeker.put(`/api/gigs/${gig.id}/status`, { status }));
  const { transaction } = ok(await seeker.put(`/api/transactions/${(await orderOf(seeker, 'Paid in part')).id}/release`, {}));
  assert.deepEqual([transaction.amount, transaction.service_fee, transaction.net_amount, transaction.status, transaction.payment_method], [700, 35, 665, 'COMPLETED', 'razorpay']);
  assert.deepEqual(await seen(helper), [700, 35, 665, 'COMPLETED', 'razorpay', 0, 665]);
});

test('taking a gig oneself is for the budget at most, whatever one had asked for', async () => {
  for (const [asked, got] of [[99900000, 150000], [120000, 120000]]) {
    const gig = ok(await seeker.post('/api/gigs/', wanted({ title: `Asked ${asked}` })), 201);
    ok(await helper.post(`/api/gigs/${gig.id}/applications`, { message: 'Mine', amount: asked }), 201);
    ok(await helper.post(`/api/gigs/${gig.id}/accept`));
    assert.equal((await orderOf(seeker, `Asked ${asked}`)).amount, got);
  }
});

test('an order that is called off is rejected or cancelled, by who did it', async () => {
  const { gig } = ok(await helper.post('/api/simple-gigs', offer({ title: 'Called off' })), 201);
  for (const [who, started, word] of [[helper, false, 'rejected'], [seeker, false, 'cancelled'], [helper, true, 'cancelled']]) {
    const { _id } = ok(await seeker.post('/api/simple-orders', { gigId: gig._id }), 201).order;
    if (started) ok(await helper.patch(`/api/simple-orders/${_id}/status`, { status: 'active' }));
    const { order } = ok(await box.delete(`/api/simple-orders/${_id}/cancel`, { token: who.token, body: { reason: 'Ill' } }));
    assert.deepEqual([order.status, order.cancelReason], ['cancelled', 'Ill']);
    const [seen] = ok(await helper.get('/api/v1/gigs/service-orders/')).filter((o) => o.service.title === 'Called off');
    assert.equal(seen.status, word);
    const there = await orderOf(seeker, 'Called off');
    assert.deepEqual([there.status, there.cancelReason], ['cancelled', 'Ill']);
  }
});

test('who has no name is called by the address', async () => {
  const freelancer = await join(box, 'FREELANCER');
  const name = freelancer.email.split('@')[0];
  const { gig } = ok(await freelancer.post('/api/simple-gigs', offer({ title: 'By somebody' })), 201);
  assert.equal(gig.seller.name, name);
  const { full_name } = ok(await seeker.post('/api/buddies', { buddy_user_id: ok(await freelancer.get('/api/auth/me')).id }), 201).buddy_info;
  assert.equal(full_name, name);
  const wish = ok(await seeker.post('/api/gigs/', wanted({ title: 'For anybody' })), 201);
  ok(await freelancer.post(`/api/gigs/${wish.id}/accept`));
  const room = ok(await seeker.get('/api/chat/rooms')).rooms.find((r) => r.gig_id === wish.id);
  assert.deepEqual(room.participants.map((p) => p.full_name).sort(), ['Seeker', name].sort());
  assert.equal(ok(await freelancer.post(`/api/chat/rooms/${room.id}/messages`, { content: 'Hello' }), 201).sender_name, name);
});

test('work that was filled by hand is completed at some time', async () => {
  const gig = ok(await seeker.post('/api/gigs/', wanted({ title: 'Filled by hand' })), 201);
  assert.equal((await seeker.act('updateGigStatus', gig.id, 'filled')).success, true);
  const seen = ok(await seeker.get(`/api/gigs/${gig.id}`));
  assert.equal(seen.status, 'COMPLETED');
  assert.match(seen.completed_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
});

test('days that a proposal gives are days of its order', async () => {
  const client = await join(box, 'CLIENT'), freelancer = await join(box, 'FREELANCER');
  const proposal = ok(await client.post('/api/v1/gigs/proposals/', { title: 'In a week', description: 'Soon.', category_id: 2, skills_input: [], budget_min: 1000, budget_max: 3000, timeline_days: 7 }), 201);
  const applied = ok(await freelancer.post('/api/v1/gigs/proposal-orders/', { proposal_id: proposal.id }), 201);
  ok(await client.patch(`/api/v1/gigs/proposal-orders/${applied.id}/`, { status: 'accepted' }));
  const [{ _id }] = ok(await client.get('/api/simple-orders/buyer')).orders;
  const { order } = ok(await client.get(`/api/simple-orders/${_id}`));
  assert.equal(order.deliveryTime, 7);
  assert.equal(Date.parse(order.expectedDelivery) - Date.parse(order.createdAt), 7 * 86400000);
});

test('work on a gig that was taken down is still read by who does it', async () => {
  const { box: own, admin, stop } = await staffed();
  try {
    const sign = async (name) => own.person(phone(), { name });
    const client = await sign('Client'), doer = await sign('Doer'), other = await sign('Other');
    await own.post('/api/auth/register', { email: 'h@across.example', password: 'securepassword123', full_name: 'H' });
    const { access_token: token } = ok(await own.post('/api/auth/login', { username: 'h@across.example', password: 'securepassword123' }));
    const gig = ok(await client.post('/api/gigs', gigBody()), 201);
    ok(await own.post(`/api/gigs/${gig.id}/accept`, undefined, { token }));
    ok(await admin.post(`/api/admin/gigs/${gig.id}/take-down`, { reason: 'Spam' }));
    assert.equal(ok(await own.get(`/api/gigs/${gig.id}`, { token })).status, 'ACCEPTED');
    for (const person of [doer, other]) assert.equal((await person.get(`/api/gigs/${gig.id}`)).status, 404);
  } finally {
    await stop();
  }
});
