import { signal } from '@preact/signals';

export interface Toast { id: number; text: string; tone: 'good' | 'bad' | 'plain'; href?: string }
export const toasts = signal<Toast[]>([]);
let next = 1;

export function toast(text: string, tone: Toast['tone'] = 'plain', href?: string): void {
  const id = next++;
  toasts.value = [...toasts.value.filter((x) => x.text !== text), { id, text, tone, href }].slice(-3);
  setTimeout(() => dismiss(id), tone === 'bad' ? 8000 : 5000);
}
export const dismiss = (id: number): void => void (toasts.value = toasts.value.filter((x) => x.id !== id));
