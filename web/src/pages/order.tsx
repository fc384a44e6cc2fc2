import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { post } from '../lib/api';
import { uploading } from '../lib/files';
import { dropDraft, useForm } from '../lib/form';
import { date, dateTime, money, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, put, useGet, useLive } from '../lib/query';
import { config, me } from '../lib/session';
import type { Attachment, Order, Review } from '../lib/types';
import { Button, Card, Facts, Failure, Files, Loading, Notice, Page, Status, Timeline, Who } from '../ui/base';
import { FilePicker, TextArea, Words } from '../ui/fields';
import { Icon } from '../ui/icon';
import { Confirm, Dialog } from '../ui/overlay';
import { Rate, Reviews } from '../ui/reviews';
import { Milestones, useMilestones } from '../ui/milestones';
import { nextStep, payable } from '../ui/steps';
import { toast } from '../ui/toast';

type Ask = '' | 'submit' | 'request-revision' | 'approve' | 'cancel' | 'dispute' | 'review' | 'decline';

export default function OrderPage({ id }: { id: string }) {
  const path = `/api/orders/${id}`;
  const { data: o, error, reload } = useLive<Order>(path);
  const over = o?.status === 'completed' || o?.status === 'cancelled';
  const reviews = useGet<{ reviews: Review[] }>(over ? `${path}/review` : null);
  const parts = useMilestones(id).data?.milestones ?? [], part = parts.find((m) => m.status === 'planned');
  const [ask, setAsk] = useState<Ask>('');
  const [busy, setBusy] = useState(false);
  useTitle(o?.title);
  if (error && !o) return <Failure page error={error} retry={reload} />;
  if (!o) return <Loading cards={2} />;
  const who = me.value!.id, client = o.clientId === who, other = client ? o.doer : o.client;
  const step = nextStep(o, who);
  const reviewed = reviews.data?.reviews.some((r) => r.reviewerId === who);
  const can = (a: Order['actions'][number]) => o.actions.includes(a);
  const act = async (verb: string, body: unknown, said: string, draft = '') => {
    setBusy(true);
    try {
      put(path, await post<Order>(`${path}/${verb}`, body));
      invalidate('/api/orders?', '/api/wallet');
      toast(said, 'good');
      setAsk('');
      dropDraft(draft);
    } catch (e) {
      toast((e as Error).message, 'bad');
      void reload();
    } finally {
      setBusy(false);
    }
  };
  return <Page title={o.title} back="/work"><div class="two"><div class="stack">
    <Card class={`next${step.mine ? '' : ' quiet'}`}>
      <div class="row between"><h2>{step.mine ? t('home.yourTurn') : t('next.title')}</h2><Status of="order" value={o.status} /></div>
      <p>{step.text}</p>
      {o.status === 'submitted' && o.escrowState === 'funded' && !parts.length && o.submittedAt && config.value?.autoApproveIn && <p class="soft small">{t('next.byItself', { date: dateTime(o.submittedAt + config.value.autoApproveIn * 1000) })}</p>}
      {o.status === 'disputed' && o.disputeReason && <p class="prose soft">„{o.disputeReason}“</p>}
      {o.status === 'cancelled' && o.cancelReason && <p class="prose soft">„{o.cancelReason}“</p>}
      <div class="row">
        {client && (payable(o) || part) && !over && <Button kind="main" icon="wallet" href={`/orders/${id}/pay`}>{part ? t('parts.pay', { n: part.position, amount: money(part.amount) }) : t('pay.amount', { amount: money(o.amount) })}</Button>}
        {can('accept') && <Button kind="main" busy={busy} onClick={() => void act('accept', {}, t('order.accepted'))}>{t('do.accept')}</Button>}
        {can('decline') && <Button onClick={() => setAsk('decline')}>{t('order.decline')}</Button>}
        {can('submit') && !parts.length && <Button kind="main" icon="send" onClick={() => setAsk('submit')}>{t('do.submit')}</Button>}
        {can('approve') && !parts.length && <Button kind="main" icon="check" onClick={() => setAsk('approve')}>{t('order.approve')}</Button>}
        {can('request-revision') && <Button onClick={() => setAsk('request-revision')}>{t('order.revision')}</Button>}
        {o.status === 'completed' && reviews.data && !reviewed && <Button kind="main" icon="star" onClick={() => setAsk('review')}>{t('review.title')}</Button>}
        <Button icon="chat" href={`/chats/order/${id}`}>{t('order.chat')}</Button>
      </div>
      {!client && o.escrowState === 'awaiting_payment' && o.status === 'in_progress' && <Notice tone="wait" icon="warn">{t('order.unpaid')}</Notice>}
      {!client && !over && !parts.length && o.escrowState === 'funded' && o.escrowAmount < o.amount && <Notice tone="wait" icon="warn">{t('order.short', { held: money(o.escrowAmount), amount: money(o.amount) })}</Notice>}
    </Card>
    {o.requirements && <Card class="stack"><h2>{t('service.brief')}</h2><p class="prose">{o.requirements}</p><Files files={o.attachments} /></Card>}
    <Milestones order={o} client={client} />
    <Card class="stack"><h2>{t('order.progress')}</h2><Timeline rows={history(o)} /></Card>
    {reviews.data && reviews.data.reviews.length > 0 && <section class="stack"><h2>{t('reviews')}</h2><Reviews rows={reviews.data.reviews} /></section>}
  </div><aside class="stack">
    <Card class="stack"><div class="soft small">{t(client ? 'order.youPay' : 'order.youGet')}</div><div class="big money">{money(client ? o.amount : o.doerPayout)}</div>
      <Facts rows={[[t('order.price'), money(o.amount)], [t('order.fee'), money(o.platformFee)], [t('order.payout'), money(o.doerPayout)], ...(o.refundedAmount ? [[t('order.refunded'), money(o.refundedAmount)] as [string, string]] : []), [t('order.money'), o.escrowState === 'funded' ? `${t('escrow.funded')}: ${money(o.escrowAmount)}` : t(`escrow.${o.escrowState}`)], ...(o.dueAt ? [[t('gig.deadline'), date(o.dueAt)] as [string, string]] : [])]} /></Card>
    <Card class="stack"><div class="soft small">{t(client ? 'order.doer' : 'order.client')}</div><Who who={other} />
      {o.gigId && <Link href={`/gigs/${o.gigId}`}>{t('order.toGig')}</Link>}{o.serviceId && <Link href={`/services/${o.serviceId}`}>{t('order.toService')}</Link>}</Card>
    {(can('cancel') || can('dispute')) && <Card class="menu">
      {can('dispute') && <button type="button" onClick={() => setAsk('dispute')}><Icon name="flag" />{t('order.dispute')}</button>}
      {can('cancel') && <button type="button" onClick={() => setAsk('cancel')}><Icon name="close" />{t('order.cancel')}</button>}</Card>}
    {!over && <Notice tone="brand" icon="shield">{t('escrow.note')}</Notice>}
  </aside></div>
  {ask === 'submit' && <Submit close={() => setAsk('')} busy={busy} id={id} on={(body) => act('submit', body, t('order.submitted'), `submit.${id}`)} />}
  {ask === 'approve' && <Confirm title={t('order.approve')} text={t(o.escrowState === 'funded' ? 'order.approveText' : 'order.approveUnpaid', { amount: money(o.doerPayout), name: o.doer?.name ?? '' })} yes={t('order.approve')} busy={busy} close={() => setAsk('')} on={() => void act('approve', {}, t('order.approved'))} />}
  {(ask === 'request-revision' || ask === 'cancel' || ask === 'dispute') && <Say kind={ask} draft={`${ask}.${id}`} busy={busy} close={() => setAsk('')} on={(text) => act(ask, ask === 'request-revision' ? { message: text } : { reason: text }, t(`order.said.${ask}`), `${ask}.${id}`)} />}
  {ask === 'decline' && <Confirm title={t('order.decline')} text={t('order.declineText')} yes={t('order.decline')} danger busy={busy} close={() => setAsk('')} on={() => void act('decline', {}, t('order.declined'))} />}
  {ask === 'review' && <ReviewDialog id={id} name={other?.name ?? ''} close={() => setAsk('')} done={() => { setAsk(''); void reviews.reload(); }} />}
  </Page>;
}

