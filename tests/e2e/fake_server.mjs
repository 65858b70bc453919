// A server with one session of any length behind the built page, for what would take the real one too long to talk up.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../build/web', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";
const scenario = {
  id: 'long',
  title: 'A long talk',
  description: 'It has been going on for a while.',
  language: 'en',
  persona: { name: 'Ada', role: 'colleague' },
  stages: [{ name: 'middle', title: 'Middle' }],
  intents: [],
  opening: 'Where were we?',
  suggestions: [],
};

/** Session `long` with `turns` turns of differing lengths. The answer to the next message comes piece by piece, as `say()` is called. */
export class FakeServer {
  #turns;
  #server;
  #answer = null;

  static async create(turns) {
    const fake = new FakeServer();
    fake.#turns = turns;
    fake.#server = createServer((request, response) => {
      fake.#serve(request, response).catch((error) => response.destroy(error));
    });
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** One more piece of the answer that is running. */
  say(text) {
    this.#event('delta', { text });
    this.#answer.text += text;
  }

  finish() {
    this.#event('completed', result(this.#turns, this.#answer.text));
    this.#answer.response.end();
    this.#answer = null;
  }

  async dispose() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #event(type, data) {
    const { response, seq } = this.#answer;
    response.write(`id: 1.${seq}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    this.#answer.seq += 1;
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    const json = (body) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    const session = { session_id: 'long', scenario: 'long', stage: 'middle', tip: this.#turns, running_turn: null, turns: this.#turns };
    const route = `${request.method} ${pathname.replace('/api/v1/', '')}`;
    if (!pathname.startsWith('/api/')) return this.#asset(pathname, response);
    if (route === 'GET scenarios') return json({ scenarios: [scenario], model: { name: 'fake', embedded: false } });
    if (route === 'GET sessions') return json({ items: [{ ...session, title: 'Long', updated_at: 0 }], next: null });
    if (route === 'GET sessions/long') return json(session);
    if (route === 'GET sessions/long/messages') return json(this.#messages(searchParams));
    assert.equal(route, 'POST sessions/long/turns');
    response.setHeader('Content-Type', 'text/event-stream');
    this.#turns += 1;
    this.#answer = { response, seq: 1, text: '' };
    this.#event('accepted', { turn_number: this.#turns, parent_turn: this.#turns - 1 });
    return undefined;
  }

  async #asset(pathname, response) {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const body = await readFile(join(built, name));
    response.setHeader('Content-Type', types[extname(name)]).setHeader('Content-Security-Policy', policy).end(body);
  }

  #messages(query) {
    const after = Number(query.get('cursor') ?? 0);
    const last = Math.min(this.#turns, after + Number(query.get('limit')));
    const items = Array.from({ length: last - after }, (_, index) => after + index + 1).flatMap((turn) => [
      { ...place(turn), role: 'user', text: `Question ${turn}` },
      { ...result(turn, `Answer ${turn}. ${'It depends on the delivery. '.repeat(turn % 17)}`), ...place(turn), role: 'npc' },
    ]);
    return { items, next: last < this.#turns ? String(last) : null };
  }
}

const place = (turn) => ({ turn_number: turn, parent_turn: turn - 1, siblings: [turn] });

const result = (turn, text) => ({
  turn_number: turn,
  status: 'completed',
  npc_response: text,
  text,
  stage: 'middle',
  ttft_ms: 2,
  coach_advice: { title: `Advice ${turn}`, text: 'Ask before you tell.' },
  compliance: { risk_level: 'LOW', score: 0 },
  usage: { input_tokens: 60, output_tokens: 40 },
  cost: { micros: 12, currency: 'USD' },
});
