// Runs after all others: every route of the documents was reached by some test, and its answer validated.
import { test } from 'node:test';
import { assert, readFileSync, run } from './harness.mjs';

test('every documented route was reached', { skip: process.env.GIGBOX_REACHED ? false : 'only after all other tests' }, async () => {
  const reached = new Set(readFileSync(process.env.GIGBOX_REACHED, 'utf8').split('\n'));
  const { stdout, code, stderr } = await run(['openapi', 'campus']);
  assert.equal(code, 0, stderr);
  const missed = [];
  for (const [path, methods] of Object.entries(JSON.parse(stdout).paths))
    for (const method of Object.keys(methods)) {
      const name = `${method.toUpperCase()} ${path}`;
      if (!reached.has(name)) missed.push(name);
    }
  assert.deepEqual(missed, []);
});
