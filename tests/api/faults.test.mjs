// The disk fails under the running box: strace makes the n-th write or sync of each thread fail. Whoever is told "done" finds it
// done, everybody else gets a problem in the contract's shape; reading goes on, and so does writing once the disk does.
import { test, before, after } from 'node:test';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, assert, eventually, gigBody, phone, run } from './harness.mjs';

const META_BYTES = 120; // of LMDB's write of a meta page: the commit itself
const traceable = !process.env.GIGBOX_RUNNER && spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
const options = { skip: traceable ? false : 'needs strace, and a binary that runs by itself' };

let box, person, logs;
before(async () => {
  if (!traceable) return;
  logs = mkdtempSync(path.join(tmpdir(), 'gigbox-faults-'));
  box = await Box.start();
  person = await box.person(phone());
});
after(async () => {
  if (!traceable) return;
  await box.stop();
  rmSync(logs, { recursive: true, force: true });
});

/** Runs `during` while a system call of the box fails as said; answers what strace saw failing. */
async function failing(call, error, when, during) {
  const log = path.join(logs, `${call}-${error}-${when}`);
  const tracer = spawn('strace', ['-f', '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`, '-p', box.child.pid],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(tracer, 'exit');
  let said = '';
  tracer.stderr.on('data', (d) => (said += d));
  try {
    await eventually(async () => said.includes('attached'), 'strace to attach');
    await during(() => readFileSync(log, 'utf8').split('\n').filter((l) => l.includes('(INJECTED)')));
  } finally {
    tracer.kill('SIGTERM');
    await ended;
  }
  return readFileSync(log, 'utf8').split('\n').filter((l) => l.includes('(INJECTED)'));
}

const kept = [];
/** A gig; counts it as kept only when the box said so. */
async function post() {
  const title = `Gig ${kept.length} of a bad disk`;
  const answer = await person.post('/api/gigs', gigBody({ title }));
  if (answer.status === 201) kept.push(answer.body.id);
  return answer;
}

/** Everything that was acknowledged is there, and writing works. */
async function well(what) {
  assert.equal((await post()).status, 201, `writing after ${what}`);
  for (const id of kept) assert.equal((await box.get(`/api/gigs/${id}`)).status, 200, `${id} after ${what}`);
}

const expected = { EIO: { status: 500, code: 'INTERNAL_ERROR' }, ENOSPC: { status: 507, code: 'STORAGE_FULL' } };

function refusal(answer, error, what) {
  assert.equal(answer.status, expected[error].status, what);
  assert.equal(answer.body.success, false);
  assert.equal(answer.body.error.code, expected[error].code);
  assert.ok(answer.body.error.message);
}

test('the whole disk fails for a while', options, async () => {
  for (const [call, error] of [['fdatasync', 'EIO'], ['pwrite64', 'EIO'], ['writev', 'ENOSPC']]) {
    const what = `${call} ${error}`;
    const seen = await failing(call, error, '1+', async () => {
      for (let i = 0; i < 3; i++) refusal(await post(), error, what);
      assert.equal((await box.get('/api/gigs')).status, 200, `reading during ${what}`);
      assert.equal((await person.get('/api/users/me')).status, 200, `reading during ${what}`);
    });
    assert.ok(seen.length >= 3, what);
    await well(what);
  }
});

test('one write or sync fails', options, async () => {
  // The pages of a commit, one after the other up to its last write, which is the meta page's.
  for (const [call, error, most] of [['fdatasync', 'EIO', 2], ['writev', 'EIO', 2], ['pwrite64', 'EIO', 40], ['pwrite64', 'ENOSPC', 40]]) {
    let meta = false;
    for (let n = 1; n <= most && !meta; n++) {
      const what = `${call} ${error} ${n}`;
      const answers = [];
      const seen = await failing(call, error, n, async (injected) => {
        for (let i = 0; i < 40 && !injected().length; i++) answers.push(await post());
        assert.equal((await box.get('/api/gigs')).status, 200, `reading after ${what}`);
      });
      assert.ok(seen.length, `${what} came about`);
      for (const answer of answers) if (answer.status !== 201) refusal(answer, error, what);
      meta = new RegExp(`, ${META_BYTES}, \\d+\\) = -1`).test(seen[0]);
      await well(what);
    }
    assert.equal(meta, call === 'pwrite64', `${call} ${error}: the meta page`);
  }
});

test('what a bad disk left is sound, also for the next start', options, async () => {
  const check = await run(['check', '--data', box.dir]);
  assert.equal(check.code, 0, check.stdout + check.stderr);
  await box.kill();
  await box.boot();
  await well('a start anew');
});
