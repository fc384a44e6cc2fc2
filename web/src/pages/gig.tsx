import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { post, remove } from '../lib/api';
import { ago, date, money, number, t, tn, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, put, useGet, useLive } from '../lib/query';
import { config, me } from '../lib/session';
import type { Application, Gig, Order, User } from '../lib/types';
import { Button, Card, Facts, Failure, Files, IconButton, Loading, Notice, Page, Status, Tag, Who } from '../ui/base';
import { Budget, Tile } from '../ui/cards';
import { Confirm } from '../ui/overlay';
import { toast } from '../ui/toast';
import { Apply } from './apply';
import { Boost } from './boost';
import { Report } from './report';

export default function GigPage({ id }: { id: string }) {
  const path = `/api/gigs/${id}`;
  const { data: gig, error, reload } = useLive<Gig>(path);
  const owner = useGet<User>(gig ? `/api/users/${gig.clientId}` : null).data;
  const mine = !!gig && gig.clientId === me.value?.id;
  const own = useLive<{ applications: Application[] }>(me.value && gig && !mine ? '/api/applications/my-applications?limit=100' : null);
  const application = own.data?.applications.find((a) => a.gigId === id && a.status !== 'withdrawn');
  const orders = useGet<{ orders: Order[] }>(application?.status === 'accepted' ? '/api/orders?limit=100' : null).data?.orders;
  const made = orders?.find((o) => o.gigId === id);
  const saved = useLive<{ gigs: Gig[] }>(me.value && gig && !mine ? '/api/gigs/saved?limit=100' : null);
  const keeps = !!saved.data?.gigs.some((g) => g.id === id);
  const [dialog, setDialog] = useState<'' | 'apply' | 'delete' | 'boost' | 'report' | 'withdraw'>('');
  const [busy, setBusy] = useState(false);
  const [, go] = useLocation();
  useTitle(gig?.title);
  if (error && !gig) return <Failure page error={error} retry={reload} />;
  if (!gig) return <Loading cards={2} />;
  const act = async (fn: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await fn();
      toast(said, 'good');
      setDialog('');
    } catch (e) {
      toast((e as Error).message, 'bad');
    } finally {
      setBusy(false);
    }
  };
  const change = (verb: 'close' | 'reopen', said: string) => act(async () => {
    put(path, await post<Gig>(`${path}/${verb}`));
    invalidate('/api/gigs/my-gigs');
  }, said);
  const fee = config.value ? gig.budgetMax - Math.floor((gig.budgetMax * config.value.feeBasisPoints) / 10000) : 0;
  const save = () => void (keeps ? remove(`${path}/save`) : post(`${path}/save`)).then(() => (invalidate('/api/gigs/saved'), toast(t(keeps ? 'saved.removed' : 'saved.added'), 'good')), (e) => toast(e.message, 'bad'));
  return <Page title={gig.title} back="/gigs" actions={saved.data && <IconButton icon="heart" fill={keeps} aria-pressed={keeps} label={t(keeps ? 'saved.remove' : 'saved.add')} onClick={save} />}><div class="two">
    <div class="stack">
      <Card class="stack">
        <div class="row"><Tile category={gig.category} /><Link href={`/gigs?category=${gig.category}`}>{word('category', gig.category)}</Link><Status of="gig" value={gig.status} />
          {gig.isBoosted && <Tag tone="wait" icon="bolt">{t('gig.boosted')}</Tag>}</div>
        <p class="prose">{gig.description}</p>
        {gig.skills.length > 0 && <div class="tags" aria-label={t('profile.skills')} role="group">{gig.skills.map((s) => <Link key={s} href={`/gigs?skills=${encodeURIComponent(s)}`} class="tag plain">{s}</Link>)}</div>}
        <Files files={gig.attachments} />
      </Card>
      <Card class="stack"><h2>{t('gig.client')}</h2>
        {owner ? <><Who who={owner}>{[owner.university, t('person.since', { date: date(owner.createdAt) })].filter(Boolean).join(' · ')}</Who>{owner.bio && <p class="soft">{owner.bio}</p>}</> : <Loading cards={1} />}
        {me.value && !mine && <div class="row"><Button small icon="chat" href={`/chats/with?user=${gig.clientId}&gig=${id}`}>{t('person.message')}</Button><Button kind="quiet" small icon="flag" onClick={() => setDialog('report')}>{t('report')}</Button></div>}</Card>
    </div>
    <aside class="stack">
      <Card class="stack">
        <div><div class="soft small">{t(`budget.${gig.budgetType}`)}</div><div class="big"><Budget gig={gig} /></div></div>
        <Facts rows={[
          ...(gig.deadline ? [[t('gig.deadline'), date(gig.deadline)] as [string, string]] : []), [t('gig.posted'), ago(gig.createdAt)],
          [t('gig.applicants'), number(gig.applicationsCount)], [t('gig.views'), number(gig.viewsCount)], ...(gig.place ? [[t('gig.place'), gig.place] as [string, string]] : [])]} />
        {mine ? <>
          <Button kind="main" wide href={`/gigs/${id}/applicants`}>{gig.applicationsCount ? tn('gig.compare', gig.applicationsCount) : t('applicants.title')}</Button>
          {gig.status === 'open' && <><Button wide icon="edit" href={`/gigs/${id}/edit`}>{t('edit')}</Button><Button wide icon="bolt" onClick={() => setDialog('boost')}>{t('boost.title')}</Button>
            <Button wide busy={busy} onClick={() => void change('close', t('gig.closed'))}>{t('gig.close')}</Button></>}
          {gig.status === 'cancelled' && <Button wide busy={busy} onClick={() => void change('reopen', t('gig.reopened'))}>{t('gig.reopen')}</Button>}
          {gig.status !== 'in_progress' && gig.status !== 'completed' && <Button wide kind="danger" icon="trash" onClick={() => setDialog('delete')}>{t('delete')}</Button>}
        </> : application ? <>
          <Notice tone={application.status === 'accepted' ? 'good' : 'brand'} icon="check"><b>{word('application', application.status)}</b><div>{application.amount ? t('apply.offered', { amount: money(application.amount) }) : t('apply.asBudget')}</div></Notice>
          {application.status === 'pending' && <Button wide onClick={() => setDialog('withdraw')}>{t('apply.withdraw')}</Button>}
          {application.status === 'accepted' && <Button wide kind="main" href={made ? `/orders/${made.id}` : '/work'}>{t('apply.toOrder')}</Button>}
        </> : gig.status === 'open' ? <>
          <Button kind="main" wide onClick={() => (me.value ? setDialog('apply') : go(`/sign-in?to=/gigs/${id}`))}>{t('apply.title')}</Button>
          <p class="soft small">{t('gig.earn', { amount: money(fee), fee: number(config.value?.feePercent ?? 0, 2) })}</p>
        </> : <Notice>{t('gig.notOpen')}</Notice>}
      </Card>
      <Notice tone="brand" icon="shield">{t('escrow.note')}</Notice>
    </aside></div>
    {dialog === 'apply' && <Apply gig={gig} close={() => setDialog('')} />}
    {dialog === 'boost' && <Boost gig={gig} close={() => setDialog('')} />}
    {dialog === 'report' && <Report type="gig" id={id} close={() => setDialog('')} />}
    {dialog === 'delete' && <Confirm title={t('gig.delete')} text={t('gig.deleteText')} yes={t('delete')} danger busy={busy} close={() => setDialog('')}
      on={() => void act(async () => { await remove(path); invalidate('/api/gigs'); go('/work/posted', { replace: true }); }, t('deleted'))} />}
    {dialog === 'withdraw' && application && <Confirm title={t('apply.withdraw')} text={t('apply.withdrawText')} yes={t('apply.withdraw')} busy={busy} close={() => setDialog('')}
      on={() => void act(async () => { await post(`/api/applications/${application.id}/withdraw`); invalidate('/api/applications', path); }, t('apply.withdrawn'))} />}
  </Page>;
}
