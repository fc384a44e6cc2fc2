// Conversations, contracts and payment requests as clients of SkillConnect know them.
import { test, before, after } from 'node:test';
import { assert, Box, phone, gigBody, run } from './harness.mjs';

const base = '/api/v1/messaging';
let box, client, doer, third, serviceOrder, application;
let orders = 0, applications = 0; // ids of a fresh box count from 1

before(async () => {
  box = await Box.start();
  client = await box.person(phone(), { name: 'A Client' });
  doer = await box.person(phone(), { name: 'B Freelancer' });
  third = await box.person(phone(), { name: 'C Third' });
  for (const who of [client, doer, third]) who.number = (await who.get('/api/v1/users/profile/')).body.id;
  serviceOrder = await orderService();
  application = await apply();
});
after(() => box.stop());

const is = ({ status, body }, want, shape) => {
  assert.equal(status, want, JSON.stringify(body));
  if (shape) assert.deepEqual(body, shape);
  return body;
};
async function orderService() {
  const service = is(await doer.post('/api/services', { title: 'Website Design', description: 'Beautiful portfolio website.', category: 'design', price: 2500000, deliveryTime: 10 }), 201);
  const order = is(await client.post(`/api/services/${service.id}/order`, { message: 'Please' }), 201);
  return { id: ++orders, uuid: order.id };
}
async function apply() {
  const gig = is(await client.post('/api/gigs', gigBody({ title: 'Landing Page Design Required' })), 201);
  const made = is(await doer.post(`/api/gigs/${gig.id}/applications`, { message: 'Me', amount: 120000 }), 201);
  return { id: ++applications, uuid: made.id, gig };
}
const open = async (type, id, who = client) => (await who.post(`${base}/conversations/`, { order_type: type, order_id: id }));
const say = async (who, talk, body, want = 201) => is(await who.post(`${base}/conversations/${talk.id}/messages/`, body), want);

test('a conversation of each order, made once', async () => {
  const talk = is(await open('serviceorder', serviceOrder.id), 201);
  const { id, created_at, updated_at, ...rest } = talk;
  assert.equal(typeof id, 'number');
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.match(updated_at, /Z$/);
  assert.deepEqual(rest, {
    client_id: client.number, client_name: 'A Client', freelancer_id: doer.number, freelancer_name: 'B Freelancer', order_type: 'serviceorder',
    order_id: serviceOrder.id, is_active: true, service_title: 'Website Design', service_price: '₹25000', service_deadline: '10 days', last_message: null, unread_count: 0,
  });
  assert.equal(is(await open('serviceorder', serviceOrder.id, doer), 200).id, id);
  const about = is(await open('proposalorder', application.id), 201);
  assert.notEqual(about.id, id);
  assert.deepEqual([about.order_type, about.order_id, about.service_title, about.service_price, about.service_deadline],
    ['proposalorder', application.id, 'Landing Page Design Required', '₹1200', '5 days']);
  assert.deepEqual([about.client_id, about.freelancer_id], [client.number, doer.number]);
  const listed = is(await doer.get(`${base}/conversations/`), 200);
  assert.deepEqual(listed.map((c) => c.id), [about.id, id]);
  is(await third.get(`${base}/conversations/`), 200, []);
  is(await open('order', 1), 400, { order_type: "Must be 'serviceorder' or 'proposalorder'." });
  is(await client.post(`${base}/conversations/`, {}), 400, { order_type: ['This field is required.'], order_id: ['This field is required.'] });
  is(await open('serviceorder', 99999), 404, { detail: 'Not found.' });
  is(await open('serviceorder', serviceOrder.id, third), 403, { detail: 'You do not have permission to perform this action.' });
  is(await open('proposalorder', application.id, third), 403);
  is(await box.get(`${base}/conversations/`), 401, { detail: 'Authentication credentials were not provided.' });
  is(await client.get(`${base}/conversations/${id}/`), 200);
  is(await third.get(`${base}/conversations/${id}/`), 403);
  is(await client.get(`${base}/conversations/4711/`), 404, { detail: 'Not found.' });
});

