// Going back leads to where one was: as far down, and with as much of a list as had been loaded.
const HOLD_MS = 3000;
const depths = new Map<string, number>();
const address = () => location.pathname + location.search;
const trail = [address()];
let popped = false;

// The router tells of its own changes by these events, before anything is drawn.
const moved = ({ type }: Event) => {
  const last = trail.length - 1;
  if (type !== 'replaceState') depths.set(trail[last], scrollY);
  popped = type === 'popstate';
  if (type === 'replaceState') trail[last] = address();
  else if (popped && trail[last - 1] === address()) trail.pop();
  else trail.push(address());
};
history.scrollRestoration = 'manual';
for (const type of ['pushState', 'replaceState', 'popstate']) addEventListener(type, moved);

/** The page at hand was come back to. */
export const cameBack = (): boolean => popped;

/** For a back arrow: goes to where the reader came from, if that was another page of ours. */
export function goBack(e: Event): void {
  const before = trail[trail.length - 2];
  if (!before || before === address()) return;
  e.preventDefault();
  history.back();
}

/** To the top of a page that was just opened, or as far down as one was; what is below may still be on its way. */
export function settle(): void {
  const here = address(), until = Date.now() + HOLD_MS, depth = popped ? depths.get(here) ?? 0 : 0;
  let own = false;
  const leave = () => (own = true);
  const step = () => {
    if (own || address() !== here) return;
    scrollTo(0, depth);
    if (Math.abs(scrollY - depth) > 2 && Date.now() < until) requestAnimationFrame(step);
  };
  for (const type of ['touchstart', 'wheel', 'keydown']) addEventListener(type, leave, { once: true, passive: true });
  step();
}
