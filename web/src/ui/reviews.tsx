import { date, t } from '../lib/i18n';
import type { Review } from '../lib/types';
import { Card, Tag, Who } from './base';
import { Icon } from './icon';

export const Reviews = ({ rows }: { rows: Review[] }) => (
  <div class="list">{rows.map((r) => <Card key={r.id} class="stack tight"><div class="row between"><Who who={r.reviewer}>{date(r.createdAt)}</Who>
    <span class="stars" role="img" aria-label={t('rating.of', { value: r.rating })}>{[1, 2, 3, 4, 5].map((i) => <Icon key={i} name="star" size={16} fill={i <= r.rating} />)}</span></div>
    {!r.visible && <div><Tag tone="wait">{t('review.hidden')}</Tag></div>}
    {r.comment && <p class="prose">{r.comment}</p>}</Card>)}</div>
);

/** One to five stars as radio buttons. */
export function Rate({ value, on }: { value: number; on: (n: number) => void }) {
  return <fieldset><legend>{t('review.stars')}</legend><div class="rate">{[1, 2, 3, 4, 5].map((i) => (
    <label key={i} class={i <= value ? 'on' : ''}><input class="hidden" type="radio" name="stars" value={i} checked={i === value} onChange={() => on(i)} />
      <Icon name="star" size={36} fill={i <= value} label={t('rating.of', { value: i })} /></label>))}</div></fieldset>;
}
