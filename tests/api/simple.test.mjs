// The Simple contract as its client would use it: gigs with pictures, orders through all their states, by the right side only.
import { test, before, after } from 'node:test';
import { Box, assert, gigBody, phone } from './harness.mjs';

let box, seller, buyer, stranger;
before(async () => {
  box = await Box.start();
  seller = await box.person(phone(), { name: 'John Doe', email: 'john@example.com' });
  const { code } = await box.message('john@example.com', (m) => m.code);
  assert.equal((await seller.post('/api/auth/verify-email', { otp: code })).status, 200);
  buyer = await box.person(phone(), { name: 'Jane Smith' });
  stranger = await box.person(phone(), { name: 'Nosy' });
});
after(() => box.stop());

const put = (who, target, body) => box.call('PUT', target, { token: who.token, body });
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const gigOf = (change) => ({
  title: 'I will create a responsive website', description: 'Professional website development with modern technologies.', category: 'Programming & Tech',
  tags: ['website', 'responsive', 'html', 'css'], price: 50, deliveryTime: 7, revisions: 1, features: ['Responsive design', 'SEO optimized'],
  images: ['https://cloudinary.com/image1.jpg'], ...change,
});
const isTime = (t) => assert.match(t, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const isId = (id) => assert.match(id, /^[0-9a-f]{24}$/);
const refused = ({ status, body }, expected) => {
  assert.equal(status, expected, JSON.stringify(body));
  assert.deepEqual(Object.keys(body), ['message']);
  assert.ok(body.message.length > 3);
};
const post = async (change, who = seller) => {
  const { status, body } = await who.post('/api/simple-gigs', gigOf(change));
  assert.equal(status, 201, JSON.stringify(body));
  return body.gig;
};
const order = async (gig, who = buyer) => {
  const { status, body } = await who.post('/api/simple-orders', { gigId: gig._id, requirements: [{ question: 'Theme?', answer: 'Modern' }] });
  assert.equal(status, 201, JSON.stringify(body));
  return body.order;
};
const move = (who, id, status) => who.patch(`/api/simple-orders/${id}/status`, { status });
const at = async (id, status) => {
  const steps = { pending: [], active: ['active'], delivered: ['active', 'delivered'], in_revision: ['active', 'delivered', 'in_revision'], completed: ['active', 'delivered', 'completed'] };
  for (const step of steps[status]) assert.equal((await move(step === 'active' || step === 'delivered' ? seller : buyer, id, step)).status, 200, step);
  return id;
};

test('a gig: made, read, changed, toggled, deleted', async () => {
  const made = await seller.post('/api/simple-gigs', gigOf());
  assert.equal(made.status, 201);
  assert.equal(made.body.message, 'Simple gig created successfully');
  const { gig } = made.body;
  isId(gig._id);
  isTime(gig.createdAt);
  isTime(gig.updatedAt);
  const { _id, createdAt, updatedAt, seller: by, ...rest } = gig;
  assert.deepEqual(rest, { ...gigOf(), rating: { average: 0, count: 0 }, totalOrders: 0, isActive: true });
  assert.equal(by.name, 'John Doe');
  isId(by._id);

  const read = (await box.get(`/api/simple-gigs/${_id}`)).body.gig;
  assert.deepEqual(Object.keys(read.seller).sort(), ['_id', 'email', 'lastOnline', 'name', 'pfp', 'totalOrders']);
  assert.equal(read.seller.email, 'john@example.com');
  assert.equal(read.seller.totalOrders, 0);
  isTime(read.seller.lastOnline);

  const changed = await put(seller, `/api/simple-gigs/${_id}`, { title: 'Updated title', price: 75.5, deliveryTime: 5 });
  assert.equal(changed.status, 200);
  assert.equal(changed.body.message, 'Gig updated successfully');
  assert.equal(changed.body.gig.price, 75.5);
  assert.deepEqual(changed.body.gig.tags, gigOf().tags, 'what is not given stays');
  refused(await put(buyer, `/api/simple-gigs/${_id}`, { price: 1 }), 403);
  refused(await buyer.delete(`/api/simple-gigs/${_id}`), 403);
  refused(await buyer.patch(`/api/simple-gigs/${_id}/toggle-status`), 403);
  refused(await box.call('PUT', `/api/simple-gigs/${_id}`, { body: { price: 1 } }), 401);

  const off = await seller.patch(`/api/simple-gigs/${_id}/toggle-status`);
  assert.deepEqual(off.body, { message: 'Gig deactivated successfully', isActive: false });
  assert.equal((await box.get(`/api/simple-gigs/${_id}`)).body.gig.isActive, false, 'still readable by id');
  refused(await buyer.post('/api/simple-orders', { gigId: _id }), 400);
  const list = async (who, query = '') => (await box.get(`/api/simple-gigs/seller/${by._id}${query}`, { token: who?.token })).body.gigs.map((g) => g._id);
  assert.ok((await list(seller)).includes(_id));
  assert.ok((await list(seller, '?status=inactive')).includes(_id));
  assert.ok(!(await list(seller, '?status=active')).includes(_id));
  assert.ok(!(await list(buyer)).includes(_id) && !(await list(null, '?status=inactive')).includes(_id), 'others do not see it');
  assert.deepEqual((await seller.patch(`/api/simple-gigs/${_id}/toggle-status`)).body, { message: 'Gig activated successfully', isActive: true });

  const gone = await seller.delete(`/api/simple-gigs/${_id}`);
  assert.deepEqual([gone.status, gone.body], [200, { message: 'Gig deleted successfully' }]);
  refused(await box.get(`/api/simple-gigs/${_id}`), 404);
});

test('bad input is told, and changes nothing', async () => {
  const before = (await box.get('/api/simple-gigs')).body.pagination.totalCount;
  for (const change of [{ title: undefined }, { title: ' ' }, { description: '' }, { category: 'Nonsense' }, { price: 0 }, { price: -5 }, { price: 'abc' }, { price: 1.234 },
    { deliveryTime: 0 }, { deliveryTime: undefined }, { revisions: -1 }, { images: ['javascript:alert(1)'] }, { images: ['not an address'] }, { images: Array(11).fill('https://a.test/b.png') }, { tags: 'x'.repeat(300) }])
    refused(await seller.post('/api/simple-gigs', gigOf(change)), 400);
  refused(await box.post('/api/simple-gigs', gigOf()), 401);
  refused(await seller.post('/api/simple-gigs', '{broken', { headers: { 'content-type': 'application/json' } }), 400);
  for (const id of ['507f1f77bcf86cd799439011', 'nonsense', '0']) refused(await box.get(`/api/simple-gigs/${id}`), 404);
  refused(await box.get('/api/simple-gigs/seller/507f1f77bcf86cd799439011'), 404);
  assert.equal((await box.get('/api/simple-gigs')).body.pagination.totalCount, before);
  const no = await box.call('PATCH', '/api/simple-gigs', { token: seller.token, body: {} });
  refused(no, 405);
  assert.match(no.headers.get('allow'), /GET/);
  refused(await box.get('/api/simple-gigs/a/b/c'), 404);
});

test('pictures as parts, addresses, or both; lists in a form as repeated parts, name[], or JSON', async () => {
  const form = new FormData();
  for (const [key, value] of Object.entries({ title: 'Multipart gig', description: 'With pictures.', category: 'Graphics & Design', price: '20', deliveryTime: '3' })) form.append(key, value);
  form.append('tags', 'one');
  form.append('tags', 'two');
  form.append('features[]', 'A');
  form.append('features[]', 'B');
  form.append('images', 'https://elsewhere.test/p.jpg');
  form.append('images', new Blob([png], { type: 'image/png' }), 'p.png');
  const { status, body } = await seller.post('/api/simple-gigs', form);
  assert.equal(status, 201, JSON.stringify(body));
  assert.deepEqual(body.gig.tags, ['one', 'two']);
  assert.deepEqual(body.gig.features, ['A', 'B']);
  assert.equal(body.gig.revisions, 0);
  assert.equal(body.gig.images.length, 2);
  const own = body.gig.images.find((u) => u.startsWith(box.url));
  const file = await fetch(own);
  assert.equal(file.headers.get('content-type'), 'image/png');
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), png);

  const again = await put(seller, `/api/simple-gigs/${body.gig._id}`, { images: [own] });
  assert.deepEqual(again.body.gig.images, [own], 'its own address is the file again');
  const json = new FormData();
  json.append('tags', '["x","y","z"]');
  assert.deepEqual((await put(seller, `/api/simple-gigs/${body.gig._id}`, json)).body.gig.tags, ['x', 'y', 'z']);

  const lie = new FormData();
  for (const [key, value] of Object.entries({ title: 'A lie', description: 'x', category: 'Data', price: '1', deliveryTime: '1' })) lie.append(key, value);
  lie.append('images', new Blob(['<script>'], { type: 'image/png' }), 'x.png');
  refused(await seller.post('/api/simple-gigs', lie), 400);
});

