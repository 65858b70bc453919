// Bundles the page into build/web/: index.html, app-<hash>.js, app-<hash>.css, favicon-<hash>.svg. No CDN, nothing inline.
// All but index.html may be cached for ever: a change of content is a change of name.
// Fails when the first load grows past its budget. `--source-map` adds maps for debugging.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budgetKiB = { js: 75, css: 12 };
const web = fileURLToPath(new URL('..', import.meta.url));
const out = join(web, '..', 'build', 'web');

const result = await build({
  absWorkingDir: web,
  entryPoints: { app: 'src/main.tsx' },
  entryNames: '[name]-[hash]',
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: process.argv.includes('--source-map'),
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  footer: { js: await licences(['preact', '@preact/signals', '@preact/signals-core']) },
  write: false,
  logLevel: 'warning',
});

const assets = { js: one('.js'), css: one('.css') };
for (const [kind, file] of Object.entries(assets)) {
  const kib = gzipSync(file.contents, { level: 9 }).length / 1024;
  console.log(`${basename(file.path)}: ${kib.toFixed(1)} KiB gzip (budget ${budgetKiB[kind]})`);
  if (kib > budgetKiB[kind]) {
    console.error(`${kind} is over its budget of ${budgetKiB[kind]} KiB gzip`);
    process.exit(1);
  }
}

const icon = await readFile(join(web, 'favicon.svg'));
const iconName = `favicon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
const names = { 'app.js': basename(assets.js.path), 'app.css': basename(assets.css.path), 'favicon.svg': iconName };
const template = await readFile(join(web, 'index.html'), 'utf8');
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([
  ...result.outputFiles.map((file) => writeFile(file.path, file.contents)),
  writeFile(
    join(out, 'index.html'),
    template.replace(/%(.+?)%/g, (_, name) => names[name]),
  ),
  writeFile(join(out, iconName), icon),
]);

function one(extension) {
  const found = result.outputFiles.filter((file) => file.path.endsWith(extension));
  if (found.length !== 1) throw new Error(`expected one ${extension} output, got ${found.length}`);
  return found[0];
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
