import { everyPage } from './every_page.mjs';

everyPage('desktop, light, Hindi', { size: 'desktop', language: 'hi-IN' });
everyPage('desktop, dark', { size: 'desktop', scheme: 'dark' });
