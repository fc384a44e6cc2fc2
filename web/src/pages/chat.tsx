import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { ApiError, get, patch, post } from '../lib/api';
import { upload } from '../lib/files';
import { date, t, time } from '../lib/i18n';
import { again, drop, onSent, say, waiting } from '../lib/outbox';
import { useTitle } from '../lib/page';
import { invalidate, useLive } from '../lib/query';
import { countChats, me } from '../lib/session';
import { hear, send } from '../lib/socket';
import type { Attachment, Conversation, Message } from '../lib/types';
import { Avatar, Button, Failure, Files, IconButton, Loading } from '../ui/base';
import { Icon } from '../ui/icon';
import { toast } from '../ui/toast';

const TYPING_EVERY_MS = 3000, TYPING_ENDS_MS = 5000, PAGE = 40;

export default function Chat({ id }: { id: string }) {
  const { data: chat, error: missing } = useLive<Conversation>(`/api/conversations/${id}`);
  const [messages, setMessages] = useState<Message[]>([]); // oldest first
  const [more, setMore] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [ready, setReady] = useState(false);
  const [text, setText] = useState(() => localStorage.getItem(`draft.chat.${id}`) ?? '');
  const [files, setFiles] = useState<Attachment[]>([]);
  const [uploading, setUploading] = useState(0);
  const [typing, setTyping] = useState(false);
  const [readTo, setReadTo] = useState(0);
  const who = me.value!.id;
  const other = chat?.participants.find((p) => p.id !== who);
  const list = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const told = useRef(0);
  const marked = useRef('');
  useTitle(other?.name ? t('chat.title', { name: other.name }) : t('nav.chats'));

  const merge = (rows: Message[]) => setMessages((old) => {
    const all = new Map(old.map((m) => [m.id, m]));
    rows.forEach((m) => all.set(m.id, m));
    return [...all.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  });
  /** The newest page, and further back until it meets what is known: after a gap nothing is missing. */
  const refresh = async (known?: string) => {
    try {
      for (let page = 1; page <= 20; page++) {
        const a = await get<{ messages: Message[]; hasMore: boolean }>(`/api/conversations/${id}/messages?limit=${PAGE}&page=${page}`);
        merge(a.messages);
        if (!known) setMore(a.hasMore);
        if (!known || !a.hasMore || a.messages.some((m) => m.id === known)) break;
      }
      setError(undefined);
    } catch (e) {
      setError(e as ApiError);
    }
    setReady(true);
  };
  const latest = useRef<Message>();
  latest.current = messages[messages.length - 1];
  useEffect(() => {
    void refresh();
    send('SUBSCRIBE_CHAT', { conversationId: id });
    let quiet = 0;
    const stops = [
      hear('CHAT_MESSAGE', (m) => {
        if (m.conversationId !== id) return;
        if (m.senderId !== who) setTyping(false);
        const attachments = (m.attachments ?? []).map((f: Attachment) => ({ ...f, url: f.url ?? `/api/files/${f.id}` }));
        merge([{ ...m, id: m.messageId, attachments }]);
      }),
      hear('MESSAGE_UPDATED', (m) => m.conversationId === id && setMessages((all) => all.map((x) => (x.id === m.messageId ? { ...x, text: m.text, reactions: m.reactions, editedAt: m.editedAt ?? x.editedAt } : x)))),
      hear('AUTHENTICATED', () => send('SUBSCRIBE_CHAT', { conversationId: id })),
      hear('RESYNC', () => void refresh(latest.current?.id)),
      hear('TYPING_START', (d) => {
        if (d.conversationId !== id || d.userId === who) return;
        setTyping(true);
        clearTimeout(quiet);
        quiet = window.setTimeout(() => setTyping(false), TYPING_ENDS_MS);
      }),
      hear('TYPING_STOP', (d) => d.conversationId === id && setTyping(false)),
      hear('MESSAGE_READ', (d) => {
        if (d.conversationId !== id || d.userId === who) return;
        setMessages((all) => {
          const m = all.find((x) => x.id === d.messageId);
          if (m) setReadTo((r) => Math.max(r, m.createdAt));
          return all;
        });
      }),
      onSent((m) => m.conversationId === id && merge([m])),
    ];
    return () => stops.forEach((stop) => stop());
  }, [id]);
  // What the other one wrote last is read when it is seen.
  useEffect(() => {
    const last = [...messages].reverse().find((m) => m.senderId !== who);
    if (!last || last.id === marked.current || document.visibilityState !== 'visible') return;
    marked.current = last.id;
    void post(`/api/messages/${last.id}/read`).then(countChats, () => (marked.current = ''));
    setReadTo((r) => Math.max(r, last.createdAt)); // who answered has read
  }, [messages]);
  const mine = waiting.value.filter((w) => w.chat === id && w.user === who);
  useLayoutEffect(() => {
    if (stick.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [messages, mine.length, typing, ready]);
  useEffect(() => localStorage.setItem(`draft.chat.${id}`, text), [text]);

  const older = async () => {
    const box = list.current!, height = box.scrollHeight;
    stick.current = false;
    const a = await get<{ messages: Message[]; hasMore: boolean }>(`/api/conversations/${id}/messages?limit=${PAGE}&page=${Math.floor(messages.length / PAGE) + 1}`).catch((e) => toast(e.message, 'bad'));
    if (!a) return;
    merge(a.messages);
    setMore(a.hasMore);
    requestAnimationFrame(() => (box.scrollTop += box.scrollHeight - height));
  };
  const submit = () => {
    if (!text.trim() && !files.length) return;
    stick.current = true;
    say(id, text.trim(), files);
    setText('');
    setFiles([]);
    told.current = 0;
    send('TYPING_STOP', { conversationId: id });
  };
  const attach = async (chosen: FileList | File[] | null) => {
    for (const f of [...(chosen ?? [])].slice(0, 5)) {
      setUploading((n) => n + 1);
      try {
        const up = await upload(f);
        setFiles((all) => [...all, up]);
      } catch (e) {
        toast(`${f.name}: ${(e as Error).message}`, 'bad');
      } finally {
        setUploading((n) => n - 1);
      }
    }
  };
  if (missing && !chat) return <Failure page error={missing} />;
  if (!chat) return <Loading cards={1} />;
  let day = '';
  return <div class="chat">
    <header class="chathead"><IconButton icon="back" label={t('back')} href="/chats" /><Avatar who={other ?? null} size={40} />
      <div class="grow"><h1 tabIndex={-1} class="cut">{other?.name ?? t('person.unnamed')}</h1>{chat.title && <Link class="cut small" href={chat.orderId ? `/orders/${chat.orderId}` : `/gigs/${chat.gigId}`}>{chat.title}</Link>}</div>
      {other && <IconButton icon="video" label={t('call.start')} onClick={() => { dispatchEvent(new Event('call')); void import('../lib/call').then((m) => m.callSomebody(other)); }} />}
      <IconButton icon="archive" label={t(chat.archived ? 'chats.unarchive' : 'chats.archive')} onClick={() => void patch(`/api/conversations/${id}`, { archived: !chat.archived }).then(() => (invalidate('/api/conversations'), toast(t('saved'), 'good')), (e) => toast(e.message, 'bad'))} /></header>
    <div class="messages" ref={list} role="log" aria-label={t('chat.log')} tabIndex={0} onScroll={(e) => { const b = e.currentTarget; stick.current = b.scrollHeight - b.scrollTop - b.clientHeight < 60; }}>
      {more && <div class="row center"><Button small kind="quiet" onClick={() => void older()}>{t('chat.older')}</Button></div>}
      {!ready && <Loading cards={2} />}
      {ready && error && !messages.length && <Failure error={error} retry={() => void refresh()} />}
      {ready && !error && !messages.length && !mine.length && <p class="soft center-text">{t('chat.none')}</p>}
      {messages.map((m) => {
        const d = date(m.createdAt), head = d !== day;
        day = d;
        const own = m.senderId === who, read = m.createdAt <= readTo || !!m.readBy?.some((r) => r !== who);
        return <div key={m.id}>{head && <div class="daymark"><span>{d}</span></div>}
          <div class={own ? 'bubble own' : 'bubble'}><span class="hidden">{own ? t('chat.you') : other?.name}: </span>{m.text && <p class="prose">{m.text}</p>}<Files files={m.attachments} />
            <Reactions m={m} who={who} own={own} />
            <span class="stamp">{m.editedAt ? `${t('chat.edited')} · ` : ''}{time(m.createdAt)}{own && <Icon name="check" size={14} label={read ? t('chat.read') : t('chat.sent')} />}{own && read && <Icon name="check" size={14} />}</span></div></div>;
      })}
      {mine.map((w) => <div key={w.key} class={`bubble own ${w.failed ? 'failed' : 'pending'}`}><p class="prose">{w.text}</p><Files files={w.attachments} />
        {w.failed ? <span class="stamp">{w.failed} <Button small kind="quiet" onClick={() => again(w.key)}>{t('retry')}</Button><Button small kind="quiet" onClick={() => drop(w.key)}>{t('delete')}</Button></span>
          : <span class="stamp"><Icon name="clock" size={14} label={t('chat.queued')} /></span>}</div>)}
      <div class="typing" role="status">{typing ? <><span class="hidden">{t('chat.typing', { name: other?.name ?? '' })}</span><i /><i /><i /></> : null}</div>
    </div>
    <form class="composer" onSubmit={(e) => { e.preventDefault(); submit(); }} onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); void attach(e.dataTransfer?.files ?? null); }}>
      {(files.length > 0 || uploading > 0) && <div class="row">{files.map((f) => <span key={f.id} class="tag plain"><Icon name="file" size={14} /><span class="cut">{f.name}</span><button type="button" class="x" aria-label={t('remove.word', { word: f.name })} onClick={() => setFiles(files.filter((x) => x !== f))}><Icon name="close" size={14} /></button></span>)}
        {uploading > 0 && <span class="tag wait"><span class="spinner" />{t('file.uploading')}</span>}</div>}
      <div class="row nowrap">
        <label class="iconbutton" title={t('file.add')}><Icon name="clip" label={t('file.add')} /><input class="hidden" type="file" multiple onChange={(e) => { void attach(e.currentTarget.files); e.currentTarget.value = ''; }} /></label>
        <textarea rows={1} aria-label={t('chat.write')} placeholder={t('chat.write')} maxLength={5000} value={text} enterkeyhint="send"
          onPaste={(e) => e.clipboardData?.files.length && (e.preventDefault(), void attach(e.clipboardData.files))}
          onInput={(e) => {
            setText(e.currentTarget.value);
            if (Date.now() - told.current > TYPING_EVERY_MS) {
              told.current = Date.now();
              send('TYPING_START', { conversationId: id });
            }
          }}
          onKeyDown={(e) => e.key === 'Enter' && !e.shiftKey && !e.isComposing && (e.preventDefault(), submit())} />
        <button type="submit" class="iconbutton sendbutton" aria-label={t('chat.send')} disabled={(!text.trim() && !files.length) || uploading > 0}><Icon name="send" /></button>
      </div>
    </form>
  </div>;
}

