// One open session: its turns, the streams that feed them, and what the user can do to them.
import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { Pause } from '../api/backoff';
import * as api from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { SseEvent } from '../api/sse';
import { followStream } from '../api/stream';
import type { NewTurn, Session } from '../api/types';
import { forget, keep, kept, newMessageId } from './outbox';
import { totals, type Totals } from './totals';
import { applyEvent, isFinal, isSettled, newTurn, placeAfter, turnsFromMessages, type TurnView } from './turn';

/** A turn's own signal: a delta repaints that turn and nothing else. */
export interface Turn {
  readonly key: number;
  readonly view: Signal<TurnView>;
  /** Answered, in whole or up to a stop. Changes once, where `view` changes with every delta. */
  readonly answered: ReadonlySignal<boolean>;
}

/** Told of what a screen reader should hear. */
export interface Listener {
  answered(turn: TurnView): void;
  advised(turn: TurnView): void;
  /** Another branch is shown: the one that `turn` is on. */
  switched(turn: TurnView): void;
}

/** Words being written in place of a turn's own. */
export interface Edit {
  turn: Turn;
  text: string;
}

/** The stream ended, the stored turn is not finished, and nobody said why. */
const kEndedEarly: Problem = { status: 0, code: 'STREAM_ENDED', title: '', detail: '', errors: [] };
/** Streams kept open only for advice; browsers allow six connections to one server. */
const kMaxWaitingForAdvice = 3;

export class Conversation {
  readonly session = signal<Session | null>(null);
  /** The turns of the branch shown, in order. */
  readonly turns = signal<readonly Turn[]>([]);
  /** What stopped the last thing the user asked for. */
  readonly problem = signal<Problem | null>(null);
  /** 0 while connected, else how often re-joining was tried. */
  readonly lost = signal(0);
  readonly stopping = signal(false);
  readonly draft = signal('');
  readonly editing = signal<Edit | null>(null);
  /** Another branch is on its way. */
  readonly switching = signal(false);

  // What runs is the last turn: searched from there, a delta costs the same in the first turn and in the thousandth.
  readonly running: ReadonlySignal<Turn | null> = computed(() => findLast(this.turns.value, (turn) => !isFinal(turn.view.value)));
  readonly busy: ReadonlySignal<boolean> = computed(() => this.running.value !== null || this.switching.value);
  readonly stage: ReadonlySignal<string> = computed(() => {
    const known = findLast(this.turns.value, (turn) => turn.view.value.stage !== null);
    return known?.view.value.stage ?? this.session.value?.stage ?? '';
  });
  readonly answered: ReadonlySignal<readonly Turn[]> = computed(() => this.turns.value.filter((turn) => turn.answered.value));
  /** What an answer used is known when it ends and stays. */
  readonly used: ReadonlySignal<Totals> = computed(() => totals(this.answered.value.map((turn) => turn.view.peek())));

  #closed = new AbortController();
  #pause = new Pause();
  #followed = new Map<Turn, AbortController>();
  #nextKey = 1;
  /** The branch shown is the one that ends in the newest descendant of this turn; null: in the newest turn of all. */
  #leaf: number | null;

