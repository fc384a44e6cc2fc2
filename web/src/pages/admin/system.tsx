import { useEffect, useState } from 'preact/hooks';
import { a, aw, type AdminCategory, type AuditEntry, type BoxStatus, type City, type Setting } from '../../lib/admin';
import { patch, post, remove } from '../../lib/api';
import { useForm } from '../../lib/form';
import { bytes, date, dateTime, locale, money, number, t, tn } from '../../lib/i18n';
import { useGet, usePages } from '../../lib/query';
import { Button, Card, Empty, Facts, Failure, IconButton, Loading, Notice, Tag } from '../../ui/base';
import { Input, Select, Switch, Words } from '../../ui/fields';
import { Confirm, Dialog } from '../../ui/overlay';
import { toast } from '../../ui/toast';
import { Listed, useAct } from './parts';

export function Categories() {
  const { data, error, reload } = useGet<{ categories: AdminCategory[] }>('/api/admin/categories');
  const [edit, setEdit] = useState<AdminCategory | 'new'>();
  const [gone, setGone] = useState<AdminCategory>();
  const { act } = useAct();
  if (error && !data) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  return <>
    <div><Button kind="main" icon="plus" onClick={() => setEdit('new')}>{a('addCategory')}</Button></div>
    <Card class="rows">{data.categories.map((c) => <div key={c.slug}><div class="grow"><h2>{c.name}</h2><p class="soft small">{c.slug} · {a('inIt', { gigs: number(c.gigsCount), services: number(c.servicesCount) })}{c.aliases.length > 0 && ` · ${c.aliases.join(', ')}`}</p></div>
      {c.hidden && <Tag>{a('hidden')}</Tag>}<IconButton icon="edit" label={`${t('edit')}: ${c.name}`} onClick={() => setEdit(c)} /><IconButton icon="trash" label={`${t('delete')}: ${c.name}`} onClick={() => setGone(c)} /></div>)}</Card>
    {edit && <EditCategory c={edit === 'new' ? undefined : edit} close={() => setEdit(undefined)} done={() => { setEdit(undefined); void reload(); }} />}
    {gone && <Confirm title={a('deleteCategory')} text={a('deleteCategoryText')} yes={t('delete')} danger close={() => setGone(undefined)} on={() => void act('x', () => remove(`/api/admin/categories/${gone.slug}`), () => { setGone(undefined); void reload(); })} />}
  </>;
}

function EditCategory({ c, close, done }: { c?: AdminCategory; close: () => void; done: () => void }) {
  const form = useForm({ slug: c?.slug ?? '', name: c?.name ?? '', aliases: c?.aliases ?? [], hidden: c?.hidden ?? false });
  const { v, set, errors } = form;
  const save = async () => (await form.submit(() => (c ? patch(`/api/admin/categories/${c.slug}`, v) : post('/api/admin/categories', v)))) && done();
  return <Dialog title={c?.name ?? a('addCategory')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} onClick={() => void save()}>{t('save')}</Button></>}>
    <Input label={a('name')} maxLength={80} value={v.name} on={(x) => set('name', x)} error={errors.name} /><Input label={a('slug')} maxLength={40} value={v.slug} on={(x) => set('slug', x)} error={errors.slug} />
    <Words label={a('aliases')} optional value={v.aliases} on={(x) => set('aliases', x)} error={errors.aliases} /><Switch label={a('hidden')} value={v.hidden} on={(x) => set('hidden', x)} /></Dialog>;
}

export function Cities() {
  const { data, error, reload } = useGet<{ cities: City[] }>('/api/admin/cities');
  const form = useForm({ name: '' });
  const [gone, setGone] = useState<City>();
  const { act } = useAct();
  if (error && !data) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading cards={1} />;
  const add = async () => {
    if (!form.v.name.trim()) return form.fail({ name: t('required') });
    if (await form.submit(() => post('/api/admin/cities', form.v))) {
      form.replace({ name: '' });
      await reload();
    }
  };
  return <>
    <p class="soft">{a('citiesText')}</p>
    <Card><form noValidate class="stack" onSubmit={(e) => { e.preventDefault(); void add(); }}><Input label={a('cityName')} maxLength={100} value={form.v.name} on={(x) => form.set('name', x)} error={form.errors.name} />
      <div><Button type="submit" kind="main" busy={form.busy}>{a('cityAdd')}</Button></div></form></Card>
    {data.cities.length ? <Card class="rows">{data.cities.map((c) => <div key={c.id}><div class="grow"><h2>{c.name}</h2><p class="soft small">{a('since', { date: date(c.createdAt) })}</p></div>
      <IconButton icon="trash" label={`${t('delete')}: ${c.name}`} onClick={() => setGone(c)} /></div>)}</Card> : <Empty icon="pin" title={a('cityNone')} />}
    {gone && <Confirm title={a('cityDelete', { name: gone.name })} text={a('cityDeleteText')} yes={t('delete')} danger close={() => setGone(undefined)} on={() => void act('x', () => remove(`/api/admin/cities/${gone.id}`), () => { setGone(undefined); void reload(); })} />}
  </>;
}

