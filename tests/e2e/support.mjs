// The server and the browser as the tests use them: started, watched and stopped by their handles.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.E2E_RONDO ?? join(root, 'build/release/rondo');
const browserPath = process.env.E2E_CHROMIUM ?? '/usr/bin/chromium';
// Settings of whoever runs the tests are not the server's.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RONDO_')));
const screens = join(root, 'build/screens');

/** One `rondo serve` on its own data folder, which outlives the process: start() again after kill() to recover. */
export class Server {
  #process = null;
  #folder;
  #port = 0;
  #stderr = '';

  /** `paceMs`: how long the embedded model waits between two deltas. */
  static async create({ paceMs }) {
    const server = new Server();
    server.#folder = await mkdtemp(join(tmpdir(), 'rondo-e2e-'));
    await writeFile(join(server.#folder, 'rondo.yaml'), `rehearsal:\n  delta_pace_ms: ${paceMs}\n`);
    try {
      await server.start();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start() {
    assert.ok(existsSync(binary), `${binary} does not exist; build it or set E2E_RONDO`);
    const args = [
      'serve',
      '--port',
      String(this.#port),
      '--data',
      join(this.#folder, 'data'),
      '--config',
      join(this.#folder, 'rondo.yaml'),
    ];
    this.#process = spawn(binary, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (text) => (this.#stderr = (this.#stderr + text).slice(-4000)));
    const line = await new Promise((resolve, reject) => {
      this.#process.stdout.once('data', (text) => resolve(String(text)));
      this.#process.once('error', reject);
      this.#process.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${this.#stderr}`)));
    });
    const ready = /^listening on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(line);
    assert.ok(ready, `unexpected first line: ${line}`);
    this.#port = Number(ready[1]);
  }

  async #end(signal) {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill(signal);
    await ended;
  }

  /** Makes an API key beside the running server; from then on it wants one. */
  async makeKey(name) {
    const run = spawnSync(binary, ['keys', 'create', '--name', name, '--data', join(this.#folder, 'data')], { env: environment });
    assert.equal(run.status, 0, String(run.stderr));
    while ((await fetch(`${this.url}/api/v1/scenarios`)).status !== 401);
    return String(run.stdout).trim();
  }

  kill() {
    return this.#end('SIGKILL');
  }

  /** The end of what the server logged. */
  get log() {
    return this.#stderr;
  }

  async dispose() {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.#end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async get(path) {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    assert.equal(response.status, 200, `GET ${path}`);
    return response.json();
  }

  /** A session in which one thing was said and answered; returns its id. */
  async converse(text) {
    const post = async (path, body) => {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(`${this.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.ok(response.ok, `POST ${path}`);
      return response.json();
    };
    const { session_id: id } = await post('sessions', { scenario: 'sales-zh' });
    await post(`sessions/${id}/turns`, { user_message: text });
    return id;
  }

  /** Whether this binary searches, or lists everything whatever is asked for. */
  async searches() {
    const { items } = await this.get(`sessions?q=${encodeURIComponent('没有人说过的词')}`);
    return items.length === 0;
  }

  /** Whether this binary knows branches. */
  async hasBranches() {
    const { tip } = await this.get(`sessions/${await this.converse('你好')}`);
    return tip !== undefined;
  }

  /** What the server has stored for a turn: the truth that the page must show. */
  async stored(session, turn) {
    const { items } = await this.get(`sessions/${session}/messages?limit=200`);
    const [user, npc] = ['user', 'npc'].map((role) => items.filter((item) => item.turn_number === turn && item.role === role));
    assert.deepEqual([user.length, npc.length], [1, 1], `turn ${turn} is stored once`);
    return { user: user[0], npc: npc[0] };
  }
}

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
    window.page = await window.context.newPage();
    window.page.on('pageerror', (error) => window.faults.push(String(error)));
    window.page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) window.faults.push(message.text());
    });
    await window.page.goto(url);
    return window;
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
