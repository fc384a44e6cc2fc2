// The administration: its own navigation beside one part at a time.
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { a, roles } from '../lib/admin';
import { useTitle } from '../lib/page';
import { config } from '../lib/session';
import { Empty, Notice } from '../ui/base';
import { Icon, type IconName } from '../ui/icon';
import { Dashboard } from './admin/dashboard';
import { AdminDispute, Disputes } from './admin/disputes';
import { Money, Outbox } from './admin/money';
import { Listings, Reports, Users } from './admin/people';
import { Backups, Certificate } from './admin/care';
import { Log } from './admin/log';
import { Audit, Categories, Cities, Settings, System } from './admin/system';
import type { AdminWords } from '../i18n/admin.en';

const parts: { path: string; text: keyof AdminWords; icon: IconName; page: ComponentType<any>; admin?: boolean }[] = [
  { path: '', text: 'dashboard', icon: 'chart', page: Dashboard }, { path: 'users', text: 'users', icon: 'user', page: Users }, { path: 'reports', text: 'reports', icon: 'flag', page: Reports },
  { path: 'disputes', text: 'disputes', icon: 'warn', page: Disputes }, { path: 'listings', text: 'listings', icon: 'bag', page: Listings }, { path: 'money', text: 'money', icon: 'wallet', page: Money, admin: true },
  { path: 'outbox', text: 'outbox', icon: 'send', page: Outbox, admin: true }, { path: 'categories', text: 'categories', icon: 'spark', page: Categories, admin: true }, { path: 'cities', text: 'cities', icon: 'pin', page: Cities, admin: true }, { path: 'settings', text: 'settings', icon: 'gear', page: Settings, admin: true },
  { path: 'audit', text: 'audit', icon: 'file', page: Audit, admin: true }, { path: 'log', text: 'log', icon: 'clock', page: Log, admin: true }, { path: 'system', text: 'system', icon: 'data', page: System, admin: true },
  { path: 'backups', text: 'backups', icon: 'archive', page: Backups, admin: true }, { path: 'certificate', text: 'certificate', icon: 'shield', page: Certificate, admin: true },
];

export default function Admin() {
  const [path] = useLocation();
  const [, , at = '', id] = path.split('/');
  const part = parts.find((p) => p.path === at);
  const mine = roles();
  const nav = useRef<HTMLElement>(null);
  // On a phone the row of parts is wider than the screen: the one that is open is brought into sight.
  useEffect(() => {
    const row = nav.current, on = row?.querySelector<HTMLElement>('.on');
    if (row && on) row.scrollLeft = on.offsetLeft - (row.clientWidth - on.offsetWidth) / 2;
  }, [at, mine.length]);
  useTitle(part ? a(part.text) : a('title'));
  if (!mine.length) return <Empty page icon="shield" title={a('title')} text={a('noRight')} />;
  if (!part) return <Empty page icon="search" title={a('title')} text={a('none')} />;
  const Shown = part.page;
  return <div class="admin">
    <nav ref={nav} class="adminnav" aria-label={a('title')}>{parts.filter((p) => !p.admin || mine.includes('admin')).map((p) => (
      <Link key={p.path} href={`/admin${p.path && '/' + p.path}`} class={p === part ? 'on' : ''} aria-current={p === part ? 'page' : undefined}><Icon name={p.icon} size={18} />{a(p.text)}</Link>))}</nav>
    <div class="stack">
      <h1 tabIndex={-1}>{a(part.text)}</h1>
      {config.value?.sandbox && at === '' && <Notice tone="wait" icon="info">{a('sandbox')} <a href="/sandbox/outbox">/sandbox/outbox</a></Notice>}
      {at === 'disputes' && id ? <AdminDispute key={id} id={id} /> : <Shown />}
    </div>
  </div>;
}
