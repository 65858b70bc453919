// Bundles the page into build/web/: index.html, app-<hash>.js, app-<hash>.css, favicon-<hash>.svg. No CDN, nothing inline.
// All but index.html may be cached for ever: a change of content is a change of name.
// Fails when the first load grows past its budget. `--source-map` adds maps for debugging.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { budgetKiB, bundle, firstLoadKiB, web } from './bundle.mjs';

const out = join(web, '..', 'build', 'web');
const result = await bundle({ outdir: out, sourcemap: process.argv.includes('--source-map') });
const assets = { js: one('.js'), css: one('.css') };
for (const [kind, kib] of Object.entries(firstLoadKiB(result))) {
  console.log(`${basename(assets[kind].path)}: ${kib.toFixed(1)} KiB gzip (budget ${budgetKiB[kind]})`);
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
