// The service worker: the shell is there without a network; what the API said last is shown until it answers again. Nothing that
// changes something is answered from here.
export {};
declare const SHELL: string[];
declare const VERSION: string;
const worker = self as unknown as ServiceWorkerGlobalScope;
interface ServiceWorkerGlobalScope extends EventTarget {
  skipWaiting(): Promise<void>; clients: { claim(): Promise<void>; matchAll(o: object): Promise<any[]>; openWindow(u: string): Promise<unknown> };
  registration: { showNotification(title: string, o: object): Promise<void> }; addEventListener(type: string, fn: (e: any) => void): void;
}
const shellName = `shell-${VERSION}`;
const seenName = 'seen';
const SEEN_MAX = 120;

worker.addEventListener('install', (e) => e.waitUntil(caches.open(shellName).then((c) => c.addAll(SHELL)).then(() => worker.skipWaiting())));
worker.addEventListener('activate', (e) => e.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== shellName) await caches.delete(name);
  await worker.clients.claim();
})()));

// What may be read again offline: the lists and things one looked at. Never money, sign-in or administration.
const keeps = (path: string) => /^\/api\/(config|categories|gigs|services|orders|users\/me|applications|conversations)/.test(path) || /^\/api\/files\//.test(path);

async function networkFirst(request: Request): Promise<Response> {
  const seen = await caches.open(seenName);
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.status === 200) {
      await seen.put(request, answer.clone());
      const keys = await seen.keys();
      for (const old of keys.slice(0, Math.max(0, keys.length - SEEN_MAX))) await seen.delete(old);
    }
    if (answer.status === 401) await caches.delete(seenName); // somebody else's things are not for the next one
    return answer;
  } catch (e) {
    const kept = await seen.match(request);
    if (kept) return kept;
    throw e;
  }
}

worker.addEventListener('fetch', (e) => {
  const request: Request = e.request;
  const url = new URL(request.url);
  if (request.method === 'POST' && url.pathname === '/api/auth/logout') e.waitUntil(caches.delete(seenName));
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (/^\/(api|docs|openapi|sandbox|healthz|metrics)(\/|$)/.test(url.pathname)) return;
    e.respondWith(fetch(request).catch(async () => (await caches.match('/')) ?? Response.error()));
  } else if (SHELL.includes(url.pathname)) {
    e.respondWith(caches.match(url.pathname).then((hit) => hit ?? fetch(request)));
  } else if (keeps(url.pathname)) {
    e.respondWith(networkFirst(request));
  }
});

worker.addEventListener('push', (e) => {
  const data = e.data?.json?.() ?? {};
  const n = data.notification ?? data;
  e.waitUntil(worker.registration.showNotification(n.title ?? 'gigbox', { body: n.body ?? '', icon: '/icon-192.png', data: data.data ?? data }));
});
worker.addEventListener('notificationclick', (e) => {
  e.notification.close();
  const d = e.notification.data ?? {};
  const to = d.orderId ? `/orders/${d.orderId}` : d.gigId ? `/gigs/${d.gigId}` : '/notifications';
  e.waitUntil(worker.clients.matchAll({ type: 'window' }).then((all) => (all[0] ? all[0].navigate(to).then((c: any) => c?.focus()) : worker.clients.openWindow(to))));
});
