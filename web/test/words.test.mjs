import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { literalTexts } from './sources.mjs';

const src = fileURLToPath(new URL('../src', import.meta.url));

async function sources(folder = src) {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [{ path, text: await readFile(path, 'utf8') }] : [];
  });
  return (await Promise.all(lists)).flat();
}

/** A module of src/ as it runs. */
async function load(path) {
  const { outputFiles } = await build({ entryPoints: [join(src, path)], bundle: true, format: 'esm', write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const rows = [
  ['text between tags', 'const a = <p>Hello</p>;', ['Hello']],
  ['text beside an expression', 'const a = <p>{name}, welcome</p>;', [', welcome']],
  ['a text chosen by a condition', 'const a = <p>{late ? "Late" : early && `Early ${n}`}</p>;', ['Late', 'Early ']],
  ['Chinese', 'const a = <p>你好</p>;', ['你好']],
  ['what is read out', 'const a = <button aria-label="Close" title={open ? "Open" : x} />;', ['Close', 'Open']],
  ['text deep inside', 'const a = <ul>{list.map((i) => <li key={i} class="x"><b>Deep</b></li>)}</ul>;', ['Deep']],
  ['but no other attribute', 'const a = <p class="quiet" role="status" data-x="y" lang={f("zh")}>{text.hello}</p>;', []],
  ['no argument of a call', 'const a = <p>{format("percent", { style: "x" })}</p>;', []],
  ['nothing that is compared with', 'const a = <p>{kind === "sheet" && <b>{text.hello}</b>}</p>;', []],
  ['no punctuation or number', 'const a = <p>{a} · {b} / 3</p>;', []],
  ['not the name of the product', 'const a = <span>rondo</span>;', []],
];
for (const [claim, source, texts] of rows) {
  test(`literal texts: ${claim}`, async () => assert.deepEqual(await literalTexts(source), texts));
}

test('no component has words of its own', async () => {
  const components = (await sources()).filter(({ path }) => path.endsWith('.tsx'));
  assert.ok(components.length > 10);
  for (const { path, text } of components) assert.deepEqual(await literalTexts(text), [], path);
});

test('every word of the dictionary is used', async () => {
  const { en } = await load('i18n/en.ts');
  const { kShortcuts } = await load('ui/shortcut_keys.ts');
  const { kExplained } = await load('api/problem.ts');
  const code = (await sources()).filter(({ path }) => !/i18n\/(en|zh)\.ts$/.test(path)).map(({ text }) => text);
  const used = (path) => code.some((text) => new RegExp(`\\b(?:text|value|peek\\(\\))\\.${path.replace('.', '\\.')}\\b`).test(text));
  // Looked up by names that come from elsewhere: exactly those names must be there.
  const looked = {
    themes: ['system', 'light', 'dark'],
    risk: ['LOW', 'MEDIUM', 'HIGH', 'BLOCK'],
    shortcutGroups: Object.keys(kShortcuts),
    problems: [...kExplained],
    shortcutNames: [...new Set(Object.values(kShortcuts).flatMap((group) => Object.keys(group)))],
  };
  for (const [key, word] of Object.entries(en)) {
    assert.ok(used(key), `${key} is used nowhere`);
    if (key in looked) assert.deepEqual(Object.keys(word).sort(), looked[key].sort(), key);
    else if (typeof word === 'object') for (const inner of Object.keys(word)) assert.ok(used(`${key}.${inner}`), `${key}.${inner} is used nowhere`);
  }
});

test('no component asks for a word that is not there', async () => {
  const { en } = await load('i18n/en.ts');
  for (const { path, text } of await sources()) {
    for (const [, key] of text.matchAll(/\bwords\.(?:value|peek\(\))\.(\w+)/g)) assert.ok(key in en, `${path}: ${key}`);
    if (!/const text = words\.value;/.test(text)) continue;
    for (const [, key] of text.matchAll(/(?<![\w.])text\.(\w+)/g)) assert.ok(key in en || key === 'length', `${path}: ${key}`);
  }
});
