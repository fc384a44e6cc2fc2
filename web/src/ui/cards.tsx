// Gigs, services, categories as lists show them.
import { Link } from 'wouter-preact';
import { ago, dayMonth, distance, money, moneyRange, number, t, tn, word } from '../lib/i18n';
import { seed } from '../lib/query';
import type { Category, Gig, Service } from '../lib/types';
import { Avatar, Card, Stars, Status, Tag } from './base';
import { categoryIcon, Icon } from './icon';

const hue = (slug: string | null) => 'hue' + ([...(slug ?? '')].reduce((h, c) => h + c.charCodeAt(0), 0) % 6);
export const Tile = ({ category }: { category: string | null }) => <span class={`tile ${hue(category)}`}><Icon name={categoryIcon(category)} size={24} /></span>;
export const categoryName = (c: Category) => word('category', c.slug) === c.slug.replace(/[_-]/g, ' ') ? c.name : word('category', c.slug);

export const Budget = ({ gig }: { gig: Pick<Gig, 'budgetMin' | 'budgetMax' | 'budgetType'> }) => (
  <span class="money">{moneyRange(gig.budgetMin, gig.budgetMax)}{gig.budgetType === 'hourly' && <span class="soft small"> {t('perHour')}</span>}</span>
);

export function GigCard({ gig, own, distance: away }: { gig: Gig; own?: boolean; distance?: number }) {
  const days = gig.deadline ? Math.ceil((gig.deadline - Date.now()) / 864e5) : null;
  return <Card href={`/gigs/${gig.id}`} class="gigcard" onClick={() => seed(`/api/gigs/${gig.id}`, gig)}>
    <div class="top3"><Tile category={gig.category} /><div class="grow stack tight"><h3>{gig.title}</h3>
      <div class="meta"><span>{word('category', gig.category)}</span><span>{ago(gig.createdAt)}</span></div></div>
      {gig.isBoosted && <Tag tone="wait" icon="bolt">{t('gig.boosted')}</Tag>}</div>
    {!own && <p class="cut2 soft">{gig.description}</p>}
    <div class="foot"><Budget gig={gig} />{own ? <Status of="gig" value={gig.status} /> : null}</div>
    <div class="meta">
      {gig.deadline && gig.status === 'open' && <span><Icon name="clock" size={15} />{days! < 0 ? t('gig.overdue') : days! <= 14 ? tn('gig.daysLeft', days!) : t('gig.until', { date: dayMonth(gig.deadline) })}</span>}
      <span><Icon name="user" size={15} />{gig.applicationsCount ? tn('gig.applications', gig.applicationsCount) : t('gig.beFirst')}</span>
      {(gig.place || away !== undefined) && <span><Icon name="pin" size={15} />{[gig.place, away !== undefined && distance(away)].filter(Boolean).join(' · ')}</span>}
    </div>
  </Card>;
}

export function ServiceCard({ service }: { service: Service }) {
  return <Card href={`/services/${service.id}`} class="svc">
    <div class="pic">{service.images[0] ? <img src={service.images[0].url} alt="" loading="lazy" decoding="async" width="320" height="180" /> : <Icon name={categoryIcon(service.category)} size={40} />}</div>
    <div class="in"><div class="row nowrap"><Avatar who={service.doer} size={24} /><span class="small cut">{service.doer?.name}</span></div>
      <h3 class="cut2">{service.title}</h3>
      <div class="row between"><Stars value={service.rating} count={service.rating ? service.reviewsCount : undefined} />
        <span><span class="soft small">{t('service.from')} </span><span class="money">{money(service.price)}</span></span></div>
      {!service.isActive && <Tag>{t('service.paused')}</Tag>}
      {service.deliveryTime && <div class="soft small">{tn('service.delivery', service.deliveryTime)}{service.ordersCount ? ` · ${tn('service.orders', service.ordersCount)}` : ''}</div>}
    </div>
  </Card>;
}

export const Categories = ({ all, kind }: { all: Category[]; kind: 'gigs' | 'services' }) => (
  <ul class="cats">{all.map((c) => <li key={c.slug}><Link class="cat" href={`/${kind}?category=${c.slug}`}><Tile category={c.slug} />{categoryName(c)}</Link></li>)}</ul>
);
export const count = (n: number) => number(n);
