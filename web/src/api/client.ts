// The server's API as functions. Addresses are relative: the page works below any path prefix.
import { tellKeyRefused, withKey } from './key';
import { problemOf, unreachable } from './problem';
import type { Message, Page, ScenarioList, Session, SessionSummary } from './types';

const kBase = 'api/v1';
const kTimeoutMs = 15_000;
const kPageSize = 200;

/** Errors: ProblemError with what the server said, or the `UNREACHABLE` one. An abort by the caller passes through. */
async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${kBase}/${path}`, { ...init, headers: withKey(init.headers) });
  } catch (error) {
    if (init.signal?.aborted && init.signal.reason?.name !== 'TimeoutError') throw error;
    throw unreachable();
  }
  if (!response.ok) {
    const error = await problemOf(response);
    if (response.status === 401) tellKeyRefused(error.problem);
    throw error;
  }
  return response;
}

async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await send(path, {
    ...init,
    headers: { Accept: 'application/json', ...init.headers },
    signal: AbortSignal.timeout(kTimeoutMs),
  });
  try {
    return (await response.json()) as T;
  } catch {
    throw unreachable();
  }
}

function post(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** A query string of what is not null. */
function query(fields: Record<string, string | number | null>): string {
  const entries = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
  return String(new URLSearchParams(entries));
}

const sessionPath = (session: string) => `sessions/${encodeURIComponent(session)}`;

export const listScenarios = () => json<ScenarioList>('scenarios');

export const createSession = (scenario: string) => json<Session>('sessions', post({ scenario }));

export const getSession = (session: string) => json<Session>(sessionPath(session));

/** Newest first. With `words`, only sessions that hold all of them in the title or in one message. */
export function listSessions(words: string, cursor: string | null, limit: number): Promise<Page<SessionSummary>> {
  return json(`sessions?${query({ limit, q: words || null, cursor })}`);
}

export async function deleteSession(session: string): Promise<void> {
  await send(sessionPath(session), { method: 'DELETE', signal: AbortSignal.timeout(kTimeoutMs) });
}

/** The messages of the branch that ends in the newest descendant of turn `leaf`; null: in the newest turn. */
export async function allMessages(session: string, leaf: number | null): Promise<Message[]> {
  const items: Message[] = [];
  let cursor: string | null = null;
  do {
    const address: string = `${sessionPath(session)}/messages?${query({ limit: kPageSize, leaf, cursor })}`;
    const page: Page<Message> = await json<Page<Message>>(address);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

export const kSocketPath = `${kBase}/ws`;

/** Opens one WebSocket, once and soon: an address with the key itself would be kept in logs. */
export async function socketTicket(): Promise<string> {
  return (await json<{ ticket: string }>('ws-tickets', { method: 'POST' })).ticket;
}
