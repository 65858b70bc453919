// A scripted server behind `fetch` for tests of the client: each request takes the next answer of its route.
import type { SseEvent } from '../src/api/sse';

export interface Seen {
  route: string;
  query: string;
  body: unknown;
  lastEventId: string | null;
}

type Answer = (signal: AbortSignal | null | undefined) => Response | Promise<Response>;

export class FakeServer {
  readonly seen: Seen[] = [];
  #answers = new Map<string, Answer[]>();

  /** The last answer of a route is repeated. */
  on(route: string, ...answers: Answer[]): this {
    this.#answers.set(route, answers);
    return this;
  }

  install(): void {
    globalThis.fetch = async (input, init) => {
      const [path = '', query = ''] = String(input)
        .replace(/^api\/v1\//, '')
        .split('?');
      const route = `${init?.method ?? 'GET'} ${path}`;
      this.seen.push({
        route,
        query,
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : null,
        lastEventId: new Headers(init?.headers).get('last-event-id'),
      });
      const answers = this.#answers.get(route);
      if (!answers?.length) throw new Error(`nobody answers ${route}`);
      return (answers.length > 1 ? answers.shift()! : answers[0]!)(init?.signal);
    };
  }

  count(route: string): number {
    return this.seen.filter((request) => request.route === route).length;
  }
}

export const event = (id: string, type: string, data: unknown): SseEvent => ({ id, type, data: JSON.stringify(data) });

export const json =
  (body: unknown, status = 200): Answer =>
  () =>
    new Response(JSON.stringify(body), { status });

export const refused: Answer = () => {
  throw new TypeError('fetch failed');
};

/** A stream of events that then ends, breaks, or stays open until the reader leaves. */
export function stream(events: SseEvent[], end: 'ends' | 'breaks' | 'stays' = 'ends'): Answer {
  return (signal) =>
    new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          const frames = events.map(({ id, type, data }) => `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`);
          if (frames.length > 0) controller.enqueue(new TextEncoder().encode(frames.join('')));
          if (end === 'ends') controller.close();
          signal?.addEventListener('abort', () => controller.error(signal.reason));
        },
        pull(controller) {
          if (end === 'breaks') controller.error(new TypeError('network error'));
        },
      }),
    );
}
