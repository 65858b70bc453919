import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../src/api/proto';
import { Feed } from '../src/state/feed';

/** A feed that paints when the test says so; `seen` has what was applied, one line an application. */
function feed() {
  const seen: string[] = [];
  const due: (() => void)[] = [];
  const made = new Feed(
    (frames) => seen.push(frames.map((frame) => (frame.kind === 'delta' ? frame.value.text : frame.kind)).join('|')),
    (task) => due.push(task),
  );
  const paint = () => due.splice(0).forEach((task) => task());
  return { made, seen, due, paint };
}
const delta = (epoch: number, seq: number, text: string): Frame => ({ seq, epoch, id: 0, kind: 'delta', value: { text, seam: false } });
const node = (seq: number): Frame => ({ seq, epoch: 0, id: 0, kind: 'node', value: { name: 'npc', status: '', label: '', duration_ms: 0 } });

test('what came since the last painting is applied at once, text in one piece', () => {
  const { made, seen, due, paint } = feed();
  made.push(delta(1, 1, 'a'));
  made.push(delta(0, 2, 'b'));
  made.push(node(3));
  made.push(delta(0, 4, 'c'));
  assert.deepEqual(seen, []);
  assert.equal(due.length, 1);
  paint();
  assert.deepEqual(seen, ['ab|node|c']);
  made.push(delta(0, 5, 'd'));
  paint();
  assert.deepEqual(seen, ['ab|node|c', 'd']);
});

const rows: [claim: string, frames: Frame[], applied: string, place: [number, number]][] = [
  ['an event told twice counts once', [delta(1, 1, 'a'), delta(0, 2, 'b'), delta(0, 1, 'a'), delta(0, 2, 'b')], 'ab', [1, 2]],
  ['places may be left out', [delta(1, 1, 'a'), delta(0, 9, 'b')], 'ab', [1, 9]],
  ['a new epoch counts from one', [delta(1, 9, 'a'), delta(2, 1, 'b'), delta(0, 2, 'c')], 'a|bc', [2, 2]],
  ['what an older epoch still says is not heard', [delta(2, 1, 'a'), delta(1, 9, 'b')], 'a', [2, 1]],
  ['what has no place always counts', [node(0), node(0)], 'node|node', [0, 0]],
];
for (const [claim, frames, applied, [epoch, seq]] of rows) {
  test(claim, () => {
    const { made, seen, paint } = feed();
    for (const frame of frames) made.push(frame);
    assert.deepEqual(made.place, { epoch, seq }, 'the place counts what is not painted yet');
    paint();
    assert.deepEqual(seen, [applied]);
  });
}

test('events wait while older things are read, however often they are painted', async () => {
  const { made, seen, paint } = feed();
  let read = () => {};
  const held = made.hold(() => new Promise((resolve) => (read = resolve)));
  made.push(delta(1, 1, 'a'));
  paint();
  assert.deepEqual(seen, []);
  read();
  await held;
  assert.deepEqual(seen, ['a']);
});

test('events are not lost when reading fails', async () => {
  const { made, seen } = feed();
  made.push(delta(1, 1, 'a'));
  await assert.rejects(made.hold(() => Promise.reject(new Error('no'))));
  assert.deepEqual(seen, ['a']);
});

test('a connection bound to a place goes on from there; one without has to be caught up with', () => {
  const { made } = feed();
  assert.equal(made.bind({ epoch: 2, seq: 7 }, { epoch: 0, seq: 0 }), true);
  assert.deepEqual(made.place, { epoch: 2, seq: 7 });
  assert.equal(made.bind({ epoch: 2, seq: 7 }, { epoch: 2, seq: 7 }), false);
});
