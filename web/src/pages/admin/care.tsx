// Backups, their way back, and the certificate.
import { useEffect, useRef, useState } from 'preact/hooks';
import { a, type Backup, type Backups as State, type Certificate as Cert, type Restore as Copy } from '../../lib/admin';
import { ApiError, call, get, post, remove } from '../../lib/api';
import { useForm } from '../../lib/form';
import { bytes, date, dateTime, number, t, tn } from '../../lib/i18n';
import { useGet } from '../../lib/query';
import { Button, Card, Empty, Facts, Failure, Loading, Notice, Tag } from '../../ui/base';
import { Input, TextArea } from '../../ui/fields';
import { Icon } from '../../ui/icon';
import { Confirm, Dialog } from '../../ui/overlay';
import { toast } from '../../ui/toast';
import { useAct } from './parts';

const LOOK_MS = 1000, TRIES = 5;
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

const whereOf = (b: Backup): string => a(b.inBucket ? 'inBucket' : 'inDirectory');

export function Backups() {
  const { data: s, error, reload } = useGet<State>('/api/admin/backups');
  const { busy, act } = useAct();
  const [asked, setAsked] = useState(0);
  const [back, bring] = useState<Backup>();
  const running = !!s && (s.running || (asked > 0 && (s.lastAt ?? 0) < asked && (s.failedAt ?? 0) < asked));
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => void reload(), LOOK_MS);
    return () => clearInterval(timer);
  }, [running]);
  if (error && !s) return <Failure error={error} retry={reload} />;
  if (!s) return <Loading />;
  const begin = () => act('now', async () => {
    const before = s.lastAt ?? 0;
    await post('/api/admin/backups');
    setAsked(before + 1);
  }, () => void reload());
  return <>
    <Card class="stack"><h2>{a('backupHead')}</h2>
      <p>{s.on ? a('backupGoes', { where: [s.directory, s.bucket].filter(Boolean).join(', ') }) : a('backupOff')}</p>
      {s.error && <Notice tone="bad" icon="warn">{s.error}{s.failedAt && ` · ${dateTime(s.failedAt)}`}</Notice>}
      {s.on && !s.sealed && <p class="soft small">{a('backupOpen')}</p>}
      <div class="row">{s.on && <Button kind="main" icon="archive" busy={running || busy === 'now'} onClick={() => void begin()}>{running ? a('backupRuns', { size: bytes(s.bytes) }) : a('backupNow')}</Button>}
        <a class="button" href="/api/admin/backup" download><Icon name="download" />{a('download')}</a></div>
      <p class="soft small">{a('backupText')}</p></Card>
    {s.on && <Card class="stack"><div class="row between"><h2>{a('backups')}</h2><span class="soft small">{s.everyHours ? a('backupEvery', { n: number(s.everyHours), keep: number(s.keep) }) : a('backupAsked', { keep: number(s.keep) })}</span></div>
      {s.backups.length ? <ul class="rows">{[...s.backups].reverse().map((b) => <li key={b.name + b.inBucket}><span class="tile"><Icon name={b.sealed ? 'shield' : 'data'} /></span>
        <div class="grow"><b>{dateTime(b.at)}</b><div class="soft small">{[whereOf(b), b.bytes && bytes(b.bytes), b.sealed && a('sealed'), b.foreign && a('foreign')].filter(Boolean).join(' · ')}</div></div>
        <Button small onClick={() => bring(b)} aria-label={`${a('restoreTitle')}: ${dateTime(b.at)}, ${whereOf(b)}`}>{a('restoreTitle')}</Button>
        {!b.inBucket && <a class="iconbutton" href={`/api/admin/backups/${b.name}`} download><Icon name="download" label={`${a('take')}: ${dateTime(b.at)}`} /></a>}</li>)}</ul>
        : <Empty icon="archive" title={a('backupNone')} />}</Card>}
    <Restoring from={back} done={() => bring(undefined)} />
  </>;
}

/** Sends a file in pieces, going on where it stopped when the connection breaks. */
async function send(file: File, passphrase: string, say: (s: Copy) => void, stopped: () => boolean): Promise<void> {
  let s = await post<Copy>('/api/admin/restore', { bytes: file.size, ...(passphrase ? { passphrase } : {}) });
  for (let left = TRIES; s.step === 'uploading' && !stopped();) {
    say(s);
    const body = new FormData();
    body.set('piece', file.slice(s.received, s.received + s.pieceBytes), 'piece');
    try {
      s = await post<Copy>(`/api/admin/restore/pieces?at=${s.received}`, body);
      left = TRIES;
    } catch (e) {
      if (!left-- || ![0, 409, 503].includes((e as ApiError).status)) throw e;
      await wait(LOOK_MS);
      s = await get<Copy>('/api/admin/restore').catch(() => s);
    }
  }
  say(s);
}

