import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { post } from '../lib/api';
import { ago, money, moneyRange, t, tn } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, put, useGet, usePages } from '../lib/query';
import type { Application, Gig, Order } from '../lib/types';
import { Button, Card, Empty, Failure, Loading, Page, Stars, Status, Trust, Who } from '../ui/base';
import { Select } from '../ui/fields';
import { Confirm } from '../ui/overlay';
import { toast } from '../ui/toast';

type Sort = 'new' | 'price' | 'trust' | 'rating';

/** All who applied, side by side, with what tells them apart. */
export default function Applicants({ id }: { id: string }) {
  const gig = useGet<Gig>(`/api/gigs/${id}`).data;
  const list = usePages<Application>(`/api/gigs/${id}/applications`, 'applications', 100);
  const orders = useGet<{ orders: Order[] }>(list.items.some((a) => a.status === 'accepted') ? '/api/orders?limit=100' : null).data?.orders;
  const made = orders?.find((o) => o.gigId === id);
  const [sort, setSort] = useState<Sort>('new');
  const [accepting, accept] = useState<Application>();
  const [refusing, refuse] = useState<Application>();
  const [busy, setBusy] = useState(false);
  const [, go] = useLocation();
  useTitle(t('applicants.title'));
  const price = (a: Application) => a.amount ?? gig?.budgetMax ?? 0;
  const order: Record<Sort, (a: Application, b: Application) => number> = {
    new: (a, b) => b.createdAt - a.createdAt, price: (a, b) => price(a) - price(b), trust: (a, b) => (b.doer?.trustScore ?? 0) - (a.doer?.trustScore ?? 0), rating: (a, b) => (b.doer?.rating ?? 0) - (a.doer?.rating ?? 0),
  };
  const rank = { pending: 1, accepted: 0, rejected: 2, withdrawn: 3 };
  const rows = [...list.items].sort((a, b) => rank[a.status] - rank[b.status] || order[sort](a, b));
  const act = async (fn: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await fn();
      accept(undefined);
      refuse(undefined);
    } catch (e) {
      toast((e as Error).message, 'bad');
    } finally {
      setBusy(false);
      invalidate(`/api/gigs/${id}`);
    }
  };
  return <Page title={gig?.title ?? t('applicants.title')} back={`/gigs/${id}`}>
    {gig && <p class="soft">{t('applicants.budget', { range: moneyRange(gig.budgetMin, gig.budgetMax) })}</p>}
    {list.error ? <Failure error={list.error} retry={list.reload} /> : !rows.length ? (list.busy ? <Loading /> : <Empty icon="user" title={t('applicants.none')} text={t('applicants.noneText')} />) : <>
      <div class="row between"><h2>{tn('gig.applications', list.total)}</h2>
        <div><Select label={t('sort')} value={sort} on={setSort} options={[['new', t('sort.new')], ['price', t('sort.price')], ['trust', t('sort.trust')], ['rating', t('sort.rating')]]} /></div></div>
      <div class="compare">{rows.map((a) => <Card key={a.id}>
        <div class="row between nowrap"><Who who={a.doer} size={56} />{a.doer && <Trust score={a.doer.trustScore} />}</div>
        <div class="row between"><span class="money big">{money(price(a))}</span>{a.status === 'pending' ? <Stars value={a.doer?.rating ?? 0} /> : <Status of="application" value={a.status} />}</div>
        {!a.amount && <p class="soft small">{t('apply.asBudget')}</p>}
        <p class="prose">{a.message}</p><p class="soft small">{ago(a.createdAt)}</p>
        {a.status === 'pending' && <div class="row"><Button kind="main" onClick={() => accept(a)}>{t('applicants.accept')}</Button>
          <Button kind="quiet" onClick={() => refuse(a)}>{t('applicants.reject')}</Button></div>}
        {a.status === 'accepted' && <Button wide kind="main" href={made ? `/orders/${made.id}` : '/work'}>{t('apply.toOrder')}</Button>}
      </Card>)}</div>
      {list.more && <div class="row center"><Button busy={list.busy} onClick={list.next}>{t('more')}</Button></div>}</>}
    {refusing && <Confirm title={t('applicants.rejectTitle', { name: refusing.doer?.name ?? '' })} text={t('applicants.rejectText')} yes={t('applicants.reject')} danger busy={busy} close={() => refuse(undefined)} on={() => void act(() => post(`/api/applications/${refusing.id}/reject`))} />}
    {accepting && <Confirm title={t('applicants.acceptTitle', { name: accepting.doer?.name ?? '' })} text={t('applicants.acceptText', { amount: money(price(accepting)) })} yes={t('applicants.accept')} busy={busy} close={() => accept(undefined)}
      on={() => void act(async () => {
        const { order: made } = await post<{ order: Order }>(`/api/applications/${accepting.id}/accept`);
        put(`/api/orders/${made.id}`, made);
        invalidate('/api/orders?');
        go(`/orders/${made.id}`);
      })} />}
  </Page>;
}