test('messages: text, oldest first, listing marks them read', async () => {
  const talk = is(await open('serviceorder', serviceOrder.id), 200);
  const said = await say(client, talk, { message_type: 'text', content: 'Hi, can you send the payment?', payment_amount: null, payment_status: null });
  const { id, created_at, ...rest } = said;
  assert.deepEqual(rest, {
    conversation: talk.id, sender_id: client.number, message_type: 'text', content: 'Hi, can you send the payment?', attachment: null,
    payment_amount: null, payment_status: null, edited_at: null, reactions: {},
  });
  await say(client, talk, { content: 2 }); // text may be a number
  assert.equal(is(await doer.get(`${base}/conversations/${talk.id}/`), 200).unread_count, 2);
  assert.equal(is(await doer.get(`${base}/conversations/${talk.id}/`), 200).last_message.content, '2');
  const list = is(await doer.get(`${base}/conversations/${talk.id}/messages/`), 200);
  assert.deepEqual(list.map((m) => m.content), ['Hi, can you send the payment?', '2']);
  assert.equal(is(await doer.get(`${base}/conversations/${talk.id}/`), 200).unread_count, 0);
  assert.deepEqual(is(await doer.get(`${base}/conversations/${talk.id}/messages/?page=2&page_size=1`), 200).map((m) => m.content), ['2']);
  is(await doer.get(`${base}/conversations/${talk.id}/messages/?page=3&page_size=1`), 200, []);
  is(await third.get(`${base}/conversations/${talk.id}/messages/`), 403);
  await say(third, talk, { content: 'x' }, 403);
  await say(third, talk, { message_type: 'shout' }, 403);
  is(await third.patch(`${base}/conversations/${talk.id}/messages/${id}/`, {}), 403);
  is(await third.post(`${base}/conversations/${talk.id}/messages/${id}/react/`, {}), 403);
  is(await third.post(`${base}/conversations/4711/messages/`, {}), 404);
  assert.deepEqual(await say(client, talk, { message_type: 'shout', content: 'x' }, 400), { message_type: ['"shout" is not a valid choice.'] });
  assert.deepEqual(await say(client, talk, { message_type: 'text', content: ' ' }, 400), { content: ['This field may not be blank.'] });
  assert.deepEqual(await say(client, talk, { message_type: 'file' }, 400), { attachment_file: "required when message_type is 'file'." });
  assert.deepEqual(await say(client, talk, { message_type: 'voice', content: 'x' }, 400), { attachment_file: "required when message_type is 'voice'." });
  await say(client, talk, '{"content":', 400);
});

test('files, pictures and voice come by multipart', async () => {
  const talk = is(await open('serviceorder', serviceOrder.id), 200);
  const post = async (who, fields, bytes, name) => {
    const form = new FormData();
    for (const [k, v] of Object.entries(fields)) form.append(k, v);
    if (bytes) form.append('attachment_file', new Blob([bytes]), name);
    return who.post(`${base}/conversations/${talk.id}/messages/`, form);
  };
  const said = is(await post(doer, { message_type: 'file' }, '%PDF-1.4\nnothing', 'file.pdf'), 201);
  assert.equal(said.message_type, 'file');
  const { id, file, uploaded_at, ...rest } = said.attachment;
  assert.deepEqual(rest, { file_name: 'file.pdf', file_type: 'pdf', file_size: 16, thumbnail_url: null });
  assert.ok(file.startsWith(box.url + '/media/'), file);
  const path = file.slice(box.url.length);
  assert.equal((await client.get(path, { raw: true })).body.toString(), '%PDF-1.4\nnothing');
  is(await third.get(path), 403);
  is(await box.get(path), 401);
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  const image = is(await post(client, { message_type: 'image', content: 'look' }, png, 'p.png'), 201);
  assert.deepEqual([image.message_type, image.content, image.attachment.file_type, image.attachment.thumbnail_url], ['image', 'look', 'png', image.attachment.file]);
  assert.equal(is(await post(client, {}, png, 'p.png'), 201).message_type, 'image');
  is(await post(client, { message_type: 'image' }, 'text', 'p.png'), 400);
  const voice = Buffer.concat([Buffer.from('OggS\0'), Buffer.alloc(60)]);
  assert.equal(is(await post(client, { message_type: 'voice' }, voice, 'v.ogg'), 201).attachment.file_type, 'ogg');
  is(await post(client, { message_type: 'voice' }, png, 'v.ogg'), 400);
  is(await post(client, { message_type: 'file' }, Buffer.from([0, 1, 2, 3]), 'x.exe'), 400);
  is(await post(third, { message_type: 'file' }, png, 'p.png'), 403);
  is(await post(client, { message_type: 'file' }), 400, { attachment_file: "required when message_type is 'file'." });
});