test('the list: filters, sorting, pages', async () => {
  const tag = 'zebra';
  for (const [price, deliveryTime] of [[10, 9], [30, 1], [20, 5]]) await post({ title: `Striped ${tag} ${price}`, tags: [tag], price, deliveryTime, category: 'Music & Audio' });
  const get = async (query) => (await box.get(`/api/simple-gigs?${query}`)).body;
  const prices = async (query) => (await get(query)).gigs.map((g) => g.price);
  assert.deepEqual((await prices(`search=${tag}&sortBy=price&sortOrder=asc`)), [10, 20, 30]);
  assert.deepEqual((await prices(`search=${tag}&sortBy=price`)), [30, 20, 10]);
  assert.deepEqual((await prices(`search=${tag}&sortBy=deliveryTime&sortOrder=asc`)), [30, 20, 10]);
  assert.deepEqual((await prices(`search=${tag}`)), [20, 30, 10], 'newest first');
  assert.deepEqual((await prices(`search=${tag}&minPrice=15&maxPrice=25`)), [20]);
  assert.deepEqual((await prices(`category=${encodeURIComponent('Music & Audio')}&minPrice=20&sortBy=price&sortOrder=asc`)), [20, 30]);
  for (const sort of ['totalOrders', 'rating', 'createdAt']) assert.equal((await get(`category=music&sortBy=${sort}`)).gigs.length, 3);
  const page = await get('category=music&limit=2&page=2');
  assert.equal(page.gigs.length, 1);
  assert.deepEqual(page.pagination, { currentPage: 2, totalPages: 2, totalCount: 3, hasNext: false, hasPrev: true });
  assert.deepEqual(await get('category=Astrology'), { gigs: [], pagination: { currentPage: 1, totalPages: 0, totalCount: 0, hasNext: false, hasPrev: false } });
  for (let i = 0; i < 20; i++) await post({ title: `Filler ${i}`, category: 'Data' });
  assert.equal((await get('')).gigs.length, 12, 'twelve unless said otherwise');
  assert.equal((await get('limit=5000')).gigs.length, Math.min(50, (await get('')).pagination.totalCount));
  refused(await box.get('/api/simple-gigs?sortBy=colour'), 400);
  refused(await box.get('/api/simple-gigs?minPrice=abc'), 400);
  const mine = (await box.get(`/api/simple-gigs/seller/${page.gigs[0].seller._id}?limit=100`)).body;
  assert.deepEqual(Object.keys(mine.pagination).sort(), ['currentPage', 'totalCount', 'totalPages']);
  assert.equal(mine.gigs.length, 20);
  assert.deepEqual((await box.get('/api/simple-gigs/categories')).body, {
    categories: ['Graphics & Design', 'Digital Marketing', 'Writing & Translation', 'Video & Animation', 'Music & Audio', 'Programming & Tech', 'Data', 'Business', 'Lifestyle'],
  });
});

