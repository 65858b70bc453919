// A server with one session of any length behind the built page, for what would take the real one too long to talk up, and for what
// it does not do on demand. Speaks rondo.v1.pb by the contract in proto/.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { readContract } from '../../web/scripts/proto_schema.mjs';
import { decode, encode } from '../../web/test/proto_bytes.mjs';

const built = fileURLToPath(new URL('../../build/web', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";
const kProtocol = 'rondo.v1.pb';
const kEpoch = 1;
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
  #said = [];
  #server;
  #sockets;
  #contract;
  #bound = new Set();
  #events = [];
  #answer = null;
  #tickets = new Set();

  static async create(turns) {
    const fake = new FakeServer();
    fake.#turns = turns;
    fake.#contract = await readContract();
    fake.#server = createServer((request, response) => {
      fake.#serve(request, response).catch((error) => response.destroy(error));
    });
    fake.#sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => offered.has(kProtocol) && kProtocol });
    fake.#server.on('upgrade', (request, socket, head) => fake.#upgrade(request, socket, head));
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** One more piece of the answer that is running. */
  say(text) {
    this.#answer.text += text;
    this.#tell({ delta: { text } });
  }

  finish() {
    const { number, text } = this.#answer;
    const stored = result(number, text);
    this.#answer = null;
    this.#said.push(stored);
    this.#tell({
      completed: {
        turn_number: number,
        status: 'COMPLETED',
        answer_bytes: Buffer.byteLength(text),
        stage: stored.stage,
        compliance: stored.compliance,
        input_tokens: stored.usage.input_tokens,
        output_tokens: stored.usage.output_tokens,
        cost_micros: stored.cost.micros,
        advice: { turn_number: number, text: stored.coach_advice.text },
        ttft_ms: stored.ttft_ms,
      },
    });
  }

  async dispose() {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** An event of the session, to all that listen and to those who come back for it. */
  #tell(body) {
    const last = this.#events[this.#events.length - 1];
    const event = { seq: (last?.seq ?? 0) + 1, body };
    this.#events.push(event);
    for (const connection of this.#bound) this.#pass(connection, event);
  }

  #pass(connection, { seq, body }) {
    this.#send(connection, { seq, epoch: kEpoch, ...body });
  }

  #send({ socket }, frame) {
    socket.send(encode(this.#contract, 'Frame', frame));
  }

  #upgrade(request, socket, head) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    const admitted = pathname === '/api/v1/ws' && this.#tickets.delete(searchParams.get('ticket'));
    if (!admitted) return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    return this.#sockets.handleUpgrade(request, socket, head, (accepted) => {
      const connection = { socket: accepted };
      accepted.on('message', (data) => this.#command(connection, decode(this.#contract, 'Frame', data)));
      accepted.on('close', () => this.#bound.delete(connection));
      const after = searchParams.get('after');
      this.#bind(connection, after && Number(after.split('.')[1]));
    });
  }

  #command(connection, { id = 0, seq: _, epoch: __, ...body }) {
    const [kind] = Object.keys(body);
    const command = body[kind];
    if (kind === 'ping') return this.#send(connection, { pong: {} });
    if (kind === 'start_turn') return this.#start(connection, id, command);
    if (kind === 'ack' || kind === 'pong') return undefined;
    return this.#send(connection, { id, done: { turn_number: command.turn_number } });
  }

  /** From behind event `after`; null: from the beginning of the running turn. */
  #bind(connection, after) {
    const from = after ?? this.#answer?.from ?? this.#events.length;
    this.#send(connection, {
      welcome: { session_id: 'long', epoch: kEpoch, last_seq: from, running_turn: this.#answer?.number ?? 0, heartbeat_ms: 20_000 },
    });
    for (const event of this.#events.slice(from)) this.#pass(connection, event);
    this.#bound.add(connection);
  }

  #start(connection, id, { message_id, user_message: text }) {
    const before = this.#events.find(({ body }) => body.accepted?.message_id === message_id);
    const done = (number, replayed) => this.#send(connection, { id, done: { turn_number: number, replayed } });
    if (before) return done(before.body.accepted.turn_number, true);
    if (this.#answer) return this.#send(connection, { id, refused: { error: { code: 'ABORTED', reason: 'SESSION_BUSY', status: 409 } } });
    const number = (this.#turns += 1);
    const accepted = { turn_number: number, parent_turn: number - 1, message_id, user_message: text };
    this.#said.push({ ...place(number), role: 'user', text });
    this.#answer = { number, text: '', from: this.#events.length };
    this.#tell({ accepted });
    return done(number, false);
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    const json = (body) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    const running = this.#answer?.number ?? null;
    const session = { session_id: 'long', scenario: 'long', stage: 'middle', tip: this.#turns, running_turn: running, turns: this.#turns };
    const route = `${request.method} ${pathname.replace('/api/v1/', '')}`;
    if (!pathname.startsWith('/api/')) return this.#asset(pathname, response);
    if (route === 'GET scenarios') return json({ scenarios: [scenario], model: { name: 'fake', embedded: false } });
    if (route === 'GET sessions') return json({ items: [{ ...session, title: 'Long', updated_at: 0 }], next: null });
    if (route === 'GET sessions/long') return json(session);
    if (route === 'GET sessions/long/messages') return json(this.#messages(searchParams));
    if (route !== 'POST ws-tickets') return response.writeHead(404).end();
    const ticket = `ticket-${Math.random()}`;
    this.#tickets.add(ticket);
    return json({ ticket, expires_in: 30 });
  }

  async #asset(pathname, response) {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const body = await readFile(join(built, name));
    response.setHeader('Content-Type', types[extname(name)]).setHeader('Content-Security-Policy', policy).end(body);
  }

  #messages(query) {
    const after = Number(query.get('cursor') ?? 0);
    const last = Math.min(this.#turns, after + Number(query.get('limit')));
    const items = Array.from({ length: last - after }, (_, index) => after + index + 1).flatMap((turn) => {
      const said = this.#said.filter(({ turn_number }) => turn_number === turn);
      if (said.length > 0) return said;
      return [
        { ...place(turn), role: 'user', text: `Question ${turn}` },
        result(turn, `Answer ${turn}. ${'It depends on the delivery. '.repeat(turn % 17)}`),
      ];
    });
    return { items, next: last < this.#turns ? String(last) : null };
  }
}

const place = (turn) => ({ turn_number: turn, parent_turn: turn - 1, siblings: [turn] });

const result = (turn, text) => ({
  ...place(turn),
  role: 'npc',
  status: 'completed',
  text,
  stage: 'middle',
  ttft_ms: 2,
  coach_advice: { title: `Advice ${turn}`, text: 'Ask before you tell.' },
  compliance: { risk_level: 'LOW', score: 0 },
  usage: { input_tokens: 60, output_tokens: 40 },
  cost: { micros: 12, currency: 'USD' },
});
