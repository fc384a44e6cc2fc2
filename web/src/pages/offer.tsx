import { useLocation } from 'wouter-preact';
import { patch, post } from '../lib/api';
import { uploading } from '../lib/files';
import { useForm } from '../lib/form';
import { digits, money, number, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate, put, useGet } from '../lib/query';
import { config } from '../lib/session';
import type { Attachment, Category, Service } from '../lib/types';
import { Button, Card, Failure, Loading, Page } from '../ui/base';
import { categoryName } from '../ui/cards';
import { FilePicker, Input, Money, Select, TextArea, Words } from '../ui/fields';
import { toast } from '../ui/toast';

interface Draft { title: string; description: string; category: string; skills: string[]; price: number | null; deliveryTime: string; revisions: string; features: string[]; images: Attachment[] }
const blank: Draft = { title: '', description: '', category: '', skills: [], price: null, deliveryTime: '', revisions: '1', features: [], images: [] };

export default function Offer({ id }: { id?: string }) {
  const old = useGet<Service>(id ? `/api/services/${id}` : null);
  if (id && old.error) return <Failure page error={old.error} retry={old.reload} />;
  if (id && !old.data) return <Loading cards={1} />;
  return <Form key={id} service={old.data} />;
}

function Form({ service }: { service?: Service }) {
  const form = useForm<Draft>(() => (service ? {
    title: service.title, description: service.description, category: service.category ?? '', skills: service.skills, price: service.price,
    deliveryTime: service.deliveryTime ? String(service.deliveryTime) : '', revisions: String(service.revisions), features: service.features, images: service.images,
  } : blank), service ? undefined : 'service');
  const { v, set, errors } = form;
  const [, go] = useLocation();
  const categories = useGet<{ categories: Category[] }>('/api/categories').data?.categories ?? [];
  const title = t(service ? 'offer.edit' : 'offer.title');
  useTitle(title);
  const save = async () => {
    const e: Partial<Record<keyof Draft, string>> = {};
    if (v.title.trim().length < 3) e.title = t('post.titleShort');
    if (!v.description.trim()) e.description = t('post.descriptionMissing');
    if (!v.category) e.category = t('post.categoryMissing');
    if (!v.price) e.price = t('post.budgetMissing');
    if (v.deliveryTime && !(Number(v.deliveryTime) >= 1 && Number(v.deliveryTime) <= 365)) e.deliveryTime = t('offer.daysBad');
    form.fail(e);
    if (Object.keys(e).length) return;
    const body = {
      title: v.title.trim(), description: v.description.trim(), category: v.category, skills: v.skills, price: v.price, revisions: Number(v.revisions), features: v.features,
      images: v.images.map((i) => i.id), ...(v.deliveryTime ? { deliveryTime: Number(v.deliveryTime) } : {}),
    };
    let made: Service | undefined;
    if (await form.submit(async () => (made = service ? await patch<Service>(`/api/services/${service.id}`, body) : await post<Service>('/api/services', body)))) {
      put(`/api/services/${made!.id}`, made);
      invalidate('/api/services');
      toast(t(service ? 'saved' : 'offer.done'), 'good');
      go(`/services/${made!.id}`, { replace: true });
    }
  };
  const fee = v.price ? Math.floor((v.price * (config.value?.feeBasisPoints ?? 0)) / 10000) : 0;
  return <Page title={title} narrow back={service ? `/services/${service.id}` : undefined}>
    <p class="soft">{t('offer.text')}</p>
    <form noValidate class="stack" onSubmit={(e) => { e.preventDefault(); void save(); }}><Card class="stack">
      <Input label={t('offer.name')} hint={t('offer.nameHint')} maxLength={200} value={v.title} on={(x) => set('title', x)} error={errors.title} />
      <Select label={t('category')} value={v.category} on={(x) => set('category', x)} error={errors.category} options={[['', t('choose')], ...categories.map((c): [string, string] => [c.slug, categoryName(c)])]} />
      <TextArea label={t('offer.description')} rows={6} max={10000} value={v.description} on={(x) => set('description', x)} error={errors.description} />
      <Money label={t('offer.price')} hint={v.price ? t('offer.get', { amount: money(v.price - fee), percent: number(config.value?.feePercent ?? 0, 2) }) : undefined} value={v.price} on={(x) => set('price', x)} error={errors.price} />
      <div class="pair"><Input label={t('offer.delivery')} optional inputMode="numeric" value={v.deliveryTime} on={(x) => set('deliveryTime', digits(x).replace(/\D/g, ''))} error={errors.deliveryTime} />
        <Select label={t('offer.revisions')} value={v.revisions} on={(x) => set('revisions', x)} options={[...['0', '1', '2', '3', '5'].map((n): [string, string] => [n, number(Number(n))]), ['-1', t('offer.unlimited')]]} /></div>
      <Words label={t('offer.features')} optional value={v.features} on={(x) => set('features', x)} />
      <Words label={t('profile.skills')} optional value={v.skills} on={(x) => set('skills', x)} />
      <FilePicker label={t('offer.pictures')} purpose="gig_image" accept="image/*" max={5} value={v.images} on={(x) => set('images', x)} />
    </Card><div class="formfoot"><span /><Button type="submit" kind="main" busy={form.busy || uploading.value > 0}>{t(service ? 'save' : 'offer.publish')}</Button></div></form>
  </Page>;
}
