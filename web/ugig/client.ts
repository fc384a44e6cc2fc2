// Calling the box: one POST a function, the session, and its renewal.
import type { ActionResult } from './types/index.js';

export type ErrorCode = 'UNAUTHORIZED' | 'FORBIDDEN' | 'NOT_FOUND' | 'VALIDATION_ERROR' | 'LIMIT_EXCEEDED' | 'RATE_LIMITED' | 'INTERNAL_ERROR';

export interface Session {
  access_token: string;
  refresh_token: string;
}

/** Where the session is kept between calls. */
export interface SessionStore {
  get(): Session | null;
  set(session: Session | null): void;
}

export interface Options {
  /** The box's address; the page's own when it is left out. */
  baseUrl?: string;
  /** Memory when it is left out: one session a process, so a server gives one a request. */
  session?: SessionStore;
  fetch?: typeof fetch;
}

/** Thrown by functions that do not answer an ActionResult. */
export class UgigError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = 'UgigError';
  }
}

export function memorySession(): SessionStore {
  let session: Session | null = null;
  return { get: () => session, set: (next) => void (session = next) };
}

/** Keeps the session in the browser's storage. */
export function storedSession(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, key = 'ugig'): SessionStore {
  return {
    get() {
      try {
        return JSON.parse(storage.getItem(key) ?? 'null') as Session | null;
      } catch {
        return null;
      }
    },
    set(session) {
      if (session) storage.setItem(key, JSON.stringify(session));
      else storage.removeItem(key);
    },
  };
}

const options: Required<Omit<Options, 'fetch'>> & Pick<Options, 'fetch'> = { baseUrl: '', session: memorySession() };

export function configure(change: Options): void {
  Object.assign(options, change);
}

export const session = (): Session | null => options.session.get();

/** The code of a result that failed. */
export function errorCode(result: ActionResult<unknown>): ErrorCode | undefined {
  return (result as { code?: ErrorCode }).code;
}

interface Answer {
  status: number;
  body: unknown;
}

async function post(path: string, body: unknown, token?: string): Promise<Answer> {
  const form = body instanceof FormData;
  const headers: Record<string, string> = {};
  if (!form) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const send = options.fetch ?? fetch;
  const answer = await send(options.baseUrl + path, { method: 'POST', headers, body: form ? body : JSON.stringify(body) });
  const text = await answer.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = { success: false, error: `The server answered ${answer.status}`, code: 'INTERNAL_ERROR' };
  }
  return { status: answer.status, body: parsed };
}

let renewing: Promise<boolean> | null = null;

/** Several calls that find the token expired renew it once. */
function renew(): Promise<boolean> {
  renewing ??= (async () => {
    try {
      const now = options.session.get();
      if (!now?.refresh_token) return false;
      const { status, body } = await post('/auth/v1/token?grant_type=refresh_token', { refresh_token: now.refresh_token });
      if (status !== 200) {
        if (status === 401) options.session.set(null);
        return false;
      }
      const { access_token, refresh_token } = body as Session;
      options.session.set({ access_token, refresh_token });
      return true;
    } finally {
      renewing = null;
    }
  })();
  return renewing;
}

/** Arguments that were left out at the end are not sent; those in between become null. */
function trimmed(args: unknown[]): unknown[] {
  let n = args.length;
  while (n > 0 && args[n - 1] === undefined) n--;
  return args.slice(0, n);
}

async function request(name: string, args: unknown[] | FormData): Promise<Answer> {
  const body = Array.isArray(args) ? trimmed(args) : args;
  const token = options.session.get()?.access_token;
  const answer = await post(`/api/actions/${name}`, body, token);
  // Signing in is refused with 401 too, but then there is nothing to renew.
  if (answer.status !== 401 || !token || !(await renew())) return answer;
  return await post(`/api/actions/${name}`, body, options.session.get()?.access_token);
}

/** A function that answers its value; what fails is thrown. */
export async function value<T>(name: string, ...args: unknown[]): Promise<T> {
  const { status, body } = await request(name, args);
  if (status === 200) return body as T;
  const { error, code } = body as { error: string; code: ErrorCode };
  throw new UgigError(code, error, status);
}

/** A function that answers an ActionResult; what fails is one too. */
export async function action<T = void>(name: string, ...args: unknown[] | [FormData]): Promise<ActionResult<T>> {
  const form = args[0] instanceof FormData ? args[0] : null;
  try {
    return (await request(name, form ?? args)).body as ActionResult<T>;
  } catch (e) {
    return { success: false, error: e instanceof Error ? e.message : String(e), code: 'INTERNAL_ERROR' } as ActionResult<T>;
  }
}

/** The same for functions that open a session. */
export async function signing(name: string, form: FormData): Promise<ActionResult> {
  options.session.set(null);
  const result = await action<Session>(name, form);
  if (result.success && result.data) options.session.set({ access_token: result.data.access_token, refresh_token: result.data.refresh_token });
  return result as ActionResult;
}

export function forget(): void {
  options.session.set(null);
}
