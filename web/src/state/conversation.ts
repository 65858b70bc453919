// One open session: its turns, the streams that feed them, and what the user can do to them.
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { Pause } from '../api/backoff';
import * as api from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { SseEvent } from '../api/sse';
import { followStream } from '../api/stream';
import type { NewTurn, Session } from '../api/types';
import { forget, keep, kept, newMessageId } from './outbox';
import { applyEvent, isFinal, isSettled, newTurn, turnsFromMessages, type TurnView } from './turn';

/** A turn's own signal: a delta repaints that turn and nothing else. */
export interface Turn {
  readonly key: number;
  readonly view: Signal<TurnView>;
}

/** Told of what a screen reader should hear. */
export interface Listener {
  answered(turn: TurnView): void;
  advised(turn: TurnView): void;
}

/** The stream ended, the stored turn is not finished, and nobody said why. */
const kEndedEarly: Problem = { status: 0, code: 'STREAM_ENDED', title: '', detail: '', errors: [] };
/** Streams kept open only for advice; browsers allow six connections to one server. */
const kMaxWaitingForAdvice = 3;

export class Conversation {
  readonly session = signal<Session | null>(null);
  readonly turns = signal<readonly Turn[]>([]);
  /** What stopped the last thing the user asked for. */
  readonly problem = signal<Problem | null>(null);
  /** 0 while connected, else how often re-joining was tried. */
  readonly lost = signal(0);
  readonly stopping = signal(false);
  readonly draft = signal('');

  readonly running: ReadonlySignal<Turn | null> = computed(
    () => this.turns.value.find((turn) => !isFinal(turn.view.value)) ?? null,
  );
  readonly stage: ReadonlySignal<string> = computed(() => {
    const known = this.turns.value.map((turn) => turn.view.value.stage).filter((stage) => stage !== null);
    return known[known.length - 1] ?? this.session.value?.stage ?? '';
  });

  #closed = new AbortController();
  #pause = new Pause();
  #followed = new Map<Turn, AbortController>();
  #nextKey = 1;

  constructor(
    readonly id: string,
    private readonly listener: Listener,
  ) {}

  /** Reads the session, then re-joins whatever is still running or pending. */
  async open(): Promise<void> {
    this.problem.value = null;
    try {
      await this.#refresh();
    } catch (error) {
      if (!this.#closed.signal.aborted) this.problem.value = asProblem(error);
      return;
    }
    this.#rejoin((view) => !isSettled(view));
    const unsent = kept(this.id);
    if (!unsent) return;
    if (unsent.user_message === this.running.value?.view.value.user) forget(this.id);
    else void this.#deliver(unsent);
  }

  close(): void {
    this.#closed.abort(new DOMException('the conversation was closed', 'AbortError'));
    for (const stream of this.#followed.values()) stream.abort(this.#closed.signal.reason);
  }

  async send(text: string): Promise<void> {
    if (this.running.value) return;
    const message = { message_id: newMessageId(), user_message: text };
    keep(this.id, message);
    await this.#deliver(message);
  }

  /** Says what a failed turn said once more, as a new turn. */
  async resend(turn: Turn): Promise<void> {
    if (this.running.value) return;
    if (turn.view.value.number === null) this.#remove(turn);
    await this.send(turn.view.value.user);
  }

  async stop(): Promise<void> {
    const number = this.running.value?.view.value.number ?? null;
    if (number === null || this.stopping.value) return;
    this.stopping.value = true;
    try {
      await api.stopTurn(this.id, number);
    } catch (error) {
      batch(() => {
        this.stopping.value = false;
        // An answer that ended meanwhile needed no stopping.
        if (this.running.value?.view.value.number === number) this.problem.value = asProblem(error);
      });
    }
  }

  async rate(turn: Turn, rating: number): Promise<void> {
    const { number, decisionId, rating: before } = turn.view.value;
    if (number === null) return;
    turn.view.value = { ...turn.view.value, rating };
    try {
      await api.submitFeedback(this.id, number, rating, decisionId);
    } catch (error) {
      batch(() => {
        turn.view.value = { ...turn.view.value, rating: before };
        this.problem.value = asProblem(error);
      });
    }
  }

  /** The network is back, or the user won't wait. */
  retryNow(): void {
    this.#pause.wake();
  }

  async #deliver(message: NewTurn): Promise<void> {
    const turn: Turn = { key: this.#nextKey++, view: signal(newTurn(message.user_message)) };
    batch(() => {
      this.problem.value = null;
      this.turns.value = [...this.turns.value, turn];
    });
    await this.#follow(turn, message);
  }

  /** Follows the latest turns that `wants` more of and nobody follows. */
  #rejoin(wants: (view: TurnView) => boolean): void {
    const left = this.turns.value.filter(({ view }) => view.value.number !== null && wants(view.value));
    for (const turn of left.slice(-kMaxWaitingForAdvice)) {
      if (!this.#followed.has(turn)) void this.#follow(turn, null);
    }
  }

  async #follow(turn: Turn, message: NewTurn | null): Promise<void> {
    const stream = new AbortController();
    this.#followed.set(turn, stream);
    try {
      await followStream({
        open: () => {
          const { number, lastId } = turn.view.value;
          if (number !== null) return api.turnEvents(this.id, number, lastId, stream.signal);
          return api.postTurn(this.id, message!, stream.signal);
        },
        apply: (events) => this.#apply(turn, events),
        settled: () => isSettled(turn.view.value),
        onLost: (attempt) => (this.lost.value = attempt),
        wait: (ms) => this.#pause.wait(ms, stream.signal),
        signal: stream.signal,
      });
      this.#followed.delete(turn);
      if (!isSettled(turn.view.value)) await this.#reconcile(turn, null);
    } catch (error) {
      this.#followed.delete(turn);
      if (this.#followed.size === 0) this.lost.value = 0;
      if (!stream.signal.aborted) await this.#reconcile(turn, asProblem(error));
    }
  }

  #apply(turn: Turn, events: SseEvent[]): void {
    const before = turn.view.peek();
    const after = events.reduce(applyEvent, before);
    if (after === before) return;
    batch(() => {
      if (before.number === null && after.number !== null) this.#accepted(turn, after.number);
      turn.view.value = after;
      if (isFinal(after) && !isFinal(before)) this.#finished(after);
    });
    if (isFinal(after) && !isFinal(before)) this.listener.answered(after);
    if (after.advice !== 'pending' && after.advice.length > 0 && after.advice !== before.advice) this.listener.advised(after);
  }

  /** A message sent twice (before and after a reload) is one turn: the server's number says so. */
  #accepted(turn: Turn, number: number): void {
    forget(this.id);
    const twins = this.turns.value.filter((other) => other !== turn && other.view.value.number === number);
    for (const twin of twins) this.#remove(twin);
  }

