import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProblemError, toProblem, unreachable } from '../src/api/problem';
import type { SseEvent } from '../src/api/sse';
import { followStream } from '../src/api/stream';
import { event, stream } from './fake_server';

type Step = Response | Error;

const some = (id: string) => stream([event(id, 'delta', {})])(null) as Response;
const broken = (id: string) => stream([event(id, 'delta', {})], 'breaks')(null) as Response;
const nothing = () => stream([])(null) as Response;
const refusal = (status: number) => new ProblemError(toProblem(null, status));

/** Runs a follow over scripted connections; settled once `last` was applied. */
async function follow(steps: Step[], last: string) {
  const ids: string[] = [];
  const lost: number[] = [];
  let opened = 0;
  const outcome = await followStream({
    open: async () => {
      const step = steps[opened++];
      if (step === undefined) throw new Error('opened once too often');
      if (step instanceof Error) throw step;
      return step;
    },
    apply: (events: SseEvent[]) => ids.push(...events.map(({ id }) => id)),
    settled: () => ids.includes(last),
    onLost: (attempt) => lost.push(attempt),
    wait: async () => {},
    signal: new AbortController().signal,
  }).then(
    () => 'done',
    (error: Error) => (error instanceof ProblemError ? error.problem.status : error.message),
  );
  return { ids, lost, opened, outcome };
}

const rows: [claim: string, steps: () => Step[], expected: Awaited<ReturnType<typeof follow>>][] = [
  ['one connection is enough', () => [some('1.1')], { ids: ['1.1'], lost: [], opened: 1, outcome: 'done' }],
  [
    'a broken one is opened again',
    () => [broken('1.0'), some('1.1')],
    { ids: ['1.0', '1.1'], lost: [1, 0], opened: 2, outcome: 'done' },
  ],
  [
    'one that ended too early is opened again',
    () => [some('1.0'), some('1.1')],
    { ids: ['1.0', '1.1'], lost: [1, 0], opened: 2, outcome: 'done' },
  ],
  [
    'an absent network is waited for without limit',
    () => [...Array.from({ length: 9 }, unreachable), some('1.1')],
    { ids: ['1.1'], lost: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0], opened: 10, outcome: 'done' },
  ],
  [
    'a busy server is asked again',
    () => [refusal(503), refusal(429), some('1.1')],
    { ids: ['1.1'], lost: [1, 2, 0], opened: 3, outcome: 'done' },
  ],
  [
    'but not for ever',
    () => Array.from({ length: 4 }, () => refusal(503)),
    { ids: [], lost: [1, 2, 3], opened: 4, outcome: 503 },
  ],
  ['a refusal that will not pass is final', () => [refusal(404)], { ids: [], lost: [], opened: 1, outcome: 404 }],
  [
    'every event heard renews its credit',
    () => [nothing(), nothing(), some('1.0'), nothing(), nothing(), some('1.1')],
    { ids: ['1.0', '1.1'], lost: [1, 2, 0, 1, 2, 3, 0], opened: 6, outcome: 'done' },
  ],
  [
    'a server with nothing to tell is believed at the fourth time',
    () => Array.from({ length: 4 }, nothing),
    { ids: [], lost: [1, 2, 3, 0], opened: 4, outcome: 'done' },
  ],
];

for (const [claim, steps, expected] of rows) {
  test(claim, async () => assert.deepEqual(await follow(steps(), '1.1'), expected));
}

test('leaving ends the stream with the reason of leaving', async () => {
  const leave = new AbortController();
  const followed = followStream({
    open: async () => stream([event('1.1', 'delta', {})], 'stays')(leave.signal),
    apply: () => leave.abort(new Error('left')),
    settled: () => false,
    onLost: () => assert.fail('not lost'),
    wait: async () => {},
    signal: leave.signal,
  });
  await assert.rejects(followed, /left/);
});
