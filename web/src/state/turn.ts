// A turn as the page shows it: a value that each event moves forward. Pure.
import { toProblem, type Problem } from '../api/problem';
import type { SseEvent } from '../api/sse';
import type { Compliance, Cost, Message, TurnResult, Usage } from '../api/types';
import { readAdvice, type AdviceState } from './advice';

export type Phase = 'sending' | 'streaming' | 'completed' | 'stopped' | 'failed';

export interface TurnView {
  /** Given by the server; null until it accepted the turn. */
  number: number | null;
  phase: Phase;
  user: string;
  text: string;
  /** The last event applied, `epoch.seq`; empty before the first. */
  lastId: string;
  /** The server was restarted and is answering again from the start. */
  restarted: boolean;
  intent: string | null;
  confidence: number | null;
  stage: string | null;
  advice: AdviceState;
  compliance: Compliance | null;
  usage: Usage | null;
  cost: Cost | null;
  ttftMs: number | null;
  decisionId: string | null;
  rating: number | null;
  problem: Problem | null;
}

export function newTurn(user: string, number: number | null = null): TurnView {
  return {
    number,
    phase: number === null ? 'sending' : 'streaming',
    user,
    text: '',
    lastId: '',
    restarted: false,
    intent: null,
    confidence: null,
    stage: null,
    advice: [],
    compliance: null,
    usage: null,
    cost: null,
    ttftMs: null,
    decisionId: null,
    rating: null,
    problem: null,
  };
}

export const isFinal = (turn: TurnView) => turn.phase === 'completed' || turn.phase === 'stopped' || turn.phase === 'failed';

/** Nothing more will come for this turn. */
export const isSettled = (turn: TurnView) => isFinal(turn) && turn.advice !== 'pending';

/** Applies one event. An event seen before changes nothing, and text of two epochs is never mixed. */
export function applyEvent(turn: TurnView, event: SseEvent): TurnView {
  const order = compareIds(event.id, turn.lastId);
  if (order <= 0) return turn;
  const next = { ...turn, lastId: event.id || turn.lastId };
  const data = parse(event.data);
  if (event.type === 'coach_advice') return { ...next, advice: readAdvice(data['advice']) };
  if (isFinal(turn)) return next;
  if (turn.lastId !== '' && epochOf(event.id) !== epochOf(turn.lastId)) restart(next);
  switch (event.type) {
    case 'accepted':
      return { ...next, number: Number(data['turn_number']), phase: 'streaming' };
    case 'restarted':
      return restart(next);
    case 'delta':
      return { ...next, text: next.text + String(data['text'] ?? '') };
    case 'completed':
      return { ...next, ...finished(data as unknown as TurnResult) };
    case 'failed':
      return { ...next, ...failed(data) };
    default:
      return next;
  }
}

/** The session's messages as turns, in order. `running` says which turn is still being answered, if any. */
export function turnsFromMessages(messages: Message[], running: number | null): TurnView[] {
  const turns = new Map<number, TurnView>();
  const at = (number: number) => turns.get(number) ?? newTurn('', number);
  for (const message of messages) {
    const number = message.turn_number;
    if (message.role === 'user') turns.set(number, { ...at(number), user: message.text });
    if (message.role === 'npc' && number > 0 && !(number === running && !isFinalStatus(message.status))) {
      const result = finished({ ...message, npc_response: message.text, status: message.status ?? 'completed' });
      turns.set(number, { ...at(number), ...result, rating: message.rating ?? null });
    }
  }
  if (running !== null && !turns.has(running)) turns.set(running, at(running));
  return [...turns.values()].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}

function finished(result: TurnResult): Partial<TurnView> {
  return {
    number: result.turn_number,
    phase: isFinalStatus(result.status) ? result.status : 'completed',
    text: result.npc_response,
    intent: result.intent ?? null,
    confidence: result.confidence ?? null,
    stage: result.stage ?? null,
    advice: readAdvice(result.coach_advice),
    compliance: result.compliance ?? null,
    usage: result.usage ?? null,
    cost: result.cost ?? null,
    ttftMs: result.ttft_ms ?? null,
    decisionId: result.decision_id ?? null,
    problem: result.status === 'failed' ? reason(result) : null,
  };
}

/** A turn that failed comes with its result and the `error` in it; a stream that failed, with a problem. */
function failed(data: Record<string, unknown>): Partial<TurnView> {
  if (typeof data['npc_response'] === 'string') return finished({ ...(data as unknown as TurnResult), status: 'failed' });
  return { phase: 'failed', problem: toProblem(data['problem'] ?? data, 0) };
}

function reason({ error }: TurnResult): Problem {
  return { status: 0, code: error?.code ?? '', title: '', detail: error?.message ?? '', errors: [] };
}

function isFinalStatus(status: string | undefined): status is 'completed' | 'stopped' | 'failed' {
  return status === 'completed' || status === 'stopped' || status === 'failed';
}

function restart(turn: TurnView): TurnView {
  turn.text = '';
  turn.restarted = true;
  return turn;
}

function parse(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const epochOf = (id: string) => id.slice(0, id.indexOf('.'));

/** Orders `epoch.seq` ids; an event without one is always new. */
export function compareIds(a: string, b: string): number {
  if (a === '' || b === '') return 1;
  const [epochA = 0, seqA = 0] = a.split('.').map(Number);
  const [epochB = 0, seqB = 0] = b.split('.').map(Number);
  return epochA - epochB || seqA - seqB;
}
