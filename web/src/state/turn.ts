// A turn as the page shows it: a value that each event moves forward. Pure.
import { toProblem, type Problem } from '../api/problem';
import type { SseEvent } from '../api/sse';
import type { Compliance, Cost, Message, TurnResult, Usage } from '../api/types';
import { readAdvice, type AdviceState } from './advice';

export type Phase = 'sending' | 'streaming' | 'completed' | 'stopped' | 'failed';

export interface TurnView {
  /** Given by the server; null until it accepted the turn. */
  number: number | null;
  /** The turn this one follows; 0 for a first one. */
  parent: number;
  /** The numbers of all turns that follow the same one, ascending. */
  siblings: readonly number[];
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
    parent: 0,
    siblings: number === null ? [] : [number],
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
      return { ...next, ...accepted(turn, Number(data['turn_number']), data['parent_turn']) };
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

/** One branch's messages as turns, in order. `running` says which turn of the branch is still being answered, if any. */
export function turnsFromMessages(messages: Message[], running: number | null): TurnView[] {
  const turns = new Map<number, TurnView>();
  const at = (number: number) => turns.get(number) ?? newTurn('', number);
  for (const message of messages) {
    const number = message.turn_number;
    const place = { parent: message.parent_turn ?? number - 1, siblings: message.siblings ?? [number] };
    if (message.role === 'user') turns.set(number, { ...at(number), ...place, user: message.text });
    if (message.role === 'npc' && number > 0 && !(number === running && !isFinalStatus(message.status))) {
      const result = finished({ ...message, npc_response: message.text, status: message.status ?? 'completed' });
      turns.set(number, { ...at(number), ...place, ...result, rating: message.rating ?? null });
    }
  }
  if (running !== null && !turns.has(running)) turns.set(running, { ...at(running), parent: running - 1 });
  return [...turns.values()].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}

/** Where a turn that follows `parent` stands among the turns of a branch; at the end when the branch lacks its parent. */
export function placeAfter(parent: number, branch: readonly TurnView[]): number {
  if (parent === 0) return 0;
  const at = branch.findIndex((turn) => turn.number === parent);
  return at < 0 ? branch.length : at + 1;
}

/** The server may know better than the page what is followed: another window has spoken meanwhile. */
function accepted(turn: TurnView, number: number, told: unknown): Partial<TurnView> {
  const parent = typeof told === 'number' ? told : turn.parent;
  const siblings = parent === turn.parent ? [...turn.siblings.filter((other) => other !== number), number] : [number];
  return { number, parent, siblings, phase: 'streaming' };
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
  return { status: 0, code: error?.reason ?? error?.code ?? '', title: '', detail: error?.message ?? '', errors: [] };
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