test('edits and reactions', async () => {
  const talk = is(await open('serviceorder', serviceOrder.id), 200);
  const said = await say(client, talk, { content: 'helo' });
  const at = `${base}/conversations/${talk.id}/messages/${said.id}/`;
  assert.equal(is(await client.patch(at, { content: 'hello' }), 200).content, 'hello');
  is(await doer.patch(at, { content: 'mine' }), 403);
  is(await client.patch(at, {}), 400, { content: ['This field is required.'] });
  is(await client.patch(`${base}/conversations/${talk.id}/messages/4711/`, { content: 'x' }), 404);
  is(await doer.post(at + 'react/', { emoji: '👍' }), 200, { id: said.id, reactions: { '👍': 1 } });
  is(await client.post(at + 'react/', { emoji: '👍' }), 200, { id: said.id, reactions: { '👍': 2 } });
  is(await client.post(at + 'react/', { emoji: '🎉' }), 200, { id: said.id, reactions: { '👍': 2, '🎉': 1 } });
  is(await doer.post(at + 'react/', { emoji: '👍' }), 200, { id: said.id, reactions: { '👍': 1, '🎉': 1 } });
  is(await doer.post(at + 'react/', {}), 400, { error: 'emoji field is required' });
  is(await third.post(at + 'react/', { emoji: '👍' }), 403);
  const other = is(await open('proposalorder', application.id), 200);
  is(await client.patch(`${base}/conversations/${other.id}/messages/${said.id}/`, { content: 'x' }), 404);
  assert.deepEqual(is(await doer.get(`${base}/conversations/${talk.id}/messages/?page_size=100`), 200).find((m) => m.id === said.id).reactions, { '👍': 1, '🎉': 1 });
});

test('putting a conversation away', async () => {
  const { id } = is(await open('proposalorder', application.id), 200);
  is(await client.delete(`${base}/conversations/${id}/`), 204);
  assert.ok(!is(await client.get(`${base}/conversations/`), 200).some((c) => c.id === id));
  assert.ok(is(await doer.get(`${base}/conversations/`), 200).some((c) => c.id === id));
  is(await third.delete(`${base}/conversations/${id}/`), 403);
  assert.equal(is(await client.patch(`${base}/conversations/${id}/`, { is_active: true }), 200).is_active, true);
  assert.equal(is(await client.patch(`${base}/conversations/${id}/`, { is_active: false }), 200).is_active, false);
  assert.equal(is(await open('proposalorder', application.id), 200).is_active, true);
  is(await client.patch(`${base}/conversations/${id}/`, { is_active: 'no idea' }), 400);
});

