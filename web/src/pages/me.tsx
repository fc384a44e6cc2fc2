import { Link } from 'wouter-preact';
import { money, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { me, signOut, unread } from '../lib/session';
import { Avatar, Card, Page, Stars, Tag, Trust } from '../ui/base';
import { Icon, type IconName } from '../ui/icon';

export default function Me() {
  useTitle(t('nav.me'));
  const u = me.value!;
  const row = (href: string, icon: IconName, text: string, extra?: string) => <Link href={href}><Icon name={icon} /><span>{text}</span>{extra && <span class="soft">{extra}</span>}<Icon name="next" /></Link>;
  return <Page title={t('nav.me')} narrow>
    <Card class="stack"><div class="row nowrap"><Avatar who={u} size={56} /><div class="grow stack tight"><h2>{u.name || t('person.unnamed')}</h2><p class="soft">{u.phone ?? u.email}</p>
      <div class="row"><Stars value={u.rating} count={u.reviewsCount} />{u.idVerified && <Tag tone="good" icon="shield">{t('person.verified')}</Tag>}</div></div>
      <Link href="/me/trust" aria-label={t('trust.score', { score: u.trustScore })}><Trust score={u.trustScore} /></Link></div></Card>
    <Card class="menu">
      {row('/wallet', 'wallet', t('wallet.title'), u.walletBalance !== undefined ? money(u.walletBalance) : undefined)}
      {row('/work', 'bag', t('nav.work'))}
      {row('/me/saved', 'heart', t('saved.title'))}
      {row('/me/buddies', 'user', t('buddies.title'))}
      {row('/notifications', 'bell', t('nav.notifications'), unread.value ? String(unread.value) : undefined)}
      {row('/me/alerts', 'bell', t('alerts.title'))}
      {row(`/people/${u.id}`, 'user', t('me.public'))}
      {row('/me/portfolio', 'image', t('profile.portfolio'))}
      {row('/me/edit', 'edit', t('profile.edit'))}
      {row('/me/trust', 'shield', t('trust.title'))}
      {row('/me/data', 'file', t('data.title'))}
      {row('/me/settings', 'gear', t('settings.title'))}
      {(u as { adminRoles?: string[] }).adminRoles?.length ? row('/admin', 'chart', t('admin')) : null}
      <button type="button" onClick={() => void signOut()}><Icon name="logout" /><span>{t('signout')}</span></button>
    </Card></Page>;
}
