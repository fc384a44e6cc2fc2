// What reaches one outside of these pages: by type of notification, by channel; push to this device; searches that tell of new gigs.
import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { patch, query, remove } from '../lib/api';
import { has, money, t, tn, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { useLive } from '../lib/query';
import { pushOff, pushOn, pushState, type PushState } from '../lib/push';
import type { SavedSearch } from '../lib/types';
import { Card, Failure, IconButton, Loading, Notice, Page } from '../ui/base';
import { Switch } from '../ui/fields';
import { toast } from '../ui/toast';

interface Preference { type: string; push: boolean; email: boolean; sms: boolean }
const channels = ['push', 'email', 'sms'] as const;

export default function Alerts() {
  useTitle(t('alerts.title'));
  const list = useLive<{ preferences: Preference[] }>('/api/notifications/preferences');
  const searches = useLive<{ savedSearches: SavedSearch[] }>('/api/saved-searches?limit=50');
  const [changed, change] = useState<Record<string, Partial<Preference>>>({});
  const [device, setDevice] = useState<PushState>('unknown');
  useEffect(() => void pushState().then(setDevice), []);
  if (list.error && !list.data) return <Failure page error={list.error} retry={list.reload} />;
  const set = (type: string, channel: (typeof channels)[number], on: boolean) => {
    change((all) => ({ ...all, [type]: { ...all[type], [channel]: on } }));
    patch('/api/notifications/preferences', { preferences: [{ type, [channel]: on }] }).catch((e) => {
      change((all) => ({ ...all, [type]: { ...all[type], [channel]: !on } }));
      toast(e.message, 'bad');
    });
  };
  const toggle = (on: boolean) => (on ? pushOn() : pushOff()).then(setDevice, (e) => toast(e.message, 'bad'));
  const text = (s: SavedSearch) => [s.search, s.category && word('category', s.category), ...s.skills, s.budgetMin !== null ? `${t('from')} ${money(s.budgetMin)}` : '', s.budgetMax !== null ? `${t('to')} ${money(s.budgetMax)}` : ''].filter(Boolean).join(' · ');
  return <Page title={t('alerts.title')} narrow back="/me">
    <Card class="stack">{device === 'insecure' ? <Notice tone="wait" icon="info">{t('settings.plain')}</Notice> : device === 'none' ? <Notice icon="info">{t('alerts.noPush')}</Notice> : device === 'denied' ? <Notice tone="wait" icon="warn">{t('alerts.denied')}</Notice>
      : <Switch label={t('alerts.device')} hint={t('alerts.deviceHint')} value={device === 'on'} on={(on) => void toggle(on)} />}</Card>
    {searches.data && <Card class="stack"><h2>{t('searches.title')}</h2>{searches.data.savedSearches.length ? <ul class="rows">{searches.data.savedSearches.map((s) => <li key={s.id}><div class="grow"><Link href={`/gigs${query({ search: s.search, category: s.category, skills: s.skills.join(','), budgetMin: s.budgetMin, budgetMax: s.budgetMax, deadline: s.deadline })}`}>{s.name || text(s)}</Link>
      <p class="soft small">{tn('searches.matches', s.matches)}</p></div><IconButton icon="trash" label={t('remove.word', { word: s.name || text(s) })} onClick={() => void remove(`/api/saved-searches/${s.id}`).then(() => searches.reload(), (e) => toast(e.message, 'bad'))} /></li>)}</ul> : <p class="soft">{t('searches.none')}</p>}</Card>}
    {list.data ? <Card class="stack"><h2>{t('alerts.what')}</h2><p class="soft">{t('alerts.whatText')}</p><div class="tablebox whole" tabIndex={0} role="group" aria-label={t('alerts.what')}><table class="checks"><thead><tr><th scope="col">{t('nav.notifications')}</th>{channels.map((c) => <th key={c} scope="col">{t(`alerts.${c}`)}</th>)}</tr></thead>
      <tbody>{list.data.preferences.map((p) => { const name = has(`note.${p.type}`) ? word('note', p.type) : p.type.replace(/_/g, ' '); return <tr key={p.type}><th scope="row">{name}</th>
        {channels.map((c) => <td key={c}><input type="checkbox" aria-label={`${name}: ${t(`alerts.${c}`)}`} checked={changed[p.type]?.[c] ?? p[c]} onChange={(e) => set(p.type, c, e.currentTarget.checked)} /></td>)}</tr>; })}</tbody></table></div></Card> : <Loading cards={1} />}
  </Page>;
}
