// The design system's parts that have no state of their own. See pages/design.tsx for all of them side by side.
import type { ComponentChildren, JSX } from 'preact';
import { Link } from 'wouter-preact';
import { goBack } from '../lib/back';
import { date, number, t, tn, word } from '../lib/i18n';
import { ApiError } from '../lib/api';
import type { Attachment, Person } from '../lib/types';
import { bytes } from '../lib/i18n';
import { Icon, type IconName } from './icon';

type Kids = { children?: ComponentChildren };

export function Button({ kind = 'plain', busy, icon, small, wide, href, children, ...rest }: Kids & {
  kind?: 'main' | 'plain' | 'quiet' | 'danger'; busy?: boolean; icon?: IconName; small?: boolean; wide?: boolean; href?: string;
} & Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'icon'>) {
  const c = `button ${kind}${small ? ' small' : ''}${wide ? ' wide' : ''}${busy ? ' busy' : ''}`;
  const inner = <>{busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} size={small ? 16 : 20} />}{children && <span>{children}</span>}</>;
  if (href) return <Link href={href} class={c}>{inner}</Link>;
  return <button type="button" {...rest} class={c} aria-disabled={busy || undefined} onClick={busy ? (e) => e.preventDefault() : rest.onClick}>{inner}</button>;
}

export function IconButton({ icon, label, badge, href, fill, ...rest }: { icon: IconName; label: string; badge?: number; href?: string; fill?: boolean } & JSX.ButtonHTMLAttributes<HTMLButtonElement>) {
  const inner = <><Icon name={icon} fill={fill} /><span class="hidden">{label} </span>{badge ? <span class="dot">{badge > 99 ? '99+' : number(badge)}</span> : null}</>;
  return href ? <Link href={href} class="iconbutton" onClick={rest.onClick as never}>{inner}</Link>
    : <button type="button" {...rest} class={`iconbutton ${rest.class ?? ''}`} title={label}>{inner}</button>;
}

export function Card({ children, href, class: c = '', ...rest }: Kids & { href?: string; class?: string } & JSX.HTMLAttributes<HTMLElement>) {
  return href ? <Link href={href} class={`card link ${c}`} onClick={rest.onClick as never}>{children}</Link> : <section {...rest} class={`card ${c}`}>{children}</section>;
}

export type Tone = 'plain' | 'good' | 'wait' | 'bad' | 'info' | 'brand';
export const Tag = ({ tone = 'plain', icon, children }: Kids & { tone?: Tone; icon?: IconName }) => (
  <span class={`tag ${tone}`}>{icon && <Icon name={icon} size={14} />}{children}</span>
);

const tones: Record<string, Tone> = {
  open: 'good', in_progress: 'info', completed: 'good', cancelled: 'plain', pending: 'wait', accepted: 'good', rejected: 'plain',
  withdrawn: 'plain', pending_payment: 'wait', submitted: 'brand', approved: 'good', disputed: 'bad', paid: 'good', failed: 'bad',
  verified: 'good', unverified: 'plain', checking: 'wait', planned: 'plain', funded: 'info', released: 'good', upheld: 'bad', dismissed: 'plain',
};
export const Status = ({ of, value }: { of: 'gig' | 'application' | 'order' | 'withdrawal' | 'bank' | 'milestone'; value: string }) => (
  <Tag tone={tones[value]}>{word(of === 'gig' || of === 'order' ? 'status' : of, value)}</Tag>
);

const hueOf = (id: string) => [...id].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 8, 7);
/* The page loads pictures of this box only; somebody's picture elsewhere would tell that place who looks. */
const isOwn = (url: string) => new URL(url, location.href).origin === location.origin;
export function Avatar({ who, size = 40 }: { who: Pick<Person, 'id' | 'name' | 'avatarUrl'> | null; size?: 24 | 32 | 40 | 56 | 88 }) {
  const initials = (who?.name ?? '?').split(/\s+/).slice(0, 2).map((w) => w[0]).join('').toUpperCase();
  return <span class={`avatar s${size} hue${hueOf(who?.id ?? '')}`} aria-hidden="true">
    {who?.avatarUrl && isOwn(who.avatarUrl) ? <img src={who.avatarUrl} alt="" width={size} height={size} loading="lazy" decoding="async" /> : initials}
  </span>;
}

export function Stars({ value, count }: { value: number; count?: number }) {
  if (!value) return <span class="stars none">{t('rating.none')}</span>;
  return <span class="stars"><Icon name="star" size={15} fill /><b>{number(value, 1)}</b>{count !== undefined && <span class="soft"> ({number(count)})</span>}
    <span class="hidden">{t('rating.of', { value: number(value, 1) })}</span></span>;
}

