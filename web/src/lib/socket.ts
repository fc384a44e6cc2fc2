// The event channel: one WebSocket while somebody is signed in, connecting again by itself. Events are hints that something
// changed; what is shown always comes from the box again, so a gap loses nothing.
import { effect, signal } from '@preact/signals';
import { reachable } from './api';
import { me } from './session';

export type Live = 'off' | 'connecting' | 'on';
export const live = signal<Live>('off');

type Handler = (data: any) => void;
const handlers = new Map<string, Set<Handler>>();
let socket: WebSocket | undefined;
let wait = 0;
let timer = 0;

/** Hears an event; 'RESYNC' is ours: the channel is back after a gap. Returns how to stop. */
export function hear(event: string, fn: Handler): () => void {
  if (!handlers.has(event)) handlers.set(event, new Set());
  handlers.get(event)!.add(fn);
  return () => void handlers.get(event)!.delete(fn);
}
const tell = (event: string, data: any) => handlers.get(event)?.forEach((fn) => fn(data));

/** Sends if the channel is there; for things that are worth nothing later. */
export function send(event: string, data: unknown): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ event, data }));
}

function connect(): void {
  clearTimeout(timer);
  if (!me.value || (socket && socket.readyState <= WebSocket.OPEN)) return;
  live.value = 'connecting';
  const s = new WebSocket(location.origin.replace(/^http/, 'ws') + '/ws');
  let known = false;
  socket = s;
  s.onmessage = (m) => {
    const frame = JSON.parse(m.data);
    if (frame.event === 'AUTHENTICATED') {
      known = true;
      live.value = 'on';
      reachable.value = true;
      if (wait) tell('RESYNC', null);
      wait = 0;
    }
    tell(frame.event, frame.data);
  };
  s.onclose = () => {
    if (socket !== s) return;
    socket = undefined;
    live.value = me.value ? 'connecting' : 'off';
    if (!me.value) return;
    wait = Math.min(known ? 500 : Math.max(500, wait * 2), 30000);
    timer = window.setTimeout(connect, wait * (0.5 + Math.random()));
  };
}

function hurry(): void {
  if (!me.value || live.value === 'on') return;
  connect();
}
addEventListener('online', hurry);
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && hurry());

export function startSocket(): void {
  let was: string | undefined;
  effect(() => {
    const now = me.value?.id;
    if (now === was) return;
    was = now;
    if (now) connect();
    else {
      clearTimeout(timer);
      socket?.close();
      socket = undefined;
      live.value = 'off';
    }
  });
}
