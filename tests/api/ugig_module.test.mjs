// web/ugig: its signatures are the published ones, and its functions call a real box.
import { test, before, after } from 'node:test';
import { mkdtempSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { Box, assert, readFileSync } from './harness.mjs';
import { are, email, gigInput, is, unknown } from './ugig.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const source = path.join(root, 'web/ugig');

/** What the type checker says of a project. */
function check(project) {
  const { config } = ts.readConfigFile(project, ts.sys.readFile);
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(project));
  assert.deepEqual(errors.map((e) => ts.flattenDiagnosticMessageText(e.messageText, '\n')), []);
  assert.ok(fileNames.length > 0);
  return ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options)).map((d) => `${d.file?.fileName}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`);
}

test('the module is sound, and its signatures and types are the published ones', () => assert.deepEqual(check(path.join(root, 'tests/ugig/tsconfig.json')), []));

/** The module as node runs it: another copy each time, so that two are two clients. */
let folder, box, copies = 0;
function compiled() {
  const to = path.join(folder, `copy${copies++}`);
  const walk = (from, into) => {
    mkdirSync(into, { recursive: true });
    for (const name of readdirSync(from)) {
      if (statSync(path.join(from, name)).isDirectory()) walk(path.join(from, name), path.join(into, name));
      else if (name.endsWith('.ts')) {
        const { outputText } = ts.transpileModule(readFileSync(path.join(from, name), 'utf8'), { compilerOptions: { target: 'ES2021', module: 'ES2022', verbatimModuleSyntax: true } });
        writeFileSync(path.join(into, name.replace(/\.ts$/, '.js')), outputText);
      }
    }
  };
  walk(source, to);
  writeFileSync(path.join(to, 'package.json'), '{"type":"module"}');
  return import(pathToFileURL(path.join(to, 'index.js')).href);
}

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gigbox-ugig-'));
  box = await Box.start();
});
after(async () => {
  await box?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const form = (fields) => {
  const data = new FormData();
  for (const [key, value] of Object.entries(fields)) data.set(key, value);
  return data;
};
async function somebody(full_name) {
  const api = await compiled();
  api.configure({ baseUrl: box.url });
  const address = email();
  assert.equal((await api.signUp(form({ email: address, password: 'correct horse', full_name }))).success, true);
  // Every function that was called, for the count at the end.
  const me = new Proxy(api, { get: (target, name) => (used.add(name), target[name]) });
  return { me, api, address };
}
const used = new Set(['signUp']);
const good = (result) => {
  assert.equal(result.success, true, JSON.stringify(result));
  return result.data;
};
const file = (bytes, name) => {
  const data = new FormData();
  data.append('file', new Blob([bytes]), name);
  return data;
};
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64');

test('two people use all of it', async () => {
  const a = await somebody('Ann'), b = await somebody('Bob');
  const ann = a.me, bob = b.me;
  const profile = is('Profile', good(await ann.updateProfile({ bio: 'Posts gigs.', skills: ['asking'], username: `ann-${process.pid}` })));
  assert.deepEqual(await bob.getProfile(profile.username), profile);
  assert.equal(await bob.getProfile('nobody-at-all'), null);
  assert.equal(good(await ann.updateAvailability(false)), undefined);
  assert.match(good(await ann.uploadAvatar(file(png, 'a.png'))), /^http/);

  const gig = is('Gig', good(await ann.createGig(gigInput())));
  assert.equal(good(await ann.updateGig(gig.id, { title: 'Changed by the module' })).title, 'Changed by the module');
  good(await ann.updateGigStatus(gig.id, 'paused'));
  good(await ann.updateGigStatus(gig.id, 'active'));
  const list = await bob.getGigs({ search: 'changed module' });
  assert.deepEqual([list.data[0].id, list.page, list.limit], [gig.id, 1, 20]);
  assert.equal((await bob.getGigs({}, 2, 5)).page, 2);
  assert.equal((await bob.getGig(gig.id)).id, gig.id);
  assert.equal(await bob.getGig(unknown), null);
  assert.equal((await ann.getMyGigs()).length, 1);
  good(await bob.saveGig(gig.id));
  assert.equal((await bob.getSavedGigs()).length, 1);
  good(await bob.unsaveGig(gig.id));

  const application = is('Application', good(await bob.submitApplication({ gig_id: gig.id, cover_letter: 'Me.' })));
  assert.equal((await bob.getMyApplications('pending'))[0].id, application.id);
  assert.equal((await ann.getGigApplications(gig.id))[0].applicant.full_name, 'Bob');
  good(await ann.updateApplicationStatus(application.id, 'reviewing'));
  good(await ann.bulkUpdateApplicationStatus([application.id], 'accepted'));
  const other = good(await ann.createGig(gigInput()));
  good(await bob.withdrawApplication(good(await bob.submitApplication({ gig_id: other.id, cover_letter: 'x' })).id));
  good(await ann.deleteGig(other.id));

  const bobId = application.applicant_id;
  const talk = is('Conversation', await ann.getOrCreateConversation(bobId, gig.id));
  const attachment = is('Attachment', good(await ann.uploadAttachment(file('words\n', 'brief.txt'))));
  is('Message', good(await ann.sendMessage(talk.id, 'Look', [attachment])));
  good(await ann.sendMessage(talk.id, 'Well?'));
  const page = await bob.getMessages(talk.id, undefined, 1);
  assert.deepEqual([page.data[0].content, page.hasMore], ['Well?', true]);
  assert.equal((await bob.getMessages(talk.id, page.data[0].id)).data[0].content, 'Look');
  good(await bob.markAsRead(talk.id));
  assert.equal((await bob.getConversations())[0].unread_count, 0);

  const call = is('VideoCall', good(await ann.createCall(bobId)));
  good(await ann.endCall(call.id));
  good(await ann.scheduleCall(bobId, new Date(Date.now() + 3600000), gig.id));
  assert.equal((await bob.getUpcomingCalls()).length, 1);
  assert.equal((await bob.getCallHistory(5)).length, 1);

  is('Review', good(await ann.createReview({ gig_id: gig.id, reviewee_id: bobId, rating: 5, comment: 'Good.' })));
  assert.deepEqual(await ann.getUserReviews(bobId), []);
  assert.deepEqual(await ann.getUserRating(bobId), { average: 0, count: 0 });

  const notes = are('Notification', await bob.getNotifications(true));
  assert.equal(await bob.getUnreadCount(), notes.length);
  good(await bob.markNotificationRead(notes[0].id));
  good(await bob.markAllNotificationsRead());
  assert.equal(await bob.getUnreadCount(), 0);

  assert.equal(await ann.getSubscription(), null);
  assert.deepEqual(await ann.getUsage(), { posts_used: 2, posts_limit: null, can_post: true });
  assert.match(good(await ann.createCheckoutSession()).url, /cs_/);
  for (const name of ['createPortalSession', 'cancelSubscription']) {
    const refused = await ann[name]();
    assert.deepEqual([refused.success, a.api.errorCode(refused)], [false, 'VALIDATION_ERROR']);
  }

  good(await ann.resetPassword(a.address));
  good(await ann.updatePassword('another horse'));
  assert.equal(await ann.signOut(), undefined);
  assert.equal(a.api.session(), null);
  assert.equal((await ann.createGig(gigInput())).success, false);
  assert.equal((await ann.signIn(form({ email: a.address, password: 'wrong' }))).success, false);
  good(await ann.signIn(form({ email: a.address, password: 'another horse' })));
  assert.equal((await ann.getMyGigs()).length, 1);

  const documented = Object.keys((await box.get('/openapi/ugig.json')).body.paths).filter((p) => p.startsWith('/api/actions/')).map((p) => p.slice('/api/actions/'.length));
  assert.equal(documented.length, 48);
  assert.deepEqual(documented.filter((name) => !used.has(name)), []);
});

test('what fails: a result that says so, or an error', async () => {
  const api = await compiled();
  api.configure({ baseUrl: box.url });
  const refused = await api.createGig(gigInput());
  assert.deepEqual([refused.success, api.errorCode(refused), typeof refused.error], [false, 'UNAUTHORIZED', 'string']);
  await assert.rejects(api.getMyGigs(), (e) => e instanceof api.UgigError && e.code === 'UNAUTHORIZED' && e.status === 401);
  api.configure({ baseUrl: 'http://127.0.0.1:9' });
  assert.equal((await api.createGig(gigInput())).success, false);
  await assert.rejects(api.getMyGigs());
});

test('an expired session is renewed, once for all who wait', async () => {
  const own = await Box.start({ sets: { access_ttl_s: 10 } });
  try {
    const api = await compiled();
    let renewals = 0;
    const store = api.memorySession();
    api.configure({ baseUrl: own.url, session: store, fetch: (url, init) => ((renewals += url.includes('/auth/v1/token')), fetch(url, init)) });
    good(await api.signUp(form({ email: email(), password: 'correct horse' })));
    const first = store.get();
    store.set({ ...first, access_token: `${first.access_token}x` }); // as good as expired
    const answers = await Promise.all([api.getMyGigs(), api.getUnreadCount(), api.getNotifications()]);
    assert.deepEqual(answers, [[], 0, []]);
    assert.equal(renewals, 1);
    assert.notEqual(store.get().refresh_token, first.refresh_token);
    store.set({ access_token: 'x', refresh_token: 'y' });
    await assert.rejects(api.getMyGigs(), { code: 'UNAUTHORIZED' });
    assert.equal(store.get(), null);
    const kept = new Map();
    const stored = api.storedSession({ getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) });
    assert.equal(stored.get(), null);
    stored.set(first);
    assert.deepEqual(stored.get(), first);
    stored.set(null);
    assert.equal(kept.size, 0);
  } finally {
    await own.stop();
  }
});
