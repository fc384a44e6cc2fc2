import { ago, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { usePages } from '../lib/query';
import { me } from '../lib/session';
import { waiting } from '../lib/outbox';
import type { Order } from '../lib/types';
import { Avatar, Button, Card, Empty, Failure, Loading, Page, Status } from '../ui/base';
import { Link } from 'wouter-preact';

/** Each order has its chat. */
export default function Chats() {
  useTitle(t('nav.chats'));
  const list = usePages<Order>('/api/orders', 'orders', 30);
  const who = me.value!.id;
  return <Page title={t('nav.chats')} narrow>
    <h2 class="hidden">{t('chat.log')}</h2>
    {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} /> : !list.items.length ? (list.busy ? <Loading /> : <Empty icon="chat" title={t('chats.none')} text={t('chats.noneText')}><Button kind="main" href="/gigs">{t('browse.gigs')}</Button></Empty>)
      : <Card class="rows">{list.items.map((o) => {
        const other = o.clientId === who ? o.doer : o.client;
        const queued = waiting.value.filter((w) => w.order === o.id).length;
        return <Link key={o.id} href={`/chats/${o.id}`}><Avatar who={other} size={56} /><div class="grow stack tight"><div class="row between nowrap"><h3 class="cut">{other?.name ?? t('person.unnamed')}</h3><span class="soft small">{ago(o.updatedAt)}</span></div>
          <div class="row between nowrap"><span class="cut soft">{o.title}</span>{queued ? <span class="tag wait">{t('chat.queued')}</span> : <Status of="order" value={o.status} />}</div></div></Link>;
      })}</Card>}
    {list.more && <Button busy={list.busy} onClick={list.next}>{t('more')}</Button>}
  </Page>;
}
