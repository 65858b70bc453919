// One session's connection to the server: opened again whenever it breaks, each time at the place reached. Knows no interface.
import { backoffMs, Pause } from './backoff';
import * as api from './client';
import { Commands } from './commands';
import { Heartbeat } from './heartbeat';
import { tellKeyRefused } from './key';
import { asProblem, isTransient, refusal, unreachable, type Problem } from './problem';
import { decodeFrame, encodeFrame, ping, pong, resume, type Body, type Done, type Frame, type Welcome } from './proto';

export const kProtocol = 'rondo.v1.pb';
/** From the opening of a connection to its welcome. */
const kConnectMs = 15_000;
/** The close codes that we tell apart. */
export const kClose = {
  normal: 1000,
  goingAway: 1001,
  tooBig: 1009,
  restart: 1012,
  tryLater: 1013,
  badFrame: 4400,
  keyRefused: 4401,
  silent: 4408,
  tooMany: 4429,
} as const;
/** A server that goes down in order is back soon, or another is there already. */
const kSoonMs = 1_000;
/** A server that asks for time gets more of it. */
const kLaterMs = 4_000;
const kLatestMs = 60_000;

const kResumeId = 1;

/** A place among a session's events. */
export interface Place {
  epoch: number;
  seq: number;
}
/** Before the first event of the turn that is running. */
export const kNowhere: Place = { epoch: 0, seq: 0 };

export interface Listener {
  /** The connection is there; asked for was what came behind `asked`. Told before the first frame. */
  welcome(welcome: Welcome, asked: Place): void;
  /** In order; without welcomes, answers to commands, and pings. */
  frame(frame: Frame): void;
  /** Told before each wait (attempt 1, 2…) and with 0 when connected again. */
  lost(attempt: number): void;
  /** The server will not have us; it is asked again when the user says so. */
  refused(problem: Problem): void;
}

/** How a connection ended: by a close code, or by the problem that it did not come about for. */
interface End {
  code: number;
  problem?: Problem;
}

