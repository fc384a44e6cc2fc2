import { render } from 'preact';
import { App } from './app';
import { ago, dayMonth, money, number, preferred, speak } from './lib/i18n';
import { start } from './lib/session';
import { startOutbox } from './lib/outbox';
import { startSocket } from './lib/socket';
import { warm } from './lib/query';
import { homeNeeds } from './pages/home';
import { soon } from './ui/soon';
import './lib/theme';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/layout.css';

const WORKER_AFTER_MS = 2500;
void boot();

async function boot() {
  if (location.pathname === '/') warm(...homeNeeds);
  await Promise.all([speak(preferred()), start()]);
  // The first of each kind of number is dear: one at a time, before the cards need them.
  for (const make of [money, number, dayMonth, ago]) soon(() => void make(1));
  render(<App />, document.getElementById('app')!);
  startSocket();
  startOutbox();
  // Needs https or this machine. Later, so that it does not take the network and the processor from what is looked at now.
  if ('serviceWorker' in navigator) setTimeout(() => void navigator.serviceWorker.register('/sw.js').catch(() => {}), WORKER_AFTER_MS);
}
