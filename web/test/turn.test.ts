import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Advice, Ended } from '../src/api/proto';
import { applyEvent, isUnsent, newTurn, restart, turnsFromMessages, type TurnEvent, type TurnView } from '../src/state/turn';

const head = { seq: 0, epoch: 0, id: 0 };
const noAdvice: Advice = { turn_number: 1, task_id: '', text: '', rules: [], missing: false };
const accepted = (number: number, parent: number, text = ''): TurnEvent => ({
  ...head,
  kind: 'accepted',
  value: { turn_number: number, parent_turn: parent, message_id: 'm', trace_id: new Uint8Array(), user_message: text },
});
const delta = (text: string): TurnEvent => ({ ...head, kind: 'delta', value: { text, seam: false } });
const restarted = { ...accepted(1, 0), kind: 'restarted' } as TurnEvent;
const advice = (fields: Partial<Advice>): TurnEvent => ({ ...head, kind: 'advice', value: { ...noAdvice, ...fields } });
const ended = (fields: Partial<Ended>, kind: 'completed' | 'failed' = 'completed'): TurnEvent => ({
  ...head,
  kind,
  value: {
    turn_number: 1,
    status: kind === 'failed' ? 2 : 0,
    answer_bytes: 0,
    stage: '',
    intent: '',
    confidence: 0,
    compliance: null,
    blocked: false,
    input_tokens: 0,
    output_tokens: 0,
    cost_micros: 0,
    task_id: '',
    advice: null,
    ttft_ms: 0,
    duration_ms: 0,
    decision_id: '',
    model: '',
    sources: [],
    error: null,
    ...fields,
  },
});
const after = (...events: TurnEvent[]) => events.reduce(applyEvent, newTurn('hi'));

const rows: [claim: string, turn: TurnView, expected: Partial<TurnView>][] = [
  ['accepted gives the turn its number', after(accepted(4, 0)), { number: 4, phase: 'streaming', user: 'hi', siblings: [4] }],
  ['another window tells what was said', applyEvent(newTurn(''), accepted(4, 0, 'they said')), { user: 'they said' }],
  ['deltas add up', after(accepted(1, 0), delta('a'), delta('b')), { text: 'ab' }],
  ['accepted once more, the answer begins anew', after(accepted(1, 0), delta('a'), accepted(1, 0), delta('b')), { text: 'b', restarted: false }],
  ['restarted discards the text so far, and says so', after(delta('a'), restarted, delta('x')), { text: 'x', restarted: true }],
  [
    'the end brings the facts and leaves the text',
    after(
      delta('abc'),
      ended({
        stage: 'opening',
        intent: 'greet',
        confidence: 0.5,
        compliance: { risk_level: 'LOW', score: 0.25, findings: [] },
        input_tokens: 3,
        output_tokens: 4,
        cost_micros: 12,
        ttft_ms: 3,
        decision_id: 'd',
      }),
    ),
    {
      text: 'abc',
      phase: 'completed',
      stage: 'opening',
      intent: 'greet',
      confidence: 0.5,
      compliance: { risk_level: 'LOW', score: 0.25 },
      usage: { input_tokens: 3, output_tokens: 4 },
      cost: { micros: 12, currency: 'USD' },
      ttftMs: 3,
      decisionId: 'd',
      advice: [],
    },
  ],
  [
    'what the end does not tell is unknown, not zero',
    after(ended({})),
    { stage: null, intent: null, confidence: null, compliance: null, usage: null, cost: null, ttftMs: null, decisionId: null },
  ],
  ['a stopped turn keeps its partial text', after(delta('a'), ended({ status: 1 })), { text: 'a', phase: 'stopped' }],
  ['advice may come with the end', after(ended({ advice: { ...noAdvice, text: 'ask' } })), { advice: [{ title: '', text: 'ask', severity: '' }] }],
  ['or be promised', after(ended({ task_id: 't' })), { advice: 'pending' }],
  [
    'and come later',
    after(ended({ task_id: 't' }), advice({ text: 'ask first' })),
    { advice: [{ title: '', text: 'ask first', severity: '' }] },
  ],
  ['or not at all', after(ended({ task_id: 't' }), advice({ missing: true })), { advice: [] }],
  ['a finished answer takes no more deltas', after(delta('a'), ended({}), delta('zzz'), restarted, accepted(1, 0)), { text: 'a', restarted: false }],
  [
    'a failed turn keeps how far it got, and why',
    after(
      delta('ab'),
      ended(
        { error: { code: 'UNAVAILABLE', message: 'm', reason: 'PROVIDER_FAULT', retry_after_ms: 0, status: 503, faults: [] } },
        'failed',
      ),
    ),
    { text: 'ab', phase: 'failed', problem: { title: '', status: 503, code: 'PROVIDER_FAULT', detail: 'm', errors: [] } },
  ],
];
for (const [claim, turn, expected] of rows) {
  test(claim, () => assert.deepEqual({ ...turn, ...expected }, turn));
}

test('a turn waits, is sent, and is neither once the server has it', () => {
  const phases = ['queued', 'sending', 'streaming', 'failed'] as const;
  assert.deepEqual(phases.map((phase) => isUnsent({ ...newTurn('hi'), phase })), [true, true, false, false]);
  assert.equal(newTurn('hi').phase, 'queued');
});

test('what has ended does not restart', () => assert.equal(restart(after(delta('a'), ended({}))).text, 'a'));

test('messages become turns, in order, with the running one open', () => {
  const npc = { role: 'npc', status: 'completed', rating: 4, coach_advice: { text: 'x' } };
  const turns = turnsFromMessages(
    [
      { turn_number: 0, role: 'npc', text: 'the opening is no turn' },
      { turn_number: 2, role: 'user', text: 'q2' },
      { turn_number: 1, role: 'user', text: 'q1' },
      { turn_number: 1, text: 'a1', ...npc },
      { turn_number: 2, role: 'npc', text: 'half an ans', status: 'running' },
    ],
    2,
  );
  assert.deepEqual(
    turns.map(({ number, user, text, phase, rating }) => ({ number, user, text, phase, rating })),
    [
      { number: 1, user: 'q1', text: 'a1', phase: 'completed', rating: 4 },
      { number: 2, user: 'q2', text: '', phase: 'streaming', rating: null },
    ],
  );
});

test('a running turn the messages do not know yet is shown', () => {
  assert.deepEqual(
    turnsFromMessages([], 1).map(({ number, phase }) => [number, phase]),
    [[1, 'streaming']],
  );
});

test('a turn that finished between the two questions is finished', () => {
  const [turn] = turnsFromMessages([{ turn_number: 1, role: 'npc', text: 'a', status: 'completed' }], 1);
  assert.equal(turn?.phase, 'completed');
});
