// Usage: node web/build.mjs PACK | --dir DIR
// Bundles web/src, web/public and the guide of board/docs into one file that the binary embeds (src/app/site.c reads it). The same sources give the same
// bytes. With `--dir DIR` the files are written there instead, unpacked, to look at.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { guide } from './guide.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const target = ['chrome100', 'firefox100', 'safari15.4'];
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const common = { bundle: true, minify: true, write: false, target, legalComments: 'none', absWorkingDir: here, logLevel: 'warning', charset: 'utf8' };
/* What is loaded later says that it needs the start as well, which it does: then all that the start consists of is used by the same
 * files everywhere, and comes in one piece instead of a dozen. */
const together = {
  name: 'together',
  setup: (b) => b.onLoad({ filter: /[\\/]src[\\/](pages|ui|lib)[\\/].*\.tsx?$/ }, ({ path: file }) => {
    if (!/pages.(?!home\.)|(ui|lib).call\./.test(path.relative(path.join(here, 'src'), file))) return undefined;
    const main = path.relative(path.dirname(file), path.join(here, 'src/main')).replaceAll('\\', '/');
    return { contents: `import '${main}';\n` + readFileSync(file, 'utf8'), loader: file.endsWith('x') ? 'tsx' : 'ts' };
  }),
};
const app = await build({
  ...common,
  plugins: [together],
  entryPoints: { app: 'src/main.tsx' },
  outdir: '/assets',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
});

const files = new Map(); // path → bytes

const [entryName, entry] = Object.entries(app.metafile.outputs).find(([, o]) => o.entryPoint === 'src/main.tsx');
// One style sheet; what is loaded later names it again.
for (const f of app.outputFiles)
  if (!f.path.endsWith('.css') || path.basename(f.path) === path.basename(entry.cssBundle)) files.set('/assets/' + path.basename(f.path), Buffer.from(f.contents));
for (const name of readdirSync(path.join(here, 'public'))) files.set('/' + name, readFileSync(path.join(here, 'public', name)));

// The page names the first script and style, and the chunks that the script cannot do without, so that they load at once.
const outputs = Object.entries(app.metafile.outputs);
// The entry only names the piece that holds it all: the page names that one itself.
const [start, ...others] = entry.imports.filter((i) => i.kind === 'import-statement').map((i) => i.path);
if (!start || others.length || entry.bytes > 100) throw new Error(`the start does not come in one piece: ${entryName}`);
files.delete('/assets/' + path.basename(entryName));
const preload = new Set();
const follow = (o) => o.imports.filter((i) => i.kind === 'import-statement').forEach((i) => {
  if (!preload.has(i.path)) preload.add(i.path), follow(app.metafile.outputs[i.path]);
});
follow(app.metafile.outputs[start]);
// English is spoken unless somebody asks for another language, which is known too late to wait for.
const english = outputs.find(([, o]) => o.entryPoint === 'src/i18n/en.ts')[0];
preload.add(english);
const url = (name) => '/assets/' + path.basename(name);
const html = files.get('/index.html').toString()
  .replace('<!-- assets -->', [
    `<link rel="stylesheet" href="${url(entry.cssBundle)}">`,
    ...[...preload].map((p) => `<link rel="modulepreload" href="${url(p)}">`),
    `<script type="module" src="${url(start)}"></script>`,
  ].join('\n    '));
files.set('/index.html', Buffer.from(html));

// The service worker knows what the shell needs by name; its own bytes change whenever one of those does.
const shell = ['/', ...[...files.keys()].filter((p) => p.startsWith('/assets/')), '/icon.svg', '/manifest.webmanifest'].sort();
const version = hash(Buffer.concat([...files].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([p, b]) => [Buffer.from(p), b])));
const worker = await build({ ...common, entryPoints: ['src/sw.ts'], outfile: '/sw.js', format: 'iife',
  define: { SHELL: JSON.stringify(shell), VERSION: JSON.stringify(version) } });
files.set('/sw.js', Buffer.from(worker.outputFiles[0].contents));

// The guide is no part of the shell: it is read with a network.
const style = (await build({ ...common, entryPoints: { guide: 'src/style/guide.css' }, outdir: '/assets', entryNames: '[name]-[hash]' })).outputFiles[0];
files.set('/assets/' + path.basename(style.path), Buffer.from(style.contents));
for (const [name, html] of guide(path.join(here, '../board/docs'), '/assets/' + path.basename(style.path))) files.set(name, Buffer.from(html));

if (process.argv[2] === '--dir') {
  for (const [name, bytes] of files) {
    const to = path.join(process.argv[3], name);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, bytes);
  }
} else {
  writeFileSync(process.argv[2], pack(files));
}
const zipped = (name) => gzipSync(files.get(url(name)), { level: 9 }).length;
const first = [start, entry.cssBundle, ...preload].reduce((sum, name) => sum + zipped(name), 0);
console.log(`  WEB   first load ${(first / 1024).toFixed(1)} KB, all ${([...files.values()].reduce((s, b) => s + Math.min(b.length, gzipSync(b, { level: 9 }).length), 0) / 1024).toFixed(1)} KB gzip`);

function pack(all) {
  const rows = [...all].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const rowBytes = 4 * 11;
  const head = Buffer.alloc(8 + rows.length * rowBytes);
  head.write('GBW1', 0, 'latin1');
  head.writeUInt32LE(rows.length, 4);
  const parts = [head];
  let at = head.length;
  const put = (bytes) => {
    const span = [at, bytes.length];
    parts.push(bytes);
    at += bytes.length;
    return span;
  };
  rows.forEach(([name, bytes], i) => {
    const gz = gzipSync(bytes, { level: 9 });
    gz[9] = 255; // whatever system packed it
    const packed = gz.length < bytes.length * 0.95;
    const numbers = [
      ...put(Buffer.from(name)),
      ...put(Buffer.from(types[path.extname(name) || '.html'] ?? 'application/octet-stream')),
      ...put(Buffer.from(`"${hash(bytes)}"`)),
      name.startsWith('/assets/') ? 1 : 0,
      bytes.length,
      ...put(packed ? gz : bytes),
      packed ? 1 : 0,
    ];
    numbers.forEach((n, k) => head.writeUInt32LE(n, 8 + i * rowBytes + k * 4));
  });
  return Buffer.concat(parts);
}
