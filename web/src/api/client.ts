// The server's API as functions. Addresses are relative: the page works below any path prefix.
import { problemOf, unreachable } from './problem';
import type { Message, NewTurn, Page, ScenarioList, Session, SessionSummary } from './types';

const kBase = 'api/v1';
const kTimeoutMs = 15_000;
const kPageSize = 200;

/** Errors: ProblemError with what the server said, or the `UNREACHABLE` one. An abort by the caller passes through. */
async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${kBase}/${path}`, init);
  } catch (error) {
    if (init.signal?.aborted && init.signal.reason?.name !== 'TimeoutError') throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
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

const sessionPath = (session: string) => `sessions/${encodeURIComponent(session)}`;

export const listScenarios = () => json<ScenarioList>('scenarios');

export const createSession = (scenario: string) => json<Session>('sessions', post({ scenario }));

export const getSession = (session: string) => json<Session>(sessionPath(session));

export function listSessions(cursor: string | null, limit: number): Promise<Page<SessionSummary>> {
  const query = new URLSearchParams({ limit: String(limit), ...(cursor ? { cursor } : {}) });
  return json(`sessions?${query}`);
}

export async function allMessages(session: string): Promise<Message[]> {
  const items: Message[] = [];
  let cursor: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({ limit: String(kPageSize), ...(cursor ? { cursor } : {}) });
    const page: Page<Message> = await json<Page<Message>>(`${sessionPath(session)}/messages?${query}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

/** The same `message_id` again joins the turn it began, or repeats its answer: safe to retry. */
export function postTurn(session: string, turn: NewTurn, signal: AbortSignal): Promise<Response> {
  const init = post({ ...turn, enable_async_coach: true });
  return send(`${sessionPath(session)}/turns`, { ...init, headers: { ...init.headers, Accept: 'text/event-stream' }, signal });
}

/** The turn's events after `lastId`, or all that the server still has. */
export function turnEvents(session: string, turn: number, lastId: string, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (lastId !== '') headers['Last-Event-ID'] = lastId;
  return send(`${sessionPath(session)}/turns/${turn}/events`, { headers, signal });
}

export async function stopTurn(session: string, turn: number): Promise<void> {
  const response = await send(`${sessionPath(session)}/turns/${turn}/stop`, {
    method: 'POST',
    signal: AbortSignal.timeout(kTimeoutMs),
  });
  await response.body?.cancel();
}

export async function submitFeedback(session: string, turn: number, rating: number, decisionId: string | null): Promise<void> {
  const body = { session_id: session, turn_number: turn, rating, ...(decisionId ? { decision_id: decisionId } : {}) };
  const response = await send('feedback/submit', { ...post(body), signal: AbortSignal.timeout(kTimeoutMs) });
  await response.body?.cancel();
}
