import { t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { usePages } from '../lib/query';
import type { Gig } from '../lib/types';
import { Button, Empty, Failure, Loading, Page } from '../ui/base';
import { GigCard } from '../ui/cards';

export default function Saved() {
  useTitle(t('saved.title'));
  const list = usePages<Gig>('/api/gigs/saved', 'gigs');
  return <Page title={t('saved.title')} back="/me"><h2 class="hidden">{t('notifications.list')}</h2>
    {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} /> : list.items.length ? <div class="grid">{list.items.map((g) => <GigCard key={g.id} gig={g} />)}</div>
      : list.busy ? <Loading /> : <Empty icon="heart" title={t('saved.none')} text={t('saved.noneText')}><Button kind="main" href="/gigs">{t('home.allGigs')}</Button></Empty>}
    {list.more && <div class="row center"><Button busy={list.busy} onClick={list.next}>{t('more')}</Button></div>}</Page>;
}
