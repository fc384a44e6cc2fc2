// Who is using this browser.
import { computed, signal } from '@preact/signals';
import { get, onSessionEnd, patch, post } from './api';
import { forgetAll } from './query';
import type { Config, User } from './types';
import { chosen, currency, language, speak, t, type Language } from './i18n';
import { toast } from '../ui/toast';

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

function facts(c: Config): void {
  config.value = c;
  currency.code = c.currency;
  currency.decimals = c.currencyDecimals;
}

/** What was known the last time is shown at once and renewed behind it; only a first visit waits. */
export async function start(): Promise<void> {
  const keptFacts = localStorage.getItem('config'), kept = localStorage.getItem(KEY);
  if (keptFacts) facts(JSON.parse(keptFacts));
  const asked = get<Config>('/api/config').then((c) => {
    facts(c);
    localStorage.setItem('config', JSON.stringify(c));
  }, () => {});
  if (kept && kept !== '1') me.value = JSON.parse(kept);
  else if (!kept) me.value = null;
  const known = kept ? renew() : undefined;
  await Promise.all([keptFacts ? undefined : asked, me.value === undefined ? known : undefined]);
}

export async function renew(): Promise<void> {
  try {
    use(await get<User>('/api/users/me'));
  } catch {
    me.value ??= null; // offline: as it was; after a 401 the session is over already
  }
}

export function use(user: User): void {
  localStorage.setItem(KEY, JSON.stringify(user));
  me.value = user;
  unread.value = user.unreadNotifications ?? unread.value;
  if (user.language && user.language !== language.value && !chosen()) {
    localStorage.setItem('language', user.language);
    void speak(user.language);
  }
  if (!user.language && chosen()) keepLanguage(language.value); // an account older than its language
}

/** What is sent to the person comes in it too. */
export const keepLanguage = (l: Language): void =>
  void patch<User>('/api/users/me', { language: l }).then((user) => user.language && use(user), () => {});

/** The session is over, by whomever. */
export function ended(): void {
  localStorage.removeItem(KEY);
  forgetAll();
  me.value = null;
  unread.value = 0;
}
onSessionEnd(() => {
  if (me.value === null) return; // known already
  if (me.value) toast(t('error.UNAUTHORIZED'), 'plain', `/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
  ended();
});

export async function signOut(): Promise<void> {
  await post('/api/auth/logout').catch(() => {});
  for (const key of Object.keys(localStorage)) if (key.startsWith('draft.')) localStorage.removeItem(key); // the next one here may be somebody else
  ended();
}
