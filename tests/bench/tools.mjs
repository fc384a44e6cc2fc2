// What the measurements are made with: processes that end with the bench, /proc, wrk, nginx.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

export const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
export const work = path.join(root, 'build/bench');

const running = new Set();
/** A process that ends with the bench, by its id, whatever happens. */
export function track(child) {
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}
export const start = (command, args, options) => track(spawn(command, args, options));
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}
export function endAll() {
  for (const child of running) child.kill('SIGTERM');
}

export function command(program, args, options) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.error ?? done.stderr}`);
  return done.stdout;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const procNumber = (pid, file, key) => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))[1]);
/** Resident memory that is the process's own, in bytes. */
export const rssAnon = (pid) => procNumber(pid, 'status', 'RssAnon') * 1024;
/** Bytes that the process made the kernel send to the disk. */
// What it handed to the file system. (write_bytes of /proc counts whole dirty folios on newer kernels: many times what reaches the disk.)
export const writtenBytes = (pid) => procNumber(pid, 'io', 'wchar');

/** Runs `what` while watching the process's memory; answers the highest, in bytes. */
export async function peakRss(pid, what) {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, rssAnon(pid))), 25);
  await what().finally(() => clearInterval(timer));
  return Math.max(peak, rssAnon(pid));
}

const inMs = { us: 0.001, ms: 1, s: 1000, m: 60000 };
const latency = (text, percent) => {
  const [, number, unit] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)\\s*$`, 'm').exec(text);
  return Number(number) * inMs[unit];
};

/** One run of wrk: {perSecond, requests, p50, p99} (milliseconds). An answer other than 2xx is a failed measurement. */
export async function wrk(url, { connections = 1, seconds = 3, script, env } = {}) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...(script ? ['-s', script] : []), url];
  const child = start('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let text = '';
  child.stdout.on('data', (d) => (text += d));
  child.stderr.on('data', (d) => (text += d));
  await once(child, 'close');
  if (/Non-2xx|Socket errors/.test(text) || !/Requests\/sec/.test(text)) throw new Error(`wrk ${args.join(' ')}:\n${text}`);
  return {
    perSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(text)[1]),
    requests: Number(/(\d+) requests in/.exec(text)[1]),
    p50: latency(text, '50\\.?0*'),
    p99: latency(text, '99\\.?0*'),
  };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** nginx with a worker per processor, serving one file from memory: {url, stop()}. */
export async function nginx(bytes) {
  const dir = path.join(work, 'nginx');
  const port = await freePort();
  mkdirSync(path.join(dir, 'temp'), { recursive: true });
  writeFileSync(path.join(dir, 'listing.json'), bytes);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${dir}/temp/${n};`).join(' ');
  writeFileSync(
    path.join(dir, 'nginx.conf'),
    `${process.getuid() === 0 ? 'user root;' : ''} worker_processes auto; daemon off; pid ${dir}/pid; error_log ${dir}/error.log;
     events { worker_connections 1024; }
     http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=10; ${temporary}
            types { application/json json; } server { listen 127.0.0.1:${port}; root ${dir}; } }`,
  );
  const child = start('nginx', ['-c', path.join(dir, 'nginx.conf'), '-e', path.join(dir, 'error.log')], { stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}/listing.json`;
  for (let tries = 0; ; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) break;
    if (tries > 100) throw new Error('nginx does not answer');
    await sleep(50);
  }
  return { url, stop: () => end(child, 'SIGTERM') };
}
