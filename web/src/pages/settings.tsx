import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { remove } from '../lib/api';
import { language, languages, speak, t, type Language } from '../lib/i18n';
import { useTitle } from '../lib/page';
import { useGet } from '../lib/query';
import { keepLanguage, me } from '../lib/session';
import { theme, type Theme } from '../lib/theme';
import type { Block } from '../lib/types';
import { Button, Card, Notice, Page, Who } from '../ui/base';
import { Choice } from '../ui/fields';
import { toast } from '../ui/toast';

let installer: any;
addEventListener('beforeinstallprompt', (e) => {
  e.preventDefault();
  installer = e;
});

export default function Settings() {
  useTitle(t('settings.title'));
  const blocks = useGet<{ blocks: Block[] }>(me.value ? '/api/blocks?limit=100' : null);
  const [, redraw] = useState(0);
  return <Page title={t('settings.title')} narrow back={me.value ? '/me' : '/'}>
    <Card class="stack">
      <Choice<Language> label={t('settings.language')} value={language.value} on={(l) => { localStorage.setItem('language', l); void speak(l); if (me.value) keepLanguage(l); }} options={(Object.keys(languages) as Language[]).map((l) => ({ value: l, text: languages[l] }))} />
      {me.value && (me.value.language ?? 'en') === language.value && <p class="soft small">{t('settings.languageToo')}</p>}
      <Choice<Theme> label={t('settings.theme')} value={theme.value} on={(v) => (theme.value = v)} options={(['system', 'light', 'dark'] as const).map((v) => ({ value: v, text: t(`theme.${v}`) }))} />
      {installer && <Button icon="phone" onClick={() => void installer.prompt().then(() => { installer = undefined; redraw(1); })}>{t('settings.install')}</Button>}
      {!isSecureContext && <Notice tone="wait" icon="info">{t('settings.plain')}</Notice>}
    </Card>
    {blocks.data && blocks.data.blocks.length > 0 && <Card class="stack"><h2>{t('block.list')}</h2><div class="rows">{blocks.data.blocks.map((b) => <div key={b.user.id}><div class="grow"><Who who={b.user} /></div>
      <Button small onClick={() => void remove(`/api/users/${b.user.id}/block`).then(() => blocks.reload(), (e) => toast(e.message, 'bad'))}>{t('block.undo')}</Button></div>)}</div></Card>}
    {!me.value && <Link href="/sign-in" class="button main">{t('signin.short')}</Link>}
  </Page>;
}
