// Works as pictures in a grid, and each of them large. Arrow keys leaf through, Escape closes.
import { useEffect, useState } from 'preact/hooks';
import { number } from '../lib/i18n';
import { w, type Work } from '../lib/works';
import { Button, IconButton } from './base';
import { Icon } from './icon';
import { Dialog } from './overlay';

export function Picture({ work }: { work: Work }) {
  return work.imageUrl ? <img src={work.imageUrl} alt="" loading="lazy" decoding="async" /> : <Icon name={work.link ? 'globe' : 'image'} size={32} />;
}

export function Gallery({ works }: { works: Work[] }) {
  const [at, show] = useState(-1);
  return <><ul class="works">{works.map((x, i) => <li key={x.id}><button type="button" class="work" onClick={() => show(i)}><span class="pic"><Picture work={x} /></span><span class="cut">{x.title}</span></button></li>)}</ul>
    {works[at] && <Large works={works} at={at} show={show} />}</>;
}

function Large({ works, at, show }: { works: Work[]; at: number; show: (i: number) => void }) {
  const work = works[at];
  const go = (by: number) => show((at + by + works.length) % works.length);
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.altKey || e.ctrlKey || e.metaKey || works.length < 2) return;
      if (e.key === 'ArrowLeft') go(-1);
      else if (e.key === 'ArrowRight') go(1);
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, [at, works]);
  const url = work.link && /^https?:\/\/./.test(work.link) ? work.link : '';
  return <Dialog title={work.title} wide close={() => show(-1)}>
    {work.imageUrl && <img key={work.id} class="large" src={work.imageUrl} alt={work.title} />}
    {work.description && <p class="prose">{work.description}</p>}
    {url && <a class="button" href={url} target="_blank" rel="noreferrer ugc"><Icon name="globe" size={18} /><span class="cut">{w('open', { host: url.split('/')[2] })}</span></a>}
    {works.length > 1 && <div class="row between"><IconButton icon="next" class="turned" label={w('previous')} onClick={() => go(-1)} /><span class="soft" aria-live="polite">{w('at', { n: number(at + 1), of: number(works.length) })}</span><IconButton icon="next" label={w('next')} onClick={() => go(1)} /></div>}
  </Dialog>;
}

/** What a profile has of it: a stranger sees works, the person also that there are none. */
export function Portfolio({ works, mine }: { works: Work[]; mine: boolean }) {
  if (!works.length && !mine) return null;
  return <section class="stack"><div class="sectionhead"><h2>{w('title')}</h2>{mine && works.length > 0 && <Button small href="/me/portfolio" icon="edit">{w('edit')}</Button>}</div>
    {works.length ? <Gallery works={works} /> : <div class="card stack"><p>{w('none')}</p><p class="soft">{w('noneText')}</p><div><Button href="/me/portfolio" icon="plus">{w('add')}</Button></div></div>}</section>;
}
