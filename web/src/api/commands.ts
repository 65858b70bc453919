// Commands that are not answered yet. They outlive a connection: whoever opens the next one sends them again.
import { ProblemError, type Problem } from './problem';
import type { Body, Done } from './proto';

const kMost = 64;

interface Waiting {
  body: Body;
  sent: boolean;
  resolve: (done: Done) => void;
  reject: (error: unknown) => void;
}

export class Commands {
  #waiting = new Map<number, Waiting>();
  #last: number;

  /** Ids are counted from `first`. */
  constructor(first: number) {
    this.#last = first - 1;
  }

  /** `answer` rejects with the refusal, or with the signal's reason, when the command is called off. */
  add(body: Body, signal?: AbortSignal): { id: number; answer: Promise<Done> } {
    const id = ++this.#last;
    const answer = new Promise<Done>((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#waiting.size >= kMost) throw new ProblemError({ status: 429, code: 'RATE_LIMITED', title: '', detail: '', errors: [] });
      this.#waiting.set(id, { body, sent: false, resolve, reject });
      signal?.addEventListener('abort', () => this.#settle(id)?.reject(signal.reason));
    });
    return { id, answer };
  }

  /** In the order in which they were given. */
  *waiting(): Iterable<[number, Body]> {
    for (const [id, { body }] of this.#waiting) yield [id, body];
  }

  sent(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting) waiting.sent = true;
  }

  done(id: number, done: Done): void {
    this.#settle(id)?.resolve(done);
  }

  refuse(id: number, problem: Problem): void {
    this.#settle(id)?.reject(new ProblemError(problem));
  }

  /** Refuses those that a connection has carried. */
  refuseSent(problem: Problem): void {
    for (const [id, { sent }] of [...this.#waiting]) if (sent) this.refuse(id, problem);
  }

  fail(error: unknown): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
