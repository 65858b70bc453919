// rondo's programs as the tests use them: started, watched and stopped by their handles. Needs no browser.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const binary = process.env.E2E_RONDO ?? join(root, 'build/release/rondo');
// Settings of whoever runs the tests are not the server's.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RONDO_')));

/** One of rondo's programs that says `listening on http://...` when it is ready. */
class Program {
  #process;
  #stderr = '';
  port = 0;

  static async start(args) {
    assert.ok(existsSync(binary), `${binary} does not exist; build it or set E2E_RONDO`);
    const program = new Program();
    program.#process = spawn(binary, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    program.#process.stderr.on('data', (text) => (program.#stderr = (program.#stderr + text).slice(-4000)));
    const line = await new Promise((resolve, reject) => {
      program.#process.stdout.once('data', (text) => resolve(String(text)));
      program.#process.once('error', reject);
      program.#process.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}:\n${program.#stderr}`)));
    });
    const ready = /^listening on http:\/\/127\.0\.0\.1:(\d+)\n/.exec(line);
    assert.ok(ready, `unexpected first line: ${line}`);
    program.port = Number(ready[1]);
    return program;
  }

  /** The end of what it logged. */
  get log() {
    return this.#stderr;
  }

  async end(signal) {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill(signal);
    await ended;
  }
}

/** One `rondo serve` on its own data folder, which outlives the process: start() again after kill() to recover. */
export class Server {
  #program = null;
  #folder;
  #port = 0;

  /** `paceMs`: how long the embedded model waits between two deltas. `settings`: more of the configuration file. */
  static async create({ paceMs = 0, settings = {} } = {}) {
    const server = new Server();
    server.#folder = await mkdtemp(join(tmpdir(), 'rondo-e2e-'));
    const config = { rehearsal: { delta_pace_ms: paceMs }, ...settings };
    await writeFile(join(server.#folder, 'rondo.json'), JSON.stringify(config));
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
    const [data, config] = ['data', 'rondo.json'].map((name) => join(this.#folder, name));
    this.#program = await Program.start(['serve', '--port', String(this.#port), '--data', data, '--config', config]);
    this.#port = this.#program.port;
  }

  /** Makes an API key beside the running server; from then on it wants one. */
  async makeKey(name) {
    const run = spawnSync(binary, ['keys', 'create', '--name', name, '--data', join(this.#folder, 'data')], { env: environment });
    assert.equal(run.status, 0, String(run.stderr));
    while ((await fetch(`${this.url}/api/v1/scenarios`)).status !== 401);
    return String(run.stdout).trim();
  }

  kill() {
    return this.#program.end('SIGKILL');
  }

  /** Goes down in order and comes back at the same address. */
  async restart() {
    await this.#program.end('SIGTERM');
    await this.start();
  }

  /** The end of what the server logged. */
  get log() {
    return this.#program?.log ?? '';
  }

  async dispose() {
    await this.#program?.end('SIGTERM');
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

/** One `rondo mock-provider`, the upstream of what is tested; the model's name chooses how it answers. */
export class Provider {
  #program;

  static async create(...args) {
    const provider = new Provider();
    provider.#program = await Program.start(['mock-provider', '--port', '0', ...args]);
    return provider;
  }

  get url() {
    return `http://127.0.0.1:${this.#program.port}`;
  }

  /** The attempts it has seen, once `enough` says that they are all. */
  async attempts(enough) {
    for (;;) {
      const { attempts } = await (await fetch(`${this.url}/attempts`)).json();
      if (enough(attempts)) return attempts;
    }
  }

  forget() {
    return fetch(`${this.url}/attempts`, { method: 'DELETE' });
  }

  dispose() {
    return this.#program.end('SIGTERM');
  }
}
