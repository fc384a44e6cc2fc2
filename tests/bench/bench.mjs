// Measures the release binary; see scripts/bench. Each part is a function that reports figures; those with a target say whether it is met.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { Box, phone } from '../api/harness.mjs';
import { command, end, endAll, median, nginx, peakRss, root, rssAnon, sleep, start, track, work, writtenBytes, wrk } from './tools.mjs';

const SIZES = [10000, 100000];
const LONGEST_S = 560;
const LISTING = '/api/gigs?category=design&sortBy=createdAt&limit=20';
const SEARCH = '/api/gigs?search=vector%20logo';
const NEAR = '/api/gigs/search?latitude=12.97&longitude=77.59&limit=20'; // the middle of what `fill` draws
const bench = path.dirname(new URL(import.meta.url).pathname);
const open = { rate_other_per_min: 10000000, connections: 20000, connections_per_address: 20000, log_level: 'warn' };

let missed = 0;
/** A line: what, its figure, its target. `good` is left out where there is no target. */
function line(what, figure, target = '', good = true) {
  if (!good) missed++;
  console.log(`${what.padEnd(58)} ${figure.padStart(16)}  ${target ? `${good ? 'ok    ' : 'MISSED'} target ${target}` : ''}`.trimEnd());
}
const under = (what, figure, unit, limit, digits = 0) => line(what, `${figure.toFixed(digits)}${unit}`, `< ${limit}${unit}`, figure < limit);
const over = (what, figure, unit, limit, digits = 2) => line(what, `${figure.toFixed(digits)}${unit}`, `>= ${limit}${unit}`, figure >= limit);
const MB = 1024 * 1024;

const data = (gigs) => path.join(work, `gigs-${gigs}`);

