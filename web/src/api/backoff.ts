// Waiting between attempts: doubling, with full jitter, and cut short when the network returns or the user asks.

/** 0.5, 1, 2, 4, 8, 8… seconds at most, each anything down to nothing, so that many pages don't return in one wave. */
export function backoffMs(attempt: number, random: () => number = Math.random, firstMs = 500, longestMs = 8_000): number {
  return random() * Math.min(longestMs, firstMs * 2 ** (attempt - 1));
}

/** A wait that `wake()` ends early. One waiter or many. */
export class Pause {
  #wakers = new Set<() => void>();

  /** Resolves after `ms` or at the next wake(); rejects with the signal's reason. Without `ms`: at the next wake() only. */
  async wait(ms: number | null, signal: AbortSignal): Promise<void> {
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
      const timer = ms === null ? undefined : setTimeout(wake, ms);
      this.#wakers.add(wake);
      signal.addEventListener('abort', abort);
    });
  }

  wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }
}