test('a contract: who makes, who signs, what it does to the order', async () => {
  const order = await orderService();
  const make = (who, change) => who.post(`${base}/contracts/`, { order_type: 'service', order_id: order.id, amount: 20000, deadline: '2025-11-01', terms: '100% upon completion', ...change });
  const made = is(await make(client), 201);
  const { id, created_at, updated_at, conversation, ...rest } = made;
  assert.deepEqual(rest, {
    amount: 20000, deadline: '2025-11-01', terms: '100% upon completion', status: 'pending', workflow_status: 'draft', service_order: order.id, proposal_order: null, created_by: client.number,
  });
  is(await make(client, { order_type: 'serviceorder' }), 400, { order_type: "Must be 'service' or 'proposal'." });
  is(await make(client, { amount: 0 }), 400, { amount: 'Amount must be greater than zero.' });
  is(await make(client, { amount: -5 }), 400, { amount: 'Amount must be greater than zero.' });
  is(await make(client, { amount: 100.5 }), 400, { amount: ['A valid integer is required.'] });
  is(await client.patch(`${base}/contracts/${id}/`, { amount: 100.5 }), 400, { amount: ['A valid integer is required.'] });
  is(await make(client, { deadline: 'soon' }), 400);
  is(await make(client, { order_id: 4711 }), 404);
  is(await make(third), 403);
  is(await third.patch(`${base}/contracts/${id}/`, { amount: 0 }), 403);
  is(await client.patch(`${base}/contracts/4711/`, { amount: 0 }), 404);
  is(await client.post(`${base}/contracts/`, {}), 400, { order_type: ['This field is required.'], order_id: ['This field is required.'], amount: ['This field is required.'] });
  const chat = is(await doer.get(`${base}/conversations/${conversation}/messages/`), 200);
  assert.deepEqual([chat.at(-1).message_type, chat.at(-1).content], ['contract', '100% upon completion']);

  assert.deepEqual(is(await doer.get(`${base}/contracts/?order_type=service&order_id=${order.id}`), 200).map((c) => c.id), [id]);
  is(await third.get(`${base}/contracts/?order_type=service&order_id=${order.id}`), 200, []);
  is(await third.get(`${base}/contracts/`), 200, []);
  is(await doer.get(`${base}/contracts/?order_type=x&order_id=${order.id}`), 400, { order_type: "Must be 'service' or 'proposal'." });
  is(await doer.get(`${base}/contracts/${id}/`), 200);
  is(await third.get(`${base}/contracts/${id}/`), 403);

  assert.equal(is(await client.patch(`${base}/contracts/${id}/`, { amount: 21000 }), 200).amount, 21000);
  is(await doer.patch(`${base}/contracts/${id}/`, { amount: 30000 }), 403);
  is(await client.post(`${base}/contracts/${id}/accept/`), 403);
  is(await third.post(`${base}/contracts/${id}/accept/`), 403);
  is(await doer.patch(`${base}/contracts/${id}/`, { workflow_status: 'submitted' }), 400);
  const signed = is(await doer.post(`${base}/contracts/${id}/accept/`), 200);
  assert.deepEqual([signed.status, signed.workflow_status], ['accepted', 'active']);
  assert.equal(is(await client.get(`/api/orders/${order.uuid}`), 200).amount, 2100000);
  is(await doer.post(`${base}/contracts/${id}/reject/`), 400);
  is(await client.patch(`${base}/contracts/${id}/`, { amount: 1 }), 400);

  is(await client.patch(`${base}/contracts/${id}/`, { workflow_status: 'completed' }), 400);
  is(await client.patch(`${base}/contracts/${id}/`, { workflow_status: 'submitted' }), 403);
  is(await client.patch(`${base}/contracts/${id}/`, { workflow_status: 'gone' }), 400, { workflow_status: ['"gone" is not a valid choice.'] });
  assert.equal(is(await doer.patch(`${base}/contracts/${id}/`, { workflow_status: 'submitted' }), 200).workflow_status, 'submitted');
  assert.equal(is(await client.get(`/api/orders/${order.uuid}`), 200).status, 'submitted');
  is(await doer.patch(`${base}/contracts/${id}/`, { workflow_status: 'completed' }), 403);
  assert.equal(is(await client.patch(`${base}/contracts/${id}/`, { workflow_status: 'completed' }), 200).workflow_status, 'completed');
  assert.equal(is(await client.get(`/api/orders/${order.uuid}`), 200).status, 'completed');
  is(await make(client), 400);
});

