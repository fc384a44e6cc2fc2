// Drives the real binary's pages with Chromium, as people would. A Visitor is a browser profile of its own; whatever a page writes to
// the console as an error, every violation of the Content-Security-Policy and every request that leaves the box is a failure.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { assert } from '../api/harness.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 860 } };
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function browse() {
  const executablePath = process.env.CHROMIUM ?? places.find((p) => existsSync(p));
  assert.ok(executablePath, 'Chromium is not installed');
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking',
    '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--disable-features=WebRtcHideLocalIpsWithMdns'] });
}

export class Visitor {
  static async open(browser, box, { size = 'phone', language = 'en-IN', scheme = 'light', ...more } = {}) {
    const v = new Visitor();
    v.box = box;
    v.faults = [];
    v.context = await browser.newContext({ viewport: sizes[size], locale: language, colorScheme: scheme, hasTouch: size === 'phone', baseURL: box.url, reducedMotion: 'reduce', permissions: ['camera', 'microphone'], ...more });
    v.context.setDefaultTimeout(15000);
    v.page = await v.context.newPage();
    v.page.on('console', (m) => m.type() === 'error' && !v.expected?.test(m.text()) && v.faults.push(`console: ${m.text()} (${m.location().url})`));
    v.page.on('pageerror', (e) => v.faults.push(`error: ${e.stack}`));
    v.context.on('request', (r) => {
      const url = new URL(r.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.host !== new URL(box.url).host) v.faults.push(`request to ${url.host}`);
    });
    return v;
  }

  go = (path) => this.page.goto(path);
  by = (role, name, exact = false) => this.page.getByRole(role, { name, exact });
  press = (name) => this.page.getByRole('button', { name, exact: true }).first().click();
  follow = (name) => this.page.getByRole('link', { name }).first().click();
  fill = (label, text) => this.page.getByLabel(label, { exact: false }).first().fill(text);
  sees = (text) => this.page.getByText(text).first().waitFor();
  heading = (name) => this.page.getByRole('heading', { name }).first().waitFor();

  async signIn(phone, name, to = '/') {
    await this.go(`/sign-in?to=${encodeURIComponent(to)}`);
    await this.fill('Mobile number', phone);
    await this.press('Send the code');
    await this.page.getByLabel('6-digit code').waitFor();
    const { code } = await this.box.message(phone, (m) => m.code);
    await this.page.getByLabel('6-digit code').fill(code); // as autofill does: no button is needed
    await this.heading('Welcome! Who are you?');
    await this.fill('Name', name);
    await this.press('Start');
    await this.page.waitForURL((u) => u.pathname === to.split('?')[0]);
  }

  /** Nothing on this page that axe objects to, by WCAG 2.2 AA. */
  async accessible(what) {
    await this.page.waitForFunction(() => [...document.querySelectorAll('.skeleton')].every((e) => e.closest('.demo')));
    // Playwright's evaluate is no script of the page, so its policy does not stand in the way.
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    assert.deepEqual(found.violations.map((x) => `${x.id}: ${x.nodes.map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).slice(0, 4).join(' | ')}`), [], `${what} at ${this.page.url()}`);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${what}: scrolls sideways by ${wide} px`);
  }

  async close() {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}
