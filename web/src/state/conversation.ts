// One open session: its turns, moved forward by the session's events, and what the user can do to them.
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import * as api from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import { ack, rate, State, stop, type Accepted, type Ended, type Frame, type Status, type Welcome } from '../api/proto';
import { SessionSocket, type Place } from '../api/socket';
import type { NewTurn, Session } from '../api/types';
import { utf8Bytes } from '../api/wire';
import { findLast, isNumbered, lastNumber, numbered, views, type Turn } from './branch';
import { Delivery } from './delivery';
import { Feed, type BeforePaint } from './feed';
import { forget, keep, kept, kMostKept, newMessageId } from './outbox';
import { totals, type Totals } from './totals';
import { applyEvent, isFinal, isUnsent, newer, newTurn, placeAfter, restart, turnsFromMessages, type TurnEvent, type TurnView } from './turn';

export type { Turn } from './branch';

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

/** The server need not keep what is older than this for us. */
const kAckEvery = 64;

export class Conversation {
  readonly session = signal<Session | null>(null);
  /** The turns of the branch shown, in order; at its end those that are not sent yet. */
  readonly turns = signal<readonly Turn[]>([]);
  /** What stopped the last thing the user asked for. */
  readonly problem = signal<Problem | null>(null);
  /** 0 while connected, else how often reconnecting was tried. */
  readonly lost = signal(0);
  readonly stopping = signal(false);
  readonly draft = signal('');
  readonly editing = signal<Edit | null>(null);
  /** Another branch is on its way. */
  readonly switching = signal(false);

  // What runs is the last turn: searched from there, a delta costs the same in the first turn and in the thousandth.
  readonly running: ReadonlySignal<Turn | null> = computed(() => {
    const last = findLast(this.turns.value, ({ view }) => view.value.number !== null || view.value.phase === 'sending');
    return last && !isFinal(last.view.value) ? last : null;
  });
  /** Said and not sent; the oldest may be under way. */
  readonly unsent: ReadonlySignal<readonly Turn[]> = computed(() => this.turns.value.slice(-kMostKept).filter(({ view }) => isUnsent(view.value)));
  readonly busy: ReadonlySignal<boolean> = computed(() => this.running.value !== null || this.unsent.value.length > 0 || this.switching.value);
  /** Whether something can be said: while the connection is lost, it is put by. */
  readonly sayable: ReadonlySignal<boolean> = computed(
    () => !this.busy.value || (this.lost.value > 0 && !this.switching.value && this.unsent.value.length < kMostKept),
  );
  readonly stage: ReadonlySignal<string> = computed(() => {
    const known = findLast(this.turns.value, (turn) => turn.view.value.stage !== null);
    return known?.view.value.stage ?? this.session.value?.stage ?? '';
  });
  readonly answered: ReadonlySignal<readonly Turn[]> = computed(() => this.turns.value.filter((turn) => turn.answered.value));
  /** What an answer used is known when it ends and stays. */
  readonly used: ReadonlySignal<Totals> = computed(() => totals(this.answered.value.map((turn) => turn.view.peek())));

  #closed = false;
  #nextKey = 1;
  /** The branch shown is the one that ends in the newest descendant of this turn; null: in the newest turn of all. */
  #leaf: number | null;
  /** The turn that the session's events tell of, on the branch shown or on another. */
  #told: Turn | null = null;
  /** The turn that ran when the connection was bound and is not told of yet; 0: none. */
  #expected = 0;
  #epoch = 0;
  #acked = 0;
  /** What an unsent turn hides, until it is accepted or dropped. */
  #hidden = new Map<Turn, readonly Turn[]>();
  /** Connected, and what was said before is known. */
  #ready = false;
  #feed: Feed;
  #socket: SessionSocket;
  #delivery: Delivery;

