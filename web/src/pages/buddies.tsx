import { useState } from 'preact/hooks';
import { remove } from '../lib/api';
import { date, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, usePages } from '../lib/query';
import type { Buddy } from '../lib/types';
import { Button, Card, Empty, Failure, IconButton, Loading, Page, Stars, Who } from '../ui/base';
import { Switch } from '../ui/fields';
import { Confirm } from '../ui/overlay';
import { toast } from '../ui/toast';

/** People kept at hand; nobody else sees the list. */
export default function Buddies() {
  useTitle(t('buddies.title'));
  const [available, setAvailable] = useState(false);
  const list = usePages<Buddy>(`/api/buddies${available ? '?available=true' : ''}`, 'buddies');
  const [gone, setGone] = useState<Buddy>();
  const [busy, setBusy] = useState(false);
  const drop = async () => {
    setBusy(true);
    try {
      await remove(`/api/buddies/${gone!.id}`);
      invalidate('/api/buddies');
      setGone(undefined);
    } catch (e) {
      toast((e as Error).message, 'bad');
    }
    setBusy(false);
  };
  return <Page title={t('buddies.title')} narrow back="/me">
    <p class="soft">{t('buddies.text')}</p><h2 class="hidden">{t('notifications.list')}</h2>
    {(available || list.total > 0) && <Switch label={t('buddies.available')} value={available} on={setAvailable} />}
    {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} /> : list.items.length ? <Card class="rows">{list.items.map((b) => <div key={b.id}><div class="grow stack tight">
      <Who who={b.user} size={56}>{b.user && <Stars value={b.user.rating} />}</Who>{b.notes && <p class="prose">{b.notes}</p>}<span class="soft small">{t('person.since', { date: date(b.createdAt) })}</span></div>
      {b.user && <IconButton icon="chat" label={`${t('person.message')}: ${b.user.name ?? ''}`} href={`/chats/with?user=${b.user.id}`} />}<IconButton icon="trash" label={`${t('buddies.remove')}: ${b.user?.name ?? ''}`} onClick={() => setGone(b)} /></div>)}</Card>
      : list.busy ? <Loading /> : <Empty icon="user" title={t(available ? 'buddies.noneAvailable' : 'buddies.none')} text={available ? undefined : t('buddies.noneText')} />}
    {list.more && <div class="row center"><Button busy={list.busy} onClick={list.next}>{t('more')}</Button></div>}
    {gone && <Confirm title={t('buddies.removeTitle', { name: gone.user?.name ?? '' })} text={t('buddies.removeText')} yes={t('buddies.remove')} danger busy={busy} close={() => setGone(undefined)} on={() => void drop()} />}
  </Page>;
}