const emojis = ['👍', '❤️', '😂', '🎉', '🙏'];
/** What others feel about it; one's own may be added to what the other one wrote. */
function Reactions({ m, who, own }: { m: Message; who: string; own: boolean }) {
  const [open, setOpen] = useState(false);
  const react = (emoji: string) => {
    setOpen(false);
    void post(`/api/messages/${m.id}/react`, { emoji }).catch((e) => toast(e.message, 'bad'));
  };
  const all = [...new Set((m.reactions ?? []).map((r) => r.emoji))];
  if (own && !all.length) return null;
  return <div class="reactions">{all.map((e) => {
    const rows = m.reactions!.filter((r) => r.emoji === e), mine = rows.some((r) => r.userId === who);
    return <button key={e} type="button" class={mine ? 'on' : ''} aria-pressed={mine} aria-label={`${e} ${rows.length}`} onClick={() => react(e)}>{e}{rows.length > 1 && <small>{rows.length}</small>}</button>;
  })}
  {!own && (open ? emojis.filter((e) => !all.includes(e)).map((e) => <button key={e} type="button" aria-label={e} onClick={() => react(e)}>{e}</button>)
    : <button type="button" class="add" aria-label={t('chat.react')} aria-expanded={open} onClick={() => setOpen(true)}><Icon name="smile" size={16} /></button>)}</div>;
}
