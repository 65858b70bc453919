// Reads a turn's events to their end, over as many connections as that takes.
import { backoffMs } from './backoff';
import { asProblem, isTransient, kUnreachable, unreachable } from './problem';
import { SseParser, type SseEvent } from './sse';

/** A silent connection is taken for dead after this; re-joining costs nothing. */
const kSilenceMs = 45_000;
/** Refusals and fruitless streams in a row before giving up. A network that is away is waited for without limit. */
const kMaxFruitless = 4;

export interface StreamOptions {
  /** Opens the next connection; it must ask for what comes after the events already applied. */
  open: () => Promise<Response>;
  /** Takes what one read brought, in order. */
  apply: (events: SseEvent[]) => void;
  /** True once a stream that ends has nothing more to tell. */
  settled: () => boolean;
  /** Told before each wait (attempt 1, 2…) and with 0 when events flow again. */
  onLost: (attempt: number) => void;
  wait: (ms: number) => Promise<void>;
  signal: AbortSignal;
}

/** Resolves when the server ended the stream: settled, or fruitless too often. Throws the server's refusal, or the abort. */
export async function followStream(options: StreamOptions): Promise<void> {
  let attempt = 0;
  let fruitless = 0;
  const heard = (events: SseEvent[]) => {
    if (attempt > 0) options.onLost(0);
    attempt = 0;
    fruitless = 0;
    options.apply(events);
  };
  for (;;) {
    try {
      await drain(await options.open(), heard, options.signal);
      if (options.settled() || ++fruitless >= kMaxFruitless) break;
    } catch (error) {
      options.signal.throwIfAborted();
      const problem = asProblem(error);
      if (!isTransient(problem)) throw error;
      if (problem.code !== kUnreachable && ++fruitless >= kMaxFruitless) throw error;
    }
    options.onLost(++attempt);
    await options.wait(backoffMs(attempt));
  }
  if (attempt > 0) options.onLost(0);
}

/** Reads one response to its end. Errors: UNREACHABLE when the connection broke or fell silent. */
export async function drain(response: Response, heard: (events: SseEvent[]) => void, signal: AbortSignal): Promise<void> {
  if (!response.body) return;
  const reader = response.body.getReader();
  const parser = new SseParser();
  try {
    for (;;) {
      const chunk = await readWithin(reader, kSilenceMs);
      signal.throwIfAborted();
      if (chunk.done) return;
      const events = parser.push(chunk.value);
      if (events.length > 0) heard(events);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable()), ms);
  });
  const read = reader.read().catch(() => {
    throw unreachable();
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}
