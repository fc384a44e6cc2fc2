import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { patch, post } from '../lib/api';
import { upload } from '../lib/files';
import { useForm } from '../lib/form';
import { digits, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { invalidate } from '../lib/query';
import { me, use } from '../lib/session';
import type { User } from '../lib/types';
import { Avatar, Button, Card, Notice, Page, Tag } from '../ui/base';
import { Input, Money, Select, Switch, TextArea, Words } from '../ui/fields';
import { Icon } from '../ui/icon';
import { toast } from '../ui/toast';

const AVATAR_SIDE = 400;

export default function Profile() {
  useTitle(t('profile.edit'));
  const u = me.value!;
  const form = useForm({
    name: u.name ?? '', bio: u.bio ?? '', university: u.university ?? '', course: u.course ?? '', year: u.year ? String(u.year) : '', place: u.place ?? '',
    skills: u.skills, available: u.available, doer: u.roles.includes('doer'), client: u.roles.includes('client'), email: u.email ?? '',
    portfolioUrls: u.portfolioUrls ?? [], hourlyRate: u.hourlyRate ?? null,
  });
  const { v, set, errors } = form;
  const [busy, setBusy] = useState('');
  const code = useForm({ otp: '' });
  const [, go] = useLocation();
  const save = async () => {
    if (!v.name.trim()) return form.fail({ name: t('required') });
    const text = (s: string) => s.trim() || null;
    const body = {
      name: v.name.trim(), bio: text(v.bio), university: text(v.university), course: text(v.course), place: text(v.place), skills: v.skills, available: v.available, portfolioUrls: v.portfolioUrls, hourlyRate: v.hourlyRate,
      roles: [...(v.doer ? ['doer'] : []), ...(v.client ? ['client'] : [])], ...(v.year ? { year: Number(v.year) } : {}), ...(v.email.trim() && v.email.trim() !== u.email ? { email: v.email.trim() } : {}),
    };
    if (await form.submit(async () => use(await patch<User>('/api/users/me', body)))) {
      invalidate(`/api/users/${u.id}`);
      toast(t('saved'), 'good');
      if (!('email' in body)) go('/me');
    }
  };
  const picture = async (file: File | undefined, kind: 'avatar' | 'id_document') => {
    if (!file) return;
    setBusy(kind);
    try {
      const f = await upload(file, kind, kind === 'avatar' ? AVATAR_SIDE : undefined);
      use(await patch<User>('/api/users/me', kind === 'avatar' ? { avatarUrl: f.url } : { idDocumentUrl: f.url }));
      toast(t(kind === 'avatar' ? 'saved' : 'profile.idSent'), 'good');
    } catch (e) {
      toast((e as Error).message, 'bad');
    } finally {
      setBusy('');
    }
  };
  return <Page title={t('profile.edit')} narrow back="/me"><form class="stack" noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
    <Card class="stack"><div class="row"><Avatar who={me.value!} size={88} /><label class="button small">{busy === 'avatar' ? <span class="spinner" /> : <Icon name="image" size={16} />}<span>{t('profile.picture')}</span>
      <input class="hidden" type="file" accept="image/*" onChange={(e) => void picture(e.currentTarget.files?.[0], 'avatar')} /></label></div>
      <Input label={t('profile.name')} autocomplete="name" maxLength={120} value={v.name} on={(x) => set('name', x)} error={errors.name} />
      <TextArea label={t('profile.bio')} optional max={2000} value={v.bio} on={(x) => set('bio', x)} error={errors.bio} />
      <Words label={t('profile.skills')} value={v.skills} on={(x) => set('skills', x)} error={errors.skills} />
      <Words label={t('profile.portfolio')} optional hint={t('profile.portfolioHint')} max={10} value={v.portfolioUrls} on={(x) => set('portfolioUrls', x)} error={errors.portfolioUrls} />
      <Money label={t('profile.rate')} optional value={v.hourlyRate} on={(x) => set('hourlyRate', x)} error={errors.hourlyRate} />
      <Switch label={t('profile.available')} hint={t('profile.availableHint')} value={v.available} on={(x) => set('available', x)} />
      <Switch label={t('welcome.doer')} value={v.doer} on={(x) => set('doer', x)} /><Switch label={t('welcome.client')} value={v.client} on={(x) => set('client', x)} /></Card>
    <Card class="stack"><h2>{t('profile.studies')}</h2>
      <Input label={t('profile.university')} optional autocomplete="organization" maxLength={200} value={v.university} on={(x) => set('university', x)} error={errors.university} />
      <Input label={t('profile.course')} optional maxLength={120} value={v.course} on={(x) => set('course', x)} error={errors.course} />
      <Select label={t('profile.year')} optional value={v.year} on={(x) => set('year', x)} options={[['', t('choose')], ...['1', '2', '3', '4', '5'].map((y): [string, string] => [y, y])]} error={errors.year} />
      <Input label={t('profile.place')} optional maxLength={200} value={v.place} on={(x) => set('place', x)} error={errors.place} /></Card>
    <Card class="stack"><h2>{t('profile.proof')}</h2>
      <Input label={t('profile.email')} optional type="email" autocomplete="email" value={v.email} on={(x) => set('email', x)} error={errors.email} hint={u.emailVerified ? t('person.email') : t('profile.emailHint')} />
      {u.email && !u.emailVerified && <div class="row nowrap"><div class="grow"><Input label={t('profile.emailCode')} inputMode="numeric" autocomplete="one-time-code" value={code.v.otp} on={(x) => code.set('otp', digits(x).replace(/\D/g, ''))} error={code.errors.otp} /></div>
        <Button busy={code.busy} onClick={() => void code.submit(async () => { use((await post<{ user: User }>('/api/auth/verify-email', { otp: code.v.otp })).user); toast(t('profile.emailDone'), 'good'); })}>{t('signin.enter')}</Button></div>}
      {u.idVerified ? <Tag tone="good" icon="shield">{t('person.verified')}</Tag> : u.idDocumentUrl ? <Notice tone="wait" icon="clock">{t('profile.idWaits')}</Notice> : null}
      {!u.idVerified && <label class="drop">{busy === 'id_document' ? <span class="spinner" /> : <Icon name="shield" />}<span>{t('profile.id')}</span><input class="hidden" type="file" accept="image/*,application/pdf" onChange={(e) => void picture(e.currentTarget.files?.[0], 'id_document')} /></label>}</Card>
    <div class="formfoot"><span /><Button type="submit" kind="main" busy={form.busy}>{t('save')}</Button></div>
  </form></Page>;
}