test('an order from first to last, unpaid', async () => {
  const gig = await post({ revisions: 1 });
  const made = await buyer.post('/api/simple-orders', { gigId: gig._id, requirements: [{ question: 'Theme?', answer: 'Modern' }, { question: 'Logo?', answer: 'Yes' }] });
  assert.equal(made.status, 201);
  assert.equal(made.body.message, 'Order created successfully');
  const o = made.body.order;
  isId(o._id);
  assert.deepEqual(o.gig, { _id: gig._id, title: gig.title, images: gig.images, price: 50, category: 'Programming & Tech' });
  assert.equal(o.buyer.name, 'Jane Smith');
  assert.equal(o.seller.email, 'john@example.com');
  assert.deepEqual([o.price, o.deliveryTime, o.revisions, o.status], [50, 7, 1, 'pending']);
  assert.deepEqual(o.requirements, [{ question: 'Theme?', answer: 'Modern' }, { question: 'Logo?', answer: 'Yes' }]);
  assert.deepEqual(o.payment, { amount: 50, currency: 'INR', status: 'pending' });
  assert.deepEqual(Object.keys(o.timeline), ['ordered']);
  isTime(o.timeline.ordered);
  assert.equal(Date.parse(o.expectedDelivery) - Date.parse(o.createdAt), 7 * 86400000);
  assert.deepEqual([o.deliverables, o.revisionRequests, o.review], [[], [], null]);

  const started = await move(seller, o._id, 'active');
  assert.equal(started.body.message, 'Order status updated to active');
  assert.equal(started.body.order.status, 'active');
  isTime(started.body.order.timeline.started);

  const part = await seller.post(`/api/simple-orders/${o._id}/deliverables`, { description: 'Here it is', files: ['https://cloudinary.com/file1.zip'] });
  assert.equal(part.status, 200, JSON.stringify(part.body));
  assert.equal(part.body.message, 'Deliverable added successfully');
  assert.deepEqual({ ...part.body.deliverable, deliveredAt: 0 }, { files: ['https://cloudinary.com/file1.zip'], description: 'Here it is', deliveredAt: 0 });
  isTime(part.body.deliverable.deliveredAt);
  assert.equal((await buyer.get(`/api/simple-orders/${o._id}`)).body.order.status, 'active', 'the state stays');
  for (const file of ['javascript:alert(1)', 'file1.zip', 'https://a.test/"><script>'])
    assert.match((await seller.post(`/api/simple-orders/${o._id}/deliverables`, { description: 'No address', files: [file] })).body.message, /^files must be addresses/);
  const form = new FormData();
  form.append('description', 'A picture of it');
  form.append('files', new Blob([png]), 'shot.png');
  const upload = await seller.post(`/api/simple-orders/${o._id}/deliverables`, form);
  assert.equal(upload.status, 200, JSON.stringify(upload.body));
  assert.equal((await fetch(upload.body.deliverable.files[0])).status, 401, 'for the two alone');
  assert.equal((await fetch(upload.body.deliverable.files[0], { headers: { authorization: `Bearer ${buyer.token}` } })).status, 200);

  assert.equal((await move(seller, o._id, 'delivered')).status, 200);
  const revision = await buyer.post(`/api/simple-orders/${o._id}/revisions`, { description: 'Blue, please' });
  assert.equal(revision.status, 200);
  assert.equal(revision.body.message, 'Revision requested successfully');
  assert.deepEqual({ ...revision.body.revisionRequest, requestedAt: 0 }, { description: 'Blue, please', requestedAt: 0, status: 'pending' });
  assert.equal((await buyer.get(`/api/simple-orders/${o._id}`)).body.order.status, 'in_revision');
  assert.equal((await seller.post(`/api/simple-orders/${o._id}/deliverables`, { description: 'Blue now' })).status, 200);
  assert.equal((await move(seller, o._id, 'delivered')).status, 200);
  refused(await buyer.post(`/api/simple-orders/${o._id}/revisions`, { description: 'Green' }), 400);
  refused(await move(buyer, o._id, 'in_revision'), 400);

  const done = await move(buyer, o._id, 'completed');
  assert.equal(done.body.order.status, 'completed');
  assert.equal(done.body.order.revisionRequests[0].status, 'completed');
  assert.equal(done.body.order.deliverables.length, 3);
  isTime(done.body.order.timeline.completed);
  assert.equal(done.body.order.payment.status, 'pending', 'paid in person');

  refused(await seller.post(`/api/simple-orders/${o._id}/review`, { rating: 5, comment: 'Me' }), 403);
  for (const rating of [0, 6, 'x', undefined]) refused(await buyer.post(`/api/simple-orders/${o._id}/review`, { rating, comment: 'Hm' }), 400);
  const review = await buyer.post(`/api/simple-orders/${o._id}/review`, { rating: 4, comment: 'Excellent work!' });
  assert.equal(review.status, 200, JSON.stringify(review.body));
  assert.equal(review.body.message, 'Review added successfully');
  assert.deepEqual({ ...review.body.review, reviewedAt: 0 }, { rating: 4, comment: 'Excellent work!', reviewedAt: 0 });
  refused(await buyer.post(`/api/simple-orders/${o._id}/review`, { rating: 5, comment: 'Again' }), 400);
  const rated = (await box.get(`/api/simple-gigs/${gig._id}`)).body.gig;
  assert.deepEqual([rated.rating, rated.totalOrders], [{ average: 4, count: 1 }, 1]);
  assert.equal((await seller.get(`/api/simple-orders/${o._id}`)).body.order.review.rating, 4);
});

