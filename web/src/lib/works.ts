// Works that people show: their words, and what the pages about them have in common.
import { worksEn, type WorksWords } from '../i18n/works.en';
import { worksHi } from '../i18n/works.hi';
import { language } from './i18n';

export interface Work { id: number; title: string; description: string | null; link: string | null; imageUrl: string | null }
export interface Works { portfolio: Work[] }
export const WORKS_MAX = 20;
export const worksOf = (user: string): string => `/api/users/${user}/portfolio`;

export const w = (key: keyof WorksWords, values?: Record<string, string | number>): string =>
  (language.value === 'hi' ? worksHi : worksEn)[key].replace(/\{(\w+)\}/g, (all, name) => String(values?.[name] ?? all));
