// Runs test/*.test.ts under node:test, bundled first, because Node 18 reads no TypeScript; and test/*.test.mjs as they are.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));
const out = join(web, '..', 'build', 'web-test');
const tests = (await readdir(join(web, 'test'))).sort();
const names = tests.filter((name) => name.endsWith('.test.ts'));

await rm(out, { recursive: true, force: true });
await build({
  absWorkingDir: web,
  entryPoints: names.map((name) => join('test', name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node18',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const plain = tests.filter((name) => name.endsWith('.test.mjs')).map((name) => join(web, 'test', name));
const files = [...names.map((name) => join(out, name.replace(/\.ts$/, '.mjs'))), ...plain];
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { stdio: 'inherit' });
process.exit(status ?? 1);
