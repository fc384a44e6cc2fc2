// Labelled controls: every one has a label, its hint and its error are read out with it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { bytes, currency, currencySign, digits, t } from '../lib/i18n';
import { upload, type Purpose } from '../lib/files';
import type { Attachment } from '../lib/types';
import { IconButton } from './base';
import { Icon } from './icon';
import { toast } from './toast';

interface Common { label: string; hint?: ComponentChildren; error?: string; optional?: boolean }
type Slot = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: 'true' };

export function Field({ label, hint, error, optional, children }: Common & { children: (slot: Slot) => ComponentChildren }) {
  const id = useId();
  const described = [hint && `${id}h`, error && `${id}e`].filter(Boolean).join(' ') || undefined;
  return <div class={error ? 'field bad' : 'field'}>
    <label for={id}>{label}{optional && <span class="soft small"> {t('optional')}</span>}</label>
    {children({ id, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined })}
    {hint && <div class="hint" id={`${id}h`}>{hint}</div>}
    {error && <div class="error" id={`${id}e`} role="alert"><Icon name="warn" size={16} />{error}</div>}
  </div>;
}

export function Input({ value, on, type = 'text', prefix, ...rest }: Common & {
  value: string; on: (v: string) => void; type?: string; prefix?: string; placeholder?: string; autocomplete?: string; inputMode?: string; maxLength?: number;
  min?: string; max?: string; required?: boolean; autofocus?: boolean; readOnly?: boolean; name?: string; list?: string;
}) {
  const { label, hint, error, optional, autofocus, ...own } = rest;
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autofocus) box.current?.focus();
  }, []);
  return <Field {...{ label, hint, error, optional }}>{(slot) => <div class={prefix ? 'prefixed' : undefined}>
    {prefix && <span class="prefix" aria-hidden="true">{prefix}</span>}
    <input ref={box} {...slot} {...(own as object)} type={type} value={value} onInput={(e) => on(e.currentTarget.value)} /></div>}</Field>;
}

export function TextArea({ value, on, rows = 4, max, ...rest }: Common & { value: string; on: (v: string) => void; rows?: number; max?: number; placeholder?: string }) {
  const { label, hint, error, optional, placeholder } = rest;
  return <Field {...{ label, error, optional }} hint={hint}>{(slot) =>
    <textarea {...slot} rows={rows} maxLength={max} placeholder={placeholder} value={value} onInput={(e) => on(e.currentTarget.value)} />}</Field>;
}

export function Select<T extends string>({ value, on, options, ...rest }: Common & { value: T; on: (v: T) => void; options: [T, string][] }) {
  return <Field {...rest}>{(slot) => <div class="select"><select {...slot} value={value} onChange={(e) => on(e.currentTarget.value as T)}>
    {options.map(([v, text]) => <option key={v} value={v}>{text}</option>)}</select><Icon name="down" size={18} /></div>}</Field>;
}

/** Major units in the box, minor units outside. '' is nothing. */
export function Money({ value, on, ...rest }: Common & { value: number | null; on: (minor: number | null) => void; placeholder?: string }) {
  const unit = 10 ** currency.decimals;
  const [text, setText] = useState(value === null ? '' : String(value / unit));
  const shown = value !== null && Math.round(Number(text) * unit) !== value ? String(value / unit) : text;
  return <Input {...rest} prefix={currencySign()} inputMode="decimal" value={shown} on={(v) => {
    const clean = digits(v).replace(/[^\d.]/g, '');
    setText(clean);
    on(clean === '' || !Number.isFinite(Number(clean)) ? null : Math.round(Number(clean) * unit));
  }} />;
}

/** One of a few, as buttons. */
export function Choice<T extends string>({ label, value, on, options, error }: Common & { value: T; on: (v: T) => void; options: { value: T; text: string; hint?: string; icon?: ComponentChildren }[] }) {
  const name = useId();
  return <fieldset class={error ? 'choice bad' : 'choice'}><legend>{label}</legend><div class="options">{options.map((o) => (
    <label key={o.value} class={o.value === value ? 'on' : ''}><input type="radio" name={name} value={o.value} checked={o.value === value} onChange={() => on(o.value)} />
      {o.icon}<span><b>{o.text}</b>{o.hint && <span class="soft small">{o.hint}</span>}</span></label>))}</div>
    {error && <div class="error" role="alert"><Icon name="warn" size={16} />{error}</div>}</fieldset>;
}

