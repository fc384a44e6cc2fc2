// Answers to GET requests, kept by path: shown at once when a page is opened again, renewed behind it.
import { signal, type Signal } from '@preact/signals';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, query } from './api';
import { cameBack } from './back';
import { toast } from '../ui/toast';

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

const era = signal(0); // another reader: what is on the screen is asked for again

/** The answer to GET path; null asks for nothing. */
export function useGet<T>(path: string | null): Result<T> {
  const e = path === null ? undefined : entry<T>(path);
  useEffect(() => {
    if (path !== null && Date.now() - entry(path).at > FRESH_MS) void load(path);
  }, [path, era.value]);
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

/** What a list told of it is shown until its own answer is there. */
export function seed<T>(path: string, data: T): void {
  entry<T>(path).data.value ??= data;
}

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
    for (const path of lists.keys()) if (path.startsWith(prefix)) lists.delete(path);
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
  lists.clear();
  era.value++;
  for (const e of entries.values()) {
    e.at = 0;
    e.data.value = undefined;
    e.error.value = undefined;
  }
}

export interface Pages<T> { items: T[]; total: number; more: boolean; busy: boolean; error?: ApiError; next: () => void; reload: () => void }

interface Loaded<T> { path: string | null; items: T[]; total: number; page: number; more: boolean; busy: boolean; error?: ApiError }
const LISTS_MAX = 30;
const lists = new Map<string, Loaded<any>>(); // as they were last seen
const blank: Loaded<any> = { path: null, items: [], total: 0, page: 0, more: false, busy: true };

/** A list, page after page. `path` without page and limit; `plural` is the member that holds the rows. */
export function usePages<T extends { id: string }>(path: string | null, plural: string, limit = 20): Pages<T> {
  const [state, set] = useState<Loaded<T>>(() => (path !== null && lists.get(path)) || blank);
  const turn = useRef(0), pages = useRef(1);
  const fetchPages = useCallback(async (from: number, to: number) => {
    if (path === null) return;
    const mine = ++turn.current;
    set((s) => ({ ...s, busy: true, error: undefined, ...(from === 1 && s.path !== path ? { items: [], total: 0, more: false } : {}) }));
    const [base, search = ''] = path.split('?');
    const params = Object.fromEntries(new URLSearchParams(search));
    try {
      const rows: T[] = [];
      for (let page = from; ; page++) {
        const answer = await get<any>(base + query({ ...params, page, limit }));
        if (mine !== turn.current) return;
        rows.push(...answer[plural]);
        if (page < to && answer.hasMore) continue;
        set((s) => {
          const all = new Map([...(from === 1 ? [] : s.items), ...rows].map((x) => [x.id ?? x, x])); // rows move when something is posted meanwhile
          return { path, items: [...all.values()], total: answer.total, page, more: answer.hasMore, busy: false };
        });
        break;
      }
    } catch (e) {
      if (mine !== turn.current) return;
      set((s) => ({ ...s, busy: false, error: e as ApiError }));
      if (from > 1) toast((e as ApiError).message, 'bad');
    }
  }, [path, plural, limit]);
  pages.current = state.path === path ? Math.max(1, state.page) : 1;
  useEffect(() => {
    const was = path !== null && lists.get(path);
    if (was) set(was);
    if (!was || was.page < 2 || !cameBack()) void fetchPages(1, 1);
    const watch = (prefix: string) => path?.startsWith(prefix) && void fetchPages(1, pages.current); // as much as is on the screen
    stale.push(watch);
    return () => void stale.splice(stale.indexOf(watch), 1);
  }, [fetchPages]);
  useEffect(() => {
    if (!state.path || state.busy || state.error) return;
    if (lists.size >= LISTS_MAX) lists.delete(lists.keys().next().value!);
    lists.set(state.path, state);
  }, [state]);
  return {
    items: state.path === path ? state.items : [], total: state.total, more: state.more, busy: state.busy || state.path !== path && !state.error,
    error: state.error, next: () => void fetchPages(state.page + 1, state.page + 1), reload: () => void fetchPages(1, 1),
  };
}
