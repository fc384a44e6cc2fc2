import { useLocation } from 'wouter-preact';
import { post } from '../lib/api';
import { ago, has, sentence, t, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, usePages } from '../lib/query';
import { unread } from '../lib/session';
import type { Notice } from '../lib/types';
import { Button, Card, Empty, Failure, Loading, Page } from '../ui/base';
import { Icon, type IconName } from '../ui/icon';

const icons: [RegExp, IconName][] = [
  [/message/, 'chat'], [/payment|refund|withdrawal|earning/, 'wallet'], [/bank/, 'bank'], [/review|badge/, 'star'], [/dispute/, 'flag'], [/application/, 'user'], [/boost/, 'bolt'], [/id_|listing/, 'shield'], [/order|work|revision/, 'bag'],
];
const place = (n: Notice) => (n.type === 'new_message' && n.orderId ? `/chats/order/${n.orderId}` : n.type === 'new_application' && n.gigId ? `/gigs/${n.gigId}/applicants` : n.orderId ? `/orders/${n.orderId}` : n.gigId ? `/gigs/${n.gigId}`
  : /withdrawal|bank/.test(n.type) ? '/wallet' : /badge|id_/.test(n.type) ? '/me/trust' : n.type === 'saved_search_digest' ? '/gigs' : '/me');

export default function Notifications() {
  useTitle(t('nav.notifications'));
  const list = usePages<Notice>('/api/notifications', 'notifications', 30);
  const [, go] = useLocation();
  const open = (n: Notice) => {
    if (!n.read) {
      unread.value = Math.max(0, unread.value - 1);
      void post(`/api/notifications/${n.id}/read`).then(() => invalidate('/api/notifications'), () => {});
    }
    go(place(n));
  };
  const all = async () => {
    await post('/api/notifications/read-all').catch(() => {});
    unread.value = 0;
    list.reload();
  };
  return <Page title={t('nav.notifications')} narrow actions={unread.value > 0 && <Button small onClick={() => void all()}>{t('notifications.allRead')}</Button>}>
    <h2 class="hidden">{t('notifications.list')}</h2>
    {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} /> : !list.items.length ? (list.busy ? <Loading /> : <Empty icon="bell" title={t('notifications.none')} text={t('notifications.noneText')} />)
      : <Card class="rows">{list.items.map((n) => <a key={n.id} href={place(n)} class={n.read ? '' : 'unread'} onClick={(e) => { if (e.metaKey || e.ctrlKey) return; e.preventDefault(); open(n); }}>
        <span class="tile"><Icon name={icons.find(([r]) => r.test(n.type))?.[1] ?? 'bell'} /></span><div class="grow"><h3>{has(`note.${n.type}`) ? word('note', n.type) : n.title}{!n.read && <span class="hidden"> ({t('notifications.new')})</span>}</h3><p class="soft small">{sentence(n)} · {ago(n.createdAt)}</p></div></a>)}</Card>}
    {list.more && <Button busy={list.busy} onClick={list.next}>{t('more')}</Button>}
  </Page>;
}
