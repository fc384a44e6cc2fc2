import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { patch, post } from '../lib/api';
import { uploading } from '../lib/files';
import { dropDraft, hasDraft, useForm } from '../lib/form';
import { date, moneyRange, t, word } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { askPlace, placeState, type Place } from '../lib/place';
import { invalidate, put, useGet } from '../lib/query';
import type { Attachment, Category, Gig } from '../lib/types';
import { Button, Card, Facts, Failure, Files, Loading, Notice, Page } from '../ui/base';
import { categoryName } from '../ui/cards';
import { Choice, FilePicker, Input, Money, Select, TextArea, Words } from '../ui/fields';
import { toast } from '../ui/toast';

interface Draft {
  title: string; description: string; category: string; skills: string[]; budgetType: Gig['budgetType']; budgetMin: number | null; budgetMax: number | null;
  deadline: string; place: string; at: Place | null; attachments: Attachment[]; step: number;
}
const blank: Draft = { title: '', description: '', category: '', skills: [], budgetType: 'fixed', budgetMin: null, budgetMax: null, deadline: '', place: '', at: null, attachments: [], step: 0 };
const steps = ['what', 'money', 'check'] as const;
const at: Record<string, number> = { title: 0, description: 0, category: 0, skills: 0, attachments: 0, budgetType: 1, budgetMin: 1, budgetMax: 1, deadline: 1, place: 1 };
const day = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60000).toISOString().slice(0, 10);
const endOfDay = (d: string) => new Date(`${d}T23:59:59`).getTime();

export default function Post({ id }: { id?: string }) {
  const old = useGet<Gig>(id ? `/api/gigs/${id}` : null);
  if (id && old.error) return <Failure page error={old.error} retry={old.reload} />;
  if (id && !old.data) return <Loading cards={1} />;
  return <Form key={id} gig={old.data} />;
}

