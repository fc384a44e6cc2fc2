// Words and numbers in the reader's language. The catalogues are chunks of their own; only the chosen one is loaded.
import { signal } from '@preact/signals';
import type { en } from '../i18n/en';

export type Catalogue = { [K in keyof typeof en]: (typeof en)[K] extends string ? string : { one: string; other: string } };
type Texts = { [K in keyof typeof en]: (typeof en)[K] extends string ? K : never }[keyof typeof en];
type Counts = Exclude<keyof typeof en, Texts>;
export type Text = Texts;

export const languages = { en: 'English', hi: 'हिन्दी' } as const;
export type Language = keyof typeof languages;
const locales: Record<Language, string> = { en: 'en-IN', hi: 'hi-IN' };

let catalogue = {} as Catalogue;
let told: Record<string, string> = {}, refused: Record<string, string> = {}; // English is what the box says itself
let plurals: Intl.PluralRules;
export const language = signal<Language>('en');
export const locale = () => locales[language.value];

export function preferred(): Language {
  if (chosen()) return localStorage.getItem('language') as Language;
  return navigator.languages.map((l) => l.slice(0, 2)).find((l): l is Language => l in languages) ?? 'en';
}

export const chosen = (): boolean => (localStorage.getItem('language') ?? '') in languages;

export async function speak(to: Language): Promise<void> {
  if (to === 'hi') ({ hi: catalogue, told, refused } = await import('../i18n/hi'));
  else ({ en: catalogue, told, refused } = await import('../i18n/en'));
  plurals = new Intl.PluralRules(locales[to]);
  document.documentElement.lang = to;
  language.value = to;
}

type Values = Record<string, string | number>;
const fill = (text: string, values?: Values) => (values ? text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all)) : text);

export const has = (key: string): boolean => key in catalogue;
export const t = (key: Texts, values?: Values): string => fill(catalogue[key] as string, values);
/** Words that come with some pages only, by their keys. */
export const wordsOf = <K extends string>(en: Record<K, string>, hi: Record<K, string>) =>
  (key: K, values?: Values): string => fill((language.value === 'hi' ? hi : en)[key], values);
/** A counted thing: {n} is the number as people write it. */
export const tn = (key: Counts, n: number, values?: Values): string =>
  fill((catalogue[key] as { one: string; other: string })[plurals.select(n) === 'one' ? 'one' : 'other'], { n: number(n), ...values });
/** A word of the contract in the reader's language, or as it is. */
export const word = (group: string, value: string | null | undefined): string =>
  value ? (has(`${group}.${value}`) ? t(`${group}.${value}` as Texts) : value.replace(/[_-]/g, ' ')) : '';

/** A notification's sentence; the box's own where there is none, or where it was written before its parts were kept. */
export function sentence(n: { type: string; body: string; subject?: string; detail?: string; amount?: number }): string {
  const text = told[n.type];
  const group = n.type === 'badge' ? 'badge' : n.type === 'report_settled' ? 'settled' : '';
  const values: Values = { ...(n.subject ? { subject: group ? word(group, n.subject) : n.subject } : {}), ...(n.detail ? { detail: group ? word(group, n.detail) : n.detail } : {}), ...(n.amount !== undefined ? { amount: money(n.amount) } : {}) };
  return text && [...text.matchAll(/\{(\w+)\}/g)].every(([, name]) => name in values) ? fill(text, values) : n.body;
}

const kindOf = (said: string): string => said.replace(/\d+/g, '#').replace(/\.$/, '').toLowerCase();
/** This refusal has a sentence of its own. */
export const heard = (said: string): boolean => kindOf(said) in refused;
/** Why the box refused, as a sentence in the reader's language: its own where that has one (numbers aside), else one for the code. */
export function reason(said: string, code: string): string {
  const numbers = said.match(/\d+/g) ?? [];
  const text = (refused[kindOf(said)] ?? refused[code] ?? (language.value === 'en' ? said : refused[''])).replace(/#/g, () => number(Number(numbers.shift())));
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[\p{L}\p{M}\d]$/u.test(text) ? '.' : '');
}
/** Digits of a Hindi keyboard as the others. */
export const digits = (text: string): string => text.replace(/[०-९]/g, (d) => String(d.charCodeAt(0) - 0x966));

const made = new Map<string, any>();
function memo<T>(key: string, make: () => T): T {
  const k = language.value + key;
  let v = made.get(k);
  if (!v) made.set(k, (v = make()));
  return v;
}

export const number = (n: number, digits = 0): string =>
  memo('n' + digits, () => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits })).format(n);

export const currency = { code: 'INR', decimals: 2 };
/** Minor units as money; whole amounts without the digits after the point. */
export function money(minor: number): string {
  const unit = 10 ** currency.decimals, whole = minor % unit === 0;
  return memo('m' + whole + currency.code, () => new Intl.NumberFormat(locale(), {
    style: 'currency', currency: currency.code, minimumFractionDigits: whole ? 0 : currency.decimals, maximumFractionDigits: whole ? 0 : currency.decimals,
  })).format(minor / unit);
}
export const moneyRange = (min: number, max: number): string => (min === max ? money(min) : `${money(min)} – ${money(max)}`);
export function moneyShort(minor: number): string {
  return memo('s' + currency.code, () => new Intl.NumberFormat(locale(), { style: 'currency', currency: currency.code, notation: 'compact', maximumFractionDigits: 1 }))
    .format(minor / 10 ** currency.decimals);
}
export const currencySign = (): string =>
  new Intl.NumberFormat(locale(), { style: 'currency', currency: currency.code }).formatToParts(0).find((p) => p.type === 'currency')!.value;

export const date = (ms: number): string => memo('d', () => new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', year: 'numeric' })).format(ms);
/** Metres as people say them. */
export const distance = (m: number): string => {
  const far = m >= 950, unit = far ? 'kilometer' : 'meter';
  return memo('u' + unit, () => new Intl.NumberFormat(locale(), { style: 'unit', unit, maximumFractionDigits: far ? 1 : 0 })).format(far ? m / 1000 : Math.max(10, Math.round(m / 10) * 10));
};
export const dayMonth = (ms: number): string => memo('dm', () => new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short' })).format(ms);
export const month = (ms: number): string => memo('mo', () => new Intl.DateTimeFormat(locale(), { month: 'short' })).format(ms);
export const dateTime = (ms: number): string => memo('dt', () => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' })).format(ms);
export const time = (ms: number): string => memo('t', () => new Intl.DateTimeFormat(locale(), { timeStyle: 'short' })).format(ms);
export const bytes = (n: number): string =>
  n < 1e6 ? `${number(Math.max(1, n / 1000))} KB` : n < 1e9 ? `${number(n / 1e6, 1)} MB` : `${number(n / 1e9, 1)} GB`;

const steps: [Intl.RelativeTimeFormatUnit, number][] = [['year', 31536e6], ['month', 2592e6], ['day', 864e5], ['hour', 36e5], ['minute', 6e4]];
/** "2 hours ago", "in 3 days". */
export function ago(ms: number): string {
  const off = ms - Date.now();
  const f = memo('r', () => new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }));
  for (const [unit, size] of steps) if (Math.abs(off) >= size) return f.format(Math.trunc(off / size), unit);
  return f.format(0, 'second');
}
