// Paying. With a real provider its own checkout opens; in the sandbox a sheet of ours plays it (ui/sandbox.tsx).
import { signal } from '@preact/signals';
import { ApiError, post } from './api';
import { t } from './i18n';
import { config, me } from './session';
import type { Order, Paid } from './types';

export interface ToPay { razorpayOrderId: string; keyId: string; amount: number; currency: string }
interface Asked extends ToPay { title: string; done: (paid: Paid) => void; fail: (e: ApiError) => void }
/** What the sandbox's sheet is asked to pay just now. */
export const asked = signal<Asked | undefined>(undefined);

/** Razorpay's own checkout; undefined when it cannot be loaded. */
async function provided(): Promise<any | undefined> {
  if ((window as any).Razorpay) return (window as any).Razorpay;
  return await new Promise((done) => {
    const s = document.createElement('script');
    s.src = 'https://checkout.razorpay.com/v1/checkout.js';
    s.onload = () => done((window as any).Razorpay);
    s.onerror = () => done(undefined);
    document.head.append(s);
  });
}

async function pay(what: ToPay, title: string): Promise<Paid> {
  if (config.value?.sandboxPayments) return await new Promise<Paid>((done, fail) => (asked.value = { ...what, title, done, fail })).finally(() => (asked.value = undefined));
  const Razorpay = await provided();
  if (!Razorpay) throw new ApiError(0, 'OFFLINE', t('pay.noCheckout'));
  return await new Promise<Paid>((done, fail) => {
    const sheet = new Razorpay({
      key: what.keyId, order_id: what.razorpayOrderId, amount: what.amount, currency: what.currency, name: config.value?.name, description: title,
      prefill: { name: me.value?.name ?? '', contact: me.value?.phone ?? '', email: me.value?.email ?? '' },
      handler: done, modal: { ondismiss: () => fail(new ApiError(0, 'CLOSED', t('pay.closed'))) },
    });
    sheet.on('payment.failed', (e: any) => fail(new ApiError(400, 'FAILED', e?.error?.description ?? t('pay.failed'))));
    sheet.open();
  });
}

const VERIFY_MS = 1000, VERIFY_MS_MAX = 16000;
/** Pays and has the box verify it, again while the network is gone: the money has left by then. Answers the order as it is then, or null when something else was paid. */
export async function checkout(what: ToPay, title: string): Promise<Order | null> {
  const paid = await pay(what, title);
  for (let wait = VERIFY_MS; ; wait *= 2) {
    try {
      return (await post<{ order: Order | null }>('/api/payments/verify', paid)).order;
    } catch (e) {
      const { status } = e as ApiError;
      if ((status && status < 500) || wait > VERIFY_MS_MAX) throw e;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
