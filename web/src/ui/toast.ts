import { signal } from '@preact/signals';

export interface Toast { id: number; text: string; tone: 'good' | 'bad' | 'plain'; href?: string }
export const toasts = signal<Toast[]>([]);
/** Dialogs that are open: they lie above everything else, so messages are shown inside. */
export const dialogs = signal(0);
let next = 1;

export function toast(text: string, tone: Toast['tone'] = 'plain', href?: string): void {
  const id = next++;
  const same = toasts.value.find((x) => x.text === text);
  toasts.value = [...toasts.value.filter((x) => x !== same), { id, text, tone, href: href ?? same?.href }].slice(-3);
  setTimeout(() => dismiss(id), tone === 'bad' ? 8000 : 5000);
}
export const dismiss = (id: number): void => void (toasts.value = toasts.value.filter((x) => x.id !== id));
