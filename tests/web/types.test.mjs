// The UI's TypeScript: every key of a catalogue is there in the other language, every answer is read as what it is.
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

test('the types of web/src fit', () => {
  const run = spawnSync(process.execPath, [path.join(root, 'tests/node_modules/typescript/bin/tsc'), '-p', path.join(root, 'web')], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
});
