import { Link } from 'wouter-preact';
import { t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { useGet, useLive } from '../lib/query';
import { me } from '../lib/session';
import type { Category, Gig, Order, Service } from '../lib/types';
import { Button, Card, Failure, Skeleton } from '../ui/base';
import { Categories, GigCard, ServiceCard } from '../ui/cards';
import { Icon } from '../ui/icon';
import { Near } from '../ui/near';
import { SearchBox } from '../ui/search';
import { Soon } from '../ui/soon';
import { nextStep } from '../ui/steps';

/** What everybody's home asks for. */
export const homeNeeds = ['/api/categories', '/api/gigs?limit=6', '/api/services?limit=8'] as const;
const gigGhosts = <div class="grid">{Array.from({ length: 6 }, (_, i) => <Skeleton key={i} card lines={6} />)}</div>;
const serviceGhosts = <div class="scroller ghosts" aria-hidden="true">{Array.from({ length: 4 }, (_, i) => <Skeleton key={i} card lines={4} />)}</div>;

export function Home() {
  useTitle('');
  const who = me.value;
  return <div class="stack wide">
    <section class="herohead">
      <h1 tabIndex={-1}>{who ? t('home.hello', { name: who.name?.split(' ')[0] ?? t('home.you') }) : t('home.title')}</h1>
      <p>{who ? t('home.helloText') : t('home.text')}</p>
      <SearchBox />
    </section>
    {who && <YourTurn who={who.id} />}
    <AllCategories />
    <Gigs signedIn={!!who} />
    <Soon>{() => <Near />}</Soon>
    <Services />
    <Soon>{() => <>
      <Card class="hero"><div class="stack"><h2>{t('home.how')}</h2>
        <ol class="steps3">{([1, 2, 3] as const).map((i) => <li key={i}><h3>{t(`home.how${i}`)}</h3><p class="soft">{t(`home.how${i}Text`)}</p></li>)}</ol>
        <div class="row"><Button kind="main" href="/post" icon="plus">{t('post.title')}</Button><Button href="/offer">{t('offer.title')}</Button></div></div></Card>
      <footer class="soft small row"><Link href="/me/settings">{t('settings.title')}</Link><a href="/docs">{t('home.api')}</a></footer></>}</Soon>
  </div>;
}

// Each part hears of its own answers only, and is drawn by itself when one comes.

function YourTurn({ who }: { who: string }) {
  const orders = useLive<{ orders: Order[] }>('/api/orders?status=pending_payment,in_progress,submitted&limit=10');
  const waiting = (orders.data?.orders ?? []).map((o) => ({ o, step: nextStep(o, who) })).filter((x) => x.step.mine).slice(0, 3);
  if (!waiting.length) return null;
  return <section aria-labelledby="h-wait"><div class="sectionhead"><h2 id="h-wait">{t('home.yourTurn')}</h2><Link href="/work">{t('all')}</Link></div>
    <div class="grid">{waiting.map(({ o, step }) => <Card key={o.id} href={`/orders/${o.id}`} class="next"><h3>{o.title}</h3><p class="soft">{step.text}</p>
      <span class="row between"><b>{step.action}</b><Icon name="next" /></span></Card>)}</div></section>;
}

function AllCategories() {
  const categories = useGet<{ categories: Category[] }>(homeNeeds[0]);
  return <section aria-labelledby="h-cat"><div class="sectionhead"><h2 id="h-cat">{t('home.categories')}</h2></div>
    {categories.data ? <Categories all={categories.data.categories} kind="gigs" /> : categories.error ? <Failure error={categories.error} retry={categories.reload} /> : <div class="cats" aria-hidden="true">{Array.from({ length: 9 }, (_, i) => <div key={i} class="cat ghost skeleton" />)}</div>}</section>;
}

function Gigs({ signedIn }: { signedIn: boolean }) {
  const fitting = useGet<{ gigs: Gig[] }>(signedIn ? '/api/gigs/recommended?limit=6' : null);
  const newest = useGet<{ gigs: Gig[] }>(homeNeeds[1]);
  const recommended = fitting.data?.gigs.length ? fitting.data.gigs : null;
  const gigs = recommended ?? newest.data?.gigs;
  return <section aria-labelledby="h-gigs"><div class="sectionhead"><h2 id="h-gigs">{recommended ? t('home.recommended') : t('home.newest')}</h2><Link href="/gigs">{t('home.allGigs')}</Link></div>
    {gigs ? <div class="grid">{gigs.map((g) => <Soon key={g.id} ghost={<Skeleton card lines={6} />}>{() => <GigCard gig={g} />}</Soon>)}</div>
      : newest.error ? <Failure error={newest.error} retry={newest.reload} /> : gigGhosts}</section>;
}

function Services() {
  const services = useGet<{ services: Service[] }>(homeNeeds[2]);
  return <section aria-labelledby="h-svc"><div class="sectionhead"><h2 id="h-svc">{t('home.services')}</h2><Link href="/services">{t('home.allServices')}</Link></div>
    {services.data ? <div class="scroller" tabIndex={0} role="group" aria-labelledby="h-svc">{services.data.services.map((s) => <Soon key={s.id} ghost={<Skeleton card lines={4} />}>{() => <ServiceCard service={s} />}</Soon>)}</div>
      : services.error ? null : serviceGhosts}</section>;
}
