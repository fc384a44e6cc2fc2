import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { post } from '../lib/api';
import { asked, checkout } from '../lib/checkout';
import { money, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, put, useLive } from '../lib/query';
import type { Checkout, Order } from '../lib/types';
import { Button, Card, Facts, Failure, Loading, Notice, Page, Who } from '../ui/base';
import { Sandbox } from '../ui/sandbox';
import { useMilestones } from '../ui/milestones';
import { payable } from '../ui/steps';
import { toast } from '../ui/toast';

export default function Pay({ id }: { id: string }) {
  const path = `/api/orders/${id}`;
  const { data: o, error, reload } = useLive<Order>(path);
  const part = useMilestones(id).data?.milestones.find((m) => m.status === 'planned');
  const [busy, setBusy] = useState(false);
  const [failed, fail] = useState('');
  const [, go] = useLocation();
  useTitle(t('pay.title'));
  if (error && !o) return <Failure page error={error} retry={reload} />;
  if (!o) return <Loading cards={1} />;
  const amount = part?.amount ?? o.amount, may = part ? o.status === 'pending_payment' || o.status === 'in_progress' : payable(o);
  const pay = async () => {
    setBusy(true);
    fail('');
    try {
      const order = await checkout(await post<Checkout>('/api/payments/create-order', { orderId: id }), o.title);
      if (order) put(path, order);
      invalidate('/api/orders', '/api/gigs');
      toast(t('pay.done'), 'good');
      go(`/orders/${id}`, { replace: true });
    } catch (e) {
      fail((e as Error).message);
      void reload();
    } finally {
      setBusy(false);
    }
  };
  return <Page title={t('pay.title')} narrow back={`/orders/${id}`}>
    <Card class="stack"><h2>{o.title}</h2>{part && <p>{t('parts.name', { n: part.position })}: {part.title}</p>}<Who who={o.doer} />
      <Facts rows={[[t('order.price'), money(amount)], [t('order.fee'), t('pay.feeIn')]]} />
      <div class="row between"><b>{t('pay.total')}</b><span class="big money">{money(amount)}</span></div>
      {failed && <Notice tone="bad" icon="warn"><span role="alert">{failed}</span></Notice>}
      {may ? <Button kind="main" wide icon="wallet" busy={busy} onClick={() => void pay()}>{t(failed ? 'pay.again' : 'pay.amount', { amount: money(amount) })}</Button>
        : <Notice tone="good" icon="check">{t('pay.already')}</Notice>}
    </Card>
    <Notice tone="brand" icon="shield">{t('escrow.note')}</Notice>
    {asked.value && <Sandbox />}
  </Page>;
}
