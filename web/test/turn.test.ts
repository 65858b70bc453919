import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SseEvent } from '../src/api/sse';
import { applyEvent, compareIds, isSettled, newTurn, turnsFromMessages, type TurnView } from '../src/state/turn';

const event = (id: string, type: string, data: unknown = {}): SseEvent => ({ id, type, data: JSON.stringify(data) });
const delta = (id: string, text: string) => event(id, 'delta', { text });
const result = { turn_number: 1, status: 'completed', npc_response: 'abc', coach_advice: 'pending', ttft_ms: 3 };
const after = (...events: SseEvent[]) => events.reduce((turn, next) => applyEvent(turn, next), newTurn('hi'));

const rows: [claim: string, turn: TurnView, expected: Partial<TurnView>][] = [
  ['accepted gives the turn its number', after(event('1.1', 'accepted', { turn_number: 4 })), { number: 4, phase: 'streaming' }],
  ['deltas add up', after(delta('1.1', 'a'), delta('1.2', 'b')), { text: 'ab', lastId: '1.2' }],
  [
    'an event told twice counts once',
    after(delta('1.1', 'a'), delta('1.2', 'b'), delta('1.1', 'a'), delta('1.2', 'b')),
    { text: 'ab' },
  ],
  [
    'restarted discards the text so far',
    after(delta('1.1', 'a'), event('2.1', 'restarted'), delta('2.2', 'x')),
    { text: 'x', restarted: true },
  ],
  ['a new epoch alone discards it too', after(delta('1.9', 'a'), delta('2.1', 'x')), { text: 'x', restarted: true }],
  ['a late event of an older epoch is ignored', after(delta('2.1', 'x'), delta('1.9', 'a')), { text: 'x' }],
  [
    'completed has the last word on the text',
    after(delta('1.1', 'a'), event('1.2', 'completed', result)),
    { text: 'abc', phase: 'completed', ttftMs: 3 },
  ],
  [
    'a stopped turn keeps its partial text',
    after(event('1.1', 'completed', { ...result, status: 'stopped', npc_response: 'a' })),
    { text: 'a', phase: 'stopped' },
  ],
  [
    'advice may come after the answer',
    after(event('1.1', 'completed', result), event('1.2', 'coach_advice', { advice: 'ask first' })),
    { text: 'abc', advice: [{ title: '', text: 'ask first', severity: '' }] },
  ],
  [
    'a finished answer takes no more deltas',
    after(event('1.1', 'completed', result), delta('1.2', 'zzz'), event('2.1', 'restarted')),
    { text: 'abc', restarted: false },
  ],
  [
    'failed carries its problem',
    after(event('1.1', 'failed', { problem: { title: 'No', status: 503, code: 'UNAVAILABLE' } })),
    { phase: 'failed', problem: { title: 'No', status: 503, code: 'UNAVAILABLE', detail: '', errors: [] } },
  ],
  [
    'a failed turn keeps how far it got',
    after(event('1.1', 'failed', { ...result, status: 'failed', npc_response: 'ab', error: { code: 'INTERNAL', message: 'm' } })),
    { text: 'ab', phase: 'failed', problem: { title: '', status: 0, code: 'INTERNAL', detail: 'm', errors: [] } },
  ],
  [
    'unknown events and broken data do no harm',
    after(event('1.1', 'node_started'), { id: '1.2', type: 'delta', data: '{' }, delta('1.3', 'a')),
    { text: 'a' },
  ],
];

for (const [claim, turn, expected] of rows) {
  test(claim, () => assert.deepEqual({ ...turn, ...expected }, turn));
}

test('a turn is settled when its answer and its advice are in', () => {
  const answered = after(event('1.1', 'completed', result));
  assert.equal(isSettled(answered), false);
  assert.equal(isSettled(applyEvent(answered, event('1.2', 'coach_advice', { advice: null }))), true);
});

test('ids are ordered by epoch, then by number', () => {
  const ids = ['10.1', '2.1', '1.10', '1.9'];
  assert.deepEqual([...ids].sort(compareIds), ['1.9', '1.10', '2.1', '10.1']);
});

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
