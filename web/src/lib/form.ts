// What a form holds while it is filled in.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api';
import { toast } from '../ui/toast';

export interface Form<T> {
  v: T;
  set: <K extends keyof T>(name: K, value: T[K]) => void;
  replace: (all: T) => void;
  errors: Partial<Record<string, string>>;
  fail: (errors: Partial<Record<keyof T & string, string>>) => void;
  busy: boolean;
  /** Runs the request, once at a time; what the box says about fields is shown at the fields, or said when no field shows it. True: it went through. */
  submit: (fn: () => Promise<unknown>) => Promise<boolean>;
}

const LOOK_MS = 100; // until what is wrong is drawn, also on another step of the form

/** Leads to the first field that is marked; false when none is. */
function look(): boolean {
  const box = (document.querySelector('dialog[open]') ?? document).querySelector<HTMLElement>('.field.bad :is(input, textarea, select), .choice.bad input');
  box?.focus({ preventScroll: true });
  box?.scrollIntoView({ block: 'center' });
  return !!box;
}

export function useForm<T extends object>(initial: T | (() => T), draft?: string): Form<T> {
  const [v, replace] = useState<T>(() => {
    const base = typeof initial === 'function' ? (initial as () => T)() : initial;
    const kept = draft && localStorage.getItem('draft.' + draft);
    return kept ? { ...base, ...JSON.parse(kept) } : base;
  });
  const [errors, mark] = useState<Partial<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const touched = useRef(false), under = useRef(false);
  useEffect(() => {
    if (draft && touched.current) localStorage.setItem('draft.' + draft, JSON.stringify(v));
  }, [draft, v]);
  const set = useCallback(<K extends keyof T>(name: K, value: T[K]) => {
    touched.current = true;
    replace((old) => ({ ...old, [name]: value }));
    mark((old) => (old[name as string] ? { ...old, [name as string]: undefined } : old));
  }, []);
  const fail = useCallback((all: Partial<Record<string, string>>, said?: string) => {
    mark(all);
    if (Object.values(all).some(Boolean)) setTimeout(() => look() || (said && toast(said, 'bad')), LOOK_MS);
  }, []);
  const submit = useCallback(async (fn: () => Promise<unknown>) => {
    if (under.current) return false; // the second of two taps
    under.current = true;
    setBusy(true);
    mark({});
    try {
      await fn();
      if (draft) localStorage.removeItem('draft.' + draft);
      touched.current = false;
      return true;
    } catch (e) {
      const error = e as ApiError;
      const fields = error.fields ?? {};
      fail(fields, error.message);
      if (!Object.keys(fields).length) toast(error.message, 'bad');
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  }, [draft]);
  return { v, set, replace, errors, fail, busy, submit };
}

export const hasDraft = (name: string): boolean => localStorage.getItem('draft.' + name) !== null;
export const dropDraft = (name: string): void => localStorage.removeItem('draft.' + name);
