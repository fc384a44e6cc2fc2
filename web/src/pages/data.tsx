// One's own data: take all of it along, or leave.
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { dataEn } from '../i18n/data.en';
import { dataHi } from '../i18n/data.hi';
import { call, post } from '../lib/api';
import { useForm } from '../lib/form';
import { digits, t, wordsOf } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { ended } from '../lib/session';
import { Button, Card, Notice, Page } from '../ui/base';
import { Input } from '../ui/fields';
import { Dialog } from '../ui/overlay';
import { toast } from '../ui/toast';

const d = wordsOf(dataEn, dataHi);

export default function Data() {
  useTitle(t('data.title'));
  const [leaving, leave] = useState(false);
  const [, go] = useLocation();
  const form = useForm({ otp: '' });
  const begin = async () => {
    if (await form.submit(() => post('/api/users/me/confirm'))) leave(true);
  };
  const gone = async () => {
    if (await form.submit(() => call('DELETE', '/api/users/me', { otp: form.v.otp }))) {
      ended();
      toast(d('gone'), 'good');
      go('/', { replace: true });
    }
  };
  return <Page title={t('data.title')} narrow back="/me">
    <Card class="stack"><h2>{d('take')}</h2><p>{d('takeText')}</p><div><a class="button main" href="/api/users/me/export" download="my-data.tar">{d('download')}</a></div></Card>
    <Card class="stack"><h2>{d('leave')}</h2><p>{d('leaveText')}</p><div><Button kind="danger" busy={form.busy} onClick={() => void begin()}>{d('leave')}</Button></div></Card>
    {leaving && <Dialog title={d('leave')} close={() => leave(false)} actions={<><Button onClick={() => leave(false)}>{t('cancel')}</Button><Button kind="danger" busy={form.busy} onClick={() => void gone()}>{d('leave')}</Button></>}>
      <Notice tone="bad" icon="warn">{d('final')}</Notice>
      <Input label={t('signin.codeLabel')} inputMode="numeric" autocomplete="one-time-code" autofocus value={form.v.otp} on={(v) => form.set('otp', digits(v).replace(/\D/g, ''))} error={form.errors.otp} /></Dialog>}
  </Page>;
}
