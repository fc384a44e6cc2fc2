import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { ago, number, t } from '../lib/i18n';
import { waiting } from '../lib/outbox';
import { useTitle } from '../lib/page';
import { usePages } from '../lib/query';
import { me } from '../lib/session';
import { hear } from '../lib/socket';
import type { Conversation } from '../lib/types';
import { Avatar, Button, Card, Empty, Failure, Loading, Page } from '../ui/base';

/** Whom one talks with, oneself left out. */
export const others = (c: Conversation, who: string) => c.participants.filter((p) => p.id !== who);

export default function Chats() {
  useTitle(t('nav.chats'));
  const [archived, setArchived] = useState(false);
  const list = usePages<Conversation>(`/api/conversations${archived ? '?archived=true' : ''}`, 'conversations', 30);
  const who = me.value!.id;
  useEffect(() => {
    const stops = [hear('CHAT_MESSAGE', list.reload), hear('MESSAGE_READ', list.reload)];
    return () => stops.forEach((stop) => stop());
  }, [list.reload]);
  const last = (c: Conversation) => {
    const m = c.lastMessage;
    if (!m) return c.title ?? t('chat.none');
    return `${m.senderId === who ? t('chat.you') + ': ' : ''}${m.text || m.attachments[0]?.name || m.kind || ''}`;
  };
  return <Page title={t('nav.chats')} narrow actions={<Button small kind="quiet" onClick={() => setArchived(!archived)}>{t(archived ? 'chats.all' : 'chats.archived')}</Button>}>
    <h2 class="hidden">{t('chat.log')}</h2>
    {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} />
      : !list.items.length ? (list.busy ? <Loading /> : <Empty icon="chat" title={t('chats.none')} text={t('chats.noneText')}><Button kind="main" href="/gigs">{t('browse.gigs')}</Button></Empty>)
        : <Card class="rows">{list.items.map((c) => {
          const people = others(c, who), queued = waiting.value.some((w) => w.chat === c.id);
          return <Link key={c.id} href={`/chats/${c.id}`} class={c.unreadCount ? 'unread' : ''}><Avatar who={people[0] ?? null} size={56} /><div class="grow stack tight">
            <div class="row between nowrap"><h3 class="cut">{people.map((p) => p.name ?? t('person.unnamed')).join(', ')}</h3><span class="soft small">{ago(c.lastMessageAt)}</span></div>
            {c.title && <span class="cut small">{c.title}</span>}
            <div class="row between nowrap"><span class="cut soft">{last(c)}</span>{queued ? <span class="tag wait">{t('chat.queued')}</span> : c.unreadCount ? <span class="tag brand"><span class="hidden">{t('notifications.new')}: </span>{number(c.unreadCount)}</span> : null}</div></div></Link>;
        })}</Card>}
    {list.more && <Button busy={list.busy} onClick={list.next}>{t('more')}</Button>}
  </Page>;
}
