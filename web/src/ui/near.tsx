// Gigs around the reader, once he has said where he is.
import { query } from '../lib/api';
import { t } from '../lib/i18n';
import { askPlace, here, placeState } from '../lib/place';
import { useGet } from '../lib/query';
import type { Gig } from '../lib/types';
import { Button, Card, Failure, Skeleton } from './base';
import { GigCard } from './cards';
import { Icon } from './icon';

const RADIUS_M = 5000;
export function Near() {
  const at = here.value, state = placeState.value;
  const { data, error, reload } = useGet<{ gigs: { gig: Gig; distance: number }[] }>(at ? '/api/gigs/near' + query({ ...at, radius: RADIUS_M, limit: 6 }) : null);
  return <section aria-labelledby="h-near"><div class="sectionhead"><h2 id="h-near">{t('near.title')}</h2></div>
    {!at ? <Card class="row between"><p class="row nowrap grow text"><Icon name="pin" size={24} /><span role="status">{t(state === 'denied' ? 'near.denied' : state === 'insecure' ? 'near.insecure' : 'near.text')}</span></p>
      {state !== 'insecure' && <Button busy={state === 'asking'} onClick={() => void askPlace()}>{t('near.show')}</Button>}</Card>
      : data ? data.gigs.length ? <div class="grid">{data.gigs.map(({ gig, distance }) => <GigCard key={gig.id} gig={gig} distance={distance} />)}</div> : <Card><p class="soft">{t('near.none')}</p></Card>
      : error ? <Failure error={error} retry={reload} /> : <div class="grid">{[0, 1, 2].map((i) => <Skeleton key={i} card lines={6} />)}</div>}
  </section>;
}