  constructor(
    readonly id: string,
    private readonly listener: Listener,
    leaf: number | null = null,
  ) {
    this.#leaf = leaf;
  }

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
    // On the newest branch the server finds the turn to follow, and two windows make one line instead of two branches.
    await this.#say({ user_message: text, ...(this.#leaf === null ? {} : { parent_turn: lastNumber(this.turns.peek()) }) });
  }

  /** Opens the last message for editing; false when there is none to edit. */
  editLast(): boolean {
    const last = findLast(this.turns.peek(), (turn) => turn.view.peek().number !== null);
    if (!last || this.busy.peek()) return false;
    this.editing.value = { turn: last, text: last.view.peek().user };
    return true;
  }

  /** Says `text` in place of what `turn` said. That turn and what followed it stay, on a branch of their own. */
  async edit(turn: Turn, text: string): Promise<void> {
    this.editing.value = null;
    await this.#say({ user_message: text, parent_turn: turn.view.value.parent });
  }

  /** Has the same message answered once more, on a new branch. */
  async regenerate(turn: Turn): Promise<void> {
    const { number, parent, user } = turn.view.value;
    if (number !== null) await this.#say({ user_message: user, parent_turn: parent, regenerate: number });
  }

  /** Shows the branch that turn `number` is on. */
  async show(number: number): Promise<void> {
    if (this.busy.value) return;
    const before = this.#leaf;
    this.#leaf = number;
    this.switching.value = true;
    try {
      await this.#refresh();
    } catch (error) {
      this.#leaf = before;
      this.problem.value = asProblem(error);
      return;
    } finally {
      this.switching.value = false;
    }
    this.#rejoin((view) => !isSettled(view));
    const shown = this.turns.value.find((turn) => turn.view.value.number === number);
    if (shown) this.listener.switched(shown.view.value);
  }

  /** Says what a failed turn said once more: in its place when the server never had it, else as a new turn. */
  async resend(turn: Turn): Promise<void> {
    if (this.busy.value) return;
    const { number, user, parent, siblings } = turn.view.value;
    if (number !== null) return this.send(user);
    this.#remove(turn);
    if (siblings.length === 0) await this.send(user);
    else await this.#say({ user_message: user, parent_turn: parent }, siblings);
  }

  /** Drops a turn that the server never had, and shows again what it stood in for. */
  async discard(turn: Turn): Promise<void> {
    this.#remove(turn);
    await this.#refresh().catch((error: unknown) => (this.problem.value = asProblem(error)));
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

  async #say(said: Omit<NewTurn, 'message_id'>, siblings?: readonly number[]): Promise<void> {
    if (this.busy.value) return;
    const message = { message_id: newMessageId(), ...said };
    keep(this.id, message);
    await this.#deliver(message, siblings);
  }

  /** `siblings`: the turns it stands in for; left out, those of the turn in whose place it is put. */
  async #deliver(message: NewTurn, siblings?: readonly number[]): Promise<void> {
    const before = this.turns.peek();
    const parent = message.parent_turn ?? lastNumber(before);
    const place = placeAfter(parent, views(before));
    const others = siblings ?? before[place]?.view.peek().siblings ?? [];
    const turn = this.#turn({ ...newTurn(message.user_message), parent, siblings: others });
    batch(() => {
      this.problem.value = null;
      this.editing.value = null;
      this.turns.value = [...before.slice(0, place), turn];
    });
    await this.#follow(turn, message);
  }

  #turn(view: TurnView): Turn {
    const state = signal(view);
    return { key: this.#nextKey++, view: state, answered: computed(() => isFinal(state.value) && state.value.phase !== 'failed') };
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
      if (!isSettled(turn.view.value)) await this.#reconcile(turn, message, null);
    } catch (error) {
      this.#followed.delete(turn);
      if (this.#followed.size === 0) this.lost.value = 0;
      if (!stream.signal.aborted) await this.#reconcile(turn, message, asProblem(error));
    }
  }

  #apply(turn: Turn, events: SseEvent[]): void {
    const before = turn.view.peek();
    const after = events.reduce(applyEvent, before);
    if (after === before) return;
    batch(() => {
      if (before.number === null && after.number !== null) this.#accepted(turn, before.parent, after);
      turn.view.value = after;
      if (isFinal(after) && !isFinal(before)) this.#finished(after);
    });
    if (isFinal(after) && !isFinal(before)) this.listener.answered(after);
    if (after.advice !== 'pending' && after.advice.length > 0 && after.advice !== before.advice) this.listener.advised(after);
  }

  /** A message sent twice (before and after a reload) is one turn: the server's number says so. */
  #accepted(turn: Turn, expected: number, { number, parent }: TurnView): void {
    forget(this.id);
    this.#leaf = null;
    const twins = this.turns.value.filter((other) => other !== turn && other.view.value.number === number);
    for (const twin of twins) this.#remove(twin);
    // It follows a turn that another window has made: show that one too. Without it the next visit does.
    if (parent !== expected) this.#refresh().catch(() => {});
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
  async #reconcile(turn: Turn, message: NewTurn | null, problem: Problem | null): Promise<void> {
    const accepted = turn.view.value.number !== null;
    if (problem?.status === 409 && !accepted) {
      // Another window is speaking in this session: show its turn and hand the words back.
      batch(() => {
        if (message?.regenerate === undefined) this.draft.value = this.draft.value || turn.view.value.user;
        this.#remove(turn);
      });
      this.#leaf = null;
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
    const leaf = this.#leaf;
    const session = await api.getSession(this.id);
    const messages = await api.allMessages(this.id, leaf);
    if (this.#closed.signal.aborted || leaf !== this.#leaf) return;
    const opening = messages.find((message) => message.turn_number === 0 && message.role !== 'user')?.text;
    const current = this.turns.value;
    const known = new Map([...current, ...this.#followed.keys()].map((turn) => [turn.view.value.number, turn]));
    const running = session.running_turn ?? null;
    const onBranch = leaf === null || messages.some((message) => message.turn_number === running);
    const branch = turnsFromMessages(messages, onBranch ? running : null);
    const stored = branch.map((view): Turn => {
      const turn = known.get(view.number);
      if (!turn) return this.#turn(view);
      if (!this.#followed.has(turn)) turn.view.value = { ...view, lastId: turn.view.value.lastId };
      return turn;
    });
    const newest = session.tip ?? lastNumber(stored);
    // What was said while the answers above were on their way is not in them, and stands where it was put.
    const newer = current.filter(({ view }) => (view.value.number ?? Infinity) > newest);
    const place = newer[0] ? placeAfter(newer[0].view.value.parent, views(stored)) : stored.length;
    if (lastNumber(stored) === newest) this.#leaf = null;
    batch(() => {
      this.session.value = opening === undefined ? session : { ...session, opening };
      this.turns.value = [...stored.slice(0, place), ...newer.filter((turn) => !stored.includes(turn))];
    });
  }
}

const views = (turns: readonly Turn[]) => turns.map((turn) => turn.view.peek());

/** The number of the last turn that has one; 0 when none has. */
const lastNumber = (turns: readonly Turn[]) => findLast(views(turns), (view) => view.number !== null)?.number ?? 0;

function findLast<T>(items: readonly T[], wanted: (item: T) => boolean): T | null {
  for (let index = items.length - 1; index >= 0; --index) {
    if (wanted(items[index]!)) return items[index]!;
  }
  return null;
}
