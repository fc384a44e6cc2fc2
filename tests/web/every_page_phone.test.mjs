import { everyPage } from './every_page.mjs';

everyPage('phone, light', { size: 'phone' });
everyPage('phone, dark, Hindi', { size: 'phone', scheme: 'dark', language: 'hi-IN' });