/** The order's life as far as it is known, and what is still to come. */
function history(o: Order): Parameters<typeof Timeline>[0]['rows'] {
  const funded = o.escrowState !== 'awaiting_payment';
  const rows: Parameters<typeof Timeline>[0]['rows'] = [{ label: t('line.made'), at: o.createdAt, state: 'done' }];
  const dead = o.status === 'cancelled';
  const add = (label: string, at: number | undefined, done: boolean, now: boolean, text?: any) => (done || !dead) && rows.push({ label, at: done ? at : undefined, state: done ? 'done' : now ? 'now' : 'todo', text });
  add(t('line.paid'), o.startedAt, funded, o.status === 'pending_payment');
  add(t('line.started'), o.startedAt, !!o.startedAt, funded && !o.startedAt);
  const events = [
    ...o.deliverables.map((d) => ({ at: d.submittedAt, label: t('line.submitted'), text: <><p class="prose">{d.message}</p><Files files={d.attachments} />{d.urls.map((u) => <div key={u}><a href={/^https?:/.test(u) ? u : undefined} target="_blank" rel="noreferrer">{u}</a></div>)}</> })),
    ...o.revisionRequests.map((r) => ({ at: r.requestedAt, label: t('line.revision'), text: <p class="prose">{r.message}</p> })),
  ].sort((a, b) => a.at - b.at);
  for (const e of events) rows.push({ ...e, state: 'done' });
  const working = o.status === 'in_progress';
  if (!events.length || working) add(t(events.length ? 'line.again' : 'line.submitted'), undefined, false, working);
  if (o.disputedAt) rows.push({ label: t('line.disputed'), at: o.disputedAt, state: o.status === 'disputed' ? 'now' : 'done', text: o.disputeReason });
  add(t('line.approved'), o.approvedAt ?? o.completedAt, !!o.approvedAt || o.status === 'completed', o.status === 'submitted');
  add(t('line.released'), o.completedAt, o.status === 'completed', o.status === 'approved');
  if (dead) rows.push({ label: t('line.cancelled'), at: o.cancelledAt, state: 'bad', text: o.refundedAmount ? t('line.refunded', { amount: money(o.refundedAmount) }) : undefined });
  return rows;
}

