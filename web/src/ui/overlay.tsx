// What lies above the page: dialogs, messages that pass by, tabs.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { t } from '../lib/i18n';
import { Button, IconButton } from './base';
import { Icon } from './icon';
import { dialogs, dismiss, toasts } from './toast';

/** Modal; a sheet from below on phones. The browser keeps the focus inside and gives it back. */
export function Dialog({ title, wide, close, children, actions }: { title: string; wide?: boolean; close: () => void; children: ComponentChildren; actions?: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = ref.current!;
    const from = document.activeElement as HTMLElement | null;
    d.showModal();
    dialogs.value++;
    return () => {
      dialogs.value--;
      d.close(); // while it is open, nothing outside takes the focus
      from?.focus?.();
    };
  }, []);
  return <dialog ref={ref} class={wide ? 'dialog wide' : 'dialog'} aria-labelledby={id} onCancel={(e) => { e.preventDefault(); close(); }} onClick={(e) => e.target === ref.current && close()}>
    <div class="dialogbody"><header><h2 id={id}>{title}</h2><IconButton icon="close" label={t('close')} onClick={close} /></header>
      <div class="stack">{children}</div>{actions && <footer class="row end">{actions}</footer>}</div>
    <Toasts inside />
  </dialog>;
}

export function Confirm({ title, text, yes, danger, busy, close, on }: { title: string; text: string; yes: string; danger?: boolean; busy?: boolean; close: () => void; on: () => void }) {
  return <Dialog title={title} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind={danger ? 'danger' : 'main'} busy={busy} onClick={on}>{yes}</Button></>}>
    <p>{text}</p></Dialog>;
}

export function Toasts({ inside = false }) {
  return <div class="toasts" role="status" aria-live="polite">{(dialogs.value && !inside ? [] : toasts.value).map((x) => (
    <div key={x.id} class={`toast ${x.tone}`}><Icon name={x.tone === 'good' ? 'check' : x.tone === 'bad' ? 'warn' : 'bell'} />
      {x.href ? <Link href={x.href} onClick={() => dismiss(x.id)}>{x.text}</Link> : <span>{x.text}</span>}
      <IconButton icon="close" label={t('close')} onClick={() => dismiss(x.id)} /></div>))}</div>;
}

/** Tabs that are links: the address says which one is open. */
export function Tabs({ label, tabs, at }: { label: string; tabs: { href: string; text: string; key: string; count?: number }[]; at: string }) {
  return <nav class="tabs" aria-label={label}>{tabs.map((x) => <Link key={x.key} href={x.href} replace class={x.key === at ? 'on' : ''} aria-current={x.key === at ? 'page' : undefined}>
    {x.text}{x.count ? <span class="count">{x.count}</span> : null}</Link>)}</nav>;
}
