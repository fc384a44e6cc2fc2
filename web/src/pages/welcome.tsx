import { useLocation, useSearch } from 'wouter-preact';
import { patch } from '../lib/api';
import { useForm } from '../lib/form';
import { t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { me, use } from '../lib/session';
import type { User } from '../lib/types';
import { Button, Card } from '../ui/base';
import { Choice, Input, Words } from '../ui/fields';

/** What a new account is asked: as little as others need to trust it. */
export default function Welcome() {
  useTitle(t('welcome.title'));
  const to = new URLSearchParams(useSearch()).get('to') ?? '/';
  const [, go] = useLocation();
  const form = useForm({ name: me.value?.name ?? '', university: me.value?.university ?? '', role: 'both', skills: me.value?.skills ?? [] });
  const save = async () => {
    if (!form.v.name.trim()) return form.fail({ name: t('required') });
    const roles = form.v.role === 'both' ? ['doer', 'client'] : [form.v.role];
    if (await form.submit(async () => use(await patch<User>('/api/users/me', {
      name: form.v.name.trim(), roles, skills: form.v.skills, ...(form.v.university.trim() ? { university: form.v.university.trim() } : {}),
    })))) go(to.startsWith('/') && !to.startsWith('//') ? to : '/', { replace: true });
  };
  return <div class="page narrow"><Card class="stack"><h1 tabIndex={-1}>{t('welcome.title')}</h1><p class="soft">{t('welcome.text')}</p>
    <form class="stack" noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}>
      <Input label={t('profile.name')} autocomplete="name" autofocus maxLength={120} value={form.v.name} on={(v) => form.set('name', v)} error={form.errors.name} />
      <Input label={t('profile.university')} optional autocomplete="organization" maxLength={200} value={form.v.university} on={(v) => form.set('university', v)} error={form.errors.university} />
      <Choice label={t('welcome.role')} value={form.v.role} on={(v) => form.set('role', v)} options={[
        { value: 'both', text: t('welcome.both') }, { value: 'doer', text: t('welcome.doer') }, { value: 'client', text: t('welcome.client') }]} />
      {form.v.role !== 'client' && <Words label={t('profile.skills')} optional value={form.v.skills} on={(v) => form.set('skills', v)} error={form.errors.skills} />}
      <div class="row end"><Button kind="quiet" onClick={() => go(to, { replace: true })}>{t('later')}</Button>
        <Button type="submit" kind="main" busy={form.busy}>{t('welcome.go')}</Button></div>
    </form></Card></div>;
}