/** Lets the box's jobs catch up with all that is new, so that they are not measured: until it rests for a second. */
async function settle(gigs) {
  const b = await box(gigs);
  const ticks = () => readFileSync(`/proc/${b.child.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((x, y) => x + Number(y), 0);
  for (let before = -9; ticks() - before > 2; await sleep(1000)) before = ticks();
  await b.stop();
}
async function fill() {
  const program = path.join(root, 'build/native/bench/fill');
  for (const gigs of SIZES) {
    const began = Date.now();
    rmSync(data(gigs), { recursive: true, force: true });
    command(program, [data(gigs), String(gigs)]);
    const size = statSync(path.join(data(gigs), 'gigbox.db')).size;
    line(`filling ${gigs} gigs`, `${((Date.now() - began) / 1000).toFixed(1)} s`, '');
    await settle(gigs);
    line(`  size of the data file a gig`, `${Math.round(size / gigs)} bytes`);
  }
}

async function box(gigs, sets, more) {
  const b = await Box.start({ dir: gigs ? data(gigs) : undefined, validate: false, sets: { ...open, ...sets }, ...more });
  track(b.child);
  return b;
}
const firstGig = async (b) => (await b.get(LISTING)).body.gigs[0].id;

// ---- instructions: callgrind's dumps before and after many requests on one connection ----

async function instructionsOf(b, prefix, target, how) {
  const dump = () => {
    command('callgrind_control', ['-d', String(b.child.pid)], { stdio: 'pipe' });
    const files = readdirSync(work).filter((f) => f.startsWith(path.basename(prefix) + '.'));
    const newest = files.sort((x, y) => Number(x.split('.').pop()) - Number(y.split('.').pop())).pop();
    return Number(/^totals: (\d+)/m.exec(readFileSync(path.join(work, newest), 'utf8'))[1]);
  };
  const requests = 200;
  const address = typeof target === 'function' ? target : () => target;
  for (let i = 0; i < 20; i++) await b.get(address(-i), how);
  dump();
  for (let i = 0; i < requests; i++) if ((await b.get(address(i), how)).status !== 200) throw new Error(`${address(i)} failed`);
  return dump() / requests;
}

async function instructions() {
  const rows = [
    { what: 'category listing of 20', target: async () => LISTING, limit: 100000 },
    { what: 'listing that nobody asked for yet', target: async () => (i) => `${LISTING}&page=2&n=${i}`, limit: 100000 },
    { what: 'single gig', target: async (b) => `/api/gigs/${await firstGig(b)}`, limit: 20000 },
    { what: 'two-word search', target: async () => (i) => `${SEARCH}&n=${i}` },
    { what: 'gigs within 1 km', target: async () => `${NEAR}&radius=1`, person: true },
    { what: 'gigs within 10 km', target: async () => `${NEAR}&radius=10`, person: true },
  ];
  const seen = {};
  for (const gigs of SIZES) {
    const prefix = path.join(work, `callgrind-${gigs}`);
    const b = await box(gigs, { lockdown: 'no', run_as: os.userInfo().username }, { runner: ['valgrind', '-q', '--tool=callgrind', `--callgrind-out-file=${prefix}`] });
    const { token } = await b.person(phone());
    for (const row of rows) {
      const target = await row.target(b), how = row.person ? { token } : undefined;
      const count = await instructionsOf(b, prefix, target, how);
      if (row.person) line(`  there are`, String((await b.get(target, how)).body.total_count));
      const what = `instructions: ${row.what}, ${gigs} gigs`;
      if (row.limit) under(what, count, '', row.limit);
      else line(what, count.toFixed(0));
      (seen[row.what] ??= []).push(count);
    }
    await end(b.child);
  }
  for (const f of readdirSync(work)) if (f.startsWith('callgrind-')) rmSync(path.join(work, f));
  const [small, large] = seen['category listing of 20'];
  under('instructions: growth of the listing, 10 times the gigs', large / small, '', 1.3, 2);
  const [few, many] = seen['two-word search'];
  line('instructions: growth of the search, 10 times the gigs', (many / few).toFixed(2));
}

// ---- throughput against nginx, by turns ----

async function throughput() {
  const b = await box(100000);
  const bytes = (await b.get(LISTING, { raw: true })).body;
  const other = await nginx(bytes);
  const turns = { ours: [], nginx: [] };
  let peak = 0;
  for (let i = 0; i < 3; i++) {
    const mine = peakRss(b.child.pid, async () => turns.ours.push((await wrk(b.url + LISTING, { connections: 32 })).perSecond));
    peak = Math.max(peak, await mine);
    turns.nginx.push((await wrk(other.url, { connections: 32 })).perSecond);
  }
  line(`requests/s: listing of 20 (${bytes.length} bytes), 32 connections`, median(turns.ours).toFixed(0));
  line('requests/s: nginx, a static file of the same size', median(turns.nginx).toFixed(0));
  over('  ratio', median(turns.ours) / median(turns.nginx), '', 0.7);
  const search = await wrk(b.url + SEARCH, { connections: 32 });
  const one = await wrk(`${b.url}/api/gigs/${await firstGig(b)}`, { connections: 32 });
  line('requests/s: two-word search', search.perSecond.toFixed(0));
  line('requests/s: single gig', one.perSecond.toFixed(0));
  under('memory (RssAnon) under these loads', peak / MB, ' MB', 16, 1);
  await other.stop();
  await b.stop();
}

// ---- durable writes; last of those that use the filled data, since it adds to it ----

async function writes() {
  const b = await box(100000, { rate_auth_per_min: 1000000 });
  const { token } = await b.person(phone());
  const post = async (connections) => {
    const before = writtenBytes(b.child.pid);
    const run = await wrk(b.url + '/', { connections, seconds: 5, script: path.join(bench, 'post.lua'), env: { TOKEN: token } });
    return { ...run, disk: (writtenBytes(b.child.pid) - before) / run.requests };
  };
  await post(8);
  const alone = await post(1);
  let many;
  const peak = await peakRss(b.child.pid, async () => (many = await post(64)));
  line('durable writes/s: 1 client', alone.perSecond.toFixed(0));
  line('durable writes/s: 64 clients', many.perSecond.toFixed(0));
  over('  group commit', many.perSecond / alone.perSecond, ' times', 8, 1);
  under('bytes to disk a gig, 64 writers (100,000 gigs there)', many.disk / 1000, ' kB', 24, 1);
  line('bytes to disk a gig, 1 writer', `${(alone.disk / 1000).toFixed(1)} kB`);
  under('memory (RssAnon) while 64 write', peak / MB, ' MB', 16, 1);
  await b.stop();
}

// ---- memory at rest ----

async function memory() {
  const b = await box(100000);
  await b.get(LISTING);
  await sleep(1500);
  under('memory (RssAnon) idle, 100,000 gigs', rssAnon(b.child.pid) / MB, ' MB', 8, 1);
  await b.stop();
}

// ---- those who are there and say nothing ----

async function holding(kind, count, address, tokens = []) {
  const child = start(process.execPath, [path.join(bench, 'sockets.mjs'), kind, String(count), address], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(tokens.join('\n'));
  const [said] = await once(child.stdout, 'data');
  if (String(said).trim() !== 'ready') throw new Error(`${kind}: ${said}`);
  return child;
}

/** The quietest of some turns: what else the machine does comes and goes, what the box does to itself stays. */
async function quiet(b) {
  const turns = [];
  for (let i = 0; i < 5; i++) turns.push(await wrk(b.url + LISTING, { connections: 1, seconds: 1 }));
  return { p50: Math.min(...turns.map((t) => t.p50)), p99: Math.min(...turns.map((t) => t.p99)) };
}

async function websockets() {
  for (const [kind, what, limit] of [['ws', 'plain', 16], ['wss', 'TLS', 40]]) {
    const b = await box(10000, { rate_auth_per_min: 1000000, tls_listen: '127.0.0.1:0', tls_self_signed: 'yes' });
    const tokens = [];
    for (let i = 0; i < 50; i++) tokens.push((await b.person(phone())).token);
    const before = await quiet(b);
    const began = Date.now();
    const child = await holding(kind, 5000, kind === 'ws' ? b.url : b.tlsUrl, tokens);
    const took = Date.now() - began;
    await sleep(1500);
    const rss = rssAnon(b.child.pid);
    const after = await quiet(b);
    const { body } = await b.get('/metrics');
    const standing = Number(/^gigbox_websockets_open (\d+)/m.exec(body)[1]);
    if (standing !== 5000) throw new Error(`only ${standing} WebSockets stand`);
    line(`5,000 idle WebSockets, ${what}: opened in`, `${(took / 1000).toFixed(1)} s`);
    under('  memory (RssAnon)', rss / MB, ' MB', limit, 1);
    under('  listing, median latency: times that without them', after.p50 / before.p50, '', 2, 2);
    line('  listing, p50 and p99 with them', `${after.p50.toFixed(2)}, ${after.p99.toFixed(2)} ms`);
    await end(child, 'SIGKILL');
    await b.stop();
  }
}

async function slow() {
  const b = await box(10000);
  const before = await quiet(b);
  const children = [await holding('silent', 100, b.url), await holding('drip', 100, b.url)];
  const after = await quiet(b);
  line('200 silent or dripping: listing p50, p99 before', `${before.p50.toFixed(2)}, ${before.p99.toFixed(2)} ms`);
  line('200 silent or dripping: listing p50, p99 with them', `${after.p50.toFixed(2)}, ${after.p99.toFixed(2)} ms`);
  under('  median, times that without them', after.p50 / before.p50, '', 1.5, 2);
  for (const child of children) await end(child, 'SIGKILL');
  await b.stop();
}

// ---- from nothing to the first answer ----

async function coldStart() {
  for (const gigs of [0, 100000]) {
    const times = [];
    for (let i = 0; i < 7; i++) {
      const began = process.hrtime.bigint();
      const b = await box(gigs);
      if ((await b.get('/api/gigs?limit=1')).status !== 200) throw new Error('no answer');
      times.push(Number(process.hrtime.bigint() - began) / 1e6);
      await b.stop();
    }
    under(`cold start to the first answer, ${gigs ? `${gigs} gigs` : 'fresh directory'}`, median(times), ' ms', 50, 1);
  }
}

const parts = { instructions, throughput, memory, slow, websockets, start: coldStart, writes };
const wanted = process.argv.slice(2);
for (const name of wanted) if (!parts[name]) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(' ')}`);
setTimeout(() => {
  console.error(`bench: not done after ${LONGEST_S} s`);
  endAll();
  process.exit(1);
}, LONGEST_S * 1000).unref();
process.on('exit', endAll);
mkdirSync(work, { recursive: true });
await fill();
for (const [name, part] of Object.entries(parts)) if (!wanted.length || wanted.includes(name)) await part();
for (const gigs of SIZES) rmSync(data(gigs), { recursive: true, force: true });
console.log(missed ? `${missed} targets missed` : 'all targets met');
process.exit(0);