function Submit({ id, close, busy, on }: { id: string; close: () => void; busy: boolean; on: (body: unknown) => void }) {
  const form = useForm<{ message: string; attachments: Attachment[]; urls: string[] }>({ message: '', attachments: [], urls: [] }, `submit.${id}`);
  const { v, set } = form;
  return <Dialog title={t('do.submit')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button>
    <Button kind="main" busy={busy || uploading.value > 0} onClick={() => (v.message.trim() || v.attachments.length || v.urls.length ? on({ message: v.message.trim(), attachments: v.attachments.map((a) => a.id), urls: v.urls }) : form.fail({ message: t('order.submitMissing') }))}>{t('do.submit')}</Button></>}>
    <TextArea label={t('order.submitText')} max={5000} value={v.message} on={(x) => set('message', x)} error={form.errors.message} />
    <FilePicker label={t('files')} value={v.attachments} on={(x) => set('attachments', x)} />
    <Words label={t('order.links')} optional value={v.urls} on={(x) => set('urls', x)} max={10} /></Dialog>;
}

function Say({ kind, draft, busy, close, on }: { kind: 'request-revision' | 'cancel' | 'dispute'; draft: string; busy: boolean; close: () => void; on: (text: string) => void }) {
  const form = useForm({ text: '' }, draft);
  return <Dialog title={t(kind === 'request-revision' ? 'order.revision' : `order.${kind}`)} close={close} actions={<><Button onClick={close}>{t('back')}</Button>
    <Button kind={kind === 'request-revision' ? 'main' : 'danger'} busy={busy} onClick={() => (form.v.text.trim() ? on(form.v.text.trim()) : form.fail({ text: t('required') }))}>{t(kind === 'request-revision' ? 'order.revisionSend' : `order.${kind}`)}</Button></>}>
    <p>{t(`order.about.${kind}`)}</p><TextArea label={t('order.reason')} max={5000} value={form.v.text} on={(x) => form.set('text', x)} error={form.errors.text} /></Dialog>;
}

function ReviewDialog({ id, name, close, done }: { id: string; name: string; close: () => void; done: () => void }) {
  const form = useForm({ rating: 0, comment: '' }, `review.${id}`);
  const send = async () => {
    if (!form.v.rating) return toast(t('review.starsMissing'), 'bad');
    if (await form.submit(() => post(`/api/orders/${id}/review`, { rating: form.v.rating, comment: form.v.comment.trim() }))) {
      toast(t('review.done'), 'good');
      done();
    }
  };
  return <Dialog title={t('review.of', { name })} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} onClick={() => void send()}>{t('review.send')}</Button></>}>
    <Rate value={form.v.rating} on={(n) => form.set('rating', n)} />
    <TextArea label={t('review.comment')} max={2000} value={form.v.comment} on={(v) => form.set('comment', v)} error={form.errors.comment} />
    <p class="soft small">{t('review.note')}</p></Dialog>;
}
