import { post } from '../lib/api';
import { useForm } from '../lib/form';
import { money, moneyRange, number, t } from '../lib/i18n';
import { invalidate } from '../lib/query';
import { config } from '../lib/session';
import type { Gig } from '../lib/types';
import { Button } from '../ui/base';
import { Money, TextArea } from '../ui/fields';
import { Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';

export function Apply({ gig, close }: { gig: Gig; close: () => void }) {
  const form = useForm<{ message: string; amount: number | null }>({ message: '', amount: null }, `apply.${gig.id}`);
  const amount = form.v.amount ?? gig.budgetMax;
  const fee = Math.floor((amount * (config.value?.feeBasisPoints ?? 0)) / 10000);
  const send = async () => {
    if (!form.v.message.trim()) return form.fail({ message: t('apply.messageMissing') });
    const body = { message: form.v.message.trim(), ...(form.v.amount ? { amount: form.v.amount } : {}) };
    if (await form.submit(() => post(`/api/gigs/${gig.id}/applications`, body))) {
      invalidate('/api/applications', `/api/gigs/${gig.id}`);
      toast(t('apply.sent'), 'good');
      close();
    } else invalidate('/api/applications', `/api/gigs/${gig.id}`); // it may be gone, or applied to elsewhere
  };
  return <Dialog title={t('apply.title')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} onClick={() => void send()}>{t('apply.send')}</Button></>}>
    <TextArea label={t('apply.message')} hint={t('apply.messageHint')} rows={5} max={5000} value={form.v.message} on={(v) => form.set('message', v)} error={form.errors.message} />
    <Money label={t('apply.amount')} optional hint={t('apply.amountHint', { range: moneyRange(gig.budgetMin, gig.budgetMax) })} value={form.v.amount} on={(v) => form.set('amount', v)} error={form.errors.amount} />
    <p class="soft" role="status">{t('apply.get', { amount: money(amount - fee), fee: money(fee), percent: number(config.value?.feePercent ?? 0, 2) })}</p>
  </Dialog>;
}
