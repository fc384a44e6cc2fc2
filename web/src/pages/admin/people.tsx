import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { a, aw, roles, type AdminGig, type AdminReport, type AdminService, type AdminUser, type RemovedReview } from '../../lib/admin';
import { post, query } from '../../lib/api';
import { ago, date, dateTime, t } from '../../lib/i18n';
import { usePages } from '../../lib/query';
import { Button, Card, Stars, Tag, Trust, Who } from '../../ui/base';
import { Input } from '../../ui/fields';
import { Confirm } from '../../ui/overlay';
import { Ask, Chips, Listed, useAct } from './parts';

const states = ['', 'id_pending', 'suspended', 'id_verified', 'moderator', 'admin', 'deleted'];

export function Users() {
  const [status, setStatus] = useState('');
  const [search, setSearch] = useState('');
  const list = usePages<AdminUser>(`/api/admin/users${query({ status, search })}`, 'users');
  const [ask, setAsk] = useState<{ user: AdminUser; what: 'suspend' | 'reject-id' }>();
  const { busy, act } = useAct();
  const go = (u: AdminUser, verb: string, body = {}) => act(u.id + verb, () => post(`/api/admin/users/${u.id}/${verb}`, body), list.reload);
  const [right, setRight] = useState<{ user: AdminUser; verb: 'grant' | 'revoke'; role: 'moderator' | 'admin' }>();
  const named = (verb: 'grant' | 'revoke', role: 'moderator' | 'admin') => a(`${verb}${role === 'admin' ? 'Admin' : 'Moderator'}`);
  const admin = roles().includes('admin');
  return <>
    <Input label={t('search')} type="search" placeholder={a('search')} value={search} on={setSearch} />
    <Chips label={a('users')} at={status} on={setStatus} all={states.map((s) => [s, s ? aw('user', s) : a('all')])} />
    <Listed list={list} row={(u) => <Card key={u.id} class="stack tight"><div class="row between nowrap"><Who who={u} size={56}>{[u.phone, u.email].filter(Boolean).join(' · ')}</Who><Trust score={u.trustScore} /></div>
      <div class="tags">{u.isSuspended && <Tag tone="bad">{aw('user', 'suspended')}: {u.suspendReason}</Tag>}{u.idVerified && <Tag tone="good" icon="shield">{aw('user', 'id_verified')}</Tag>}{u.idDocumentUrl && !u.idVerified && <Tag tone="wait">{aw('user', 'id_pending')}</Tag>}
        {u.adminRoles?.map((r) => <Tag key={r} tone="brand">{aw('user', r)}</Tag>)}<span class="soft small">{a('since', { date: date(u.createdAt) })}</span></div>
      <div class="row">{u.idDocumentUrl && !u.idVerified && <><a class="button small" href={`/api/admin/users/${u.id}/id-document`} target="_blank" rel="noreferrer">{a('look')}</a>
        <Button small kind="main" busy={busy === u.id + 'verify-id'} onClick={() => void go(u, 'verify-id')}>{a('verify')}</Button><Button small onClick={() => setAsk({ user: u, what: 'reject-id' })}>{a('reject')}</Button></>}
        {u.isSuspended ? <Button small busy={busy === u.id + 'unsuspend'} onClick={() => void go(u, 'unsuspend')}>{a('unsuspend')}</Button> : <Button small kind="danger" onClick={() => setAsk({ user: u, what: 'suspend' })}>{a('suspend')}</Button>}
        {admin && (['moderator', 'admin'] as const).map((role) => {
          const verb = u.adminRoles?.includes(role) ? 'revoke' : 'grant';
          return <Button key={role} small kind="quiet" onClick={() => setRight({ user: u, verb, role })}>{named(verb, role)}</Button>;
        })}</div></Card>} />
    {right && <Confirm title={`${right.user.name ?? '?'}: ${named(right.verb, right.role)}`} text={a(right.role === 'admin' ? 'rightsAdmin' : 'rightsModerator')} yes={named(right.verb, right.role)} danger busy={!!busy} close={() => setRight(undefined)}
      on={() => void go(right.user, right.verb, { role: right.role }).then(() => setRight(undefined))} />}
    {ask && <Ask title={a(ask.what === 'suspend' ? 'suspend' : 'reject')} label={a('reason')} needed danger close={() => setAsk(undefined)} on={async (reason) => { await go(ask.user, ask.what, { reason }); setAsk(undefined); }} />}
  </>;
}

