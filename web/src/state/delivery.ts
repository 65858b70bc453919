// Takes what was said from the outbox to the server, one after the other: the next goes when the one before is answered.
import { backoffMs, Pause } from '../api/backoff';
import { asProblem, isTransient, type Problem } from '../api/problem';
import { edit, regenerate, startTurn, type Body } from '../api/proto';
import type { SessionSocket } from '../api/socket';
import type { NewTurn } from '../api/types';
import type { Turn } from './branch';
import { isUnsent } from './turn';

/** How often a busy server is asked, and how long it may have us wait each time. */
const kMostAttempts = 4;
const kLongestWaitMs = 10_000;

export interface Recipient {
  /** The turn to send now; null while there is none, or another is being answered. */
  next(): Turn | null;
  accepted(turn: Turn, number: number, again: boolean): void;
  refused(turn: Turn, problem: Problem): void;
}

export class Delivery {
  #messages = new Map<Turn, NewTurn>();
  #sending: { turn: Turn; callOff: AbortController } | null = null;
  #pause = new Pause();

  constructor(
    private readonly socket: SessionSocket,
    private readonly recipient: Recipient,
  ) {}

  add(turn: Turn, message: NewTurn): void {
    this.#messages.set(turn, message);
  }

  message(turn: Turn): NewTurn | undefined {
    return this.#messages.get(turn);
  }

  find(messageId: string): Turn | null {
    for (const [turn, message] of this.#messages) if (message.message_id === messageId) return turn;
    return null;
  }

  /** Accepted, refused, or not wanted any more. */
  drop(turn: Turn): void {
    this.#messages.delete(turn);
    if (this.#sending?.turn === turn) this.#sending.callOff.abort(new DOMException('the turn was dropped', 'AbortError'));
  }

  close(): void {
    for (const turn of [...this.#messages.keys()]) this.drop(turn);
  }

  /** The connection is lost: whatever was under way waits again. */
  pause(): void {
    for (const { view } of this.#messages.keys()) if (view.peek().phase === 'sending') view.value = { ...view.peek(), phase: 'queued' };
  }

  retryNow(): void {
    this.#pause.wake();
  }

  /** Sends the next message if it is its time. */
  pump(): void {
    const turn = this.recipient.next();
    if (!turn || !isUnsent(turn.view.peek())) return;
    const message = this.#messages.get(turn);
    if (!message || (this.#sending && this.#sending.turn !== turn)) return;
    turn.view.value = { ...turn.view.peek(), phase: 'sending' };
    if (this.#sending) return;
    const sending = { turn, callOff: new AbortController() };
    this.#sending = sending;
    void this.#send(turn, message, sending.callOff.signal).finally(() => {
      if (this.#sending === sending) this.#sending = null;
      this.pump();
    });
  }

  async #send(turn: Turn, message: NewTurn, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; ++attempt) {
      try {
        const { turn_number, replayed } = await this.socket.command(bodyOf(message), signal);
        return this.recipient.accepted(turn, turn_number, replayed);
      } catch (error) {
        if (signal.aborted) return;
        const problem = asProblem(error);
        const waitMs = Math.max(problem.retryAfterMs ?? 0, backoffMs(attempt));
        if (!isTransient(problem) || attempt >= kMostAttempts || waitMs > kLongestWaitMs) return this.recipient.refused(turn, problem);
        await this.#pause.wait(waitMs, signal).catch(() => {});
        if (signal.aborted) return;
      }
    }
  }
}

function bodyOf({ message_id, user_message, parent_turn, edit: edited, regenerate: again }: NewTurn): Body {
  const common = { message_id, enable_async_coach: true };
  if (again !== undefined) return regenerate({ ...common, turn_number: again });
  if (edited !== undefined) return edit({ ...common, turn_number: edited, user_message });
  return startTurn({ ...common, user_message, ...(parent_turn === undefined ? {} : { parent_turn }) });
}