function Form({ gig }: { gig?: Gig }) {
  const draft = gig ? undefined : 'gig';
  const [resumed] = useState(() => !gig && hasDraft('gig'));
  const form = useForm<Draft>(() => (gig ? {
    ...blank, title: gig.title, description: gig.description, category: gig.category ?? '', skills: gig.skills, budgetType: gig.budgetType, budgetMin: gig.budgetMin,
    budgetMax: gig.budgetMax, deadline: gig.deadline ? day(gig.deadline) : '', place: gig.place ?? '', attachments: gig.attachments,
    at: gig.latitude !== undefined && gig.longitude !== undefined ? { latitude: gig.latitude, longitude: gig.longitude } : null,
  } : blank), draft);
  const { v, set, errors } = form;
  const [, go] = useLocation();
  const categories = useGet<{ categories: Category[] }>('/api/categories').data?.categories ?? [];
  const title = t(gig ? 'post.edit' : 'post.title');
  useTitle(title);
  const first = Object.keys(errors).filter((k) => errors[k]).map((k) => at[k] ?? 2).sort()[0];
  useEffect(() => {
    if (first !== undefined && first < v.step) set('step', first);
  }, [first]);

  const check = (step: number): boolean => {
    const e: Partial<Record<keyof Draft, string>> = {};
    if (step === 0) {
      if (v.title.trim().length < 3) e.title = t('post.titleShort');
      if (!v.description.trim()) e.description = t('post.descriptionMissing');
      if (!v.category) e.category = t('post.categoryMissing');
    } else if (step === 1) {
      if (!v.budgetMin) e.budgetMin = t('post.budgetMissing');
      if (v.budgetMin && v.budgetMax && v.budgetMax < v.budgetMin) e.budgetMax = t('post.budgetOrder');
      if (v.deadline && endOfDay(v.deadline) < Date.now()) e.deadline = t('post.deadlinePast');
    }
    form.fail(e);
    return !Object.keys(e).length;
  };
  const next = async () => {
    if (!check(v.step)) return;
    if (v.step < 2) {
      set('step', v.step + 1);
      scrollTo(0, 0);
      return;
    }
    const body = {
      title: v.title.trim(), description: v.description.trim(), category: v.category, skills: v.skills, budgetType: v.budgetType, budgetMin: v.budgetMin, budgetMax: v.budgetMax ?? v.budgetMin,
      deadline: v.deadline ? endOfDay(v.deadline) : null, attachments: v.attachments.map((a) => a.id), ...(v.at ?? {}), ...(v.place.trim() ? { place: v.place.trim() } : gig ? { place: null } : {}),
    };
    let made: Gig | undefined;
    if (await form.submit(async () => (made = gig ? await patch<Gig>(`/api/gigs/${gig.id}`, body) : await post<Gig>('/api/gigs', body)))) {
      put(`/api/gigs/${made!.id}`, made);
      invalidate('/api/gigs?', '/api/gigs/my-gigs');
      toast(t(gig ? 'saved' : 'post.done'), 'good');
      go(`/gigs/${made!.id}`, { replace: true });
    }
  };
  return <Page title={title} narrow back={gig ? `/gigs/${gig.id}` : undefined}>
    {!gig && <p class="soft">{t('post.service')} <a href="/offer" onClick={(e) => { e.preventDefault(); go('/offer'); }}>{t('offer.title')}</a></p>}
    <div class="stack tight"><div class="progress" aria-hidden="true">{steps.map((s, i) => <i key={s} class={i <= v.step ? 'on' : ''} />)}</div>
      <p class="soft small" role="status">{t('step', { n: v.step + 1, of: 3 })}: {t(`post.step.${steps[v.step]}`)}</p></div>
    {resumed && v.step === 0 && v.title && <Notice tone="wait" icon="edit">{t('draft.kept')} <Button small kind="quiet" onClick={() => { dropDraft('gig'); form.replace(blank); }}>{t('draft.drop')}</Button></Notice>}
    <form noValidate class="stack" onSubmit={(e) => { e.preventDefault(); void next(); }}>
      <Card class="stack">
        {v.step === 0 && <>
          <Input label={t('post.name')} hint={t('post.nameHint')} maxLength={200} autofocus={!gig} value={v.title} on={(x) => set('title', x)} error={errors.title} />
          <Select label={t('category')} value={v.category} on={(x) => set('category', x)} error={errors.category} options={[['', t('choose')], ...categories.map((c): [string, string] => [c.slug, categoryName(c)])]} />
          <TextArea label={t('post.description')} hint={t('post.descriptionHint')} rows={7} max={10000} value={v.description} on={(x) => set('description', x)} error={errors.description} />
          <Words label={t('post.skills')} optional value={v.skills} on={(x) => set('skills', x)} error={errors.skills} />
          <FilePicker label={t('files')} value={v.attachments} on={(x) => set('attachments', x)} />
        </>}
        {v.step === 1 && <>
          <Choice label={t('post.budgetType')} value={v.budgetType} on={(x) => set('budgetType', x)} options={(['fixed', 'hourly', 'milestone'] as const).map((b) => ({ value: b, text: t(`budget.${b}`), hint: t(`budget.${b}Hint`) }))} />
          <div class="pair"><Money label={t('filter.min')} value={v.budgetMin} on={(x) => set('budgetMin', x)} error={errors.budgetMin} />
            <Money label={t('filter.max')} optional hint={t('post.maxHint')} value={v.budgetMax} on={(x) => set('budgetMax', x)} error={errors.budgetMax} /></div>
          <Input label={t('gig.deadline')} optional type="date" min={day(Date.now())} value={v.deadline} on={(x) => set('deadline', x)} error={errors.deadline} />
          <Input label={t('gig.place')} optional hint={t('post.placeHint')} maxLength={200} value={v.place} on={(x) => set('place', x)} error={errors.place} />
          <div class="row"><Button small icon={v.at ? 'check' : 'pin'} busy={placeState.value === 'asking'} onClick={() => void askPlace().then((p) => p && set('at', p))}>{t(v.at ? 'post.hereSet' : 'post.here')}</Button><span class="hint" role="status">{t(placeState.value === 'denied' ? 'near.denied' : placeState.value === 'insecure' ? 'near.insecure' : 'post.hereHint')}</span></div>
        </>}
        {v.step === 2 && <>
          <h2>{v.title}</h2><p class="prose">{v.description}</p>
          {v.skills.length > 0 && <div class="tags">{v.skills.map((s) => <span class="tag plain" key={s}>{s}</span>)}</div>}
          <Files files={v.attachments} />
          <Facts rows={[[t('category'), word('category', v.category)], [t(`budget.${v.budgetType}`), moneyRange(v.budgetMin ?? 0, v.budgetMax ?? v.budgetMin ?? 0)],
            [t('gig.deadline'), v.deadline ? date(endOfDay(v.deadline)) : t('none')], ...(v.place ? [[t('gig.place'), v.place] as [string, string]] : [])]} />
          <Notice tone="brand" icon="shield">{t('post.free')}</Notice>
        </>}
      </Card>
      <div class="formfoot">{v.step > 0 ? <Button onClick={() => set('step', v.step - 1)}>{t('back')}</Button> : <span />}
        <Button type="submit" kind="main" busy={form.busy || uploading.value > 0}>{v.step < 2 ? t('continue') : t(gig ? 'save' : 'post.publish')}</Button></div>
    </form>
  </Page>;
}