const spans = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]] as const;
/** What a number means: money, percent, a time. */
function meant({ key, doc, type }: Setting, value: string): string {
  const n = Number(value);
  if (type !== 'number' || !value || !Number.isFinite(n)) return '';
  if (/minor units/.test(doc)) return money(n);
  if (/_bps$/.test(key)) return `${number(n / 100, 2)} %`;
  const [unit, size] = spans.find(([, s]) => n >= s && n % s === 0) ?? spans[3];
  return /_s$/.test(key) ? new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(n / size) : '';
}

export function Settings() {
  const { data, error, reload } = useGet<{ settings: Setting[] }>('/api/admin/settings');
  const [find, setFind] = useState('');
  const [only, setOnly] = useState(true);
  const [changed, change] = useState<Record<string, string>>({});
  const [errors, fail] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  if (error && !data) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  const rows = data.settings.filter((s) => (!only || s.editable) && (s.key + s.doc).toLowerCase().includes(find.toLowerCase()));
  const set = (key: string, value: string) => {
    fail(({ [key]: _, ...rest }) => rest);
    change((all) => ({ ...all, [key]: value }));
  };
  const save = async () => {
    setBusy(true);
    try {
      await patch('/api/admin/settings', { settings: changed });
      change({});
      fail({});
      toast(t('saved'), 'good');
      await reload();
    } catch (e) {
      const fields = (e as { fields?: Record<string, string> }).fields ?? {};
      fail(Object.fromEntries(Object.entries(fields).map(([k, v]) => [k.replace(/^settings\./, ''), v])));
      toast((e as Error).message, 'bad');
    }
    setBusy(false);
  };
  const field = (s: Setting) => {
    const value = changed[s.key] ?? s.value, is = meant(s, value), common = { label: s.key, hint: <>{is && <b>{is} · </b>}{s.doc}</>, error: errors[s.key] };
    if (!s.editable) return <div class="stack tight"><b>{s.key}</b><code>{s.value || '–'}</code><span class="hint">{s.doc} · {aw('source', s.source)}</span></div>;
    if (s.type === 'flag') return <Switch label={s.key} hint={s.doc} value={value === 'yes'} on={(on) => set(s.key, on ? 'yes' : 'no')} />;
    if (s.choices) return <Select {...common} value={value} on={(v) => set(s.key, v)} options={s.choices.split('|').map((c) => [c, c])} />;
    return <Input {...common} value={value} inputMode={s.type === 'number' ? 'numeric' : undefined} on={(v) => set(s.key, v)} />;
  };
  return <>
    <Input label={a('filterSettings')} type="search" value={find} on={setFind} /><Switch label={a('onlyEditable')} value={only} on={setOnly} />
    <Card class="rows">{rows.map((s) => <div key={s.key}><div class="grow">{field(s)}</div></div>)}</Card>
    {Object.keys(changed).length > 0 && <div class="formfoot"><Button onClick={() => { change({}); fail({}); }}>{t('cancel')}</Button><Button kind="main" busy={busy} onClick={() => void save()}>{t('save')} ({number(Object.keys(changed).length)})</Button></div>}
  </>;
}

export function Audit() {
  const list = usePages<AuditEntry & { id: string }>('/api/admin/audit', 'entries', 50);
  return <Listed list={{ ...list, items: list.items.map((e) => ({ ...e, id: String(e.number) })) }} row={(e) => <Card key={e.id} class="stack tight"><div class="row between"><b>{e.act}</b><span class="soft small">№ {number(e.number)} · {dateTime(e.at)}</span></div>
    <p class="small">{e.actor?.name ?? a('box')} → {e.type} {e.subjectId?.slice(0, 8)}{e.detail && ` · ${e.detail}`}</p></Card>} />;
}

const REFRESH_MS = 10000;
export function System() {
  const { data: s, error, reload } = useGet<BoxStatus>('/api/admin/status');
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && void reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  if (error && !s) return <Failure error={error} retry={reload} />;
  if (!s) return <Loading />;
  const Gauge = ({ name, used, of }: { name: string; used: number; of: number }) => <div class="stack tight"><div class="row between"><span>{name}</span><b>{a('of', { a: bytes(used), b: bytes(of) })}</b></div><meter aria-label={name} min={0} max={of || 1} low={of * 0.7} high={of * 0.9} optimum={0} value={used} /></div>;
  const days = Math.floor(s.uptimeSeconds / 86400);
  return <>
    {s.outboxDead > 0 && <Notice tone="bad" icon="warn">{a('dead')}: {number(s.outboxDead)}</Notice>}
    <Card class="stack"><Gauge name={a('database')} used={s.databaseUsedBytes} of={s.databaseMaxBytes} /><Gauge name={a('disk')} used={s.diskFreeBytes} of={s.diskBytes} /></Card>
    <Card class="stack"><Facts rows={[[a('version'), s.version], [a('uptime'), days ? tn('days', days) : `${Math.floor(s.uptimeSeconds / 3600)}:${String(Math.floor(s.uptimeSeconds / 60) % 60).padStart(2, '0')} h`], [a('memory'), bytes(s.memoryBytes)], [a('records'), number(s.records)],
      [a('connections'), number(s.connections)], [a('sockets'), number(s.websockets)], [a('requests'), number(s.requests)], [a('waiting'), number(s.outboxWaiting)]]} /></Card>
  </>;
}
