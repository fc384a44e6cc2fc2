// Starts the real binary on a free loopback port and talks to it as a client would. Every JSON answer of a documented path is
// validated against the box's own OpenAPI document of the contract that answered, and the routes that were reached are written down
// for coverage.test.mjs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { appendFileSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020.js';
import WebSocket from 'ws';

export const binary = process.env.GIGBOX ?? path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../build/gigbox');
const runner = (process.env.GIGBOX_RUNNER ?? '').split(' ').filter(Boolean); // qemu, valgrind
export const slow = Number(process.env.GIGBOX_SLOW ?? 1); // how much more patience a slow runner needs
const reachedFile = process.env.GIGBOX_REACHED;

/** What to spawn for a gigbox command line. */
const commandLine = (args, under = runner) => [under[0] ?? binary, [...under.slice(1), ...(under.length ? [binary] : []), ...args]];

/** Runs a gigbox command to its end. */
export async function run(args, { input, env } = {}) {
  const child = spawn(...commandLine(args), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const chunks = [];
  let stderr = '';
  child.stdout.on('data', (d) => chunks.push(d));
  child.stderr.on('data', (d) => (stderr += d));
  child.stdin.on('error', () => {}); // a command that does not read its input
  child.stdin.end(input ?? '');
  const [code, signal] = await once(child, 'close');
  const out = Buffer.concat(chunks);
  return { code, signal, out, stdout: out.toString(), stderr };
}

/** In the order in which they own a path that several have; a box without one of them has no document of it. */
export const contracts = ['campus', 'skillconnect', 'ugig', 'simple', 'chayenity'];

/** What campus has for its own sessions only; without one it is another contract's. */
const yields = (name, method, pathname) => name === 'campus' && method === 'POST' && trimmed(pathname) === '/api/auth/logout';

const trimmed = (path) => (path.length > 1 ? path.replace(/\/$/, '') : path);

class Validator {
  constructor(name, document) {
    this.name = name;
    this.document = document;
    this.compiled = new Map();
    this.routes = Object.entries(document.paths).map(([template, methods]) => ({
      template,
      methods,
      pattern: new RegExp('^' + trimmed(template).replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]*\}/g, '([^/]+)') + '$'),
      fixed: !template.includes('{'),
    })).sort((a, b) => Number(b.fixed) - Number(a.fixed) || b.template.length - a.template.length);
  }

  route(method, pathname) {
    return this.routes.find((r) => r.pattern.test(trimmed(pathname)) && r.methods[method.toLowerCase()]);
  }

  check(route, method, status, contentType, body) {
    if (!this.ajv) {
      this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
      this.ajv.addSchema(this.document, 'api');
    }
    const name = `${this.name} ${method} ${route.template}`;
    const operation = route.methods[method.toLowerCase()];
    if (reachedFile) appendFileSync(reachedFile, name + '\n');
    const answer = operation.responses[status] ?? operation.responses.default;
    assert.ok(answer, `${name} answered ${status}, which its document does not list`);
    if (!contentType?.startsWith('application/json')) return;
    const pointer = ['paths', route.template, method.toLowerCase(), 'responses', operation.responses[status] ? String(status) : 'default'];
    let schemaPointer = [...pointer, 'content', 'application/json', 'schema'];
    if (answer.$ref) schemaPointer = [...answer.$ref.slice(2).split('/'), 'content', 'application/json', 'schema'];
    const ref = 'api#/' + schemaPointer.map((s) => encodeURIComponent(s.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/');
    let validate = this.compiled.get(ref);
    if (!validate) {
      validate = this.ajv.compile({ $ref: ref });
      this.compiled.set(ref, validate);
    }
    assert.ok(validate(body), `${name} ${status}: ${this.ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`);
  }
}

/** The contract that a request's session was opened with: a claim of its token. */
function contractOf(headers) {
  const token = /^Bearer (.*)/i.exec(headers.authorization ?? '')?.[1] ?? /(?:^|; *)jwt=([^;]*)/.exec(headers.cookie ?? '')?.[1];
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).contract;
  } catch {
    return undefined;
  }
}

const defaults = {
  rate_auth_per_min: 1000000, rate_upload_per_min: 1000000, rate_other_per_min: 1000000, payment_poll_s: 1,
};

/* A failed test may leave a box or a server open, and node then waits for it for ever. */
const running = new Set();
if (process.env.NODE_TEST_CONTEXT) {
  const { after } = await import('node:test');
  after(() => {
    setTimeout(() => {
      for (const child of running) child.kill('SIGKILL');
      process.exit(1);
    }, 60000 * slow).unref();
  });
}

