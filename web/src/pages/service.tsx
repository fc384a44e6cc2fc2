import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { patch, post, remove } from '../lib/api';
import { uploading } from '../lib/files';
import { useForm } from '../lib/form';
import { money, number, t, tn, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, put, useGet } from '../lib/query';
import { me } from '../lib/session';
import type { Attachment, Order, Review, Service } from '../lib/types';
import { Button, Card, Facts, Failure, Loading, Notice, Page, Stars, Tag, Who } from '../ui/base';
import { FilePicker, TextArea } from '../ui/fields';
import { Icon } from '../ui/icon';
import { Confirm, Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';
import { Report } from './report';
import { Reviews } from '../ui/reviews';

export default function ServicePage({ id }: { id: string }) {
  const path = `/api/services/${id}`;
  const { data: s, error, reload } = useGet<Service>(path);
  const reviews = useGet<{ reviews: Review[] }>(s ? `/api/users/${s.doerId}/reviews?limit=5` : null).data;
  const [dialog, setDialog] = useState<'' | 'order' | 'delete' | 'report'>('');
  const form = useForm<{ message: string; attachments: Attachment[] }>({ message: '', attachments: [] }, `order.${id}`);
  const [, go] = useLocation();
  useTitle(s?.title);
  if (error && !s) return <Failure page error={error} retry={reload} />;
  if (!s) return <Loading cards={2} />;
  const mine = s.doerId === me.value?.id;
  const order = async () => {
    let made: Order | undefined;
    if (await form.submit(async () => (made = await post<Order>(`${path}/order`, { message: form.v.message.trim(), attachments: form.v.attachments.map((a) => a.id) })))) {
      put(`/api/orders/${made!.id}`, made);
      invalidate('/api/orders?');
      go(`/orders/${made!.id}`);
    }
  };
  return <Page title={s.title} back="/services"><div class="two">
    <div class="stack">
      <Card class="svc">{s.images.length > 0 && <div class="pic"><img src={s.images[0].url} alt="" /></div>}
        <div class="in stack"><div class="row"><Link href={`/services?category=${s.category}`}>{word('category', s.category)}</Link>{!s.isActive && <Tag>{t('service.paused')}</Tag>}</div>
          <p class="prose">{s.description}</p>
          {s.features.length > 0 && <ul class="stack tight">{s.features.map((f) => <li key={f} class="row nowrap"><Icon name="check" size={18} />{f}</li>)}</ul>}
          {s.skills.length > 0 && <div class="tags">{s.skills.map((x) => <span key={x} class="tag plain">{x}</span>)}</div>}
          {s.images.length > 1 && <div class="scroller" tabIndex={0} role="group" aria-label={t('offer.pictures')}>{s.images.slice(1).map((i) => <img key={i.id} src={i.url} alt="" loading="lazy" />)}</div>}</div></Card>
      <Card class="stack"><Who who={s.doer} size={56} /><div class="row between"><Stars value={s.rating} count={s.reviewsCount} />{me.value && !mine && <Button small kind="quiet" icon="flag" onClick={() => setDialog('report')}>{t('report')}</Button>}</div></Card>
      {reviews && reviews.reviews.length > 0 && <section class="stack"><h2>{t('reviews')}</h2><Reviews rows={reviews.reviews} /></section>}
    </div>
    <aside class="stack"><Card class="stack"><div class="big money">{money(s.price)}</div>
      <Facts rows={[...(s.deliveryTime ? [[t('offer.delivery'), tn('days', s.deliveryTime)] as [string, string]] : []), [t('offer.revisions'), s.revisions < 0 ? t('offer.unlimited') : number(s.revisions)], [t('service.done'), number(s.ordersCount)]]} />
      {mine ? <><Button wide kind="main" icon="edit" href={`/services/${id}/edit`}>{t('edit')}</Button>
        <Button wide onClick={() => void patch<Service>(path, { isActive: !s.isActive }).then((x) => { put(path, x); invalidate('/api/services?', '/api/services/my'); }, (e) => toast(e.message, 'bad'))}>{t(s.isActive ? 'service.pause' : 'service.resume')}</Button>
        <Button wide kind="danger" icon="trash" onClick={() => setDialog('delete')}>{t('delete')}</Button></>
        : <Button wide kind="main" disabled={!s.isActive} onClick={() => (me.value ? setDialog('order') : go(`/sign-in?to=/services/${id}`))}>{t('service.order')}</Button>}
    </Card><Notice tone="brand" icon="shield">{t('escrow.note')}</Notice></aside></div>
    {dialog === 'order' && <Dialog title={t('service.order')} close={() => setDialog('')} actions={<><Button onClick={() => setDialog('')}>{t('cancel')}</Button><Button kind="main" busy={form.busy || uploading.value > 0} onClick={() => void order()}>{t('service.orderFor', { amount: money(s.price) })}</Button></>}>
      <TextArea label={t('service.brief')} hint={t('service.briefHint')} max={5000} value={form.v.message} on={(v) => form.set('message', v)} error={form.errors.message} />
      <FilePicker label={t('files')} value={form.v.attachments} on={(v) => form.set('attachments', v)} /></Dialog>}
    {dialog === 'report' && <Report type="service" id={id} close={() => setDialog('')} />}
    {dialog === 'delete' && <Confirm title={t('service.delete')} text={t('service.deleteText')} yes={t('delete')} danger close={() => setDialog('')}
      on={() => void remove(path).then(() => { invalidate('/api/services'); go('/work/services', { replace: true }); }, (e) => toast(e.message, 'bad'))} />}
  </Page>;
}
