// Push messages to this browser, where it and the connection allow them.
import { post, remove } from './api';
import { t } from './i18n';
import { config } from './session';

export type PushState = 'unknown' | 'insecure' | 'none' | 'denied' | 'off' | 'on';
const KEY = 'push-device';

const worker = () => navigator.serviceWorker.ready;

export async function pushState(): Promise<PushState> {
  if (!isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator) || !('PushManager' in window) || !config.value?.vapidPublicKey) return 'none';
  if (Notification.permission === 'denied') return 'denied';
  return (await (await worker()).pushManager.getSubscription()) && localStorage.getItem(KEY) ? 'on' : 'off';
}

export async function pushOn(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = Uint8Array.from(atob(config.value!.vapidPublicKey!.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const subscription = await (await worker()).pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch(() => {
    throw new Error(t('alerts.noPush'));
  });
  const device = await post<{ id: string }>('/api/devices', { platform: 'web', subscription: subscription.toJSON() });
  localStorage.setItem(KEY, device.id);
  return 'on';
}

export async function pushOff(): Promise<PushState> {
  const id = localStorage.getItem(KEY);
  localStorage.removeItem(KEY);
  await (await (await worker()).pushManager.getSubscription())?.unsubscribe();
  if (id) await remove(`/api/devices/${id}`).catch(() => {});
  return 'off';
}
