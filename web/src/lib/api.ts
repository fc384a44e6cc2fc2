// Requests to the box. The session travels in an HttpOnly cookie that the box sets at sign-in; scripts never see the token.
import { signal } from '@preact/signals';
import { has, heard, language, reason, t } from './i18n';

/** What the box refused, or status 0 when it could not be reached. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly fields: Record<string, string> = {}) {
    super(message);
  }
}

/** False after a request that did not get through, until one does. */
export const reachable = signal(navigator.onLine);
addEventListener('online', () => (reachable.value = true));
addEventListener('offline', () => (reachable.value = false));

const ended: (() => void)[] = [];
/** Called when the box no longer knows the session. */
export const onSessionEnd = (fn: () => void) => void ended.push(fn);

function problem(status: number, body: any): ApiError {
  const code: string = body?.error?.code ?? (status === 429 ? 'RATE_LIMITED' : 'INTERNAL_ERROR');
  // What the box says about this case is better than a general sentence, unless it is in a language the reader did not choose.
  const own = `error.${code}`;
  const said: string | undefined = body?.error?.message;
  const fields = Object.fromEntries(Object.entries<string>(body?.error?.fields ?? {}).map(([name, why]) => [name, reason(why, 'field')]));
  return new ApiError(status, code, has(own) && !(said && heard(said)) ? t(own as never) : said ? [reason(said, code), ...Object.values(fields)].join(' ') : t('error.INTERNAL_ERROR'), fields);
}

export async function call<T>(method: string, path: string, body?: unknown, signalled?: AbortSignal): Promise<T> {
  // What the reader chose here, not in the browser: codes and what a new account is told come in it.
  const init: RequestInit = { method, headers: { 'accept-language': language.value }, credentials: 'same-origin', signal: signalled };
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = JSON.stringify(body);
    (init.headers as Record<string, string>)['content-type'] = 'application/json';
  }
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (e) {
    if (signalled?.aborted) throw e;
    reachable.value = false;
    throw new ApiError(0, 'OFFLINE', t('error.OFFLINE'));
  }
  reachable.value = true;
  const json = answer.headers.get('content-type')?.startsWith('application/json');
  const data = json ? await answer.json().catch(() => null) : null;
  if (answer.ok) return data as T;
  if (answer.status === 401 && !path.startsWith('/api/auth/')) ended.forEach((fn) => fn());
  throw problem(answer.status, data);
}

export const get = <T>(path: string, s?: AbortSignal) => call<T>('GET', path, undefined, s);
export const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, body);
export const patch = <T>(path: string, body: unknown) => call<T>('PATCH', path, body);
export const remove = <T>(path: string) => call<T>('DELETE', path);

/** "a=1&b=2" of what is neither empty nor absent. */
export function query(params: Record<string, string | number | boolean | null | undefined>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) if (v !== undefined && v !== null && v !== '' && v !== false) q.set(k, String(v));
  const s = q.toString();
  return s && '?' + s;
}
