// Waiting between attempts: doubling, with jitter, and cut short when the network returns or the user asks.

const kFirstMs = 500;
const kLongestMs = 8_000;

/** 0.5, 1, 2, 4, 8, 8… seconds, each shortened by up to a fifth so that many pages don't return in one wave. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(kLongestMs, kFirstMs * 2 ** (attempt - 1));
  return full * (1 - 0.2 * random());
}

/** A wait that `wake()` ends early. One waiter or many. */
export class Pause {
  #wakers = new Set<() => void>();

  /** Resolves after `ms` or at the next wake(); rejects with the signal's reason. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', abort);
        settle();
      };
      const wake = end(resolve);
      const abort = end(() => reject(signal.reason as Error));
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
      signal.addEventListener('abort', abort);
    });
  }

  wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }
}