test('who may move what where', async () => {
  const gig = await post({ revisions: 5 });
  const words = ['pending', 'active', 'delivered', 'in_revision', 'completed', 'cancelled'];
  const allowed = { 'pending active': 'seller', 'pending cancelled': 'both', 'active delivered': 'seller', 'active cancelled': 'both', 'delivered completed': 'buyer', 'delivered in_revision': 'buyer', 'in_revision delivered': 'seller' };
  for (const from of ['pending', 'active', 'delivered', 'in_revision', 'completed'])
    for (const to of words) {
      const { _id } = await order(gig);
      await at(_id, from);
      refused(await move(stranger, _id, to), 403);
      const who = allowed[`${from} ${to}`];
      for (const [name, person] of [['buyer', buyer], ['seller', seller]]) {
        if (!who) refused(await move(person, _id, to), 400);
        else if (who !== 'both' && who !== name) refused(await move(person, _id, to), 403);
      }
      if (who) assert.equal((await move(who === 'buyer' ? buyer : seller, _id, to)).status, 200, `${from} to ${to}`);
      assert.equal((await buyer.get(`/api/simple-orders/${_id}`)).body.order.status, who ? to : from);
    }
  const { _id } = await order(gig);
  refused(await move(buyer, _id, 'shipped'), 400);
  refused(await buyer.patch(`/api/simple-orders/${_id}/status`, {}), 400);
  refused(await seller.post(`/api/simple-orders/${_id}/deliverables`, { description: 'Too soon' }), 400);
  refused(await buyer.post(`/api/simple-orders/${_id}/revisions`, { description: 'Too soon' }), 400);
  refused(await buyer.post(`/api/simple-orders/${_id}/review`, { rating: 5, comment: 'Too soon' }), 400);
  refused(await stranger.get(`/api/simple-orders/${_id}`), 403);
  refused(await box.get(`/api/simple-orders/${_id}`), 401);
  refused(await buyer.get('/api/simple-orders/507f1f77bcf86cd799439011'), 404);
  refused(await seller.post('/api/simple-orders', { gigId: gig._id }), 400); // one's own
  refused(await buyer.post('/api/simple-orders', {}), 400);
  refused(await buyer.post('/api/simple-orders', { gigId: '507f1f77bcf86cd799439011' }), 404);
  await move(seller, _id, 'active');
  refused(await buyer.post(`/api/simple-orders/${_id}/deliverables`, { description: 'Mine' }), 403);
});

