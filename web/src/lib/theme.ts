import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const kept = localStorage.getItem('theme');
export const theme = signal<Theme>(kept === 'light' || kept === 'dark' ? kept : 'system');

effect(() => {
  const t = theme.value;
  if (t === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset.theme = t;
  localStorage.setItem('theme', t);
});
