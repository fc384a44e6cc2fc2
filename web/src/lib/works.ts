// Works that people show: their words, and what the pages about them have in common.
import { worksEn } from '../i18n/works.en';
import { worksHi } from '../i18n/works.hi';
import { wordsOf } from './i18n';

export interface Work { id: number; title: string; description: string | null; link: string | null; imageUrl: string | null }
export interface Works { portfolio: Work[] }
export const WORKS_MAX = 20;
export const worksOf = (user: string): string => `/api/users/${user}/portfolio`;

export const w = wordsOf(worksEn, worksHi);