test('cancelling, with a reason in the body; a paid order is refunded', async () => {
  const gig = await post();
  const first = await order(gig);
  const gone = await buyer.delete(`/api/simple-orders/${first._id}/cancel`, { body: { reason: 'Changed requirements' } });
  assert.equal(gone.status, 200, JSON.stringify(gone.body));
  assert.equal(gone.body.message, 'Order cancelled successfully');
  assert.equal(gone.body.order.status, 'cancelled');
  isTime(gone.body.order.timeline.cancelled);
  refused(await buyer.delete(`/api/simple-orders/${first._id}/cancel`, { body: { reason: 'Again' } }), 400);
  const second = await order(gig);
  await at(second._id, 'delivered');
  refused(await seller.delete(`/api/simple-orders/${second._id}/cancel`, { body: {} }), 400);
  refused(await stranger.delete(`/api/simple-orders/${second._id}/cancel`), 403);

  const paid = await order(gig);
  const { status, body } = await buyer.post('/api/payments/create-order', { orderId: paid._id });
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.amount, 5000);
  const { body: proof } = await box.post('/sandbox/razorpay/pay', { order_id: body.razorpayOrderId });
  assert.equal((await buyer.post('/api/payments/verify', proof)).status, 200);
  const funded = (await seller.get(`/api/simple-orders/${paid._id}`)).body.order;
  assert.deepEqual([funded.status, funded.payment.status], ['pending', 'paid']);
  isTime(funded.payment.paidAt);
  await move(seller, paid._id, 'active');
  const back = await seller.delete(`/api/simple-orders/${paid._id}/cancel`, { body: { reason: 'Ill' } });
  assert.equal(back.body.order.payment.status, 'refunded');

  const sold = await order(gig);
  const pay = (await buyer.post('/api/payments/create-order', { orderId: sold._id })).body;
  await buyer.post('/api/payments/verify', (await box.post('/sandbox/razorpay/pay', { order_id: pay.razorpayOrderId })).body);
  await at(sold._id, 'completed');
  assert.equal((await buyer.get(`/api/simple-orders/${sold._id}`)).body.order.payment.status, 'released');
  assert.equal((await seller.get('/api/wallet/balance')).body.available, 4750);
});

