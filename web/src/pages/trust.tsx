import { number, t, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { me } from '../lib/session';
import { Button, Card, Page, Tag, Trust } from '../ui/base';
import { Icon } from '../ui/icon';

const badges = ['first_gig', 'ten_gigs', 'top_rated', 'verified_student', 'fast_responder'];

/** Where the number comes from, and what raises it. */
export default function TrustPage() {
  useTitle(t('trust.title'));
  const u = me.value!;
  const rows: [boolean, string, string][] = [
    [u.phoneVerified, t('person.phone'), '+5'], [u.emailVerified, t('person.email'), '+5'], [u.idVerified, t('trust.id'), '+15'],
    [u.completedGigs > 0, t('trust.completed'), '+15'], [u.rating >= 4, t('trust.rating'), '±'],
  ];
  return <Page title={t('trust.title')} narrow back="/me">
    <Card class="stack"><div class="row nowrap"><Trust score={u.trustScore} /><p>{t('trust.text')}</p></div>
      <ul class="rows">{rows.map(([done, text, points]) => <li key={text}><span class={`tile ${done ? 'hue4' : 'hue1'}`}><Icon name={done ? 'check' : 'clock'} /></span><span class="grow">{text}</span><b class="money">{points}</b></li>)}
        <li><span class="tile hue3"><Icon name="warn" /></span><span class="grow">{t('trust.lost')}</span><b class="money">−10</b></li></ul>
      {!u.idVerified && <Button kind="main" href="/me/edit" icon="shield">{t('trust.getId')}</Button>}</Card>
    <Card class="stack"><h2>{t('badges')}</h2><ul class="rows">{badges.map((b) => { const has = u.badges.includes(b); return <li key={b}><span class={`tile ${has ? 'hue1' : ''}`}><Icon name="star" fill={has} /></span><div class="grow"><h3>{word('badge', b)}</h3><p class="soft small">{word('badgeText', b)}</p></div>{has && <Tag tone="good">{t('badge.earned')}</Tag>}</li>; })}</ul>
      <p class="soft small">{t('badges.count', { n: number(u.badges.length), of: number(badges.length) })}</p></Card></Page>;
}