test('a contract that is rejected, or follows what others do to the order', async () => {
  const order = await orderService();
  const make = async (who) => is(await who.post(`${base}/contracts/`, { order_type: 'service', order_id: order.id, amount: 100 }), 201);
  const first = await make(doer);
  assert.deepEqual([first.deadline, first.terms], [null, '']);
  const no = is(await client.post(`${base}/contracts/${first.id}/reject/`), 200);
  assert.deepEqual([no.status, no.workflow_status], ['rejected', 'cancelled']);
  is(await client.post(`${base}/contracts/${first.id}/accept/`), 400);
  assert.equal(is(await client.get(`/api/orders/${order.uuid}`), 200).amount, 2500000);
  const second = await make(doer);
  assert.equal(is(await client.patch(`${base}/contracts/${second.id}/`, { status: 'accepted' }), 200).status, 'accepted');
  const workflow = async () => is(await client.get(`${base}/contracts/${second.id}/`), 200).workflow_status;
  assert.equal(await workflow(), 'active');
  is(await doer.post(`/api/orders/${order.uuid}/accept`), 200);
  is(await doer.post(`/api/orders/${order.uuid}/submit`, { message: 'Done' }), 200);
  assert.equal(await workflow(), 'submitted');
  is(await client.post(`/api/orders/${order.uuid}/request-revision`, { message: 'More' }), 200);
  assert.equal(await workflow(), 'active');
  is(await client.post(`/api/orders/${order.uuid}/cancel`, { reason: 'No' }), 200);
  assert.equal(await workflow(), 'cancelled');
  const third = await orderService();
  const gone = is(await doer.post(`${base}/contracts/`, { order_type: 'service', order_id: third.id, amount: 100 }), 201);
  assert.equal(is(await doer.patch(`${base}/contracts/${gone.id}/`, { workflow_status: 'cancelled' }), 200).workflow_status, 'cancelled');
  is(await client.post(`${base}/contracts/${gone.id}/accept/`), 400);
});

test('a contract about a proposal order fixes the price of the order that comes of it', async () => {
  const about = await apply();
  const made = is(await doer.post(`${base}/contracts/`, { order_type: 'proposal', order_id: about.id, amount: 900 }), 201);
  assert.deepEqual([made.service_order, made.proposal_order], [null, about.id]);
  is(await client.post(`${base}/contracts/${made.id}/accept/`), 200);
  const { order } = is(await client.post(`/api/applications/${about.uuid}/accept`), 200);
  orders++;
  assert.equal(order.amount, 90000);
  assert.deepEqual(is(await client.get(`${base}/contracts/?order_type=proposal&order_id=${about.id}`), 200).map((c) => c.id), [made.id]);
  assert.equal(is(await open('proposalorder', about.id), 200).order_id, about.id);
  const late = is(await client.post(`${base}/contracts/`, { order_type: 'proposal', order_id: about.id, amount: 950 }), 201);
  is(await doer.post(`${base}/contracts/${late.id}/accept/`), 200);
  assert.equal(is(await client.get(`/api/orders/${order.id}`), 200).amount, 95000);
  assert.equal(is(await doer.patch(`${base}/contracts/${late.id}/`, { workflow_status: 'submitted' }), 200).workflow_status, 'submitted');
});

