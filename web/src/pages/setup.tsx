// First start: whoever opened the link that the box printed becomes its admin, then names it.
import { useState } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';
import { a, roles } from '../lib/admin';
import { get, patch, post, query } from '../lib/api';
import { useForm } from '../lib/form';
import { digits, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { useGet } from '../lib/query';
import { config, me, start, use } from '../lib/session';
import type { User } from '../lib/types';
import { Button, Card, Failure, Loading, Notice } from '../ui/base';
import { Input } from '../ui/fields';

export default function Setup() {
  useTitle(a('setupTitle'));
  const token = new URLSearchParams(useSearch()).get('token') ?? '';
  const state = useGet<{ needed: boolean; tokenValid: boolean }>(`/api/setup${query({ token })}`);
  const form = useForm({ phone: '', otp: '' });
  const facts = useForm({ name: config.value?.name ?? '', fee_bps: String(config.value?.feeBasisPoints ?? 500) });
  const [sent, setSent] = useState(false);
  const [, go] = useLocation();
  const phone = digits(form.v.phone).replace(/[^\d+]/g, '');
  const become = () => form.submit(async () => {
    const answer = await post<{ user: User }>('/api/setup', me.value ? { token } : { token, phone, otp: form.v.otp });
    use(answer.user);
    use(await get<User>('/api/users/me'));
    await state.reload();
  });
  const save = async () => {
    if (await facts.submit(async () => {
      await patch('/api/admin/settings', { settings: { name: facts.v.name.trim(), fee_bps: facts.v.fee_bps } });
      await start();
    })) go('/admin', { replace: true });
  };
  if (state.error && !state.data) return <Failure page error={state.error} retry={state.reload} />;
  if (!state.data) return <Loading cards={1} />;
  const admin = roles().includes('admin');
  return <div class="page narrow"><Card class="stack"><h1 tabIndex={-1}>{a('setupTitle')}</h1>
    {admin ? <form class="stack" noValidate onSubmit={(e) => { e.preventDefault(); void save(); }}><h2>{a('setupName')}</h2>
      <Input label={a('key.name')} maxLength={80} value={facts.v.name} on={(v) => facts.set('name', v)} error={facts.errors.name ?? facts.errors['settings.name']} />
      <Input label={a('key.fee_bps')} inputMode="numeric" value={facts.v.fee_bps} on={(v) => facts.set('fee_bps', v.replace(/\D/g, ''))} error={facts.errors.fee_bps ?? facts.errors['settings.fee_bps']} />
      <Notice icon="info">{a('setupProviders')}</Notice><Button type="submit" kind="main" wide busy={facts.busy}>{a('setupGo')}</Button></form>
      : !state.data.needed ? <Notice tone="good" icon="check">{a('setupDone')}</Notice> : !state.data.tokenValid ? <Notice tone="bad" icon="warn">{a('setupStale')}</Notice>
        : me.value ? <><p>{a('setupText')}</p><Button kind="main" wide busy={form.busy} onClick={() => void become()}>{a('setupMe')}</Button></>
          : <form class="stack" noValidate onSubmit={(e) => { e.preventDefault(); if (sent) void become(); else void form.submit(() => post('/api/auth/send-otp', { phone })).then((ok) => ok && setSent(true)); }}>
            <p>{a('setupText')} {a('setupPhone')}</p><Input label={t('signin.phone')} type="tel" inputMode="tel" autocomplete="tel" value={form.v.phone} on={(v) => form.set('phone', v)} error={form.errors.phone} readOnly={sent} />
            {sent && <Input label={t('signin.codeLabel')} inputMode="numeric" autocomplete="one-time-code" autofocus value={form.v.otp} on={(v) => form.set('otp', digits(v).replace(/\D/g, ''))} error={form.errors.otp} />}
            <Button type="submit" kind="main" wide busy={form.busy}>{sent ? a('setupMe') : t('signin.send')}</Button></form>}
  </Card></div>;
}
