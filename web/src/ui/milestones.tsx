// An order in parts, each with its own escrow: planned by the client before anything is paid, paid, handed in and approved one by one.
import { useState } from 'preact/hooks';
import { post } from '../lib/api';
import { useForm } from '../lib/form';
import { money, number, t } from '../lib/i18n';
import { invalidate, put, useLive } from '../lib/query';
import type { Milestone, Order } from '../lib/types';
import { Button, Card, Status } from './base';
import { Input, Money, TextArea } from './fields';
import { Dialog } from './overlay';
import { toast } from './toast';

const PARTS_MAX = 20;
export const useMilestones = (id: string) => useLive<{ milestones: Milestone[] }>(`/api/orders/${id}/milestones`);

export function Milestones({ order: o, client }: { order: Order; client: boolean }) {
  const list = useMilestones(o.id);
  const [ask, setAsk] = useState<{ part: Milestone; verb: 'submit' | 'request-revision' | 'approve' }>();
  const [plan, setPlan] = useState(false);
  const parts = list.data?.milestones ?? [];
  const mayPlan = client && o.status === 'pending_payment' && o.escrowState === 'awaiting_payment';
  const changed = () => invalidate(`/api/orders/${o.id}`, '/api/wallet');
  if (!parts.length && !mayPlan) return null;
  return <Card class="stack"><div class="row between"><h2>{t('parts.title')}</h2>{mayPlan && <Button small onClick={() => setPlan(true)}>{t(parts.length ? 'edit' : 'parts.split')}</Button>}</div>
    {parts.length ? <ol class="rows">{parts.map((m) => <li key={m.id}><span class="tile">{number(m.position)}</span><div class="grow"><h3>{m.title}</h3><div class="row"><span class="money">{money(client ? m.amount : m.doerPayout)}</span><Status of="milestone" value={m.status} /></div>
      {m.message && <p class="prose small">{m.message}</p>}
      <div class="row">{!client && m.status === 'funded' && <Button small kind="main" onClick={() => setAsk({ part: m, verb: 'submit' })}>{t('do.submit')}</Button>}
        {client && m.status === 'submitted' && <><Button small kind="main" onClick={() => setAsk({ part: m, verb: 'approve' })}>{t('order.approve')}</Button><Button small onClick={() => setAsk({ part: m, verb: 'request-revision' })}>{t('order.revision')}</Button></>}</div></div></li>)}</ol>
      : <p class="soft">{t('parts.text')}</p>}
    {ask && <Act {...ask} close={() => setAsk(undefined)} done={() => { setAsk(undefined); changed(); }} />}
    {plan && <Plan o={o} parts={parts} close={() => setPlan(false)} done={(order) => { put(`/api/orders/${o.id}`, order); setPlan(false); changed(); }} />}
  </Card>;
}

function Act({ part, verb, close, done }: { part: Milestone; verb: 'submit' | 'request-revision' | 'approve'; close: () => void; done: () => void }) {
  const form = useForm({ message: '' }, `part.${part.id}.${verb}`);
  const name = t(verb === 'submit' ? 'do.submit' : verb === 'approve' ? 'order.approve' : 'order.revision');
  const send = async () => {
    if (verb !== 'approve' && !form.v.message.trim()) return form.fail({ message: t('required') });
    if (await form.submit(() => post(`/api/milestones/${part.id}/${verb}`, verb === 'approve' ? {} : { message: form.v.message.trim() }))) done();
  };
  return <Dialog title={`${name}: ${part.title}`} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} onClick={() => void send()}>{name}</Button></>}>
    {verb === 'approve' ? <p>{t('parts.approve', { amount: money(part.doerPayout) })}</p> : <TextArea label={t(verb === 'submit' ? 'order.submitText' : 'order.reason')} max={5000} value={form.v.message} on={(v) => form.set('message', v)} error={form.errors.message} />}</Dialog>;
}

function Plan({ o, parts, close, done }: { o: Order; parts: Milestone[]; close: () => void; done: (o: Order) => void }) {
  const half = Math.floor(o.amount / 2);
  const [rows, setRows] = useState<{ title: string; amount: number | null }[]>(parts.length ? parts.map((m) => ({ title: m.title, amount: m.amount })) : [{ title: '', amount: half }, { title: '', amount: o.amount - half }]);
  const [busy, setBusy] = useState(false);
  const set = (i: number, change: Partial<(typeof rows)[number]>) => setRows(rows.map((r, k) => (k === i ? { ...r, ...change } : r)));
  const sum = rows.reduce((s, r) => s + (r.amount ?? 0), 0), good = rows.every((r) => r.title.trim() && r.amount);
  const save = async () => {
    setBusy(true);
    try {
      done(await post<Order>(`/api/orders/${o.id}/milestones`, { milestones: rows.map((r) => ({ title: r.title.trim(), amount: r.amount })) }));
      toast(t('saved'), 'good');
    } catch (e) {
      toast((e as Error).message, 'bad');
    }
    setBusy(false);
  };
  return <Dialog title={t('parts.split')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={busy} disabled={!good} onClick={() => void save()}>{t('save')}</Button></>}>
    {rows.map((r, i) => <div key={i} class="pair"><Input label={t('parts.name', { n: i + 1 })} maxLength={200} value={r.title} on={(title) => set(i, { title })} /><Money label={t('amount')} value={r.amount} on={(amount) => set(i, { amount })} /></div>)}
    <div class="row between"><div class="row">{rows.length < PARTS_MAX && <Button small icon="plus" onClick={() => setRows([...rows, { title: '', amount: null }])}>{t('parts.add')}</Button>}
      {rows.length > 1 && <Button small kind="quiet" onClick={() => setRows(rows.slice(0, -1))}>{t('parts.remove')}</Button>}</div><b class="money" role="status">{t('parts.sum', { amount: money(sum) })}</b></div></Dialog>;
}
