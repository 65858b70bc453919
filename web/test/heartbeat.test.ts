import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heartbeat } from '../src/api/heartbeat';

const kBeat = 20_000;
const kPong = 8_000;

/** A heartbeat on a clock that only `pass` moves. */
function heart() {
  const log: string[] = [];
  const tasks = new Set<{ at: number; task: () => void }>();
  let now = 0;
  const heartbeat = new Heartbeat(
    () => log.push(`ping ${now}`),
    () => log.push(`dead ${now}`),
    (task, ms) => {
      const entry = { at: now + ms, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
  );
  const pass = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const [next] = [...tasks].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      tasks.delete(next);
      now = next.at;
      next.task();
    }
    now = until;
  };
  return { heartbeat, pass, log };
}

type Step = number | 'heard' | 'probe' | 'stop';
const rows: [claim: string, steps: Step[], log: string[]][] = [
  ['who is heard in every beat is not asked', [kBeat / 2, 'heard', kBeat, 'heard', kBeat, 'heard', kBeat / 4], []],
  ['silence for a beat is asked about, and death is an answer', [kBeat * 2], [`ping ${kBeat}`, `dead ${kBeat + kPong}`]],
  ['any answer is life', [kBeat, 'heard', kPong], [`ping ${kBeat}`]],
  ['asking on suspicion does not wait for the beat', [5, 'probe', kPong], ['ping 5', `dead ${5 + kPong}`]],
  ['one question at a time', ['probe', 'probe', 'heard'], ['ping 0']],
  ['who was stopped says nothing', ['probe', 'stop', kBeat * 3], ['ping 0']],
];
for (const [claim, steps, expected] of rows) {
  test(claim, () => {
    const { heartbeat, pass, log } = heart();
    heartbeat.start(kBeat);
    for (const step of steps) typeof step === 'number' ? pass(step) : heartbeat[step]();
    assert.deepEqual(log, expected);
  });
}
