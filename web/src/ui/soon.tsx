// Parts of a page that are drawn one after the other while the browser has nothing better to do, so that on a slow phone no single
// piece of work holds up a tap. Once all of a first page are there, everything is drawn at once.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const LATEST_MS = 400;
const queue: (() => void)[] = [];
let busy = false, settled = false;

function next(): void {
  busy = true;
  const run = () => {
    queue.shift()?.();
    if (queue.length) return next();
    busy = false;
    settled = true;
  };
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: LATEST_MS });
  else setTimeout(run, 1);
}

/** Runs something in its turn. */
export function soon(fn: () => void): void {
  queue.push(fn);
  if (!busy) next();
}

export function Soon({ children, ghost }: { children: () => ComponentChildren; ghost?: ComponentChildren }) {
  const [shown, show] = useState(settled);
  useEffect(() => {
    if (shown) return;
    const mine = () => show(true);
    soon(mine);
    return () => void (queue.includes(mine) && queue.splice(queue.indexOf(mine), 1));
  }, []);
  return <>{shown ? children() : ghost}</>;
}
