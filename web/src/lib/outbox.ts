// Messages that are under way: kept in this browser until the box has them, sent again when it can be reached.
import { effect, signal } from '@preact/signals';
import { ApiError, get, post, reachable } from './api';
import { me } from './session';
import { live } from './socket';
import type { Attachment, Message } from './types';

export interface Waiting { key: string; user: string; chat: string; text: string; attachments: Attachment[]; at: number; failed?: string; tried?: boolean }
const KEY = 'outbox';
export const waiting = signal<Waiting[]>(JSON.parse(localStorage.getItem(KEY) ?? '[]'));
const keep = (rows: Waiting[]) => {
  waiting.value = rows;
  localStorage.setItem(KEY, JSON.stringify(rows));
};

const listeners = new Set<(m: Message, key: string) => void>();
export const onSent = (fn: (m: Message, key: string) => void) => {
  listeners.add(fn);
  return () => void listeners.delete(fn);
};

export function say(chat: string, text: string, attachments: Attachment[]): void {
  keep([...waiting.value, { key: `${Date.now()}-${Math.random().toString(36).slice(2)}`, user: me.value!.id, chat, text, attachments, at: Date.now() }]);
  void flush();
}
export function again(key: string): void {
  keep(waiting.value.map((w) => (w.key === key ? { ...w, failed: undefined } : w)));
  void flush();
}
export const drop = (key: string): void => keep(waiting.value.filter((w) => w.key !== key));

let running = false;
export async function flush(): Promise<void> {
  if (running || !me.value) return;
  running = true;
  try {
    for (;;) {
      const next = waiting.value.find((w) => !w.failed && w.user === me.value?.id);
      if (!next) break;
      try {
        // An answer may have been lost although the message arrived: then it is there already.
        const before = next.tried ? (await get<{ messages: Message[] }>(`/api/conversations/${next.chat}/messages?limit=20`)).messages
          .find((m) => m.senderId === me.value!.id && m.text === next.text && m.createdAt >= next.at - 120000 && m.attachments.length === next.attachments.length) : undefined;
        if (!before) keep(waiting.value.map((w) => (w.key === next.key ? { ...w, tried: true } : w)));
        const sent = before ?? await post<Message>(`/api/conversations/${next.chat}/messages`, { text: next.text, attachments: next.attachments.map((a) => a.id) });
        drop(next.key);
        listeners.forEach((fn) => fn(sent, next.key));
      } catch (e) {
        const error = e as ApiError;
        if (error.status === 0 || error.status >= 500) break; // later
        if (error.status === 429) {
          setTimeout(() => void flush(), 10000);
          break;
        }
        keep(waiting.value.map((w) => (w.key === next.key ? { ...w, failed: error.message } : w)));
      }
    }
  } finally {
    running = false;
  }
}

/** Tries again whenever there is hope. */
export function startOutbox(): void {
  effect(() => {
    if (reachable.value && me.value && live.value === 'on' && waiting.peek().length) void flush();
  });
}
