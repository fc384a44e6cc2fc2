// Where the reader is: asked only when a button is pressed, kept only while the tab is open, and only to about a hundred metres.
import { signal } from '@preact/signals';

export interface Place { latitude: number; longitude: number }
export type PlaceState = 'unknown' | 'asking' | 'denied' | 'insecure' | 'here';
const KEY = 'place';
const kept = sessionStorage.getItem(KEY);
export const here = signal<Place | undefined>(kept ? JSON.parse(kept) : undefined);
export const placeState = signal<PlaceState>(kept ? 'here' : 'unknown');
const round = (degrees: number) => Math.round(degrees * 1000) / 1000;

export function askPlace(): Promise<Place | undefined> {
  if (!isSecureContext || !('geolocation' in navigator)) {
    placeState.value = 'insecure';
    return Promise.resolve(undefined);
  }
  placeState.value = 'asking';
  return new Promise((done) => navigator.geolocation.getCurrentPosition(({ coords }) => {
    here.value = { latitude: round(coords.latitude), longitude: round(coords.longitude) };
    sessionStorage.setItem(KEY, JSON.stringify(here.value));
    placeState.value = 'here';
    done(here.value);
  }, () => {
    placeState.value = 'denied';
    done(undefined);
  }, { maximumAge: 300000, timeout: 15000 }));
}