test('payment requests fund the escrow, several of them, each once', async () => {
  const order = await orderService();
  const talk = is(await open('serviceorder', order.id), 201);
  const contract = is(await client.post(`${base}/contracts/`, { order_type: 'service', order_id: order.id, amount: 20000 }), 201);
  const ask = (who, change) => who.post(`${base}/payment-requests/`, { contract: contract.id, conversation_id: talk.id, amount: 20000, description: 'Final payment due', status: 'pending', ...change });
  const asked = is(await ask(doer), 201);
  const { id, created_at, ...rest } = asked;
  assert.deepEqual(rest, {
    contract: contract.id, conversation_id: talk.id, amount: 20000, description: 'Final payment due', status: 'pending', requested_by: doer.number, client_id: client.number, paid_at: null,
  });
  is(await ask(doer, { amount: 0 }), 400, { amount: 'Amount must be greater than zero.' });
  is(await ask(doer, { amount: 0.5 }), 400, { amount: ['A valid integer is required.'] });
  is(await ask(third), 403);
  is(await ask(doer, { contract: 4711 }), 400);
  is(await ask(doer, { conversation_id: 4711 }), 404);
  is(await doer.post(`${base}/payment-requests/`, {}), 400, { conversation_id: ['This field is required.'], amount: ['This field is required.'] });
  const chat = is(await client.get(`${base}/conversations/${talk.id}/messages/`), 200).at(-1);
  assert.deepEqual([chat.message_type, chat.content, chat.payment_amount, chat.payment_status], ['payment_request', 'Final payment due', 20000, 'pending']);
  assert.equal(is(await client.get(`${base}/payment-requests/`), 200)[0].id, id);
  is(await third.get(`${base}/payment-requests/`), 200, []);

  const razorpay = `${base}/payments/${id}/create-razorpay-order/`, verify = `${base}/payments/${id}/verify-razorpay-payment/`;
  is(await doer.post(razorpay), 403);
  is(await third.post(razorpay), 403);
  is(await client.post(`${base}/payments/4711/create-razorpay-order/`), 404);
  const opened = is(await client.post(razorpay), 200);
  assert.match(opened.order_id, /^order_/);
  assert.ok(opened.razorpay_key);
  assert.deepEqual([opened.amount, opened.currency, opened.description], [2000000, 'INR', 'Final payment due']);
  assert.equal(is(await client.post(razorpay), 200).order_id, opened.order_id);
  is(await client.post(verify, { razorpay_order_id: opened.order_id, razorpay_payment_id: 'pay_x', razorpay_signature: 'bad' }), 400, { success: false, error: 'Invalid signature!' });
  is(await client.post(verify, { razorpay_order_id: 'order_unknown', razorpay_payment_id: 'pay_x', razorpay_signature: 'bad' }), 400, { success: false, error: 'Invalid signature!' });
  is(await client.post(verify, {}), 400, { razorpay_order_id: ['This field is required.'], razorpay_payment_id: ['This field is required.'], razorpay_signature: ['This field is required.'] });

  const message = await say(doer, talk, { message_type: 'payment_request', payment_amount: 5000, content: 'And for the logo' });
  assert.deepEqual([message.payment_amount, message.payment_status], [5000, 'pending']);
  assert.deepEqual(await say(doer, talk, { message_type: 'payment_request' }, 400), { payment_amount: 'Amount must be greater than zero.' });
  const second = is(await client.get(`${base}/payment-requests/?conversation_id=${talk.id}`), 200)[0];
  assert.equal(second.amount, 5000);
  const other = is(await client.post(`${base}/payments/${second.id}/create-razorpay-order/`), 200);

  const pay = async (order_id) => is(await box.post('/sandbox/razorpay/pay', { order_id }), 200);
  const proof = await pay(opened.order_id);
  is(await client.post(`${base}/payments/${second.id}/verify-razorpay-payment/`, proof), 400, { success: false, error: 'Invalid signature!' });
  is(await doer.post(verify, proof), 403);
  is(await client.post(verify, proof), 200, { success: true });
  is(await client.post(verify, proof), 200, { success: true });
  assert.equal(is(await doer.get(`${base}/payment-requests/`), 200).find((r) => r.id === id).status, 'paid');
  assert.equal(is(await client.get(`${base}/conversations/${talk.id}/messages/`), 200).find((m) => m.id === chat.id).payment_status, 'paid');
  const funded = is(await client.get(`/api/orders/${order.uuid}`), 200);
  assert.equal(funded.escrowState, 'funded');
  is(await client.post(razorpay), 400, { error: 'This is paid already.' });
  is(await client.post(`${base}/payments/${second.id}/verify-razorpay-payment/`, await pay(other.order_id)), 200, { success: true });

  is(await doer.post(`/api/orders/${order.uuid}/accept`), 200);
  is(await doer.post(`/api/orders/${order.uuid}/submit`, { message: 'Done' }), 200);
  const before = is(await doer.get('/api/wallet/balance'), 200).available;
  is(await client.post(`/api/orders/${order.uuid}/approve`), 200);
  assert.equal(is(await doer.get('/api/wallet/balance'), 200).available - before, 2500000 * 0.95);
  is(await ask(doer), 400);
});