/** A person in one line. */
export function Who({ who, children, size = 40, link = true }: Kids & { who: Person | null; size?: 24 | 32 | 40 | 56; link?: boolean }) {
  const name = who?.name || t('person.unnamed');
  return <div class="who"><Avatar who={who} size={size} /><div>
    <div class="whoname">{who && link ? <Link href={`/people/${who.id}`}>{name}</Link> : name}
      {who?.idVerified && <Icon name="shield" size={16} label={t('person.verified')} />}</div>
    <div class="soft small">{children ?? (who ? [who.university, who.completedGigs ? tn('person.done', who.completedGigs) : ''].filter(Boolean).join(' · ') : '')}</div>
  </div></div>;
}

export function Trust({ score }: { score: number }) {
  const r = 20, round = 2 * Math.PI * r;
  return <span class="trust" role="img" aria-label={t('trust.score', { score })}>
    <svg width="52" height="52" viewBox="0 0 52 52" aria-hidden="true"><circle cx="26" cy="26" r={r} class="ring" />
      <circle cx="26" cy="26" r={r} class="arc" stroke-dasharray={`${(round * score) / 100} ${round}`} transform="rotate(-90 26 26)" /></svg>
    <b aria-hidden="true">{number(score)}</b></span>;
}

export const Skeleton = ({ lines = 3, card }: { lines?: number; card?: boolean }) => (
  <div class={card ? 'card skeleton' : 'skeleton'} aria-hidden="true">{Array.from({ length: lines }, (_, i) => <i key={i} />)}</div>
);
export const Loading = ({ cards = 3 }: { cards?: number }) => (
  <div role="status"><span class="hidden">{t('loading')}</span><div class="list">{Array.from({ length: cards }, (_, i) => <Skeleton key={i} card />)}</div></div>
);

export function Empty({ icon = 'spark', title, text, page, children }: Kids & { icon?: IconName; title: string; text?: string; page?: boolean }) {
  const H = page ? 'h1' : 'h2';
  return <div class="empty"><span class="emptyicon"><Icon name={icon} size={28} /></span><H>{title}</H>{text && <p>{text}</p>}{children && <div class="row center">{children}</div>}</div>;
}

/** What went wrong and how to go on. */
export function Failure({ error, retry, page }: { error: ApiError; retry?: () => void; page?: boolean }) {
  const offline = error.status === 0;
  return <div role="alert"><Empty page={page} icon={offline ? 'wifi' : error.status === 404 ? 'search' : 'warn'}
    title={offline ? t('offline.title') : error.status === 404 ? t('missing.title') : t('failure.title')}
    text={offline ? t('offline.text') : error.status === 404 ? t('missing.text') : error.message}>
    {retry && error.status !== 404 && <Button kind="main" onClick={retry}>{t('retry')}</Button>}
    {error.status === 404 && <Button kind="main" href="/">{t('nav.home')}</Button>}
  </Empty></div>;
}

export const Notice = ({ tone = 'info', icon = 'info', children }: Kids & { tone?: Tone; icon?: IconName }) => (
  <div class={`notice ${tone}`}><Icon name={icon} /><div>{children}</div></div>
);

export function Files({ files }: { files: Attachment[] }) {
  if (!files.length) return null;
  return <ul class="files">{files.map((f) => <li key={f.id}><a href={f.url} target="_blank" rel="noreferrer">
    {f.type.startsWith('image/') ? <img src={f.url} alt={f.name} loading="lazy" /> : <Icon name="file" />}
    <span class="cut">{f.name}</span><span class="soft small">{bytes(f.size)}</span></a></li>)}</ul>;
}

/** Steps behind, the one at hand, and those to come. */
export function Timeline({ rows }: { rows: { label: string; at?: number; text?: ComponentChildren; state: 'done' | 'now' | 'todo' | 'bad' }[] }) {
  return <ol class="timeline">{rows.map((r, i) => <li key={i} class={r.state} aria-current={r.state === 'now' ? 'step' : undefined}>
    <span class="mark" aria-hidden="true">{r.state === 'done' ? <Icon name="check" size={14} /> : r.state === 'bad' ? <Icon name="close" size={14} /> : null}</span>
    <div><b>{r.label}</b>{r.at && <span class="soft small"> · {date(r.at)}</span>}{r.text && <div class="said">{r.text}</div>}</div>
  </li>)}</ol>;
}

export const Page = ({ title, back, actions, narrow, children }: Kids & { title: string; back?: string; actions?: ComponentChildren; narrow?: boolean }) => (
  <div class={narrow ? 'page narrow' : 'page'}>
    <header class="pagehead">
      {back && <IconButton icon="back" label={t('back')} href={back} onClick={goBack} />}
      <h1 tabIndex={-1}>{title}</h1>
      {actions && <div class="row">{actions}</div>}
    </header>
    {children}
  </div>
);

export const Facts = ({ rows }: { rows: [string, ComponentChildren][] }) => (
  <dl class="facts">{rows.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>
);
