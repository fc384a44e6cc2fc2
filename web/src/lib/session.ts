// Who is using this browser.
import { computed, signal } from '@preact/signals';
import { get, onSessionEnd, post } from './api';
import { forgetAll } from './query';
import type { Config, User } from './types';
import { currency } from './i18n';

/** undefined: not known yet; null: nobody is signed in. */
export const me = signal<User | null | undefined>(undefined);
export const signedIn = computed(() => !!me.value);
export const config = signal<Config | undefined>(undefined);
export const unread = signal(0);
/** Messages not read yet, in all conversations. */
export const unreadChats = signal(0);
export const countChats = (): Promise<void> =>
  get<{ count: number }>('/api/conversations/unread-count').then((a) => void (unreadChats.value = a.count), () => {});

const KEY = 'signed-in'; // says only that it is worth asking; the session itself is a cookie

export async function start(): Promise<void> {
  const facts = get<Config>('/api/config').then((c) => {
    config.value = c;
    currency.code = c.currency;
    currency.decimals = c.currencyDecimals;
    localStorage.setItem('config', JSON.stringify(c));
  }).catch(() => {
    const kept = localStorage.getItem('config'); // offline: as it was
    if (kept) config.value = JSON.parse(kept);
  });
  await Promise.all([facts, localStorage.getItem(KEY) ? renew() : (me.value = null)]);
}

export async function renew(): Promise<void> {
  try {
    use(await get<User>('/api/users/me'));
  } catch {
    // Offline: as it was the last time. After a 401 the session is over already.
    const kept = localStorage.getItem(KEY);
    if (me.value === undefined) me.value = kept && kept !== '1' ? JSON.parse(kept) : null;
  }
}

export function use(user: User): void {
  localStorage.setItem(KEY, JSON.stringify(user));
  me.value = user;
  unread.value = user.unreadNotifications ?? unread.value;
}

/** The session is over, by whomever. */
export function ended(): void {
  localStorage.removeItem(KEY);
  forgetAll();
  me.value = null;
  unread.value = 0;
}
onSessionEnd(ended);

export async function signOut(): Promise<void> {
  await post('/api/auth/logout').catch(() => {});
  ended();
}
