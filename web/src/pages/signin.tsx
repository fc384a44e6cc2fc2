import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';
import { get, post } from '../lib/api';
import { useForm } from '../lib/form';
import { digits, number, t } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { forgetAll } from '../lib/query';
import { config, me, use } from '../lib/session';
import type { User } from '../lib/types';
import { Button, Card, Notice } from '../ui/base';
import { Input } from '../ui/fields';
import { toast } from '../ui/toast';

const CODE_DIGITS = 6;
const AGAIN_S = 30;
const KEY = 'sign-in', KEPT_MS = 600000; // whoever looks the code up in another app comes back to a page that is loaded anew
const PEEKS = 8, PEEK_MS = 250;

export default function SignIn() {
  useTitle(t('signin.title'));
  const [kept] = useState<{ phone: string; email: string; by: 'phone' | 'email'; at: number } | null>(() => JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
  const waits = !!kept && Date.now() - kept.at < KEPT_MS;
  const [step, setStep] = useState<'phone' | 'code'>(waits ? 'code' : 'phone');
  const [left, setLeft] = useState(0);
  const [by, setBy] = useState(kept?.by ?? 'phone');
  const form = useForm({ phone: kept?.phone ?? '', email: kept?.email ?? '', otp: '' });
  const asked = useRef(kept?.at ?? 0);
  const to = new URLSearchParams(useSearch()).get('to') ?? '/';
  const [, go] = useLocation();
  const inside = to.startsWith('/') && !to.startsWith('//') ? to : '/';

  useEffect(() => {
    if (me.value) go(inside, { replace: true });
  }, []);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);

  const phone = digits(form.v.phone).replace(/[^\d+]/g, '');
  const email = form.v.email.trim();
  const send = async () => {
    if (by === 'email' && !/.@./.test(email)) return form.fail({ email: t('signin.emailShort') });
    if (by === 'phone' && phone.replace(/\D/g, '').length < 10) return form.fail({ phone: t('signin.phoneShort') });
    asked.current = Date.now();
    if (await form.submit(() => by === 'phone' ? post('/api/auth/send-otp', { phone }) : post('/api/auth/send-email-otp', { email }))) {
      setStep('code');
      sessionStorage.setItem(KEY, JSON.stringify({ phone: form.v.phone, email, by, at: asked.current }));
      setLeft(AGAIN_S);
      form.set('otp', '');
      if (by === 'phone' && 'OTPCredential' in window)
        (navigator.credentials.get({ otp: { transport: ['sms'] } } as never) as Promise<any>).then((c) => c?.code && enter(c.code), () => {});
    }
  };
  const enter = async (text: string) => {
    const otp = digits(text).replace(/\D/g, '').slice(0, CODE_DIGITS);
    form.set('otp', otp);
    if (otp.length < CODE_DIGITS || form.busy) return;
    await form.submit(async () => {
      const [path, who] = by === 'phone' ? ['verify-otp', { phone }] : ['verify-email-otp', { email }];
      const answer = await post<{ user: User; isNewUser: boolean }>(`/api/auth/${path}`, { ...who, otp }).catch((e) => {
        if (e.status === 400 && !Object.keys(e.fields).length) e.fields.otp = e.message;
        throw e;
      });
      forgetAll();
      sessionStorage.removeItem(KEY);
      use(answer.user);
      go(answer.isNewUser || !answer.user.name ? `/welcome?to=${encodeURIComponent(inside)}` : inside, { replace: true });
    });
  };
  /** The sandbox plays the telephone network: what it sent can be read. */
  const peek = async () => {
    try {
      const e164 = by === 'email' ? email : phone.startsWith('+') ? phone : '+91' + phone.slice(-10);
      let code: string | undefined;
      for (let i = 0; i < PEEKS; i++) { // the one before may still be the newest
        const { messages } = await get<{ messages: { code?: string; sentAt: number }[] }>('/sandbox/outbox?to=' + encodeURIComponent(e164));
        const newest = messages.find((m) => m.code);
        code = newest?.code;
        if (newest && newest.sentAt >= asked.current) break;
        await new Promise((done) => setTimeout(done, PEEK_MS));
      }
      if (code) await enter(code);
      else toast(t('signin.sandboxNone'), 'bad');
    } catch {
      toast(t('signin.sandboxFar'), 'bad');
    }
  };

  return <div class="page narrow"><Card class="stack">
    <h1 tabIndex={-1}>{step === 'phone' ? t('signin.title') : t('signin.code')}</h1>
    {step === 'phone' ? <form class="stack" noValidate onSubmit={(e) => { e.preventDefault(); void send(); }}>
      <p class="soft">{t(by === 'phone' ? 'signin.text' : 'signin.emailText')}</p>
      {by === 'phone' ? <Input label={t('signin.phone')} hint={t('signin.phoneHint')} type="tel" inputMode="tel" autocomplete="tel" name="phone" autofocus value={form.v.phone} on={(v) => form.set('phone', v)} error={form.errors.phone} />
        : <Input key="email" label={t('signin.email')} type="email" inputMode="email" autocomplete="email" name="email" autofocus value={form.v.email} on={(v) => form.set('email', v)} error={form.errors.email} />}
      <Button type="submit" kind="main" wide busy={form.busy}>{t('signin.send')}</Button>
      {by === 'phone' && <p class="soft small">{t('signin.terms')}</p>}
      <Button kind="quiet" onClick={() => setBy(by === 'phone' ? 'email' : 'phone')}>{t(by === 'phone' ? 'signin.byEmail' : 'signin.byPhone')}</Button>
    </form> : <form class="stack otp" noValidate onSubmit={(e) => { e.preventDefault(); void enter(form.v.otp); }}>
      <p class="soft">{t('signin.sent', { phone: by === 'phone' ? phone : email })} <button type="button" class="button quiet small" onClick={() => { sessionStorage.removeItem(KEY); setStep('phone'); }}>{t('signin.change')}</button></p>
      <Input label={t('signin.codeLabel')} inputMode="numeric" autocomplete="one-time-code" name="otp" autofocus maxLength={12} value={form.v.otp} on={(v) => void enter(v)} error={form.errors.otp} />
      <Button type="submit" kind="main" wide busy={form.busy}>{t('signin.enter')}</Button>
      {left > 0 ? <p class="soft small">{t('signin.again', { n: number(left) })}</p> : <Button kind="quiet" onClick={() => void send()}>{t('signin.resend')}</Button>}
      {config.value?.sandboxMessages && <Notice tone="wait"><p>{t('signin.sandbox')}</p><Button small onClick={() => void peek()}>{t('signin.sandboxShow')}</Button></Notice>}
    </form>}
  </Card></div>;
}
