// A turn as the page shows it: a value that each event moves forward. Pure.
import { refusal, type Problem } from '../api/problem';
import { TurnStatus, type Accepted, type Advice, type Ended, type Frame } from '../api/proto';
import type { Compliance, Cost, Message, TurnError, Usage } from '../api/types';
import { readAdvice, type AdviceState } from './advice';

/** `queued`: waits in the outbox; `sending`: under way, not accepted yet. */
export type Phase = 'queued' | 'sending' | 'streaming' | 'completed' | 'stopped' | 'failed';

/** What happens to a turn. */
export type TurnEvent = Extract<Frame, { kind: 'accepted' | 'restarted' | 'delta' | 'completed' | 'failed' | 'advice' }>;

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
    phase: number === null ? 'queued' : 'streaming',
    user,
    text: '',
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

/** Neither accepted nor refused. */
export const isUnsent = (turn: TurnView) => turn.phase === 'queued' || turn.phase === 'sending';

/** Applies one event; what is told again changes nothing. Which turn it belongs to, and in what order, is the caller's to know. */
export function applyEvent(turn: TurnView, event: TurnEvent): TurnView {
  if (event.kind === 'advice') return { ...turn, advice: given(event.value) };
  if (isFinal(turn)) return turn;
  switch (event.kind) {
    case 'accepted':
      return { ...turn, ...accepted(turn, event.value) };
    case 'restarted':
      return { ...turn, ...accepted(turn, event.value), restarted: true };
    case 'delta':
      return { ...turn, text: turn.text + event.value.text };
    case 'completed':
    case 'failed':
      return { ...turn, ...ended(event.value) };
  }
}

/** The server is answering from the start once more: what was said so far is void. */
export function restart(turn: TurnView): TurnView {
  return isFinal(turn) ? turn : { ...turn, text: '', restarted: true };
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
      turns.set(number, { ...at(number), ...place, ...stored(message), rating: message.rating ?? null });
    }
  }
  if (running !== null && !turns.has(running)) turns.set(running, { ...at(running), parent: running - 1 });
  return [...turns.values()].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
}

/** What is stored, unless it was read before the end of the turn, or before its advice, was told. */
export function newer(shown: TurnView, stored: TurnView): TurnView {
  if (isFinal(shown) && !isFinal(stored)) return { ...shown, siblings: stored.siblings };
  return stored.advice === 'pending' && isFinal(shown) ? { ...stored, advice: shown.advice } : stored;
}

/** Where a turn that follows `parent` stands among the turns of a branch; at the end when the branch lacks its parent. */
export function placeAfter(parent: number, branch: readonly TurnView[]): number {
  if (parent === 0) return 0;
  const at = branch.findIndex((turn) => turn.number === parent);
  return at < 0 ? branch.length : at + 1;
}

/** Told anew from its beginning, a turn begins with an empty answer. */
function accepted(turn: TurnView, { turn_number: number, parent_turn: parent, user_message }: Accepted): Partial<TurnView> {
  const siblings = parent === turn.parent ? [...turn.siblings.filter((other) => other !== number), number] : [number];
  return { number, parent, siblings, user: user_message || turn.user, phase: 'streaming', text: '' };
}

function ended(told: Ended): Partial<TurnView> {
  const used = told.input_tokens > 0 || told.output_tokens > 0;
  const phase = told.status === TurnStatus.STOPPED ? 'stopped' : told.status === TurnStatus.FAILED ? 'failed' : 'completed';
  const { risk_level = '', score = 0 } = told.compliance ?? {};
  return {
    number: told.turn_number,
    phase,
    intent: told.intent || null,
    confidence: told.intent ? told.confidence : null,
    stage: told.stage || null,
    advice: told.advice ? given(told.advice) : told.task_id ? 'pending' : [],
    compliance: risk_level ? { risk_level, score } : null,
    usage: used ? { input_tokens: told.input_tokens, output_tokens: told.output_tokens } : null,
    cost: used ? { micros: told.cost_micros, currency: 'USD' } : null,
    ttftMs: told.ttft_ms || null,
    decisionId: told.decision_id || null,
    problem: phase === 'failed' ? { ...refusal(told.error), title: '', detail: told.error?.message ?? '' } : null,
  };
}

const given = (advice: Advice): AdviceState => (advice.missing ? [] : readAdvice(advice.text));

function stored(message: Message): Partial<TurnView> {
  const phase = isFinalStatus(message.status) ? message.status : 'completed';
  return {
    phase,
    text: message.text,
    intent: message.intent ?? null,
    confidence: message.confidence ?? null,
    stage: message.stage ?? null,
    advice: readAdvice(message.coach_advice),
    compliance: message.compliance ?? null,
    usage: message.usage ?? null,
    cost: message.cost ?? null,
    ttftMs: message.ttft_ms ?? null,
    decisionId: message.decision_id ?? null,
    problem: phase === 'failed' ? reason(message.error) : null,
  };
}

function reason(error: TurnError | undefined): Problem {
  return { status: 0, code: error?.reason ?? error?.code ?? '', title: '', detail: error?.message ?? '', errors: [] };
}

function isFinalStatus(status: string | undefined): status is 'completed' | 'stopped' | 'failed' {
  return status === 'completed' || status === 'stopped' || status === 'failed';
}
