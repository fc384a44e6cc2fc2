// Answers to GET requests, kept by path: shown at once when a page is opened again, renewed behind it.
import { signal, type Signal } from '@preact/signals';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, query } from './api';

interface Entry<T> { data: Signal<T | undefined>; error: Signal<ApiError | undefined>; busy: Signal<boolean>; at: number; load?: Promise<void>; turn: number; again?: boolean }
const entries = new Map<string, Entry<any>>();
const FRESH_MS = 15000;
const ENTRIES_MAX = 200;

function entry<T>(path: string): Entry<T> {
  let e = entries.get(path);
  if (!e) {
    if (entries.size >= ENTRIES_MAX) entries.delete(entries.keys().next().value!);
    e = { data: signal(undefined), error: signal(undefined), busy: signal(false), at: 0, turn: 0 };
    entries.set(path, e);
  }
  return e;
}

function load(path: string): Promise<void> {
  const e = entry(path);
  if (e.load) return e.load;
  const { turn } = e;
  e.busy.value = true;
  e.load = get(path).then(
    (data) => {
      if (e.turn !== turn) return; // something newer was put in place meanwhile
      e.data.value = data;
      e.error.value = undefined;
      e.at = e.again ? 0 : Date.now();
    },
    (error) => {
      e.error.value = error instanceof ApiError ? error : new ApiError(0, 'OFFLINE', String(error));
    },
  ).finally(() => {
    const { again } = e;
    e.load = undefined;
    e.again = false;
    e.busy.value = false;
    return again && watched.has(path) ? load(path) : undefined;
  });
  return e.load;
}

/** Asks for what will be shown in a moment, so that it is on its way before the page is. */
export const warm = (...paths: string[]): void => paths.forEach((path) => void load(path));

export interface Result<T> { data?: T; error?: ApiError; busy: boolean; reload: () => Promise<void> }

/** The answer to GET path; null asks for nothing. */
export function useGet<T>(path: string | null): Result<T> {
  const e = path === null ? undefined : entry<T>(path);
  useEffect(() => {
    if (path !== null && Date.now() - entry(path).at > FRESH_MS) void load(path);
  }, [path]);
  const reload = useCallback(() => (path === null ? Promise.resolve() : load(path)), [path]);
  return { data: e?.data.value, error: e?.error.value, busy: e ? e.busy.value || (!e.data.value && !e.error.value) : false, reload };
}

/** Puts an answer in place that a change just brought. */
export function put<T>(path: string, data: T): void {
  const e = entry<T>(path);
  e.turn++;
  e.data.value = data;
  e.error.value = undefined;
  e.at = Date.now();
}

export const peek = <T>(path: string): T | undefined => entries.get(path)?.data.value;

const stale: ((prefix: string) => void)[] = [];
/** Whatever begins so is asked for again: at once where it is shown, else when it is next needed. */
export function invalidate(...prefixes: string[]): void {
  for (const prefix of prefixes) {
    for (const [path, e] of entries)
      if (path.startsWith(prefix)) {
        e.at = 0;
        if (e.load) e.again = true; // what is under way may be from before
        else if (watched.has(path)) void load(path);
      }
    stale.forEach((fn) => fn(prefix));
  }
}
const watched = new Map<string, number>();

/** Like useGet, and renewed when somebody invalidates it while it is on the screen. */
export function useLive<T>(path: string | null): Result<T> {
  useEffect(() => {
    if (path === null) return;
    watched.set(path, (watched.get(path) ?? 0) + 1);
    return () => {
      const n = watched.get(path)! - 1;
      if (n) watched.set(path, n);
      else watched.delete(path);
    };
  }, [path]);
  return useGet<T>(path);
}

export function forgetAll(): void {
  for (const e of entries.values()) {
    e.at = 0;
    e.data.value = undefined;
    e.error.value = undefined;
  }
}

export interface Pages<T> { items: T[]; total: number; more: boolean; busy: boolean; error?: ApiError; next: () => void; reload: () => void }

/** A list, page after page. `path` without page and limit; `plural` is the member that holds the rows. */
export function usePages<T extends { id: string }>(path: string | null, plural: string, limit = 20): Pages<T> {
  const [state, set] = useState<{ path: string | null; items: T[]; total: number; page: number; more: boolean; busy: boolean; error?: ApiError }>(
    { path: null, items: [], total: 0, page: 0, more: false, busy: true });
  const turn = useRef(0);
  const fetchPage = useCallback(async (page: number) => {
    if (path === null) return;
    const mine = ++turn.current;
    set((s) => ({ ...s, busy: true, error: undefined, ...(page === 1 && s.path !== path ? { items: [], total: 0, more: false } : {}) }));
    const [base, search = ''] = path.split('?');
    const params = Object.fromEntries(new URLSearchParams(search));
    try {
      const answer = await get<any>(base + query({ ...params, page, limit }));
      if (mine !== turn.current) return;
      set((s) => {
        const known = page === 1 ? [] : s.items;
        const ids = new Set(known.map((x) => x.id)); // rows move when something is posted meanwhile
        return { path, items: [...known, ...answer[plural].filter((x: T) => !ids.has(x.id))], total: answer.total, page, more: answer.hasMore, busy: false };
      });
    } catch (e) {
      if (mine === turn.current) set((s) => ({ ...s, busy: false, error: e as ApiError }));
    }
  }, [path, plural, limit]);
  useEffect(() => {
    void fetchPage(1);
    const watch = (prefix: string) => path?.startsWith(prefix) && void fetchPage(1);
    stale.push(watch);
    return () => void stale.splice(stale.indexOf(watch), 1);
  }, [fetchPage]);
  return {
    items: state.path === path ? state.items : [], total: state.total, more: state.more, busy: state.busy || state.path !== path && !state.error,
    error: state.error, next: () => void fetchPage(state.page + 1), reload: () => void fetchPage(1),
  };
}