export function Switch({ label, hint, value, on }: { label: string; hint?: string; value: boolean; on: (v: boolean) => void }) {
  const id = useId();
  return <div class="switchrow"><label for={id}>{label}{hint && <span class="soft small">{hint}</span>}</label>
    <input id={id} type="checkbox" role="switch" checked={value} onChange={(e) => on(e.currentTarget.checked)} /></div>;
}

/** Words in a list: Enter or a comma adds one. */
export function Words({ value, on, max = 20, ...rest }: Common & { value: string[]; on: (v: string[]) => void; max?: number; placeholder?: string }) {
  const [text, setText] = useState('');
  const add = (raw: string) => {
    const words = raw.split(',').map((w) => w.trim()).filter((w) => w && !value.some((x) => x.toLowerCase() === w.toLowerCase()));
    if (words.length) on([...value, ...words].slice(0, max));
    setText('');
  };
  const { placeholder, ...common } = rest;
  return <Field {...common} hint={common.hint ?? t('words.hint')}>{(slot) => <div class="words">
    {value.map((w) => <span class="tag plain" key={w}>{w}<button type="button" class="x" aria-label={t('remove.word', { word: w })} onClick={() => on(value.filter((x) => x !== w))}><Icon name="close" size={14} /></button></span>)}
    <input {...slot} value={text} placeholder={placeholder} enterkeyhint="done" onInput={(e) => (e.currentTarget.value.endsWith(',') ? add(e.currentTarget.value) : setText(e.currentTarget.value))}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && text.trim()) e.preventDefault(), add(text);
        else if (e.key === 'Backspace' && !text) on(value.slice(0, -1));
      }} onBlur={() => text.trim() && add(text)} /></div>}</Field>;
}

/** Files that are uploaded as they are chosen. */
export function FilePicker({ value, on, purpose = 'attachment', accept, max = 10, label, hint }: {
  value: Attachment[]; on: (v: Attachment[]) => void; purpose?: Purpose; accept?: string; max?: number; label: string; hint?: string;
}) {
  const [busy, setBusy] = useState(0);
  const latest = useRef(value);
  latest.current = value;
  const id = useId();
  const take = async (files: FileList | null) => {
    for (const file of [...(files ?? [])].slice(0, max - value.length)) {
      setBusy((n) => n + 1);
      try {
        latest.current = [...latest.current, await upload(file, purpose)];
        on(latest.current);
      } catch (e) {
        toast(`${file.name}: ${(e as Error).message}`, 'bad');
      } finally {
        setBusy((n) => n - 1);
      }
    }
  };
  return <div class="field">
    <span class="label">{label}<span class="soft small"> {t('optional')}</span></span>
    {value.length > 0 && <ul class="files">{value.map((f) => <li key={f.id}>{f.type.startsWith('image/') ? <img src={f.url} alt="" /> : <Icon name="file" />}
      <span class="cut">{f.name}</span><span class="soft small">{bytes(f.size)}</span>
      <IconButton icon="close" label={t('remove.word', { word: f.name })} onClick={() => on(value.filter((x) => x.id !== f.id))} /></li>)}</ul>}
    {value.length < max && <label class="drop" for={id} onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); void take(e.dataTransfer?.files ?? null); }}>
      {busy ? <span class="spinner" /> : <Icon name="clip" />}<span>{busy ? t('file.uploading') : t('file.add')}</span>
      <input id={id} class="hidden" type="file" multiple={max > 1} accept={accept} onChange={(e) => { void take(e.currentTarget.files); e.currentTarget.value = ''; }} /></label>}
    {hint && <div class="hint">{hint}</div>}
  </div>;
}
