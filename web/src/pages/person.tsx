import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { post, remove } from '../lib/api';
import { ago, date, money, number, t, tn, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, useGet, usePages } from '../lib/query';
import { me } from '../lib/session';
import { worksOf, type Works } from '../lib/works';
import type { Block, Buddy, Review, Service, User } from '../lib/types';
import { Avatar, Button, Card, Empty, Facts, Failure, Loading, Notice, Stars, Tag, Trust } from '../ui/base';
import { ServiceCard } from '../ui/cards';
import { Portfolio } from '../ui/gallery';
import { Icon } from '../ui/icon';
import { TextArea } from '../ui/fields';
import { Confirm, Dialog } from '../ui/overlay';
import { Reviews } from '../ui/reviews';
import { toast } from '../ui/toast';
import { Report } from './report';

export default function PersonPage({ id }: { id: string }) {
  const { data: u, error, reload } = useGet<User>(`/api/users/${id}`);
  const reviews = usePages<Review>(`/api/users/${id}/reviews`, 'reviews', 10);
  const services = useGet<{ services: Service[] }>(`/api/services?doerId=${id}&limit=6`).data;
  const works = useGet<Works>(worksOf(id)).data;
  const blocks = useGet<{ blocks: Block[] }>(me.value && me.value.id !== id ? '/api/blocks?limit=100' : null);
  const buddies = useGet<{ buddies: Buddy[] }>(me.value && me.value.id !== id ? '/api/buddies?limit=100' : null);
  const [dialog, setDialog] = useState<'' | 'block' | 'report' | 'buddy'>('');
  const [notes, setNotes] = useState('');
  useTitle(u?.name ?? undefined);
  if (error && !u) return <Failure page error={error} retry={reload} />;
  if (!u) return <Loading cards={2} />;
  const blocked = !!blocks.data?.blocks.some((b) => b.user.id === id);
  const mine = me.value?.id === id;
  const buddy = buddies.data?.buddies.find((b) => b.user?.id === id);
  const keep = async () => {
    try {
      await (buddy ? remove(`/api/buddies/${buddy.id}`) : post('/api/buddies', { userId: id, ...(notes.trim() ? { notes: notes.trim() } : {}) }));
      await buddies.reload();
      invalidate('/api/buddies');
      toast(t(buddy ? 'buddies.removed' : 'buddies.added'), 'good');
      setDialog('');
      setNotes('');
    } catch (e) {
      toast((e as Error).message, 'bad');
    }
  };
  const block = async (on: boolean) => {
    try {
      await (on ? post(`/api/users/${id}/block`) : remove(`/api/users/${id}/block`));
      await blocks.reload();
      invalidate('/api/orders', '/api/gigs');
      setDialog('');
    } catch (e) {
      toast((e as Error).message, 'bad');
    }
  };
  return <div class="page"><div class="two"><div class="stack">
    <Card class="stack"><div class="row nowrap"><Avatar who={u} size={88} /><div class="grow stack tight"><h1 tabIndex={-1}>{u.name || t('person.unnamed')}</h1>
      <p class="soft">{[u.course, u.university, u.place].filter(Boolean).join(' · ')}</p>
      <div class="row"><Stars value={u.rating} count={u.reviewsCount} />{u.idVerified && <Tag tone="good" icon="shield">{t('person.verified')}</Tag>}{!u.available && <Tag>{t('person.away')}</Tag>}</div></div></div>
      {blocked && <Notice tone="wait" icon="flag">{t('block.blocked')}</Notice>}
      {u.bio && <p class="prose">{u.bio}</p>}
      {u.skills.length > 0 && <div class="tags">{u.skills.map((s) => <Link key={s} class="tag plain" href={`/gigs?skills=${encodeURIComponent(s)}`}>{s}</Link>)}</div>}
      {u.portfolioUrls?.length ? <ul class="stack tight" aria-label={t('profile.portfolio')}>{u.portfolioUrls.map((x) => <li key={x} class="row nowrap"><Icon name="globe" size={18} /><a class="cut" href={/^https?:\/\//.test(x) ? x : undefined} target="_blank" rel="noreferrer ugc">{x.replace(/^https?:\/\//, '')}</a></li>)}</ul> : null}
      {u.badges.length > 0 && <div class="tags">{u.badges.map((b) => <Tag key={b} tone="wait" icon="star">{word('badge', b)}</Tag>)}</div>}</Card>
    {works && <Portfolio works={works.portfolio} mine={mine} />}
    {services && services.services.length > 0 && <section class="stack"><h2>{t('home.services')}</h2><div class="grid">{services.services.map((s) => <ServiceCard key={s.id} service={s} />)}</div></section>}
    <section class="stack"><h2>{t('reviews')}</h2>
      {reviews.items.length ? <Reviews rows={reviews.items} /> : reviews.busy ? <Loading cards={1} /> : <Empty icon="star" title={t('reviews.none')} />}
      {reviews.more && <Button onClick={reviews.next} busy={reviews.busy}>{t('more')}</Button>}</section></div>
    <aside class="stack"><Card class="stack"><div class="row nowrap"><Trust score={u.trustScore} /><div><b>{t('trust.title')}</b><div class="soft small">{t('trust.short')}</div></div></div>
      <details class="small"><summary>{t('trust.what')}</summary><div class="stack tight"><p>{t('trust.text')}</p><ul class="stack tight"><li>{t('person.phone')}, {t('person.email')}: +5</li><li>{t('trust.id')}: +15</li><li>{t('trust.completed')}</li><li>{t('trust.rating')}</li><li>{t('trust.lost')}: −10</li></ul></div></details>
      <Facts rows={[[t('person.completed'), number(u.completedGigs)], [t('person.member'), date(u.createdAt)], ...(u.hourlyRate ? [[t('profile.rate'), money(u.hourlyRate)] as [string, string]] : []), ...(u.lastActiveAt ? [[t('person.seen'), ago(u.lastActiveAt)] as [string, string]] : [])]} />
      <div class="stack tight soft small">{u.phoneVerified && <span><Icon name="check" size={16} /> {t('person.phone')}</span>}{u.emailVerified && <span><Icon name="check" size={16} /> {t('person.email')}</span>}{u.completedGigs > 0 && <span><Icon name="check" size={16} /> {tn('person.done', u.completedGigs)}</span>}</div>
      {mine ? <Button wide href="/me/edit" icon="edit">{t('profile.edit')}</Button> : me.value && <div class="row">{!blocked && <Button small kind="main" icon="chat" href={`/chats/with?user=${id}`}>{t('person.message')}</Button>}
        {buddies.data && !blocked && <Button small icon={buddy ? 'check' : 'plus'} aria-pressed={!!buddy} onClick={() => (buddy ? void keep() : setDialog('buddy'))}>{t(buddy ? 'buddies.isOne' : 'buddies.add')}</Button>}
        {blocked ? <Button small onClick={() => void block(false)}>{t('block.undo')}</Button> : <Button small onClick={() => setDialog('block')}>{t('block')}</Button>}
        <Button small kind="quiet" icon="flag" onClick={() => setDialog('report')}>{t('report')}</Button></div>}</Card></aside></div>
    {dialog === 'block' && <Confirm title={t('block.title', { name: u.name ?? '' })} text={t('block.text')} yes={t('block')} danger close={() => setDialog('')} on={() => void block(true)} />}
    {dialog === 'buddy' && <Dialog title={t('buddies.addTitle', { name: u.name ?? '' })} close={() => setDialog('')} actions={<><Button onClick={() => setDialog('')}>{t('cancel')}</Button><Button kind="main" onClick={() => void keep()}>{t('buddies.add')}</Button></>}><p>{t('buddies.text')}</p><TextArea label={t('buddies.notes')} optional rows={2} max={500} value={notes} on={setNotes} /></Dialog>}
    {dialog === 'report' && <Report type="user" id={id} close={() => setDialog('')} />}
  </div>;
}
