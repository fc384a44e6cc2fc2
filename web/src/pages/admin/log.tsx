// The newest lines of the box's log, and those that come.
import { useEffect, useRef, useState } from 'preact/hooks';
import { a } from '../../lib/admin';
import { ApiError, get } from '../../lib/api';
import { t } from '../../lib/i18n';
import { Button, Card, Empty, Failure, Loading, Tag, type Tone } from '../../ui/base';
import { Input } from '../../ui/fields';
import { Chips } from './parts';

const ASK_MS = 2000, LINES_MAX = 1000;
const levels = ['debug', 'info', 'warn', 'error'] as const;
const tones: Record<string, Tone> = { warn: 'wait', error: 'bad', info: 'info' };
interface Line { n: number; time: string; level: string; component: string; text: string; rest: string }

/** JSON by default; on a terminal the box writes "time LEVEL component: message key=value". */
function read(n: number, raw: string): Line {
  try {
    const { time, level, component, msg, ...rest } = JSON.parse(raw);
    return { n, time: new Date(time).toLocaleTimeString(), level, component, text: msg, rest: Object.entries(rest).map(([k, v]) => `${k}=${v}`).join(' ') };
  } catch {
    const level = levels.find((l) => new RegExp(`\\b${l}\\b`, 'i').test(raw.slice(0, 60))) ?? 'info';
    return { n, time: '', level, component: '', text: raw, rest: '' };
  }
}

export function Log() {
  const [lines, setLines] = useState<Line[]>();
  const [error, fail] = useState<ApiError>();
  const [paused, pause] = useState(false);
  const [least, setLeast] = useState<string>('info');
  const [find, setFind] = useState('');
  const next = useRef(0), count = useRef(0);
  const ask = async () => {
    try {
      const answer = await get<{ lines: string[]; next: number }>(`/api/admin/log?after=${next.current}`);
      const fresh = answer.lines.map((l) => read(count.current++, l));
      // A smaller number: the box started again, and these are all that there are.
      setLines((old) => [...(answer.next < next.current ? [] : old ?? []), ...fresh].slice(-LINES_MAX));
      next.current = answer.next;
      fail(undefined);
    } catch (e) {
      fail(e as ApiError);
    }
  };
  useEffect(() => {
    if (paused) return;
    void ask();
    const timer = setInterval(() => document.visibilityState === 'visible' && void ask(), ASK_MS);
    return () => clearInterval(timer);
  }, [paused]);
  if (!lines) return error ? <Failure error={error} retry={() => void ask()} /> : <Loading />;
  const words = find.toLowerCase();
  const shown = lines.filter((l) => levels.indexOf(l.level as never) >= levels.indexOf(least as never) && (!words || `${l.component} ${l.text} ${l.rest}`.toLowerCase().includes(words))).reverse();
  return <>
    <div class="stack"><Input label={a('logFind')} type="search" value={find} on={setFind} />
      <div class="stack tight"><Chips label={a('logLevel')} at={least} on={setLeast} all={levels.map((l) => [l, l])} />
        <div class="row"><Button small icon={paused ? 'next' : undefined} aria-pressed={paused} onClick={() => pause(!paused)}>{a(paused ? 'logGo' : 'logPause')}</Button><span class="soft small" role="status">{paused ? a('logPaused') : error ? t('reconnecting') : a('logLive')}</span></div></div></div>
    {shown.length ? <Card><ol class="log" aria-label={a('log')}>{shown.map((l) => <li key={l.n}><span class="soft">{l.time}</span><Tag tone={tones[l.level]}>{l.level}</Tag><span><b>{l.component}</b> {l.text} <span class="soft">{l.rest}</span></span></li>)}</ol></Card>
      : <Empty icon="search" title={a('logNone')} />}
  </>;
}
