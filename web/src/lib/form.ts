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
  /** Runs the request; what the box says about fields is shown at the fields. True: it went through. */
  submit: (fn: () => Promise<unknown>) => Promise<boolean>;
}

export function useForm<T extends object>(initial: T | (() => T), draft?: string): Form<T> {
  const [v, replace] = useState<T>(() => {
    const base = typeof initial === 'function' ? (initial as () => T)() : initial;
    const kept = draft && localStorage.getItem('draft.' + draft);
    return kept ? { ...base, ...JSON.parse(kept) } : base;
  });
  const [errors, fail] = useState<Partial<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const touched = useRef(false);
  useEffect(() => {
    if (draft && touched.current) localStorage.setItem('draft.' + draft, JSON.stringify(v));
  }, [draft, v]);
  const set = useCallback(<K extends keyof T>(name: K, value: T[K]) => {
    touched.current = true;
    replace((old) => ({ ...old, [name]: value }));
    fail((old) => (old[name as string] ? { ...old, [name as string]: undefined } : old));
  }, []);
  const submit = useCallback(async (fn: () => Promise<unknown>) => {
    setBusy(true);
    fail({});
    try {
      await fn();
      if (draft) localStorage.removeItem('draft.' + draft);
      touched.current = false;
      return true;
    } catch (e) {
      const error = e as ApiError;
      const fields = error.fields ?? {};
      fail(fields);
      if (!Object.keys(fields).length) toast(error.message, 'bad');
      return false;
    } finally {
      setBusy(false);
    }
  }, [draft]);
  return { v, set, replace, errors, fail, busy, submit };
}

export const hasDraft = (name: string): boolean => localStorage.getItem('draft.' + name) !== null;
export const dropDraft = (name: string): void => localStorage.removeItem('draft.' + name);
