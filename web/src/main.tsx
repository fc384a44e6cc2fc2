import { render } from 'preact';
import { App } from './app';
import { preferred, speak } from './lib/i18n';
import { start } from './lib/session';
import { startOutbox } from './lib/outbox';
import { startSocket } from './lib/socket';
import './lib/theme';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/layout.css';

void boot();

async function boot() {
  await Promise.all([speak(preferred()), start()]);
  render(<App />, document.getElementById('app')!);
  startSocket();
  startOutbox();
  if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => {}); // needs https or this machine
}