export class SessionSocket {
  #left = new AbortController();
  #pause = new Pause();
  #commands = new Commands(kResumeId + 1);
  /** Null unless it is open. */
  #open: WebSocket | null = null;
  #welcomed = false;
  /** The place that the connection was to go on from. */
  #asked = kNowhere;
  /** Ends the connection there is. */
  #end: (end: End) => void = () => {};
  #heartbeat = new Heartbeat(
    () => this.#write(0, ping()),
    () => this.#end({ code: kClose.silent }),
  );

  /** `place`: how far the session's events are known. */
  constructor(
    private readonly session: string,
    private readonly listener: Listener,
    private readonly place: () => Place,
  ) {}

  start(): void {
    this.#run().catch((error: unknown) => {
      if (!this.#left.signal.aborted) throw error;
    });
  }

  close(): void {
    const gone = new DOMException('the session was left', 'AbortError');
    this.#left.abort(gone);
    this.#commands.fail(gone);
    this.#end({ code: kClose.normal });
  }

  /**
   * Sends a command, again after each reconnecting until it is answered: every one must be safe to repeat.
   * Errors: ProblemError with the server's refusal; the signal's reason.
   */
  command(body: Body, signal?: AbortSignal): Promise<Done> {
    const { id, answer } = this.#commands.add(body, signal);
    if (this.#welcomed) this.#write(id, body);
    return answer;
  }

  /** Sends what wants no answer; dropped while there is no connection. */
  tell(body: Body): void {
    if (this.#welcomed) this.#write(0, body);
  }

  /** The network has changed, the page is looked at again, or the user won't wait: connects now, or finds out whether it still is. */
  retryNow(): void {
    this.#pause.wake();
    if (this.#welcomed) this.#heartbeat.probe();
  }

  async #run(): Promise<void> {
    const { signal } = this.#left;
    let attempt = 0;
    for (;;) {
      const end = await this.#connect(() => {
        if (attempt > 0) this.listener.lost(0);
        attempt = 0;
      });
      signal.throwIfAborted();
      this.listener.lost(++attempt);
      await this.#pause.wait(this.#waitMs(end, attempt), signal);
    }
  }

  /** Null: until somebody asks. */
  #waitMs({ code, problem }: End, attempt: number): number | null {
    if (problem && !isTransient(problem)) {
      if (problem.status !== 401) this.listener.refused(problem);
      return null;
    }
    if (code === kClose.restart || code === kClose.goingAway) return backoffMs(attempt, Math.random, kSoonMs);
    const later = code === kClose.tryLater || code === kClose.tooMany || code === kClose.badFrame || problem?.status === 429;
    return later ? kLaterMs + backoffMs(attempt, Math.random, kLaterMs, kLatestMs) : backoffMs(attempt);
  }

  /** One connection from its ticket to its end. */
  async #connect(onWelcome: () => void): Promise<End> {
    let socket: WebSocket;
    try {
      const ticket = await api.socketTicket();
      this.#left.signal.throwIfAborted();
      this.#asked = this.place();
      socket = new WebSocket(socketAddress(ticket, this.session, this.#asked), [kProtocol]);
    } catch (error) {
      return { code: 0, problem: error instanceof DOMException ? unreachable().problem : asProblem(error) };
    }
    socket.binaryType = 'arraybuffer';
    const end = await new Promise<End>((resolve) => {
      this.#end = resolve;
      const deadline = setTimeout(() => resolve({ code: kClose.silent }), kConnectMs);
      socket.onclose = ({ code }) => resolve({ code });
      socket.onopen = () => (this.#open = socket);
      socket.onmessage = ({ data }) => {
        this.#heartbeat.heard();
        const frame = this.#decode(data);
        if (frame?.kind === 'welcome') {
          clearTimeout(deadline);
          this.#bind(frame.value, onWelcome);
        } else if (frame) this.#take(frame);
      };
    });
    // A dead network would swallow the farewell: it is said, and not waited for.
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(end.code >= 4000 ? end.code : kClose.normal);
    this.#end = () => {};
    this.#heartbeat.stop();
    this.#open = null;
    this.#welcomed = false;
    return this.#judge(end);
  }

  #judge(end: End): End {
    // Said once more, it would only end the next connection, too.
    if (end.code === kClose.tooBig || end.code === kClose.badFrame) {
      this.#commands.refuseSent({ status: 0, code: 'FRAME_REFUSED', title: '', detail: '', errors: [] });
    }
    if (end.code !== kClose.keyRefused) return end;
    const problem = { status: 401, code: 'KEY_REFUSED', title: '', detail: '', errors: [] };
    tellKeyRefused(problem);
    return { ...end, problem };
  }

  #bind(welcome: Welcome, onWelcome: () => void): void {
    this.#welcomed = true;
    if (welcome.heartbeat_ms > 0) this.#heartbeat.start(welcome.heartbeat_ms);
    onWelcome();
    this.listener.welcome(welcome, this.#asked);
    for (const [id, body] of this.#commands.waiting()) this.#write(id, body);
  }

  #take(frame: Frame): void {
    if (frame.kind === 'ping') this.#write(0, pong());
    else if (frame.kind === 'done') this.#commands.done(frame.id, frame.value);
    else if (frame.kind === 'refused') this.#refused(frame.id, refusal(frame.value.error));
    else if (frame.kind !== 'pong') this.listener.frame(frame);
  }

  #refused(id: number, problem: Problem): void {
    if (this.#welcomed) return this.#commands.refuse(id, problem);
    if (this.#asked.epoch === 0 || problem.status !== 400) return this.#end({ code: kClose.normal, problem });
    // A place that the server does not know, as after a backup was restored: then from the beginning.
    this.#asked = kNowhere;
    return this.#write(kResumeId, resume({ session_id: this.session }));
  }

  #decode(data: unknown): Frame | null {
    try {
      return data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : null;
    } catch {
      this.#end({ code: kClose.badFrame });
      return null;
    }
  }

  #write(id: number, body: Body): void {
    if (this.#open?.readyState !== WebSocket.OPEN) return;
    this.#commands.sent(id);
    this.#open.send(encodeFrame(id, body));
  }
}

/** Below the page's own path, whatever is before it. Bound by the handshake, a connection needs no further round trip. */
function socketAddress(ticket: string, session: string, { epoch, seq }: Place): string {
  const address = new URL(api.kSocketPath, document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = String(new URLSearchParams({ ticket, session, ...(epoch > 0 ? { after: `${epoch}.${seq}` } : {}) }));
  return address.href;
}
