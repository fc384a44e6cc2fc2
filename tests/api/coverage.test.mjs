// Runs after all others: every route of every contract's document was reached by some test, and its answer validated.
import { test } from 'node:test';
import { assert, contracts, readFileSync, run } from './harness.mjs';

test('every documented route was reached', { skip: process.env.GIGBOX_REACHED ? false : 'only after all other tests' }, async () => {
  const reached = new Set(readFileSync(process.env.GIGBOX_REACHED, 'utf8').split('\n'));
  const missed = [];
  let documents = 0;
  for (const contract of contracts) {
    const { stdout, code } = await run(['openapi', contract]);
    if (code !== 0) continue; // this box does not have it
    documents++;
    for (const [path, methods] of Object.entries(JSON.parse(stdout).paths))
      for (const method of Object.keys(methods)) {
        const name = `${contract} ${method.toUpperCase()} ${path}`;
        if (!reached.has(name)) missed.push(name);
      }
  }
  assert.ok(documents > 0);
  assert.deepEqual(missed, []);
});
