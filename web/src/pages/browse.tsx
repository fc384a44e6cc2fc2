import { useRef, useState } from 'preact/hooks';
import { Link, useLocation, useSearch } from 'wouter-preact';
import { post, query } from '../lib/api';
import { money, t, tn } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, useGet, usePages } from '../lib/query';
import { me } from '../lib/session';
import type { Category, Gig, Service } from '../lib/types';
import { Button, Empty, Failure, Loading } from '../ui/base';
import { Categories, categoryName, GigCard, ServiceCard } from '../ui/cards';
import { Money, Select } from '../ui/fields';
import { Icon } from '../ui/icon';
import { Dialog } from '../ui/overlay';
import { SearchBox } from '../ui/search';
import { toast } from '../ui/toast';

const TYPED_MS = 500;
const filterNames = { gigs: ['category', 'budgetMin', 'budgetMax', 'deadline', 'skills', 'sortBy', 'sortOrder'], services: ['category', 'priceMin', 'priceMax'] } as const;

/** Gigs or services with filters; the address holds all of them, so it can be kept and shared. */
export default function Browse() {
  const [path, go] = useLocation();
  const kind = path.startsWith('/services') ? 'services' : 'gigs';
  const q: Record<string, string> = Object.fromEntries(new URLSearchParams(useSearch()));
  const [open, setOpen] = useState(false);
  const title = q.search ? t('browse.results', { q: q.search }) : t(`browse.${kind}`);
  useTitle(title);
  const categories = useGet<{ categories: Category[] }>('/api/categories').data?.categories ?? [];
  const allowed = ['search', ...filterNames[kind]];
  const params = Object.fromEntries(Object.entries(q).filter(([k]) => allowed.includes(k)));
  const list = usePages<Gig & Service>(`/api/${kind}${query(params)}`, kind);
  const change = (with_: Record<string, string | number | null>) => go(`/${kind}${query({ ...params, ...with_ })}`, { replace: true });
  const [typed, type] = useState<Record<string, number | null>>({});
  const timer = useRef(0), apply = useRef(change);
  apply.current = change;
  /** An amount counts when the typing rests. */
  const amount = (name: string) => ({ value: name in typed ? typed[name] : q[name] ? Number(q[name]) : null, on: (v: number | null) => {
    const all = { ...typed, [name]: v };
    type(all);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => { type({}); apply.current(all); }, TYPED_MS);
  } });
  const active = filterNames[kind].filter((n) => q[n] && n !== 'sortOrder');
  const say = (name: string): string =>
    name === 'category' ? (categories.find((c) => c.slug === q.category) ? categoryName(categories.find((c) => c.slug === q.category)!) : q.category)
      : name === 'skills' ? q.skills : name === 'deadline' ? t(`deadline.${q.deadline}` as never) : name === 'sortBy' ? t(`sort.${q.sortBy}` as never)
        : `${t(name.endsWith('Min') ? 'from' : 'to')} ${money(Number(q[name]))}`;
  const remember = () => {
    const { search, category, deadline } = q;
    const body = { name: [q.search, ...active.filter((n) => n !== 'sortBy').map(say)].filter(Boolean).join(', ').slice(0, 100), search, category, deadline,
      ...(q.skills ? { skills: q.skills.split(',') } : {}), ...(q.budgetMin ? { budgetMin: Number(q.budgetMin) } : {}), ...(q.budgetMax ? { budgetMax: Number(q.budgetMax) } : {}) };
    post('/api/saved-searches', body).then(() => (invalidate('/api/saved-searches'), toast(t('searches.saved'), 'good', '/me/alerts')), (e) => toast(e.message, 'bad'));
  };
  const minimum = kind === 'gigs' ? 'budgetMin' : 'priceMin', maximum = kind === 'gigs' ? 'budgetMax' : 'priceMax';
  const filters = <div class="stack">
    <Select label={t('category')} value={q.category ?? ''} on={(v) => change({ category: v })} options={[['', t('all')], ...categories.map((c): [string, string] => [c.slug, categoryName(c)])]} />
    <Money label={t('filter.min')} {...amount(minimum)} />
    <Money label={t('filter.max')} {...amount(maximum)} />
    {kind === 'gigs' && <>
      <Select label={t('filter.deadline')} value={q.deadline ?? ''} on={(v) => change({ deadline: v })} options={[['', t('any')], ...(['today', 'this_week', 'this_month'] as const).map((d): [string, string] => [d, t(`deadline.${d}`)])]} />
      <Select label={t('sort')} value={q.sortBy ?? ''} on={(v) => change({ sortBy: v, sortOrder: v === 'deadline' || v === 'budgetMin' || v === 'applicationsCount' ? 'asc' : null })}
        options={[['', t(q.search ? 'sort.relevance' : 'sort.createdAt')], ...(['deadline', 'budgetMax', 'budgetMin', 'applicationsCount'] as const).map((s): [string, string] => [s, t(`sort.${s}`)])]} />
    </>}
    {active.length > 0 && <Button kind="quiet" onClick={() => go(`/${kind}${query({ search: q.search })}`, { replace: true })}>{t('filter.clear')}</Button>}
  </div>;
  return <div class="page">
    <h1 tabIndex={-1}>{title}</h1>
    <SearchBox value={q.search ?? ''} to={`/${kind}`} />
    <nav class="tabs" aria-label={t('browse.kind')}>{(['gigs', 'services'] as const).map((k) => (
      <Link key={k} href={`/${k}${query({ search: q.search, category: q.category })}`} class={k === kind ? 'on' : ''} aria-current={k === kind ? 'page' : undefined}>{t(`browse.${k}`)}</Link>))}</nav>
    <div class="chips">
      <button type="button" class="chip onlyphone" onClick={() => setOpen(true)}><Icon name="filter" size={18} />{t('filter')}</button>
      {active.map((n) => <button key={n} type="button" class="chip on" aria-label={t('remove.word', { word: say(n) })} onClick={() => change({ [n]: null })}>{say(n)}<Icon name="close" size={15} /></button>)}
      {me.value && kind === 'gigs' && (q.search || active.some((n) => n !== 'sortBy')) && <button type="button" class="chip" onClick={remember}><Icon name="bell" size={16} />{t('searches.save')}</button>}</div>
    <div class="browse">
      <aside class="filters" aria-label={t('filter')}>{filters}</aside>
      <div class="stack">
        <h2 class="quiethead" aria-live="polite">{list.busy && !list.items.length ? t('loading') : tn(`browse.found.${kind}`, list.total)}</h2>
        {list.error && !list.items.length ? <Failure error={list.error} retry={list.reload} />
          : list.items.length ? <div class="grid">{list.items.map((x) => (kind === 'gigs' ? <GigCard key={x.id} gig={x} /> : <ServiceCard key={x.id} service={x} />))}</div>
            : list.busy ? <Loading cards={4} />
              : <><Empty icon="search" title={t('browse.none')} text={t('browse.noneText')}><Button href={kind === 'gigs' ? '/post' : '/offer'} kind="main">{t(kind === 'gigs' ? 'post.title' : 'offer.title')}</Button></Empty>
                <Categories all={categories} kind={kind} /></>}
        {list.more && <div class="row center"><Button busy={list.busy} onClick={list.next}>{t('more')}</Button></div>}
      </div>
    </div>
    {open && <Dialog title={t('filter')} close={() => setOpen(false)} actions={<Button kind="main" wide onClick={() => setOpen(false)}>{tn(`browse.show.${kind}`, list.total)}</Button>}>{filters}</Dialog>}
  </div>;
}