  #finished(view: TurnView): void {
    this.stopping.value = false;
    const waiting = [...this.#followed].filter(([turn]) => turn.view.value.number !== view.number);
    for (const [turn, stream] of waiting.slice(0, Math.max(0, waiting.length - kMaxWaitingForAdvice))) {
      this.#followed.delete(turn);
      stream.abort(new DOMException('too many streams', 'AbortError'));
    }
    const orphaned = this.turns.value.some((turn) => turn.view.value.advice === 'pending' && !this.#followed.has(turn));
    if (orphaned) {
      this.#refresh().then(
        () => this.#rejoin((other) => !isFinal(other)),
        () => {}, // the advice then shows at the next visit
      );
    }
  }

  #remove(turn: Turn): void {
    this.#followed.get(turn)?.abort(new DOMException('the turn was replaced', 'AbortError'));
    this.#followed.delete(turn);
    this.turns.value = this.turns.value.filter((other) => other !== turn);
  }

  /** A stream ended without telling all, or was refused: the stored messages decide. */
  async #reconcile(turn: Turn, problem: Problem | null): Promise<void> {
    const accepted = turn.view.value.number !== null;
    if (problem?.status === 409 && !accepted) {
      // Another window is speaking in this session: show its turn and hand the words back.
      batch(() => {
        this.draft.value = this.draft.value || turn.view.value.user;
        this.#remove(turn);
      });
      forget(this.id);
      await this.open();
      this.problem.value = problem;
      return;
    }
    if (accepted) await this.#refresh().catch(() => {});
    if (this.#closed.signal.aborted) return;
    const view = turn.view.value;
    if (!accepted) forget(this.id);
    batch(() => {
      this.stopping.value = false;
      if (!isFinal(view)) turn.view.value = { ...view, phase: 'failed', problem: problem ?? kEndedEarly };
      else if (view.advice === 'pending') turn.view.value = { ...view, advice: [] };
    });
  }

  /** Brings the turns to what the server has stored. A turn whose stream is open knows better and is left alone. */
  async #refresh(): Promise<void> {
    const session = await api.getSession(this.id);
    const messages = await api.allMessages(this.id);
    if (this.#closed.signal.aborted) return;
    const opening = messages.find((message) => message.turn_number === 0 && message.role !== 'user')?.text;
    const current = this.turns.value;
    const stored = turnsFromMessages(messages, session.running_turn ?? null).map((view): Turn => {
      const known = current.find((turn) => turn.view.value.number === view.number);
      if (!known) return { key: this.#nextKey++, view: signal(view) };
      if (!this.#followed.has(known)) known.view.value = { ...view, lastId: known.view.value.lastId };
      return known;
    });
    batch(() => {
      this.session.value = opening === undefined ? session : { ...session, opening };
      this.turns.value = [...stored, ...current.filter((turn) => !stored.includes(turn))];
    });
  }
}
