// Calls between two browsers: the box carries what they say to each other to find a way; pictures and sound go directly. Offers
// and answers are sent once all ways are known, so one message each is enough.
import { signal } from '@preact/signals';
import { ApiError, get, post } from './api';
import { t } from './i18n';
import { me } from './session';
import { hear, send } from './socket';
import type { Person } from './types';
import { toast } from '../ui/toast';

export type Phase = 'calling' | 'incoming' | 'connecting' | 'live';
export interface Talk { id: string; who: Pick<Person, 'id' | 'name' | 'avatarUrl'>; phase: Phase; mine?: MediaStream; theirs?: MediaStream; sound: boolean; picture: boolean; since?: number }
export const talk = signal<Talk | undefined>(undefined);

interface Call { id: string; participants: Person[]; state: string }
const RING_MS = 45000, WAYS_MS = 3000;
let peer: RTCPeerConnection | undefined;
let timer = 0;
const change = (more: Partial<Talk>) => talk.value && (talk.value = { ...talk.value, ...more });

async function devices(): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new Error(t('call.insecure'));
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: { ideal: 960 }, facingMode: 'user' } });
  } catch {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: true }); // without a camera
    } catch {
      throw new Error(t('call.noDevice'));
    }
  }
}

function connect(stream: MediaStream): RTCPeerConnection {
  peer = new RTCPeerConnection(); // no server between: on the campus network the browsers see each other
  stream.getTracks().forEach((track) => peer!.addTrack(track, stream));
  peer.ontrack = (e) => change({ theirs: e.streams[0] ?? new MediaStream([e.track]) });
  peer.onconnectionstatechange = () => {
    if (peer?.connectionState === 'connected') change({ phase: 'live', since: talk.value?.since ?? Date.now() });
    else if (peer?.connectionState === 'failed') hangUp(t('call.failed'));
  };
  return peer;
}

/** The description once all ways are in it, or after a while those that are. */
async function described(p: RTCPeerConnection, description: RTCSessionDescriptionInit): Promise<string> {
  await p.setLocalDescription(description);
  if (p.iceGatheringState !== 'complete')
    await new Promise<void>((done) => {
      const over = () => p.iceGatheringState === 'complete' && done();
      p.addEventListener('icegatheringstatechange', over);
      setTimeout(done, WAYS_MS);
    });
  return p.localDescription!.sdp;
}

export async function callSomebody(who: Talk['who']): Promise<void> {
  if (talk.value) return;
  try {
    const mine = await devices();
    const call = await post<Call>('/api/calls', { userId: who.id }).catch((e: ApiError) => {
      mine.getTracks().forEach((x) => x.stop());
      throw e;
    });
    talk.value = { id: call.id, who, phase: 'calling', mine, sound: true, picture: mine.getVideoTracks().length > 0 };
    send('CALL_RING', { callId: call.id });
    timer = window.setTimeout(() => hangUp(t('call.noAnswer')), RING_MS);
  } catch (e) {
    toast((e as Error).message, 'bad');
  }
}

export async function answer(): Promise<void> {
  try {
    const mine = await devices();
    change({ mine, phase: 'connecting', sound: true, picture: mine.getVideoTracks().length > 0 });
    send('CALL_ACCEPT', { callId: talk.value!.id });
    clearTimeout(timer);
  } catch (e) {
    toast((e as Error).message, 'bad');
    refuse();
  }
}

export function refuse(): void {
  if (talk.value) send('CALL_REJECT', { callId: talk.value.id });
  close();
}

export function hangUp(why?: string): void {
  if (talk.value) send('CALL_END', { callId: talk.value.id });
  close(why);
}

export function toggle(kind: 'sound' | 'picture'): void {
  const now = talk.value;
  if (!now?.mine) return;
  const tracks = kind === 'sound' ? now.mine.getAudioTracks() : now.mine.getVideoTracks();
  tracks.forEach((x) => (x.enabled = !now[kind]));
  change({ [kind]: !now[kind] });
}

function close(why?: string): void {
  clearTimeout(timer);
  peer?.close();
  peer = undefined;
  talk.value?.mine?.getTracks().forEach((x) => x.stop());
  talk.value = undefined;
  if (why) toast(why);
}

const ours = (d: { callId: string }) => talk.value?.id === d.callId;

/** Somebody rings; called once with what came before this code was loaded. */
export async function ring(d: { callId: string; userId: string }): Promise<void> {
  if (talk.value || d.userId === me.value?.id) return;
  const call = await get<Call>(`/api/calls/${d.callId}`).catch(() => undefined);
  const who = call?.participants.find((p) => p.id === d.userId);
  if (!call || !who || call.state === 'over' || talk.value) return;
  talk.value = { id: call.id, who, phase: 'incoming', sound: true, picture: true };
  timer = window.setTimeout(() => close(t('call.missed', { name: who.name ?? '' })), RING_MS);
}

hear('CALL_ACCEPT', async (d) => {
  if (!ours(d)) return;
  if (d.userId === me.value?.id) return close(); // answered on another device
  clearTimeout(timer);
  change({ phase: 'connecting' });
  const p = connect(talk.value!.mine!);
  send('CALL_OFFER', { callId: d.callId, sdp: await described(p, await p.createOffer()) });
});
hear('CALL_OFFER', async (d) => {
  if (!ours(d) || !talk.value!.mine) return;
  const p = connect(talk.value!.mine);
  await p.setRemoteDescription({ type: 'offer', sdp: d.sdp });
  send('CALL_ANSWER', { callId: d.callId, sdp: await described(p, await p.createAnswer()) });
});
hear('CALL_ANSWER', (d) => ours(d) && void peer?.setRemoteDescription({ type: 'answer', sdp: d.sdp }));
hear('CALL_ICE', (d) => ours(d) && d.candidate && void peer?.addIceCandidate(d.candidate));
hear('CALL_REJECT', (d) => ours(d) && close(d.userId === me.value?.id ? undefined : t('call.refused', { name: talk.value!.who.name ?? '' })));
hear('CALL_END', (d) => ours(d) && close(t('call.over')));
