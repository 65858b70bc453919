// The browser as the tests use it.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './server.mjs';

export { Server } from './server.mjs';

const browserPath = process.env.E2E_CHROMIUM ?? '/usr/bin/chromium';
const screens = join(root, 'build/screens');

export function launchBrowser() {
  assert.ok(existsSync(browserPath), `${browserPath} does not exist; install Debian's chromium or set E2E_CHROMIUM`);
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  return chromium.launch({ executablePath: browserPath, args: [...flags, '--disable-component-update', '--disable-sync'] });
}

/** A window of the page. Collects what must never happen: script errors and refusals by the content security policy. */
export class Window {
  faults = [];

  static async open(browser, url, options = {}) {
    const window = new Window();
    window.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', ...options });
    await window.#visit(url);
    return window;
  }

  /** Another tab beside this one, gone with it. */
  async tab(url) {
    const other = new Window();
    other.context = this.context;
    other.faults = this.faults;
    await other.#visit(url);
    return other;
  }

  async #visit(url) {
    this.page = await this.context.newPage();
    this.page.on('pageerror', (error) => this.faults.push(String(error)));
    this.page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.faults.push(message.text());
    });
    await this.page.goto(url);
  }

  /** Begins a scenario; returns the session the address now names. */
  async begin(scenario) {
    await this.page.locator(`[data-scenario="${scenario}"] button`).click();
    await this.page.getByRole('textbox').waitFor();
    return decodeURIComponent(new URL(this.page.url()).hash.replace('#/s/', ''));
  }

  async say(text) {
    await this.page.getByRole('textbox').fill(text);
    await this.page.keyboard.press('Enter');
  }

  turn(number, phase = null) {
    return this.page.locator(phase ? `[data-turn="${number}"][data-phase="${phase}"]` : `[data-turn="${number}"]`);
  }

  answer(number) {
    return this.turn(number).locator('[data-answer]').textContent();
  }

  advice(number) {
    return this.page.locator(`[data-advice-turn="${number}"][data-pending="false"]`);
  }

  /** Waits until some of the answer is on the screen and the rest is not; returns what is. */
  async midAnswer(number) {
    const seen = await this.page.waitForFunction((turn) => {
      const item = document.querySelector(`[data-turn="${turn}"][data-phase="streaming"]`);
      const text = item?.querySelector('[data-answer]')?.textContent ?? '';
      return [...text].length >= 3 && text;
    }, number);
    return seen.jsonValue();
  }

  async completed(number, phase = 'completed') {
    await this.turn(number, phase).waitFor();
  }

  async screenshot(name) {
    await mkdir(screens, { recursive: true });
    await this.page.screenshot({ path: join(screens, `${name}.png`) });
  }

  /** The accessibility rules of WCAG 2.2 AA and axe's best practices, on what is shown now. */
  async assertAccessible(where) {
    const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await this.page.evaluate(source);
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await this.page.evaluate(
      async (values) => (await globalThis.axe.run(document, { runOnly: { type: 'tag', values } })).violations,
      tags,
    );
    assert.deepEqual(
      found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`),
      [],
      where,
    );
  }

  async assertFits(width) {
    assert.ok((await this.page.evaluate(() => document.documentElement.scrollWidth)) <= width, `fits into ${width} px`);
  }

  async close() {
    await this.context.close();
    assert.deepEqual(this.faults, []);
  }
}