export class Box {
  /** options: sets {key: value}, dir (kept when given), env, args, validate, runner (other than GIGBOX_RUNNER) */
  static async start(options = {}) {
    const box = new Box();
    box.ownDir = !options.dir;
    box.dir = options.dir ?? mkdtempSync(path.join(tmpdir(), 'gigbox-test-'));
    box.options = options;
    await box.boot();
    return box;
  }

  async boot() {
    const sets = { ...defaults, ...this.options.sets };
    const args = ['serve', '--data', this.dir, '--listen', this.options.listen ?? '127.0.0.1:0'];
    for (const [key, value] of Object.entries(sets)) args.push('--set', `${key}=${value}`);
    args.push(...(this.options.args ?? []));
    this.child = spawn(...commandLine(args, this.options.runner), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.options.env },
    });
    running.add(this.child);
    this.child.once('exit', () => running.delete(this.child));
    this.log = '';
    this.stdout = '';
    this.child.stderr.on('data', (d) => (this.log += d));
    this.exited = once(this.child, 'exit').then(([code, signal]) => ({ code, signal }));
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the box did not start:\n' + this.log)), 20000 * slow);
      this.child.stdout.on('data', (d) => {
        this.stdout += d;
        const plain = /http:\/\/([^\s:]+|\[[^\]]+\]):(\d+)/.exec(this.stdout);
        const tls = /https:\/\/([^\s:]+):(\d+)/.exec(this.stdout);
        if (!plain && !(tls && sets.tls_only === 'yes')) return;
        if (sets.tls_listen && !tls) return;
        clearTimeout(timer);
        if (plain) (this.url = plain[0]), (this.port = Number(plain[2]));
        if (tls) (this.tlsUrl = tls[0]), (this.tlsPort = Number(tls[2]));
        resolve();
      });
      this.child.on('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the box exited with ${code}:\n${this.log}`));
      });
    });
    if (!this.validators && this.options.validate !== false) {
      this.validators = [];
      for (const name of contracts) {
        const answer = await fetch(`${this.url}/openapi/${name}.json`);
        const text = await answer.text();
        if (answer.status === 200) this.validators.push(new Validator(name, JSON.parse(text)));
      }
    }
  }

  /** Holds an answer against the document of the contract that gave it: the session's own when it has the path, else the first. */
  validate(method, pathname, headers, status, contentType, body) {
    const own = contractOf(headers);
    const rank = ({ name }) => (name === own ? 0 : yields(name, method, pathname) ? 2 : 1);
    const inOrder = [...(this.validators ?? [])].sort((a, b) => rank(a) - rank(b));
    /* Whoever owns it, a path that is written out beats one with a parameter. */
    const found = inOrder.map((validator) => ({ validator, route: validator.route(method, pathname) })).filter((f) => f.route);
    const { validator, route } = found.find((f) => f.route.fixed) ?? found[0] ?? {};
    if (route) {
      return validator.check(route, method, status, contentType, body);
    }
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    const end = await this.exited;
    if (this.ownDir) rmSync(this.dir, { recursive: true, force: true });
    assert.equal(end.code, 0, `the box ended with ${JSON.stringify(end)}:\n${this.log.slice(-4000)}`);
    return end;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async restart() {
    this.child.kill('SIGTERM');
    await this.exited;
    await this.boot();
  }

  /** One request. body: an object is sent as JSON; a string, Buffer or FormData as it is. Answers {status, body, headers}. */
  async call(method, target, { token, body, headers = {}, raw } = {}) {
    const init = { method, headers: { ...headers }, redirect: 'manual' };
    if (token) init.headers.authorization = `Bearer ${token}`;
    if (body !== undefined) {
      const asIs = typeof body === 'string' || body instanceof FormData || ArrayBuffer.isView(body);
      init.body = asIs ? body : JSON.stringify(body);
      if (!asIs) init.headers['content-type'] ??= 'application/json';
    }
    const answer = await fetch(this.url + target, init);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type');
    let parsed = bytes;
    if (!raw && type?.startsWith('application/json')) parsed = JSON.parse(bytes.toString());
    else if (!raw) parsed = bytes.toString();
    this.validate(method, target.split('?')[0], init.headers, answer.status, raw ? null : type, parsed);
    return { status: answer.status, body: parsed, headers: answer.headers };
  }

  get = (target, o) => this.call('GET', target, o);
  post = (target, body, o) => this.call('POST', target, { body, ...o });
  patch = (target, body, o) => this.call('PATCH', target, { body, ...o });
  delete = (target, o) => this.call('DELETE', target, o);

  /** The newest message the sandbox holds for a phone number, e-mail address or user id. */
  async message(to, wanted = () => true) {
    return await eventually(async () => {
      const { body } = await this.get('/sandbox/outbox?to=' + encodeURIComponent(to));
      return body.messages.find(wanted);
    }, `a message to ${to}`);
  }

  /** Signs a phone number in; answers a Person. */
  async person(phone, profile) {
    const old = new Set((await this.get('/sandbox/outbox?to=' + encodeURIComponent(phone))).body.messages.map((m) => m.id));
    const sent = await this.post('/api/auth/send-otp', { phone });
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
    const { code } = await this.message(phone, (m) => m.code && !old.has(m.id));
    const { status, body } = await this.post('/api/auth/verify-otp', { phone, otp: code });
    assert.equal(status, 200, JSON.stringify(body));
    const person = new Person(this, body);
    if (profile) {
      const changed = await person.patch('/api/users/me', profile);
      assert.equal(changed.status, 200, JSON.stringify(changed.body));
      person.user = changed.body;
    }
    return person;
  }
}

