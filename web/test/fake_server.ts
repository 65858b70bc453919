// A scripted server behind `fetch` for tests of the client: each request takes the next answer of its route.

export interface Seen {
  route: string;
  query: string;
  body: unknown;
}

type Answer = () => Response | Promise<Response>;

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
      });
      const answers = this.#answers.get(route);
      if (!answers?.length) throw new Error(`nobody answers ${route}`);
      return (answers.length > 1 ? answers.shift()! : answers[0]!)();
    };
  }

  count(route: string): number {
    return this.seen.filter((request) => request.route === route).length;
  }
}

export const json =
  (body: unknown, status = 200): Answer =>
  () =>
    new Response(JSON.stringify(body), { status });

export const refused: Answer = () => {
  throw new TypeError('fetch failed');
};
