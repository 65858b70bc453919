import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, Pause } from '../src/api/backoff';
import { asProblem, isTransient, toProblem, unreachable } from '../src/api/problem';
import { readAdvice } from '../src/state/advice';
import { totals } from '../src/state/totals';
import { newTurn } from '../src/state/turn';

const advice: [claim: string, value: unknown, read: unknown][] = [
  ['pending stays pending', 'pending', 'pending'],
  ['nothing is no advice', null, []],
  ['a string is its text', 'ask', [{ title: '', text: 'ask', severity: '' }]],
  [
    'an object gives title, text and severity',
    { title: 'T', text: 'x', severity: 'WARNING' },
    [{ title: 'T', text: 'x', severity: 'warning' }],
  ],
  [
    'a list gives several',
    ['a', { text: 'b' }, '', 7],
    [
      { title: '', text: 'a', severity: '' },
      { title: '', text: 'b', severity: '' },
    ],
  ],
];
for (const [claim, value, read] of advice) {
  test(`advice: ${claim}`, () => assert.deepEqual(readAdvice(value), read));
}

test('waits are anything up to a limit that doubles until eight seconds', () => {
  const limits = (random: number) => [1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(attempt, () => random));
  assert.deepEqual(limits(1), [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.deepEqual(limits(0.5), [250, 500, 1000, 2000, 4000, 4000, 4000]);
  assert.equal(backoffMs(9, () => 1, 4_000, 60_000), 60_000);
});

test('a pause ends when woken, and with the signal', async () => {
  const pause = new Pause();
  const abort = new AbortController();
  const woken = pause.wait(1e9, abort.signal);
  pause.wake();
  await woken;
  const cut = pause.wait(1e9, abort.signal);
  abort.abort(new Error('left'));
  await assert.rejects(cut, /left/);
  await assert.rejects(pause.wait(0, abort.signal), /left/);
  const endless = pause.wait(null, new AbortController().signal);
  pause.wake();
  await endless;
});

test('a problem is read from whatever came', () => {
  const body = {
    title: 'Bad',
    status: 422,
    detail: 'd',
    code: 'C',
    errors: [{ pointer: '/a', detail: 'e' }, null, { pointer: '/b' }],
  };
  assert.deepEqual(toProblem(body, 400), { ...body, errors: [{ pointer: '/a', detail: 'e' }] });
  assert.deepEqual(toProblem('<html>', 502), { title: 'HTTP 502', status: 502, detail: '', code: '', errors: [] });
  assert.equal(asProblem(new Error('x')).title, 'x');
});

test('only what may pass by itself is asked again', () => {
  const statuses = [400, 404, 408, 409, 422, 429, 500, 503];
  assert.deepEqual(
    statuses.filter((status) => isTransient(toProblem(null, status))),
    [408, 429, 500, 503],
  );
  assert.ok(isTransient(unreachable().problem));
});

test('totals add up what was settled, in one currency', () => {
  const turn = (micros: number, currency: string) => ({
    ...newTurn(''),
    usage: { input_tokens: 2, output_tokens: 3 },
    cost: { micros, currency },
  });
  assert.deepEqual(totals([turn(5, 'USD'), newTurn(''), turn(7, 'USD')]), {
    input: 4,
    output: 6,
    cost: { micros: 12, currency: 'USD' },
  });
  assert.equal(totals([turn(5, 'USD'), turn(7, 'EUR')]).cost, null);
  assert.equal(totals([]).cost, null);
});
