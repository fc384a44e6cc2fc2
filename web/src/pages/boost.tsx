import { useState } from 'preact/hooks';
import { post } from '../lib/api';
import { asked, checkout } from '../lib/checkout';
import { money, t, tn } from '../lib/i18n';
import { invalidate } from '../lib/query';
import { config } from '../lib/session';
import type { Gig } from '../lib/types';
import { Button } from '../ui/base';
import { Select } from '../ui/fields';
import { Dialog } from '../ui/overlay';
import { Sandbox } from '../ui/sandbox';
import { toast } from '../ui/toast';

export function Boost({ gig, close }: { gig: Gig; close: () => void }) {
  const [days, setDays] = useState('3');
  const [busy, setBusy] = useState(false);
  const price = config.value?.boostPricePerDay ?? 0;
  const buy = async () => {
    setBusy(true);
    try {
      const answer = await post<Gig & { amount: number; currency: string; razorpayOrderId?: string; keyId?: string }>(`/api/gigs/${gig.id}/boost`, { days: Number(days) });
      if (answer.razorpayOrderId) await checkout({ razorpayOrderId: answer.razorpayOrderId, keyId: answer.keyId!, amount: answer.amount, currency: answer.currency }, gig.title);
      invalidate('/api/gigs', '/api/wallet');
      toast(t('boost.done'), 'good');
      close();
    } catch (e) {
      toast((e as Error).message, 'bad');
    } finally {
      setBusy(false);
    }
  };
  if (asked.value) return <Sandbox />;
  return <Dialog title={t('boost.title')} close={close} actions={<Button kind="main" wide busy={busy} onClick={() => void buy()}>{t('boost.pay', { amount: money(price * Number(days)) })}</Button>}>
    <p>{t('boost.text')}</p>
    <Select label={t('boost.days')} value={days} on={setDays} options={['1', '3', '7', '14', '30'].filter((d) => Number(d) <= (config.value?.boostDaysMax ?? 30)).map((d) => [d, `${tn('days', Number(d))} · ${money(price * Number(d))}`])} />
  </Dialog>;
}
