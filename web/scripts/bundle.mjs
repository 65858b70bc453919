// The page as one bundle, in memory, and what it weighs.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** What the first load may weigh, gzipped: the entry with all that it imports statically, and the style sheet. */
export const budgetKiB = { js: 75, css: 12 };
export const web = fileURLToPath(new URL('..', import.meta.url));

/** Resolves to esbuild's result; its files would be written to `outdir`. */
export async function bundle({ outdir, sourcemap = false }) {
  return build({
    absWorkingDir: web,
    entryPoints: { app: 'src/main.tsx' },
    entryNames: '[name]-[hash]',
    outdir,
    bundle: true,
    minify: true,
    metafile: true,
    sourcemap,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    footer: { js: await licences(['preact', '@preact/signals', '@preact/signals-core']) },
    write: false,
    logLevel: 'warning',
  });
}

/** KiB, gzipped, of what the browser fetches before the page runs. */
export function firstLoadKiB({ metafile, outputFiles }) {
  const outputs = Object.entries(metafile.outputs);
  const [entry] = outputs.find(([, output]) => output.entryPoint !== undefined);
  const wanted = new Set([entry]);
  for (const path of wanted) {
    for (const { path: imported, kind } of metafile.outputs[path].imports) if (kind === 'import-statement') wanted.add(imported);
  }
  const weight = (path) => gzipSync(outputFiles.find((file) => file.path.endsWith(path)).contents, { level: 9 }).length / 1024;
  const names = [...wanted].map((path) => path.split('/').pop());
  return { js: names.reduce((sum, name) => sum + weight(name), 0), css: weight(metafile.outputs[entry].cssBundle.split('/').pop()) };
}

// The licences of what is bundled ask to travel with it.
async function licences(packages) {
  const texts = new Map();
  for (const name of packages) {
    const text = (await readFile(join(web, 'node_modules', name, 'LICENSE'), 'utf8')).trim();
    texts.set(text, [...(texts.get(text) ?? []), name]);
  }
  return [...texts].map(([text, names]) => `/*! ${names.join(', ')}\n${text}\n*/`).join('\n');
}