export function Reports() {
  const [status, setStatus] = useState('open');
  const list = usePages<AdminReport>(`/api/admin/reports${query({ status })}`, 'reports');
  const [ask, setAsk] = useState<{ report: AdminReport; verb: 'resolve' | 'dismiss' | 'take-down' | 'suspend' }>();
  const { act } = useAct();
  const place = (r: AdminReport) => (r.type === 'gig' ? `/gigs/${r.subjectId}` : r.type === 'service' ? `/services/${r.subjectId}` : r.type === 'user' ? `/people/${r.subjectId}` : null);
  const run = async (text: string) => {
    const { report: r, verb } = ask!;
    const [path, body] = verb === 'take-down' ? [`/api/admin/${r.type}s/${r.subjectId}/take-down`, { reason: text }]
      : verb === 'suspend' ? [`/api/admin/users/${r.subjectUser!.id}/suspend`, { reason: text }] : [`/api/admin/reports/${r.id}/${verb}`, { note: text }];
    await act(verb, () => post(path, body), list.reload);
    setAsk(undefined);
  };
  return <>
    <Chips label={a('reports')} at={status} on={setStatus} all={['open', 'upheld', 'dismissed'].map((s) => [s, aw('report', s)])} />
    <Listed list={list} row={(r) => <Card key={r.id} class="stack tight"><div class="row between"><Tag tone="info">{aw('type', r.type)}</Tag><span class="soft small">{ago(r.createdAt)}</span></div>
      <h2>{place(r) ? <Link href={place(r)!}>{r.subjectText ?? t('missing.title')}</Link> : r.subjectText ?? t('missing.title')}</h2>
      {r.subjectUser && <Who who={r.subjectUser} size={32} />}<p class="prose">{r.reason}</p><p class="soft small">{a('reportedBy', { name: r.reporter?.name ?? '?' })}{r.note && ` · ${r.note}`}</p>
      {r.status === 'open' && <div class="row"><Button small kind="main" onClick={() => setAsk({ report: r, verb: 'resolve' })}>{a('uphold')}</Button><Button small onClick={() => setAsk({ report: r, verb: 'dismiss' })}>{a('dismiss')}</Button>
        {['gig', 'service', 'review'].includes(r.type) && r.subjectId && r.subjectText !== null && <Button small kind="danger" onClick={() => setAsk({ report: r, verb: 'take-down' })}>{a('takeDown')}</Button>}
        {r.subjectUser && <Button small kind="danger" onClick={() => setAsk({ report: r, verb: 'suspend' })}>{a('suspend')}</Button>}</div>}</Card>} />
    {ask && <Ask title={a(ask.verb === 'resolve' ? 'uphold' : ask.verb === 'dismiss' ? 'dismiss' : ask.verb === 'suspend' ? 'suspend' : 'takeDown')} label={a(ask.verb === 'resolve' || ask.verb === 'dismiss' ? 'note' : 'reason')} needed={ask.verb === 'take-down' || ask.verb === 'suspend'} close={() => setAsk(undefined)} on={run} />}
  </>;
}

const Down = ({ r, children }: { r: RemovedReview; children: ComponentChildren }) => <Card class="stack tight">
  <div class="row between"><Stars value={r.rating} /><span class="soft small">{date(r.createdAt)}</span></div>
  <p>{a('saidOf', { by: r.reviewer?.name ?? '?', of: r.reviewee?.name ?? '?' })}</p>{r.comment && <p class="prose">{r.comment}</p>}
  <p class="soft">{a('downBy', { name: r.removedBy?.name ?? '?', when: dateTime(r.removedAt), reason: r.removedReason })}</p>{children}</Card>;

export function Listings() {
  const [kind, setKind] = useState('gigs');
  const list = usePages<AdminGig & AdminService & RemovedReview>(`/api/admin/${kind}`, kind);
  const { busy, act } = useAct();
  const again = (id: string) => <div><Button small busy={busy === id} onClick={() => void act(id, () => post(`/api/admin/${kind}/${id}/restore`), list.reload)}>{a('restore')}</Button></div>;
  return <>
    <p class="soft">{a('takenDown')}</p>
    <Chips label={a('listings')} at={kind} on={setKind} all={[['gigs', t('browse.gigs')], ['services', t('browse.services')], ['reviews', t('reviews')]]} />
    {kind === 'reviews' ? <Listed list={list} row={(x) => <Down key={x.id} r={x}>{again(x.id)}</Down>} />
      : <Listed list={list} row={(x) => <Card key={x.id} class="stack tight"><h2><Link href={`/${kind}/${x.id}`}>{x.title}</Link></h2><p class="soft">{x.removedReason}</p>{again(x.id)}</Card>} />}
  </>;
}