test('what was paid by requests goes back when the order is cancelled, and nothing is paid then', async () => {
  const order = await orderService();
  const talk = is(await open('serviceorder', order.id), 201);
  const ask = async (amount) => is(await doer.post(`${base}/payment-requests/`, { conversation_id: talk.id, amount }), 201);
  const [one, two] = [await ask(100), await ask(200)];
  const opened = is(await client.post(`${base}/payments/${one.id}/create-razorpay-order/`), 200);
  const proof = is(await box.post('/sandbox/razorpay/pay', { order_id: opened.order_id }), 200);
  is(await client.post(`${base}/payments/${one.id}/verify-razorpay-payment/`, proof), 200);
  const late = is(await client.post(`${base}/payments/${two.id}/create-razorpay-order/`), 200);
  is(await client.post(`/api/orders/${order.uuid}/cancel`, { reason: 'No' }), 200);
  const ended = is(await client.get(`/api/orders/${order.uuid}`), 200);
  assert.deepEqual([ended.escrowState, ended.refundedAmount], ['refunded', 10000]);
  assert.equal(is(await client.get(`${base}/payment-requests/`), 200).find((r) => r.id === two.id).status, 'cancelled');
  is(await client.post(`${base}/payments/${two.id}/create-razorpay-order/`), 400);
  const lost = is(await box.post('/sandbox/razorpay/pay', { order_id: late.order_id }), 200);
  const answer = is(await client.post(`${base}/payments/${two.id}/verify-razorpay-payment/`, lost), 400);
  assert.equal(answer.success, false);
  const about = await apply();
  const before = is(await open('proposalorder', about.id), 201);
  const early = is(await doer.post(`${base}/payment-requests/`, { conversation_id: before.id, amount: 100 }), 201);
  is(await client.post(`${base}/payments/${early.id}/create-razorpay-order/`), 400);
  is(await client.post(`/api/applications/${about.uuid}/accept`), 200);
  orders++;
  is(await client.post(`${base}/payments/${early.id}/create-razorpay-order/`), 200);
});

test('everything adds up', async () => {
  const { code, stdout, stderr } = await run(['check', '--data', box.dir]);
  assert.equal(code, 0, stdout + stderr);
});

