// A call over the page: who it is, the pictures, what one can do.
import { useEffect, useRef, useState } from 'preact/hooks';
import { answer, hangUp, refuse, talk, toggle } from '../lib/call';
import { t } from '../lib/i18n';
import { Avatar, Button, IconButton } from './base';

function Picture({ stream, own }: { stream?: MediaStream; own?: boolean }) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (ref.current) ref.current.srcObject = stream ?? null;
  }, [stream]);
  return <video ref={ref} class={own ? 'own' : 'theirs'} autoplay playsInline muted={own} aria-label={t(own ? 'call.you' : 'call.picture')} />;
}

export default function CallSheet() {
  const now = talk.value;
  const box = useRef<HTMLDialogElement>(null);
  const [, tick] = useState(0);
  useEffect(() => {
    if (now && !box.current?.open) box.current?.showModal();
  }, [now?.id]);
  useEffect(() => {
    if (now?.phase !== 'live') return;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [now?.phase]);
  if (!now) return null;
  const seconds = now.since ? Math.floor((Date.now() - now.since) / 1000) : 0;
  return <dialog ref={box} class="call" aria-labelledby="callname" onCancel={(e) => e.preventDefault()}>
    {now.theirs && <Picture stream={now.theirs} />}
    <div class="callhead">{now.phase !== 'live' && <Avatar who={now.who} size={88} />}<h2 id="callname">{now.who.name ?? t('person.unnamed')}</h2>
      <p role="status">{now.phase === 'live' ? <><span class="hidden">{t('call.live')}</span><span aria-hidden="true">{`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`}</span></> : t(`call.${now.phase}`)}</p></div>
    {now.mine && now.picture && <Picture stream={now.mine} own />}
    <div class="callfoot">{now.phase === 'incoming' ? <><Button kind="main" icon="call" onClick={() => void answer()}>{t('call.answer')}</Button><Button kind="danger" icon="close" onClick={refuse}>{t('call.refuse')}</Button></>
      : <><IconButton icon={now.sound ? 'mic' : 'micoff'} label={t('call.sound')} aria-pressed={now.sound} onClick={() => toggle('sound')} /><IconButton icon="video" label={t('call.camera')} aria-pressed={now.picture} class={now.picture ? '' : 'dim'} onClick={() => toggle('picture')} />
        <Button kind="danger" icon="close" onClick={() => hangUp()}>{t('call.end')}</Button></>}</div>
  </dialog>;
}
