// The search box: completions as one types, by arrow keys or pointer.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { get, query } from '../lib/api';
import { t } from '../lib/i18n';
import { IconButton } from './base';
import { Icon } from './icon';

const DELAY_MS = 160;
const known = new Map<string, string[]>();

export function SearchBox({ value = '', to = '/gigs' }: { value?: string; to?: string }) {
  const [text, setText] = useState(value);
  const [words, setWords] = useState<string[]>([]);
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const [, go] = useLocation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    const q = text.trim().toLowerCase();
    if (!open || q.length < 2) return setWords([]);
    const kept = known.get(q);
    if (kept) return setWords(kept);
    const stop = new AbortController();
    const timer = setTimeout(() => get<{ suggestions: string[] }>('/api/search/suggest' + query({ q, limit: 6 }), stop.signal).then((a) => {
      known.set(q, a.suggestions);
      setWords(a.suggestions);
    }, () => {}), DELAY_MS);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [text, open]);
  useEffect(() => setAt(-1), [words]);
  const search = (q: string) => {
    setOpen(false);
    setText(q);
    go(to + query({ search: q.trim() }));
    input.current?.blur();
  };
  const shown = open && words.length > 0;
  return <div class="searchbox" role="search" onBlur={(e) => !e.currentTarget.contains(e.relatedTarget as Node) && setOpen(false)}>
    <form onSubmit={(e) => { e.preventDefault(); search(at >= 0 ? words[at] : text); }}>
      <Icon name="search" />
      <input ref={input} type="search" role="combobox" aria-label={t('search')} placeholder={t('search.placeholder')} autocomplete="off"
        aria-expanded={shown} aria-controls={`${id}l`} aria-autocomplete="list" aria-activedescendant={at >= 0 ? `${id}${at}` : undefined}
        enterkeyhint="search" maxLength={200} value={text} onFocus={() => setOpen(true)} onInput={(e) => { setText(e.currentTarget.value); setOpen(true); }}
        onKeyDown={(e) => {
          if (e.key === 'ArrowDown' && words.length) e.preventDefault(), setAt((at + 1) % words.length);
          else if (e.key === 'ArrowUp' && words.length) e.preventDefault(), setAt((at <= 0 ? words.length : at) - 1);
          else if (e.key === 'Escape') setOpen(false);
        }} />
      {text && <IconButton icon="close" label={t('search.clear')} onClick={() => { setText(''); input.current?.focus(); }} />}
      <button class="button main" type="submit"><span>{t('search')}</span></button>
    </form>
    <ul class="suggestions" id={`${id}l`} role="listbox" aria-label={t('search.suggestions')} hidden={!shown}>{words.map((w, i) => (
      <li key={w} id={`${id}${i}`} role="option" aria-selected={i === at} onPointerDown={(e) => { e.preventDefault(); search(w); }}><Icon name="search" size={16} />{w}</li>))}</ul>
    <span class="hidden" role="status">{shown ? t('search.found', { n: words.length }) : ''}</span>
  </div>;
}