test('the same by accounts and orders of this contract alone', async () => {
  const join = async (role) => {
    const email = `${role.toLowerCase()}${Math.random().toString(36).slice(2)}@example.com`;
    is(await box.post('/api/v1/users/register/', { email, password: 'Password123', role }), 201);
    const { code } = await box.message(email, (m) => m.code);
    const { access, user } = is(await box.post('/api/v1/users/verify-otp/', { email, otp: code }), 200);
    const call = (method) => (path, body) => box.call(method, '/api/v1' + path, { token: access, body });
    return { ...user, token: access, get: call('GET'), post: call('POST'), patch: call('PATCH') };
  };
  const [buyer, seller] = [await join('CLIENT'), await join('FREELANCER')];
  const service = is(await seller.post('/gigs/services/', { title: 'Website Design', description: 'Beautiful portfolio website.', category_id: 2, skills_input: [{ name: 'React' }], price: 25000, delivery_time: 10, revisions: 3 }), 201);
  const order = is(await buyer.post('/gigs/service-orders/', { service_id: service.id, message: 'Excited to work, please start ASAP!' }), 201);
  const talk = is(await seller.post('/messaging/conversations/', { order_type: 'serviceorder', order_id: order.id }), 201);
  assert.deepEqual([talk.client_id, talk.freelancer_id, talk.order_id, talk.service_title, talk.service_price, talk.service_deadline],
    [buyer.id, seller.id, order.id, 'Website Design', '₹25000', '10 days']);
  assert.equal(is(await buyer.post('/messaging/conversations/', { order_type: 'serviceorder', order_id: String(order.id) }), 200).id, talk.id);
  is(await seller.patch(`/gigs/service-orders/${order.id}/`, { status: 'accepted' }), 200);
  const contract = is(await buyer.post('/messaging/contracts/', { order_type: 'service', order_id: order.id, amount: 20000, deadline: '2025-11-01', terms: '100% upon completion' }), 201);
  assert.equal(contract.service_order, order.id);
  is(await seller.post(`/messaging/contracts/${contract.id}/accept/`), 200);
  const asked = is(await seller.post('/messaging/payment-requests/', { contract: contract.id, conversation_id: talk.id, amount: 20000, description: 'Final payment due', status: 'pending' }), 201);
  const opened = is(await buyer.post(`/messaging/payments/${asked.id}/create-razorpay-order/`), 200);
  const paid = is(await box.post('/sandbox/razorpay/pay', { order_id: opened.order_id }), 200);
  is(await buyer.post(`/messaging/payments/${asked.id}/verify-razorpay-payment/`, paid), 200, { success: true });
  assert.equal(is(await seller.patch(`/messaging/contracts/${contract.id}/`, { workflow_status: 'submitted' }), 200).workflow_status, 'submitted');
  assert.equal(is(await buyer.patch(`/messaging/contracts/${contract.id}/`, { workflow_status: 'completed' }), 200).workflow_status, 'completed');
  const wallet = is(await box.get('/api/wallet/balance', { token: seller.token }), 200);
  assert.equal(wallet.available, 1900000, '20000 less 5 %');

  const proposal = is(await buyer.post('/gigs/proposals/', { title: 'Landing Page Design Required', description: 'Need a creative landing page for our startup.', category_id: 2, skills_input: [{ name: 'UI/UX' }], budget_min: 10000, budget_max: 30000, timeline_days: 7, project_scope: 'Single page app', is_urgent: true }), 201);
  const applied = is(await seller.post('/gigs/proposal-orders/', { proposal_id: proposal.id, message: 'Me', bid_amount: 15000 }), 201);
  const about = is(await buyer.post('/messaging/conversations/', { order_type: 'proposalorder', order_id: applied.id }), 201);
  assert.deepEqual([about.order_type, about.order_id, about.service_title, about.service_price, about.service_deadline], ['proposalorder', applied.id, 'Landing Page Design Required', '₹15000', '7 days']);
  is(await buyer.patch(`/gigs/proposal-orders/${applied.id}/`, { status: 'accepted' }), 200);
  const again = is(await seller.post('/messaging/conversations/', { order_type: 'proposalorder', order_id: applied.id }), 200);
  assert.deepEqual([again.id, again.order_type, again.order_id], [about.id, 'proposalorder', applied.id]);
  const signed = is(await seller.post('/messaging/contracts/', { order_type: 'proposal', order_id: applied.id, amount: 16000 }), 201);
  is(await buyer.post(`/messaging/contracts/${signed.id}/accept/`), 200);
  assert.equal(is(await buyer.get(`/messaging/conversations/${about.id}/`), 200).service_price, '₹16000');
  assert.deepEqual(is(await buyer.get('/messaging/contracts/?order_type=proposal'), 200).map((c) => c.id), [signed.id]);
  assert.deepEqual(is(await buyer.get('/messaging/contracts/?order_type=service'), 200).map((c) => c.id), [contract.id]);
});
