import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetKiB, bundle, firstLoadKiB } from '../scripts/bundle.mjs';

test('the first load stays within its budget', async () => {
  const weights = firstLoadKiB(await bundle({ outdir: '/' }));
  assert.equal(budgetKiB.js, 75);
  for (const [kind, kib] of Object.entries(weights)) {
    assert.ok(kib > 1, `${kind}: something was weighed`);
    assert.ok(kib <= budgetKiB[kind], `${kind} weighs ${kib.toFixed(1)} KiB gzip; the budget is ${budgetKiB[kind]}`);
  }
});

test('what is imported statically counts, what is imported later does not', () => {
  const file = (path, size) => ({ path: `/out/${path}`, contents: Uint8Array.from({ length: size }, (_, at) => (at * at * 31) % 251) });
  const imported = (path, kind) => ({ path: `out/${path}`, kind });
  const weigh = (statically, late) =>
    firstLoadKiB({
      metafile: {
        outputs: {
          'out/app.js': { entryPoint: 'src/main.tsx', cssBundle: 'out/app.css', imports: statically },
          'out/a.js': { imports: [imported('b.js', 'import-statement'), imported('late.js', 'dynamic-import')] },
          'out/b.js': { imports: [] },
          'out/late.js': { imports: [] },
          'out/app.css': { imports: [] },
        },
      },
      outputFiles: [file('app.js', 300), file('a.js', 300), file('b.js', 300), file('late.js', late), file('app.css', 10)],
    }).js;
  const alone = weigh([], 10);
  const withTwo = weigh([imported('a.js', 'import-statement')], 10);
  assert.equal(withTwo, alone * 3);
  assert.equal(weigh([imported('a.js', 'import-statement')], 9_000), withTwo);
});
