// What the administration's lists share.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Button, Empty, Failure, Loading } from '../../ui/base';
import { TextArea } from '../../ui/fields';
import { Dialog } from '../../ui/overlay';
import { toast } from '../../ui/toast';
import { a } from '../../lib/admin';
import { t } from '../../lib/i18n';
import type { Pages } from '../../lib/query';

export function Listed<T extends { id?: string }>({ list, row, none }: { list: Pages<T & { id: string }>; row: (x: T & { id: string }) => ComponentChildren; none?: string }) {
  if (list.error && !list.items.length) return <Failure error={list.error} retry={list.reload} />;
  if (!list.items.length) return list.busy ? <Loading /> : <Empty icon="check" title={none ?? a('none')} />;
  return <><div class="list">{list.items.map(row)}</div>{list.more && <div class="row center"><Button busy={list.busy} onClick={list.next}>{t('more')}</Button></div>}</>;
}

/** Runs an act once at a time and says how it went. */
export function useAct(): { busy: string; act: (name: string, fn: () => Promise<unknown>, after?: () => void) => Promise<void> } {
  const [busy, setBusy] = useState('');
  return {
    busy, act: async (name, fn, after) => {
      if (busy) return;
      setBusy(name);
      try {
        await fn();
        toast(a('done'), 'good');
        after?.();
      } catch (e) {
        toast((e as Error).message, 'bad');
      } finally {
        setBusy('');
      }
    },
  };
}

export function Ask({ title, label, needed, danger, close, on }: { title: string; label: string; needed?: boolean; danger?: boolean; close: () => void; on: (text: string) => Promise<void> }) {
  const [text, setText] = useState('');
  const [error, fail] = useState('');
  const [busy, setBusy] = useState(false);
  const go = async () => {
    if (needed && !text.trim()) return fail(t('required'));
    setBusy(true);
    await on(text.trim());
    setBusy(false);
  };
  return <Dialog title={title} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind={danger ? 'danger' : 'main'} busy={busy} onClick={() => void go()}>{title}</Button></>}>
    <TextArea label={label} max={1000} value={text} on={(v) => { setText(v); fail(''); }} error={error} /></Dialog>;
}

export const Chips = ({ label, all, at, on }: { label: string; all: [string, string][]; at: string; on: (v: string) => void }) => (
  <div class="chips" role="group" aria-label={label}>{all.map(([v, text]) => <button key={v} type="button" class={`chip ${v === at ? 'on' : ''}`} aria-pressed={v === at} onClick={() => on(v)}>{text}</button>)}</div>
);
