import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { a, type AdminOrder } from '../../lib/admin';
import { post } from '../../lib/api';
import { useForm } from '../../lib/form';
import { ago, dateTime, money, t } from '../../lib/i18n';
import { invalidate, useGet, usePages } from '../../lib/query';
import type { Order } from '../../lib/types';
import { Avatar, Button, Card, Facts, Failure, Files, Loading, Notice, Status, Who } from '../../ui/base';
import { Choice, Money, TextArea } from '../../ui/fields';
import { Confirm } from '../../ui/overlay';
import { toast } from '../../ui/toast';
import { Listed } from './parts';

export function Disputes() {
  const list = usePages<Order>('/api/admin/disputes', 'orders');
  return <Listed list={list} row={(o) => <Card key={o.id} href={`/admin/disputes/${o.id}`}><div class="stack tight"><div class="row between nowrap"><h2 class="cut">{o.title}</h2><span class="money">{money(o.amount)}</span></div>
    <p class="soft small">{o.client?.name} → {o.doer?.name} · {ago(o.disputedAt ?? o.updatedAt)}</p><p class="cut2">{o.disputeReason}</p></div></Card>} />;
}

/** The whole history beside the decision. */
export function AdminDispute({ id }: { id: string }) {
  const { data, error, reload } = useGet<AdminOrder>(`/api/admin/orders/${id}`);
  const form = useForm<{ outcome: 'release' | 'refund' | 'split'; toDoer: number | null; note: string }>({ outcome: 'release', toDoer: null, note: '' });
  const [, go] = useLocation();
  const [open, setOpen] = useState<'chat' | 'ledger'>('chat');
  if (error && !data) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  const o = data.order, name = (who: string) => (who === o.clientId ? o.client : o.doer)?.name ?? '?';
  const [sure, ask] = useState(false);
  const decide = () => {
    const { outcome, toDoer } = form.v;
    if (outcome === 'split' && (toDoer === null || toDoer > data.escrowHeld)) return form.fail({ toDoer: t('wallet.tooMuch', { amount: money(data.escrowHeld) }) });
    ask(true);
  };
  const settle = async () => {
    const { outcome, toDoer, note } = form.v;
    if (await form.submit(() => post(`/api/admin/orders/${id}/settle`, { outcome, note, ...(outcome === 'split' ? { toDoer } : {}) }))) {
      invalidate('/api/admin');
      toast(a('done'), 'good');
      go('/admin/disputes');
    } else ask(false);
  };
  return <div class="two"><div class="stack">
    <Card class="stack"><div class="row between"><h2>{o.title}</h2><Status of="order" value={o.status} /></div>
      <Notice tone="bad" icon="flag"><b>{data.disputedBy ? name(data.disputedBy) : ''}</b>: {o.disputeReason}</Notice>
      <div class="row between"><Who who={o.client} size={40}>{t('order.client')}</Who><Who who={o.doer} size={40}>{t('order.doer')}</Who></div>
      {o.requirements && <p class="prose">{o.requirements}</p>}<Files files={o.attachments} />
      {o.gigId && <Link href={`/gigs/${o.gigId}`}>{t('order.toGig')}</Link>}</Card>
    <Card class="stack"><h2>{a('work')}</h2>{o.deliverables.map((d) => <div key={d.submittedAt} class="stack tight"><span class="soft small">{dateTime(d.submittedAt)}</span><p class="prose">{d.message}</p><Files files={d.attachments} /></div>)}
      {o.revisionRequests.map((r) => <p key={r.requestedAt}><span class="soft small">{dateTime(r.requestedAt)} · {t('line.revision')}</span><br />{r.message}</p>)}{!o.deliverables.length && <p class="soft">{a('none')}</p>}</Card>
    <Card class="stack"><div class="row">{(['chat', 'ledger'] as const).map((x) => <button key={x} type="button" class={`chip ${open === x ? 'on' : ''}`} aria-pressed={open === x} onClick={() => setOpen(x)}>{a(x)}</button>)}</div>
      {open === 'chat' ? (data.messages.length ? <ul class="rows">{data.messages.map((m) => <li key={m.id}><Avatar who={m.senderId === o.clientId ? o.client : o.doer} size={32} /><div class="grow"><b>{name(m.senderId)}</b> <span class="soft small">{dateTime(m.createdAt)}</span><p class="prose">{m.text}</p><Files files={m.attachments} /></div></li>)}</ul> : <p class="soft">{a('noMessages')}</p>)
        : <ul class="rows">{data.transfers.map((x) => <li key={x.id}><div class="grow"><b>{x.cause.replace(/_/g, ' ')}</b><div class="soft small">{dateTime(x.at)}</div></div><ul class="small">{x.postings.map((p, i) => <li key={i} class="row between nowrap"><span class="soft">{String(p.account).replace(/_/g, ' ')}</span><span class="money">{money(p.amount)}</span></li>)}</ul></li>)}</ul>}</Card>
  </div><aside class="stack">
    <Card class="stack"><Facts rows={[[t('order.price'), money(o.amount)], [t('escrow.funded'), money(data.escrowHeld)], ...data.payments.map((p): [string, string] => [`${p.provider} · ${p.status}`, money(p.amount)])]} />
      {o.status === 'disputed' ? <><p>{a('settleText', { amount: money(data.escrowHeld) })}</p>
        <Choice label={a('outcome')} value={form.v.outcome} on={(v) => form.set('outcome', v)} options={(['release', 'refund', 'split'] as const).map((v) => ({ value: v, text: a(v) }))} />
        {form.v.outcome === 'split' && <Money label={a('toDoer')} value={form.v.toDoer} on={(v) => form.set('toDoer', v)} error={form.errors.toDoer} />}
        <TextArea label={a('note')} max={5000} value={form.v.note} on={(v) => form.set('note', v)} error={form.errors.note} />
        <Button kind="main" wide busy={form.busy} onClick={decide}>{a('settle')}</Button>
        {sure && <Confirm title={a(form.v.outcome)} text={`${form.v.outcome === 'split' ? `${a('toDoer')}: ${money(form.v.toDoer ?? 0)}. ` : ''}${a('settleText', { amount: money(data.escrowHeld) })}`} yes={a('settle')} busy={form.busy} close={() => ask(false)} on={() => void settle()} />}</> : data.settleNote && <p class="prose">{data.settleNote}</p>}</Card>
    {data.audit.length > 0 && <Card class="stack"><h2>{a('history')}</h2><ul class="rows small">{data.audit.map((e) => <li key={e.number}>{dateTime(e.at)} · {e.actor?.name ?? a('box')} · {e.act} {e.detail}</li>)}</ul></Card>}
  </aside></div>;
}
