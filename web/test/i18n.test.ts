import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';

/** Every word of a dictionary by its path; functions are called with plausible arguments. */
function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function')
    return [[path, String((value as (...args: unknown[]) => unknown)(path.endsWith('languageName') ? 'zh' : 2, '3'))]];
  return Object.entries(value as object).flatMap(([key, inner]) => flatten(inner, `${path}/${key}`));
}

// The compiler refuses a missing key; this refuses an extra one, an empty one, and English left standing in Chinese.
test('both languages have the same words, none empty', () => {
  const [english, chinese] = [flatten(en), flatten(zh)];
  assert.deepEqual(chinese.map(([path]) => path).sort(), english.map(([path]) => path).sort());
  for (const [path, word] of [...english, ...chinese]) assert.notEqual(word.trim(), '', path);
  for (const [path, word] of chinese) assert.match(word, /\p{Script=Han}/u, path);
});