/** Begins a restore of a backup that is kept somewhere; nothing of the marketplace changes by it. */
function Bring({ b, close, begun }: { b: Backup; close: () => void; begun: (s: Copy) => void }) {
  const [words, setWords] = useState('');
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    try {
      const s = await post<Copy>(`/api/admin/backups/${b.name}/restore`, { inBucket: b.inBucket, ...(words ? { passphrase: words } : {}) });
      close();
      begun(s);
    } catch (e) {
      setBusy(false);
      toast((e as Error).message, 'bad');
    }
  };
  return <Dialog title={a('bringTitle', { when: dateTime(b.at) })} close={close} actions={<><Button onClick={close}>{t('cancel')}</Button><Button kind="main" busy={busy} onClick={() => void begin()}>{a('bring')}</Button></>}>
    <p class="soft small">{[whereOf(b), b.bytes && bytes(b.bytes), b.name].filter(Boolean).join(' · ')}</p><p>{a('bringText')}</p>
    {b.sealed && <Input label={a('passphrase')} optional hint={a('bringHint')} type="password" autocomplete="off" value={words} on={setWords} />}
  </Dialog>;
}

function Restoring({ from, done }: { from?: Backup; done: () => void }) {
  const { data, error, reload } = useGet<Copy>('/api/admin/restore');
  const [shown, show] = useState<Copy>();
  const [sending, setSending] = useState('');
  const [words, setWords] = useState('');
  const [sure, ask] = useState(false);
  const [starting, start] = useState(false);
  const stop = useRef(false), card = useRef<HTMLDivElement>(null);
  const { busy, act } = useAct();
  const s = shown ?? data;
  useEffect(() => () => void (stop.current = true), []);
  useEffect(() => {
    if (s?.step !== 'checking' && s?.step !== 'fetching') return;
    const timer = setInterval(() => void get<Copy>('/api/admin/restore').then(show, () => {}), LOOK_MS);
    return () => clearInterval(timer);
  }, [s?.step]);
  if (error && !s) return <Failure error={error} retry={reload} />;
  if (!s) return <Loading cards={1} />;
  const choose = async (file?: File) => {
    if (!file) return;
    stop.current = false;
    setSending(file.name);
    try {
      await send(file, words, show, () => stop.current);
    } catch (e) {
      toast((e as Error).message, 'bad');
      show(await get<Copy>('/api/admin/restore').catch(() => s));
    }
    setSending('');
  };
  const drop = async () => {
    stop.current = true;
    await act('drop', () => remove('/api/admin/restore'));
    setSending('');
    show(await get<Copy>('/api/admin/restore').catch(() => s));
  };
  const apply = async () => {
    ask(false);
    try {
      await post('/api/admin/restore/apply');
    } catch (e) {
      return toast((e as Error).message, 'bad');
    }
    start(true);
    // It answers again when it has started; then everything is to be loaded anew. A session that the copy does not know is over.
    for (;;) {
      await wait(LOOK_MS);
      const answer = await fetch('/api/admin/restore').catch(() => null);
      if (answer && answer.status < 500 && !(answer.ok && (await answer.json()).step === 'staged')) break;
    }
    location.assign('/admin/backups');
  };
  const uploading = (s.step === 'uploading' && !!sending) || s.step === 'fetching';
  const coming = s.step === 'fetching' ? a('restoreFetches') : sending;
  const begun = (now: Copy) => {
    setSending('');
    show(now);
    card.current?.scrollIntoView({ block: 'center' });
  };
  return <><div ref={card}><Card class="stack"><h2>{a('restoreTitle')}</h2><p>{a('restoreText')}</p>
    {starting ? <Notice tone="wait" icon="clock"><span role="status">{a('restoreStarts')}</span></Notice>
      : s.step === 'staged' ? <Notice tone="wait" icon="clock">{a('restoreStaged')}</Notice>
      : uploading ? <div class="stack tight" role="status"><div class="row between"><span class="cut">{coming}</span><b>{a('of', { a: bytes(s.received), b: bytes(s.bytes) })}</b></div><progress aria-label={coming} max={s.bytes} value={s.received} /></div>
      : s.step === 'checking' ? <Notice tone="info" icon="clock"><span role="status">{a('restoreChecks')}</span></Notice>
      : s.step === 'ready' ? <Notice tone="good" icon="check"><b>{a('restoreReady')}</b><br />{a('restoreFacts', { people: number(s.people ?? 0), records: number(s.records ?? 0), when: s.lastEventAt ? dateTime(s.lastEventAt) : '–' })}</Notice>
      : s.step === 'refused' ? <Notice tone="bad" icon="warn">{a('restoreRefused')} {s.error}</Notice> : null}
    {!starting && !uploading && ['none', 'refused', 'uploading', 'ready'].includes(s.step) && <>
      {s.step !== 'ready' && <Input label={a('passphrase')} optional hint={a('passphraseHint')} type="password" autocomplete="off" value={words} on={setWords} />}
      <div class="row">{s.step === 'ready' && <Button kind="danger" onClick={() => ask(true)}>{a('restoreApply')}</Button>}
        <label class="button"><Icon name="file" /><span>{a(s.step === 'ready' ? 'restoreOther' : 'restoreChoose')}</span><input class="hidden" type="file" onChange={(e) => { void choose(e.currentTarget.files?.[0]); e.currentTarget.value = ''; }} /></label></div></>}
    {!starting && !['none', 'checking', 'refused'].includes(s.step) && <div><Button small kind="quiet" busy={busy === 'drop'} onClick={() => void drop()}>{a('restoreDrop')}</Button></div>}
    {sure && <Confirm title={a('restoreSure')} text={a('restoreSureText')} yes={a('restoreApply')} danger close={() => ask(false)} on={() => void apply()} />}
  </Card></div>{from && <Bring b={from} close={done} begun={begun} />}</>;
}

