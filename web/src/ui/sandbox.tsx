// The sandbox's checkout: stands where the provider's would open. No real money moves.
import { useState } from 'preact/hooks';
import { ApiError, post } from '../lib/api';
import { asked } from '../lib/checkout';
import { money, t } from '../lib/i18n';
import type { Paid } from '../lib/types';
import { Button, Notice } from './base';
import { Choice } from './fields';
import { Dialog } from './overlay';

export function Sandbox() {
  const want = asked.value!;
  const [method, setMethod] = useState<'upi' | 'card' | 'netbanking'>('upi');
  const [busy, setBusy] = useState(false);
  const pay = async (fail: boolean) => {
    setBusy(true);
    try {
      const answer = await post<Paid & { error?: { description: string } }>('/sandbox/razorpay/pay', { order_id: want.razorpayOrderId, method, ...(fail ? { fail } : {}) });
      if (answer.error) want.fail(new ApiError(400, 'FAILED', t('pay.failed')));
      else want.done(answer);
    } catch (e) {
      want.fail((e as ApiError).status === 404 ? new ApiError(404, 'SANDBOX', t('pay.sandboxFar')) : (e as ApiError));
    }
  };
  return <Dialog title={t('pay.sandbox')} close={() => want.fail(new ApiError(0, 'CLOSED', t('pay.closed')))}>
    <Notice tone="wait" icon="info">{t('pay.sandboxText')}</Notice>
    <div class="row between"><span>{want.title}</span><span class="big money">{money(want.amount)}</span></div>
    <Choice label={t('pay.method')} value={method} on={setMethod} options={(['upi', 'card', 'netbanking'] as const).map((m) => ({ value: m, text: t(`pay.${m}`) }))} />
    <Button kind="main" wide busy={busy} onClick={() => void pay(false)}>{t('pay.now', { amount: money(want.amount) })}</Button>
    <Button kind="quiet" wide onClick={() => void pay(true)}>{t('pay.sandboxFail')}</Button>
  </Dialog>;
}