test('lists of orders, from either side', async () => {
  const who = await box.person(phone(), { name: 'Third' });
  const gig = await post();
  const made = [await order(gig, who), await order(gig, who), await order(gig, who)];
  await move(seller, made[0]._id, 'active');
  const list = (await who.get('/api/simple-orders/buyer?limit=2')).body;
  assert.deepEqual(list.orders.map((o) => o._id), [made[2]._id, made[1]._id]);
  assert.deepEqual(list.pagination, { currentPage: 1, totalPages: 2, totalCount: 3 });
  const row = list.orders[0];
  assert.deepEqual(row.gig, { title: gig.title, images: gig.images, price: 50, category: 'Programming & Tech' });
  assert.deepEqual(Object.keys(row.seller).sort(), ['name', 'pfp']);
  isTime(row.expectedDelivery);
  assert.deepEqual((await who.get('/api/simple-orders/buyer?status=active')).body.orders.map((o) => o._id), [made[0]._id]);
  assert.deepEqual((await who.get('/api/simple-orders/seller')).body.orders, []);
  const sold = (await seller.get('/api/simple-orders/seller?limit=100')).body;
  assert.equal(sold.orders.length, 20);
  assert.equal(sold.orders.find((o) => o._id === made[1]._id)?.buyer.name, 'Third');
  refused(await who.get('/api/simple-orders/buyer?status=lost'), 400);
  refused(await box.get('/api/simple-orders/buyer'), 401);
});

test('the cookie signs in; a foreign page may not use it', async () => {
  const gig = await post();
  const cookie = `jwt=${buyer.token}`;
  const send = (headers) => box.call('POST', '/api/simple-orders', { body: { gigId: gig._id }, headers: { cookie, ...headers } });
  assert.equal((await send({})).status, 201);
  assert.equal((await send({ origin: box.url })).status, 201);
  refused(await send({ origin: 'https://evil.example' }), 403);
  refused(await send({ origin: 'null' }), 403);
  assert.equal((await box.get('/api/simple-orders/buyer', { headers: { cookie } })).status, 200);
  refused(await box.get('/api/simple-orders/buyer', { headers: { cookie: 'jwt=forged' } }), 401);
});

test('what one contract makes, the others show', async () => {
  const gig = await post({ title: 'Shown everywhere', tags: ['everywhere'] });
  const campus = (await buyer.get('/api/services?search=everywhere')).body.services;
  assert.deepEqual(campus.map((s) => [s.title, s.price]), [['Shown everywhere', 5000]]);
  const o = (await buyer.post(`/api/services/${campus[0].id}/order`, { message: 'Via campus' })).body;
  const mine = (await seller.get('/api/simple-orders/seller')).body.orders[0];
  assert.deepEqual((await seller.get(`/api/simple-orders/${mine._id}`)).body.order.requirements, [{ question: 'Message', answer: 'Via campus' }]);
  const asked = (await buyer.post('/api/simple-orders', { gigId: gig._id, requirements: [{ question: 'Theme?', answer: 'Modern' }, { question: 'Logo?' }] })).body.order;
  const inCampus = (await seller.get('/api/orders')).body.orders.find((x) => x.title === gig.title && x.id !== o.id);
  assert.equal(inCampus.requirements, 'Theme?\nModern\n\nLogo?');
  assert.equal((await buyer.get(`/api/orders/${inCampus.id}`)).body.requirements, inCampus.requirements);
  assert.deepEqual(asked.requirements, [{ question: 'Theme?', answer: 'Modern' }, { question: 'Logo?', answer: '' }]);
  assert.equal(mine.gig.title, 'Shown everywhere');
  assert.equal((await move(seller, mine._id, 'active')).status, 200);
  assert.equal((await buyer.get(`/api/orders/${o.id}`)).body.status, 'in_progress');
  // an order of wanted work is an order too
  const wanted = (await buyer.post('/api/gigs', gigBody())).body;
  const application = (await seller.post(`/api/gigs/${wanted.id}/applications`, { message: 'I.' })).body;
  await buyer.post(`/api/applications/${application.id}/accept`);
  const [listed] = (await buyer.get('/api/simple-orders/buyer')).body.orders;
  assert.deepEqual([listed.gig.title, listed.status, listed.price], [wanted.title, 'pending', 1500]);
  refused(await move(buyer, listed._id, 'active'), 403);
  assert.equal((await move(seller, listed._id, 'active')).status, 200);
  assert.ok(gig._id);
});
