import { ago, money, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { usePages } from '../lib/query';
import { me } from '../lib/session';
import type { Application, Gig, Order, Service } from '../lib/types';
import { Avatar, Button, Card, Empty, Failure, Loading, Page, Status } from '../ui/base';
import { GigCard, ServiceCard } from '../ui/cards';
import { Tabs } from '../ui/overlay';
import { nextStep } from '../ui/steps';

const tabs = ['orders', 'posted', 'applied', 'services'] as const;
type Tab = (typeof tabs)[number];
const lists: Record<Tab, [string, string]> = {
  orders: ['/api/orders', 'orders'], posted: ['/api/gigs/my-gigs', 'gigs'], applied: ['/api/applications/my-applications', 'applications'], services: ['/api/services/my-services', 'services'],
};

export default function Work({ tab: wanted }: { tab?: string }) {
  const tab: Tab = tabs.find((x) => x === wanted) ?? 'orders';
  useTitle(t('nav.work'));
  const list = usePages<any>(...lists[tab]);
  const who = me.value!.id;
  const rank = (o: Order) => (nextStep(o, who).mine ? 0 : o.status === 'completed' || o.status === 'cancelled' ? 2 : 1);
  return <Page title={t('nav.work')} actions={<Button small icon="plus" kind="main" href={tab === 'services' ? '/offer' : '/post'}>{t(tab === 'services' ? 'offer.title' : 'post.title')}</Button>}>
    <Tabs label={t('nav.work')} at={tab} tabs={tabs.map((x) => ({ key: x, href: x === 'orders' ? '/work' : `/work/${x}`, text: t(`work.${x}`) }))} />
    <h2 class="hidden">{t(`work.${tab}`)}</h2>
    {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} /> : list.busy && !list.items.length ? <Loading />
      : !list.items.length ? <Empty icon={tab === 'services' ? 'spark' : 'bag'} title={t(`work.none.${tab}`)} text={t(`work.noneText.${tab}`)}>
        <Button kind="main" href={tab === 'posted' ? '/post' : tab === 'services' ? '/offer' : '/gigs'}>{t(tab === 'posted' ? 'post.title' : tab === 'services' ? 'offer.title' : 'home.allGigs')}</Button></Empty>
        : tab === 'orders' ? <div class="list">{[...(list.items as Order[])].sort((a, b) => rank(a) - rank(b)).map((o) => <OrderCard key={o.id} o={o} who={who} />)}</div>
          : tab === 'applied' ? <div class="list">{(list.items as Application[]).map((a) => <Card key={a.id} href={`/gigs/${a.gigId}`}><div class="row between nowrap"><h3 class="cut2">{a.gigTitle ?? t('gig.gone')}</h3><Status of="application" value={a.status} /></div>
            <p class="cut2 soft">{a.message}</p><div class="row between soft small"><span>{ago(a.createdAt)}</span>{a.amount && <span class="money">{money(a.amount)}</span>}</div></Card>)}</div>
            : <div class="grid">{list.items.map((x: Gig & Service) => (tab === 'posted' ? <GigCard key={x.id} gig={x} own /> : <ServiceCard key={x.id} service={x} />))}</div>}
    {list.more && <div class="row center"><Button busy={list.busy} onClick={list.next}>{t('more')}</Button></div>}
  </Page>;
}

function OrderCard({ o, who }: { o: Order; who: string }) {
  const step = nextStep(o, who);
  const client = o.clientId === who;
  const other = client ? o.doer : o.client;
  return <Card href={`/orders/${o.id}`} class={step.mine ? 'next' : ''}>
    <div class="stack tight"><div class="row between nowrap"><h3 class="cut2">{o.title}</h3><Status of="order" value={o.status} /></div>
      <div class="row between"><span class="row nowrap"><Avatar who={other} size={24} /><span class="small">{t(client ? 'order.with' : 'order.for', { name: other?.name ?? t('person.unnamed') })}</span></span>
        <span class="money">{money(client ? o.amount : o.doerPayout)}</span></div>
      <p class={step.mine ? '' : 'soft small'}>{step.mine && <b>{t('home.yourTurn')}: </b>}{step.text}</p></div>
  </Card>;
}
