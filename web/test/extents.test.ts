import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Extents } from '../src/ui/extents';

/** Ten rows believed to be 100 px high; row 1 was measured as 300. */
function rows(): Extents {
  const extents = new Extents(10, 100);
  assert.equal(extents.measure(1, 300), 200);
  assert.equal(extents.measure(1, 300), 0);
  return extents;
}

const spans: [claim: string, from: number, to: number, span: [first: number, end: number, above: number, below: number]][] = [
  ['the beginning', 0, 150, [0, 2, 0, 800]],
  ['before the beginning', -500, 0, [0, 1, 0, 1100]],
  ['inside a tall row', 150, 350, [1, 2, 100, 800]],
  ['across rows', 350, 550, [1, 4, 100, 600]],
  ['the end', 1150, 1200, [9, 10, 1100, 0]],
  ['beyond the end', 5000, 6000, [9, 10, 1100, 0]],
  ['everything', -1, 9999, [0, 10, 0, 0]],
];
for (const [claim, from, to, [first, end, above, below]] of spans) {
  test(`a span of rows: ${claim}`, () => assert.deepEqual(rows().span(from, to), { first, end, above, below }));
}

test('rows drawn and room left add up to the whole list, wherever the window is', () => {
  const extents = rows();
  for (let y = -200; y < 1500; y += 37) {
    const { first, end, above, below } = extents.span(y, y + 250);
    const drawn = Array.from({ length: end - first }, (_, row) => extents.height(first + row)).reduce((sum, px) => sum + px, 0);
    assert.equal(above + drawn + below, 1200);
  }
});

test('an empty list has no rows', () => {
  assert.deepEqual(new Extents(0, 100).span(0, 500), { first: 0, end: 0, above: 0, below: 0 });
});
