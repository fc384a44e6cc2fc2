// The guide to running a box (board/docs), as the binary serves it under /docs: every page, every link, and that the commands and
// settings it names exist.
import { test, before, after } from 'node:test';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Box, assert, run } from './harness.mjs';

const top = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const sources = readdirSync(path.join(top, 'board/docs')).filter((f) => f.endsWith('.md')).sort();
let box;
before(async () => { box = await Box.start({ validate: false }); });
after(() => box.stop());

const page = async (target, headers = {}) => {
  const answer = await fetch(box.url + target, { headers });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const links = (html) => [...html.matchAll(/(?:href|src)="?([^">\s]+)/g)].map((m) => m[1].replace(/&amp;/g, '&'));

test('each page is served: for phones, in light and dark, under the policy of the pages beside it', async () => {
  assert.ok(sources.length >= 7, sources.join());
  const policy = (await page('/', { accept: 'text/html' })).headers.get('content-security-policy');
  for (const file of sources) {
    const target = '/docs/' + path.basename(file, '.md');
    const { status, headers, text } = await page(target);
    assert.equal(status, 200, target);
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(headers.get('content-security-policy'), policy);
    assert.match(text, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
    assert.doesNotMatch(text, /<script|<style|style=|onclick/, 'nothing that the policy forbids');
    const title = /^# (.*)$/m.exec(readFileSync(path.join(top, 'board/docs', file), 'utf8'))[1];
    assert.ok(text.includes(`<h1>${title}</h1>`) && text.includes(`<title>${title} – gigbox</title>`), title);
    assert.match(text, new RegExp(`<a href="${target}" aria-current="page">`));
    const again = await page(target, { 'if-none-match': headers.get('etag') });
    assert.equal(again.status, 304);
    const style = links(text).find((l) => l.endsWith('.css'));
    assert.match((await page(style)).text, /prefers-color-scheme:\s*dark/);
  }
  const head = await fetch(box.url + '/docs/flash', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
  for (const target of ['/docs/nothing', '/docs/flash/', '/docs/flash.md', '/docs/Flash']) assert.equal((await page(target)).status, 404, target);
  assert.equal((await fetch(box.url + '/docs/flash', { method: 'POST' })).status, 404);
});

test('no link is dead, from the reference to the last heading', async () => {
  const seen = new Map(), wanted = ['/docs'], dead = [];
  for (let target; (target = wanted.shift()) !== undefined; ) {
    const at = target.split('#')[0];
    if (seen.has(at)) continue;
    const answer = await page(at, { accept: 'text/html' });
    seen.set(at, answer);
    if (answer.status !== 200) dead.push(`${at}: ${answer.status}`);
    if (!at.startsWith('/docs') || !answer.headers.get('content-type').startsWith('text/html')) continue;
    const ids = new Set([...answer.text.matchAll(/ id="?([^">\s]+)/g)].map((m) => m[1]));
    for (const link of links(answer.text)) {
      if (link.startsWith('#')) ids.has(link.slice(1)) || dead.push(`${at}: ${link}`);
      else if (link.startsWith('/')) wanted.push(link), link.includes('#') && wanted.push(link);
      else assert.match(link, /^https:\/\//, `${at} leads to ${link}`);
    }
  }
  assert.deepEqual(dead, []);
  for (const file of sources) assert.ok(seen.has('/docs/' + path.basename(file, '.md')), `${file} is reached from /docs`);
  for (const [at, { text }] of seen) {
    if (!at.startsWith('/docs/')) continue;
    for (const link of links(text).filter((l) => /^\/docs\/[a-z]+#/.test(l))) {
      const [to, id] = link.split('#');
      assert.ok(seen.get(to).text.includes(`id="${id}"`), `${at} leads to ${link}`);
    }
  }
});

test('what the guide names exists: commands, settings, files of the project', async () => {
  const help = (await run(['help'])).stdout;
  const commands = new Set([...help.matchAll(/^ {2}gigbox ([a-z-]+)/gm)].map((m) => m[1]));
  const settings = new Set([...(await run(['config', '--docs'])).stdout.matchAll(/^([a-z0-9_]+) = /gm)].map((m) => m[1]));
  const board = readFileSync(path.join(top, 'board/image/config.c'), 'utf8');
  const known = (key) => settings.has(key) || settings.has(key.replace(/_file$/, '')) || (/^(box|wifi)_/.test(key) && board.includes(`"${key}"`));
  const unknown = [];
  for (const file of sources) {
    const text = readFileSync(path.join(top, 'board/docs', file), 'utf8');
    const fenced = [...text.matchAll(/^ *```\n([^]*?)^ *```$/gm)].map((m) => m[1]);
    const inline = [...text.replace(/^ *```\n[^]*?^ *```$/gm, '').matchAll(/`([^`]+)`/g)].map((m) => m[1]);
    for (const code of [...fenced, ...inline]) {
      for (const [, name] of code.matchAll(/(?:^|[/ ])gigbox ([a-z][a-z-]*)(?= |$)/gm)) if (!commands.has(name) && !/apt|install|systemctl|journalctl|docker|gigbox:/.test(code)) unknown.push(`${file}: gigbox ${name}`);
      for (const [, key] of code.matchAll(/^ *([a-z0-9_]+) = /gm)) if (!known(key) && key !== 'key') unknown.push(`${file}: ${key}`);
      for (const [, key] of code.matchAll(/GIGBOX_([A-Z0-9_]+)=/g)) if (!known(key.toLowerCase())) unknown.push(`${file}: GIGBOX_${key}`);
      if (/^(board|build)\//.test(code) && code.startsWith('board/')) readFileSync(path.join(top, code));
    }
    for (const name of inline.filter((c) => /^(box|backup|mdns|tls|sandbox)_[a-z0-9_]+$/.test(c))) if (!known(name)) unknown.push(`${file}: ${name}`);
  }
  assert.deepEqual(unknown, []);
  const readme = readFileSync(path.join(top, 'README.md'), 'utf8');
  for (const file of sources) assert.ok(readme.includes(`board/docs/${file}`), `README.md names ${file}`);
});