/** Somebody who is signed in. */
export class Person {
  constructor(box, { token, user, isNewUser }) {
    Object.assign(this, { box, token, user, isNewUser });
  }
  get id() {
    return this.user.id;
  }
  get = (target, o) => this.box.get(target, { token: this.token, ...o });
  post = (target, body, o) => this.box.post(target, body, { token: this.token, ...o });
  patch = (target, body, o) => this.box.patch(target, body, { token: this.token, ...o });
  delete = (target, o) => this.box.delete(target, { token: this.token, ...o });

  /** An authenticated /ws connection. */
  async socket() {
    const socket = await Socket.open(this.box, '/ws');
    socket.send('AUTHENTICATE', { token: this.token });
    await socket.next('AUTHENTICATED');
    return socket;
  }
}

/** A campus WebSocket that keeps what it heard. */
export class Socket {
  static async open(box, target, options = {}) {
    const socket = new Socket();
    const base = (options.tls ? box.tlsUrl.replace('https', 'wss') : box.url.replace('http', 'ws'));
    socket.ws = new WebSocket(base + target, options);
    socket.heard = [];
    socket.waiting = [];
    socket.closed = new Promise((resolve) => socket.ws.on('close', (code, reason) => resolve({ code, reason: String(reason) })));
    socket.ws.on('message', (data) => {
      socket.heard.push(JSON.parse(data.toString()));
      socket.waiting = socket.waiting.filter((w) => !w());
    });
    socket.ws.on('error', () => {});
    await new Promise((resolve, reject) => {
      socket.ws.on('open', resolve);
      socket.ws.on('unexpected-response', (_, answer) => reject(Object.assign(new Error(`refused: ${answer.statusCode}`), { status: answer.statusCode })));
      socket.ws.on('close', () => resolve());
    });
    return socket;
  }

  send(event, data) {
    this.ws.send(JSON.stringify({ event, data }));
  }

  /** The next frame with this event (and for which `wanted` holds), taken out of what was heard. */
  async next(event, wanted = () => true, patience = 5000 * slow) {
    const take = () => {
      const i = this.heard.findIndex((f) => f.event === event && wanted(f.data));
      return i < 0 ? undefined : this.heard.splice(i, 1)[0].data;
    };
    const now = take();
    if (now !== undefined) return now;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${event} came; heard ${JSON.stringify(this.heard)}`)), patience);
      this.waiting.push(() => {
        const found = take();
        if (found === undefined) return false;
        clearTimeout(timer);
        resolve(found);
        return true;
      });
    });
  }

  close() {
    this.ws.close();
    return this.closed;
  }
}

/** Waits until `probe` answers something true. */
export async function eventually(probe, what, patience = 8000 * slow) {
  const until = Date.now() + patience;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > until) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

let nextPhone = 9000000000 + (process.pid % 90000) * 1000;
export const phone = () => `+91${nextPhone++}`;

export const inDays = (n) => Date.now() + n * 86400000;

/** A gig that passes every rule; change what a test is about. */
export const gigBody = (change = {}) => ({
  title: 'Logo design for the robotics club',
  description: 'A simple two-colour logo, vector file, for shirts and posters.',
  category: 'design',
  skills: ['photoshop', 'illustrator'],
  budgetType: 'fixed',
  budgetMin: 50000,
  budgetMax: 150000,
  deadline: inDays(5),
  ...change,
});

export { readFileSync, assert };

/** A port for what goes down and comes back: none that the system gives to somebody else meanwhile. */
export async function steadyPort() {
  for (;;) {
    const port = 10000 + Math.floor(Math.random() * 20000), server = createServer();
    if (!(await once(server.listen(port, '127.0.0.1'), 'listening').catch(() => null))) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
