// One's own works: added, changed, put in order, taken away.
import { useEffect, useRef, useState } from 'preact/hooks';
import { patch, post, remove } from '../lib/api';
import { upload } from '../lib/files';
import { useForm } from '../lib/form';
import { number, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { put, useGet } from '../lib/query';
import { me } from '../lib/session';
import { w, WORKS_MAX, worksOf, type Work, type Works } from '../lib/works';
import { Button, Card, Empty, Failure, IconButton, Loading, Notice, Page } from '../ui/base';
import { Input, TextArea } from '../ui/fields';
import { Picture } from '../ui/gallery';
import { Icon } from '../ui/icon';
import { Confirm, Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';

export default function PortfolioPage() {
  const path = worksOf(me.value!.id);
  const { data, error, reload } = useGet<Works>(path);
  const [open, edit] = useState<Work | 'new'>();
  const [going, drop] = useState<Work>();
  const [said, say] = useState('');
  const list = useRef<HTMLUListElement>(null), held = useRef('');
  useTitle(w('title'));
  useEffect(() => { // the button that was pressed moved with its work, and may be off now
    if (!held.current) return;
    const [id, way] = held.current.split(' ');
    const row = list.current?.querySelector(`[data-id="${id}"]`);
    (row?.querySelector<HTMLElement>(`[data-way="${way}"]:not(:disabled)`) ?? row?.querySelector<HTMLElement>('[data-way]:not(:disabled)'))?.focus();
    held.current = '';
  }, [data]);
  if (error && !data) return <Failure page error={error} retry={reload} />;
  if (!data) return <Loading cards={2} />;
  const works = data.portfolio;
  const keep = (portfolio: Work[]) => put<Works>(path, { ...data, portfolio });
  const move = (work: Work, by: number) => {
    const rest = works.filter((x) => x.id !== work.id), to = works.indexOf(work) + by;
    held.current = `${work.id} ${by}`;
    keep([...rest.slice(0, to), work, ...rest.slice(to)]);
    say(w('moved', { title: work.title, n: number(to + 1), of: number(works.length) }));
    patch(`/api/portfolio/${work.id}`, { position: to }).catch((e) => {
      toast(e.message, 'bad');
      void reload();
    });
  };
  const done = (work: Work) => {
    keep(works.some((x) => x.id === work.id) ? works.map((x) => (x.id === work.id ? work : x)) : [...works, work]);
    edit(undefined);
    toast(t('saved'), 'good');
  };
  const full = works.length >= WORKS_MAX;
  const add = <Button kind="main" icon="plus" onClick={() => edit('new')}>{w('add')}</Button>;
  return <Page title={w('title')} narrow back={`/people/${me.value!.id}`}>
    <p class="soft">{w('text')}</p>
    {works.length ? <Card><ul class="rows" ref={list}>{works.map((x, i) => <li key={x.id} data-id={x.id} class="workrow"><span class="thumb"><Picture work={x} /></span><div class="grow"><b>{x.title}</b></div>
      <div><IconButton icon="down" class="turned" data-way="-1" disabled={i === 0} label={w('first', { title: x.title })} onClick={() => move(x, -1)} />
        <IconButton icon="down" data-way="1" disabled={i === works.length - 1} label={w('later', { title: x.title })} onClick={() => move(x, 1)} />
        <IconButton icon="edit" label={w('editOne', { title: x.title })} onClick={() => edit(x)} />
        <IconButton icon="trash" label={w('remove', { title: x.title })} onClick={() => drop(x)} /></div></li>)}</ul></Card>
      : <Empty icon="image" title={w('none')} text={w('noneText')}>{add}</Empty>}
    {full ? <Notice icon="info">{w('full')}</Notice> : works.length > 0 && <div>{add}</div>}
    <span class="hidden" role="status">{said}</span>
    {open && <Form work={open === 'new' ? undefined : open} close={() => edit(undefined)} done={done} />}
    {going && <Confirm title={w('removeTitle')} text={w('removeText', { title: going.title })} yes={t('delete')} danger close={() => drop(undefined)}
      on={() => void remove(`/api/portfolio/${going.id}`).then(() => { keep(works.filter((x) => x.id !== going.id)); drop(undefined); }, (e) => toast(e.message, 'bad'))} />}
  </Page>;
}

function Form({ work, close, done }: { work?: Work; close: () => void; done: (work: Work) => void }) {
  const form = useForm({ title: work?.title ?? '', description: work?.description ?? '', link: work?.link ?? '', image: work?.imageUrl ?? '' });
  const { v, set, errors } = form;
  const [busy, wait] = useState(false);
  const take = async (file?: File) => {
    if (!file) return;
    wait(true);
    try {
      set('image', (await upload(file, 'portfolio')).url);
    } catch (e) {
      toast((e as Error).message, 'bad');
    } finally {
      wait(false);
    }
  };
  const save = async () => {
    const link = v.link.trim().replace(/^(?=[\w-]+\.[\w.-]+(\/|$))/, 'https://'); // as people write addresses
    if (!v.title.trim()) return form.fail({ title: t('required') });
    const body = { title: v.title.trim(), description: v.description.trim() || null, link: link || null, ...(v.image !== (work?.imageUrl ?? '') ? { image: v.image || null } : {}) };
    let made: Work;
    if (await form.submit(async () => (made = work ? await patch<Work>(`/api/portfolio/${work.id}`, body) : await post<Work>('/api/portfolio', body)))) done(made!);
  };
  return <Dialog title={w(work ? 'change' : 'add')} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={form.busy} disabled={busy} onClick={() => void save()}>{t('save')}</Button></>}>
    <form class="stack" noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
      <Input label={w('name')} autofocus maxLength={200} value={v.title} on={(x) => set('title', x)} error={errors.title} />
      <div class="field"><span class="label">{w('picture')}<span class="soft small"> {t('optional')}</span></span>{v.image && <img class="large" src={v.image} alt="" />}
        <div class="row"><label class="button small">{busy ? <span class="spinner" /> : <Icon name="image" size={16} />}<span>{w(v.image ? 'other' : 'choose')}</span>
          <input class="hidden" type="file" accept="image/*" onChange={(e) => { void take(e.currentTarget.files?.[0]); e.currentTarget.value = ''; }} /></label>
          {v.image && <Button small kind="quiet" onClick={() => set('image', '')}>{w('noPicture')}</Button>}</div>
        {errors.image && <div class="error" role="alert"><Icon name="warn" size={16} />{errors.image}</div>}</div>
      <TextArea label={w('description')} optional max={5000} value={v.description} on={(x) => set('description', x)} error={errors.description} />
      <Input label={w('link')} optional type="url" inputMode="url" hint={w('linkHint')} maxLength={500} value={v.link} on={(x) => set('link', x)} error={errors.link} />
      <button type="submit" class="hidden" tabIndex={-1} aria-hidden="true">{t('save')}</button>
    </form></Dialog>;
}
