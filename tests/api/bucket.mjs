// A bucket for tests: s3rver, a server of the S3 protocol, behind a door that computes each signature again by another library and
// turns away what differs.
import http from 'node:http';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import aws4 from 'aws4';
import S3rver from 's3rver';

/** `page`: how many objects a list shows at once. `slow_ms`: how long each GET of an object takes. sets: the settings for a box. */
export async function bucket({ page, slow_ms = 0 } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'gigbox-bucket-'));
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: dir, allowMismatchedSignatures: true, configureBuckets: [{ name: 'boxes', configs: [] }] });
  const { port } = await server.run();
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const seen = [], bucket = { slow_ms };
  /** Some of the list, and a token for the rest. */
  async function paged(req, res, headers) {
    const asked = new URL(req.url, 'http://x'), token = asked.searchParams.get('continuation-token'), from = Number(token?.split('/+=')[1] ?? 0);
    asked.searchParams.delete('continuation-token');
    const all = await (await fetch(`http://127.0.0.1:${port}${asked.pathname}${asked.search}`, { headers })).text();
    const rows = all.match(/<Contents>.*?<\/Contents>/gs) ?? [], more = from + page < rows.length;
    res.writeHead(200, { 'content-type': 'application/xml' });
    res.end(`<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${rows.slice(from, from + page).join('')}${more ? `<NextContinuationToken>page/+=${from + page}</NextContinuationToken>` : ''}</ListBucketResult>`);
  }
  const door = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const c of req) chunks.push(c);
    const body = Buffer.concat(chunks);
    const hash = createHash('sha256').update(body).digest('hex');
    const own = aws4.sign({
      service: 's3', region: 'ap-south-1', method: req.method, host: req.headers.host, path: req.url,
      headers: { 'X-Amz-Date': req.headers['x-amz-date'], 'X-Amz-Content-Sha256': hash },
    }, keys);
    const plain = (s) => Object.fromEntries(s.split(/[ ,]+/).slice(1).map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]));
    const skew = Math.abs(Date.parse((req.headers['x-amz-date'] ?? '').replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')) - Date.now());
    const good = req.headers['x-amz-content-sha256'] === hash && skew < 300000 &&
      plain(req.headers.authorization ?? '').Signature === plain(own.headers.Authorization).Signature;
    seen.push({ method: req.method, url: req.url, good });
    if (!good) {
      res.writeHead(403, { 'content-type': 'application/xml' });
      return res.end('<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code></Error>');
    }
    const { authorization, ...headers } = req.headers, list = req.url.includes('list-type=2');
    if (bucket.slow_ms && req.method === 'GET' && !list) await new Promise((r) => setTimeout(r, bucket.slow_ms).unref());
    if (page && list) return paged(req, res, headers);
    const up = http.request({ host: '127.0.0.1', port, method: req.method, path: req.url, headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
    });
    up.end(body);
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  return Object.assign(bucket, {
    seen,
    async put(key, body) {
      const url = `http://127.0.0.1:${door.address().port}/boxes/${key}`;
      const { headers } = aws4.sign({ service: 's3', region: 'ap-south-1', method: 'PUT', host: new URL(url).host, path: new URL(url).pathname,
        headers: { 'X-Amz-Content-Sha256': createHash('sha256').update(body).digest('hex') } }, keys);
      const answer = await fetch(url, { method: 'PUT', headers, body });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    },
    sets: { backup_s3_url: `http://127.0.0.1:${door.address().port}/boxes`, backup_s3_region: 'ap-south-1', backup_s3_prefix: 'north/', backup_s3_key_id: 'S3RVER' },
    async close() {
      door.closeAllConnections?.();
      door.close();
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  });
}