  constructor(
    readonly id: string,
    private readonly listener: Listener,
    leaf: number | null = null,
    schedule?: BeforePaint,
  ) {
    this.#leaf = leaf;
    this.#feed = new Feed((frames) => this.#apply(frames), schedule);
    this.#socket = new SessionSocket(
      id,
      {
        welcome: (welcome, asked) => this.#welcome(welcome, asked),
        frame: (frame) => this.#feed.push(frame),
        lost: (attempt) => this.#lost(attempt),
        refused: (problem) => (this.problem.value = problem),
      },
      () => this.#feed.place,
    );
    this.#delivery = new Delivery(this.#socket, {
      next: () => (this.#ready && !this.#isRunning() ? (this.unsent.peek()[0] ?? null) : null),
      accepted: (turn, number, again) => this.#delivered(turn, number, again),
      refused: (turn, problem) => this.#refused(turn, problem),
    });
  }

  /** Binds a connection first and reads the session then: what happens in between is told as events. */
  open(): void {
    this.problem.value = null;
    if (this.session.peek() === null) for (const message of kept(this.id)) this.#put(message);
    this.#socket.start();
  }

  /** Once more what could not be had. */
  retry(): void {
    this.problem.value = null;
    this.retryNow();
    if (this.session.peek() === null) void this.#load();
  }

  close(): void {
    this.#closed = true;
    this.#delivery.close();
    this.#socket.close();
  }

  send(text: string): void {
    // On the newest branch the server finds the turn to follow, and two windows make one line instead of two branches. What waits to
    // be sent will be the newest.
    const follows = this.#leaf === null || this.unsent.peek().length > 0 ? {} : { parent_turn: lastNumber(this.turns.peek()) };
    if (this.sayable.peek()) this.#say({ user_message: text, ...follows });
  }

  /** Opens the last message for editing; false when there is none to edit. */
  editLast(): boolean {
    const last = findLast(this.turns.peek(), isNumbered);
    if (!last || this.busy.peek()) return false;
    this.editing.value = { turn: last, text: last.view.peek().user };
    return true;
  }

  /** Says `text` in place of what `turn` said. That turn and what followed it stay, on a branch of their own. */
  edit(turn: Turn, text: string): void {
    this.editing.value = null;
    const { number, parent } = turn.view.peek();
    if (number !== null && !this.busy.peek()) this.#say({ user_message: text, parent_turn: parent, edit: number });
  }

  /** Has the same message answered once more, on a new branch. */
  regenerate(turn: Turn): void {
    const { number, parent, user } = turn.view.peek();
    if (number !== null && !this.busy.peek()) this.#say({ user_message: user, parent_turn: parent, regenerate: number });
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
    const shown = numbered(this.turns.value, number);
    if (shown) this.listener.switched(shown.view.value);
  }

  /** Says what a failed turn said once more: in its place when the server never had it, else as a new turn. */
  resend(turn: Turn): void {
    if (!this.sayable.peek()) return;
    const { number, user, parent, siblings } = turn.view.peek();
    if (number !== null) return this.send(user);
    const hidden = this.#hidden.get(turn) ?? [];
    this.#remove(turn);
    if (siblings.length === 0) return this.send(user);
    return this.#say({ user_message: user, parent_turn: parent }, siblings, hidden);
  }

  /** Drops what the server never had or refused, and shows again what it stood in for. Words that were not sent go back to be edited. */
  discard(turn: Turn): void {
    const view = turn.view.peek();
    const hidden = this.#hidden.get(turn) ?? [];
    const message = this.#delivery.message(turn);
    this.#delivery.drop(turn);
    if (message) forget(this.id, message.message_id);
    batch(() => {
      if (isUnsent(view) && message?.regenerate === undefined) this.draft.value = this.draft.value || view.user;
      this.turns.value = this.turns.value.flatMap((other) => (other === turn ? hidden : [other]));
    });
    this.#hidden.delete(turn);
    // What was hidden may have got advice meanwhile.
    if (hidden.length > 0) this.#catchUp();
    this.#delivery.pump();
  }

  async stop(): Promise<void> {
    const number = this.running.value?.view.value.number ?? null;
    if (number === null || this.stopping.value) return;
    this.stopping.value = true;
    try {
      await this.#socket.command(stop({ turn_number: number }));
    } catch (error) {
      if (this.#closed) return;
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
      await this.#socket.command(rate({ turn_number: number, rating, ...(decisionId ? { decision_id: decisionId } : {}) }));
    } catch (error) {
      if (this.#closed) return;
      batch(() => {
        turn.view.value = { ...turn.view.value, rating: before };
        this.problem.value = asProblem(error);
      });
    }
  }

  /** The network has changed, or the user won't wait. */
  retryNow(): void {
    this.#socket.retryNow();
    this.#delivery.retryNow();
  }

  #welcome({ epoch, last_seq, running_turn: running }: Welcome, asked: Place): void {
    const missed = this.#feed.bind({ epoch, seq: last_seq }, asked);
    // What ran may have ended untold; if not, it is told from its beginning.
    if (missed) this.#told = null;
    const known = this.#find(running)?.view.peek();
    this.#expected = known && isFinal(known) ? 0 : running;
    if (missed || this.session.peek() === null) void this.#load();
    else this.#settle();
  }

  #lost(attempt: number): void {
    batch(() => {
      this.lost.value = attempt;
      this.#ready = false;
      if (attempt > 0) this.#delivery.pause();
    });
    // A server that only lets no connection through can still be read from.
    if (attempt === 1 && this.session.peek() === null) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      await this.#feed.hold(() => this.#refresh());
    } catch (error) {
      if (this.#closed) return;
      this.problem.value = asProblem(error);
      if (this.problem.value.status === 404) this.#gone();
      return;
    }
    if (!this.#closed) this.#settle();
  }

  /** Everything is known: what waits may go out. */
  #settle(): void {
    this.#ready = this.lost.peek() === 0;
    this.#feed.flush();
    this.#delivery.pump();
  }

  #say(said: Omit<NewTurn, 'message_id'>, siblings?: readonly number[], hidden: readonly Turn[] = []): void {
    const message = { message_id: newMessageId(), ...said };
    keep(this.id, message);
    this.#put(message, siblings, hidden);
    this.#delivery.pump();
  }

  /** `siblings`: the turns it stands in for; left out, those of the turn in whose place it is put. */
  #put(message: NewTurn, siblings?: readonly number[], hidden: readonly Turn[] = []): void {
    const before = this.turns.peek();
    const parent = message.parent_turn ?? lastNumber(before);
    const place = message.parent_turn === undefined ? before.length : placeAfter(parent, views(before));
    const others = siblings ?? before[place]?.view.peek().siblings ?? [];
    const turn = this.#turn({ ...newTurn(message.user_message), parent, siblings: others });
    this.#hidden.set(turn, [...before.slice(place), ...hidden]);
    this.#delivery.add(turn, message);
    batch(() => {
      this.problem.value = null;
      this.editing.value = null;
      this.turns.value = [...before.slice(0, place), turn];
    });
  }

  #turn(view: TurnView): Turn {
    const state = signal(view);
    return { key: this.#nextKey++, view: state, answered: computed(() => isFinal(state.value) && state.value.phase !== 'failed') };
  }

  #isRunning(): boolean {
    return this.#expected > 0 || (this.#told !== null && !isFinal(this.#told.view.peek()));
  }

  #apply(frames: readonly Frame[]): void {
    batch(() => {
      for (const frame of frames) this.#step(frame);
    });
    const { seq } = this.#feed.place;
    const ended = frames.some(({ kind }) => kind === 'completed' || kind === 'failed' || kind === 'advice');
    if (ended || seq < this.#acked || seq - this.#acked >= kAckEvery) this.#socket.tell(ack({ seq: (this.#acked = seq) }));
    if (ended) this.#delivery.pump();
  }

  #step(frame: Frame): void {
    // Text of two epochs is never mixed.
    if (frame.seq > 0 && frame.epoch !== this.#epoch) {
      this.#epoch = frame.epoch;
      if (this.#told && frame.kind === 'delta') this.#told.view.value = restart(this.#told.view.peek());
    }
    switch (frame.kind) {
      case 'accepted':
      case 'restarted':
        return this.#accepted(frame.value, frame);
      case 'delta':
        return this.#move(this.#told, frame);
      case 'completed':
      case 'failed':
        return this.#ended(frame.value, frame);
      case 'advice':
        return this.#advised(this.#find(frame.value.turn_number), frame);
      case 'status':
        return this.#status(frame.value);
      default:
        return undefined;
    }
  }

  #find(number: number): Turn | null {
    if (this.#told?.view.peek().number === number) return this.#told;
    return numbered(this.turns.peek(), number);
  }

  #move(turn: Turn | null, event: TurnEvent): void {
    if (turn) turn.view.value = applyEvent(turn.view.peek(), event);
  }

  /** A turn begins, or is told once more from its beginning: ours, another window's, or one that was read already. */
  #accepted({ turn_number: number, parent_turn: parent, message_id: id }: Accepted, event: TurnEvent): void {
    if (number === this.#expected) this.#expected = 0;
    const mine = this.#delivery.find(id);
    const known = this.#find(number);
    if (mine) {
      this.#delivery.drop(mine);
      forget(this.id, id);
      this.#hidden.delete(mine);
      this.#leaf = null;
      if (known && known !== mine) this.#remove(mine);
    }
    this.#told = known ?? mine ?? this.#turn(newTurn(''));
    if (!known && !mine) this.#insert(this.#told, number, parent);
    this.#move(this.#told, event);
    if (this.#leaf !== null || !this.turns.peek().includes(this.#told)) return;
    // It follows a turn that was not told: show that one too.
    const before = this.turns.peek().slice(0, this.turns.peek().indexOf(this.#told));
    if (lastNumber(before) !== parent) this.#catchUp();
  }

  /** Another window has spoken. Whoever looks at an older branch stays there and sees that there is another version. */
  #insert(turn: Turn, number: number, parent: number): void {
    const shown = this.turns.peek();
    const at = placeAfter(parent, views(shown));
    const rival = shown.slice(at).find(isNumbered);
    const follows = parent === 0 || numbered(shown, parent) !== null;
    const siblings = rival?.view.peek().siblings ?? [];
    turn.view.value = { ...turn.view.peek(), parent, siblings };
    if (this.#leaf !== null && (rival || !follows)) {
      if (rival && follows) rival.view.value = { ...rival.view.peek(), siblings: [...siblings, number] };
      return;
    }
    this.#leaf = null;
    this.turns.value = [...shown.slice(0, at), turn, ...shown.slice(at).filter((other) => !isNumbered(other))];
    const edit = this.editing.peek();
    if (!edit || this.turns.peek().includes(edit.turn)) return;
    this.editing.value = null;
    this.draft.value = this.draft.peek() || edit.text;
  }

  #ended(told: Ended, event: TurnEvent): void {
    const turn = this.#find(told.turn_number);
    this.#told = null;
    if (told.turn_number === this.#expected) this.#expected = 0;
    if (!turn && this.#leaf === null) return this.#catchUp();
    if (!turn || isFinal(turn.view.peek())) return;
    this.#move(turn, event);
    const after = turn.view.peek();
    this.stopping.value = false;
    if (this.turns.peek().includes(turn)) this.listener.answered(after);
    if (after.advice !== 'pending' && after.advice.length > 0) this.listener.advised(after);
    // Whatever was not received as it was sent is read once more.
    if (told.answer_bytes > 0 && utf8Bytes(after.text) !== told.answer_bytes) this.#catchUp();
  }

  #advised(turn: Turn | null, event: TurnEvent): void {
    const before = turn?.view.peek().advice;
    this.#move(turn, event);
    const after = turn?.view.peek();
    if (before === 'pending' && after && after.advice !== 'pending' && after.advice.length > 0) this.listener.advised(after);
  }

  #status({ state }: Status): void {
    if (state === State.DELETED) this.#gone();
    if (state !== State.IDLE) return;
    this.#expected = 0;
    this.#delivery.pump();
  }

  #gone(): void {
    this.close();
    batch(() => {
      this.lost.value = 0;
      this.session.value = null;
      this.problem.value = { status: 404, code: '', title: '', detail: '', errors: [] };
    });
  }

  /** The answer to a command; mostly the event has told already. `again`: the turn was begun by the same message before. */
  #delivered(turn: Turn, number: number, again: boolean): void {
    const message = this.#delivery.message(turn);
    if (message) forget(this.id, message.message_id);
    this.#delivery.drop(turn);
    if (turn.view.peek().number !== null || !this.turns.peek().includes(turn)) return;
    this.#leaf = null;
    this.#hidden.delete(turn);
    if (this.#find(number)) return this.#remove(turn);
    if (again) return this.#catchUp(turn);
    this.#told = turn;
    turn.view.value = { ...turn.view.peek(), number, phase: 'streaming', siblings: [...turn.view.peek().siblings, number] };
  }

  #refused(turn: Turn, problem: Problem): void {
    const message = this.#delivery.message(turn);
    if (message) forget(this.id, message.message_id);
    this.#delivery.drop(turn);
    const { user } = turn.view.peek();
    const draft = this.draft.peek();
    if (problem.status === 409 && (message?.regenerate !== undefined || draft === '' || draft === user)) {
      // Another window is speaking in this session: its turn is told, the words go back.
      batch(() => {
        this.turns.value = this.turns.peek().flatMap((other) => (other === turn ? (this.#hidden.get(turn) ?? []) : [other]));
        if (message?.regenerate === undefined) this.draft.value = user;
        this.problem.value = problem;
      });
      this.#hidden.delete(turn);
      this.#catchUp();
      return;
    }
    turn.view.value = { ...turn.view.peek(), phase: 'failed', problem };
  }

  #remove(turn: Turn): void {
    this.#hidden.delete(turn);
    this.turns.value = this.turns.peek().filter((other) => other !== turn);
  }

  /** Reads what is stored; when it cannot be had, the next visit brings it. `twin` gives way to what is found. */
  #catchUp(twin?: Turn): void {
    this.#refresh().then(
      () => twin && this.#remove(twin),
      () => {},
    );
  }

  /** Brings the turns to what the server has stored. What the events tell is newer and is left alone. */
  async #refresh(): Promise<void> {
    const leaf = this.#leaf;
    const session = await api.getSession(this.id);
    const messages = await api.allMessages(this.id, leaf);
    if (this.#closed || leaf !== this.#leaf) return;
    const opening = messages.find((message) => message.turn_number === 0 && message.role !== 'user')?.text;
    const current = this.turns.value;
    const running = session.running_turn ?? null;
    const onBranch = leaf === null || messages.some((message) => message.turn_number === running);
    const branch = turnsFromMessages(messages, onBranch ? running : null);
    const known = new Map(current.map((turn) => [turn.view.peek().number, turn]));
    if (this.#told) known.set(this.#told.view.peek().number, this.#told);
    const stored = branch.map((view): Turn => {
      const turn = known.get(view.number);
      if (!turn) return this.#turn(view);
      turn.view.value = turn === this.#told ? { ...turn.view.peek(), siblings: view.siblings } : newer(turn.view.peek(), view);
      return turn;
    });
    const newest = session.tip ?? lastNumber(stored);
    // What was said while the answers above were on their way is not in them, and stands where it was put.
    const later = current.filter(({ view }) => (view.peek().number ?? Infinity) > newest);
    const place = this.#placeOf(later[0], stored);
    if (lastNumber(stored) === newest) this.#leaf = null;
    batch(() => {
      this.session.value = opening === undefined ? session : { ...session, opening };
      this.turns.value = [...stored.slice(0, place), ...later.filter((turn) => !stored.includes(turn))];
    });
  }

  /** Where among the `stored` the first of the later turns stands: at the end, or in the place of one that it is to replace. */
  #placeOf(first: Turn | undefined, stored: readonly Turn[]): number {
    const replaces = first && (this.#hidden.get(first)?.length || this.#delivery.message(first)?.parent_turn !== undefined);
    if (!replaces) return stored.length;
    const view = first.view.peek();
    const place = placeAfter(view.parent, views(stored));
    this.#hidden.set(first, stored.slice(place));
    if (view.siblings.length === 0) first.view.value = { ...view, siblings: stored[place]?.view.peek().siblings ?? [] };
    return place;
  }
}
