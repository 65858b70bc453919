// A scripted server behind `WebSocket` for tests of the client: one session, its events, and an answer to each kind of command.
import { readContract } from '../scripts/proto_schema.mjs';
import { decode, encode } from './proto_bytes.mjs';

const contract = await readContract();

/** A frame's body by its field names. */
export type Fields = Record<string, unknown>;

export interface Command {
  kind: string;
  id: number;
  message_id: string;
  user_message: string;
  turn_number: number;
  parent_turn: number;
  epoch: number;
  last_seq: number;
  seq: number;
}

type Answer = (command: Command, connection: FakeSocket) => void;

interface Event {
  epoch: number;
  seq: number;
  body: Fields;
}

export class FakeWire {
  readonly opened: FakeSocket[] = [];
  readonly commands: Command[] = [];
  /** Whether connections come about. */
  reachable = true;
  epoch = 1;
  #events: Event[] = [];
  #answers = new Map<string, Answer>();
  /** Where the events of the running turn begin. */
  #running: number | null = null;

  constructor() {
    const wire = this;
    class Socket extends FakeSocket {
      constructor(address: string, protocols: string[]) {
        super(wire, address, protocols);
        wire.opened.push(this);
      }
    }
    Object.assign(globalThis, { WebSocket: Socket, document: { baseURI: 'https://host/prefix/' } });
    this.on('resume', (command, connection) => this.#resume(command, connection));
    this.on('bind', (command, connection) => this.#resume(command, connection));
    this.on('ping', (_, connection) => connection.send({ pong: {} }));
  }

  /** Replaces what answers a kind of command. */
  on(kind: string, answer: Answer): this {
    this.#answers.set(kind, answer);
    return this;
  }

  /** An event of the session, to all connections. */
  tell(body: Fields): void {
    if ('accepted' in body || 'restarted' in body) this.#running = this.#events.length;
    if ('completed' in body || 'failed' in body) this.#running = null;
    const last = this.#events[this.#events.length - 1];
    const event = { epoch: this.epoch, seq: last?.epoch === this.epoch ? last.seq + 1 : 1, body };
    this.#events.push(event);
    for (const connection of this.opened) connection.pass(event);
  }

  /** Those commands of a kind that came so far. */
  of(kind: string): Command[] {
    return this.commands.filter((command) => command.kind === kind);
  }

  cut(code = 1006): void {
    for (const connection of this.opened) connection.end(code);
  }

  take(connection: FakeSocket, bytes: Uint8Array): void {
    const { id = 0, ...body } = decode(contract, 'Frame', bytes) as { id?: number } & Fields;
    const [kind = ''] = Object.keys(body);
    this.hear({ ...(body[kind] as Command), kind, id }, connection);
  }

  hear(command: Command, connection: FakeSocket): void {
    this.commands.push(command);
    this.#answers.get(command.kind)?.(command, connection);
  }

  #resume({ epoch = 0, last_seq: seq = 0 }: Command, connection: FakeSocket): void {
    const known = epoch > 0 ? this.#events.filter((event) => event.epoch < epoch || (event.epoch === epoch && event.seq <= seq)).length : null;
    const from = known ?? this.#running ?? this.#events.length;
    const before = this.#events[from - 1];
    const running = this.#running === null ? 0 : (Object.values(this.#events[this.#running]!.body)[0] as { turn_number: number }).turn_number;
    const place = { epoch: before?.epoch ?? this.epoch, last_seq: before?.seq ?? 0 };
    connection.send({ welcome: { session_id: 's', ...place, running_turn: running, heartbeat_ms: 20_000 } });
    connection.bound = true;
    for (const event of this.#events.slice(from)) connection.pass(event);
  }
}

export class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  binaryType = '';
  bound = false;
  closedWith: number | null = null;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  #epoch = 0;

  constructor(
    private readonly wire: FakeWire,
    readonly address: string,
    readonly protocols: string[],
  ) {
    queueMicrotask(() => {
      if (!wire.reachable) return this.end(1006);
      this.readyState = 1;
      this.onopen?.();
      // What the handshake asks for counts as a command, too.
      const { searchParams } = new URL(this.address);
      const [epoch = 0, last_seq = 0] = (searchParams.get('after') ?? '').split('.').map(Number);
      this.wire.hear({ kind: 'bind', id: 0, epoch, last_seq } as Command, this);
      return undefined;
    });
  }

  /** From the page's side. Frames are told apart from the server's by their type. */
  send(frame: Uint8Array | Fields): void {
    if (frame instanceof Uint8Array) this.wire.take(this, frame);
    else this.deliver(encode(contract, 'Frame', frame));
  }

  deliver(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer });
  }

  pass({ epoch, seq, body }: Event): void {
    if (!this.bound || this.readyState !== 1) return;
    this.send({ seq, ...(epoch === this.#epoch ? {} : { epoch }), ...body });
    this.#epoch = epoch;
  }

  close(code: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  end(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }
}