const WARN_DAYS = 21;
export function Certificate() {
  const { data: c, error, reload } = useGet<Cert>('/api/admin/certificate');
  const form = useForm({ chain: '', key: '' });
  const { v, set, errors } = form;
  const [sure, ask] = useState(false);
  const { busy, act } = useAct();
  if (error && !c) return <Failure error={error} retry={reload} />;
  if (!c) return <Loading cards={1} />;
  const file = (name: 'chain' | 'key') => async (f?: File) => f && set(name, await f.text());
  const save = async () => {
    if (!v.chain.trim() || !v.key.trim()) return form.fail({ ...(v.chain.trim() ? {} : { chain: t('required') }), ...(v.key.trim() ? {} : { key: t('required') }) });
    if (await form.submit(() => call('PUT', '/api/admin/certificate', v))) {
      form.replace({ chain: '', key: '' });
      toast(a('certDone'), 'good');
      await reload();
    }
  };
  const days = c.validTo ? Math.floor((c.validTo - Date.now()) / 864e5) : 0;
  const Pem = ({ name, label }: { name: 'chain' | 'key'; label: string }) => <label class="button small"><Icon name="file" size={16} /><span>{label}</span><input class="hidden" type="file" accept=".pem,.crt,.cer,.key,text/plain" onChange={(e) => void file(name)(e.currentTarget.files?.[0])} /></label>;
  return <>
    {!c.on && <Notice tone="wait" icon="info">{a('certOff')}</Notice>}
    {c.on && <Card class="stack"><div class="row between"><h2>{c.names ?? a('certificate')}</h2>{c.source && <Tag tone={c.source === 'self-signed' ? 'wait' : 'good'}>{a(`cert.${c.source}` as never)}</Tag>}</div>
      {c.error ? <Notice tone="bad" icon="warn">{c.error}</Notice> : <>
        {days < WARN_DAYS && <Notice tone={days < 0 ? 'bad' : 'wait'} icon="clock">{days < 0 ? a('certOver') : a('certSoon', { days: tn('days', days) })}</Notice>}
        <Facts rows={[[a('certValid'), `${date(c.validFrom ?? 0)} – ${date(c.validTo ?? 0)}`], [a('certKey'), c.key], [a('certChain'), number(c.chain ?? 0)]]} />
        <p class="small"><span class="soft">SHA-256</span><br /><code class="print">{c.fingerprint?.match(/../g)?.join(':')}</code></p></>}</Card>}
    {c.on && !c.editable && <Notice icon="info">{a(c.source === 'settings' ? 'certFixed' : 'certAcme')}</Notice>}
    {c.editable && <Card class="stack"><h2>{a('certNew')}</h2><p>{a('certText')}</p>
      <TextArea label={a('certPem')} rows={5} max={60000} placeholder="-----BEGIN CERTIFICATE-----" value={v.chain} on={(x) => set('chain', x)} error={errors.chain} /><div><Pem name="chain" label={a('fromFile')} /></div>
      <TextArea label={a('certKeyPem')} rows={4} max={60000} placeholder="-----BEGIN PRIVATE KEY-----" value={v.key} on={(x) => set('key', x)} error={errors.key} hint={a('certKeyHint')} /><div><Pem name="key" label={a('fromFile')} /></div>
      <Button kind="main" busy={form.busy} onClick={() => void save()}>{a('certSave')}</Button>
      {c.source === 'uploaded' && <div><Button small kind="quiet" busy={busy === 'back'} onClick={() => ask(true)}>{a('certBack')}</Button></div>}</Card>}
    {sure && <Confirm title={a('certBackSure')} text={a('certBackText')} yes={a('certBack')} danger close={() => ask(false)} on={() => { ask(false); void act('back', () => remove('/api/admin/certificate'), () => void reload()); }} />}
  </>;
}
