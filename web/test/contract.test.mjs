import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { generate, target } from '../scripts/proto.mjs';
import { parseProto, readContract } from '../scripts/proto_schema.mjs';
import { decode, encode } from './proto_bytes.mjs';

test('src/api/proto.ts is what `npm run proto` makes of the contract', async () => {
  assert.equal(await readFile(target, 'utf8'), generate(await readContract()));
});

test('a contract is read with its lists, choices and inner enumerations', () => {
  const { messages, enums } = parseProto(`
    syntax = "proto3"; package a.b; // a comment
    message M { oneof body { N n = 1; } repeated string s = 2; optional uint32 u = 3; E e = 4; enum E { ZERO = 0; ONE = 1; } }
    message N {}`);
  const kinds = messages.get('M').map(({ name, number, kind, oneof, repeated, optional }) => [name, number, kind, oneof, repeated, optional]);
  assert.deepEqual(kinds, [
    ['n', 1, 'message', 'body', false, false],
    ['s', 2, 'string', null, true, false],
    ['u', 3, 'uint32', null, false, true],
    ['e', 4, 'enum', null, false, false],
  ]);
  assert.deepEqual(enums.get('E'), [['ZERO', 0], ['ONE', 1]]);
  assert.deepEqual(messages.get('N'), []);
});

const unsupported = ['message M { map = 1; }', 'message M { uint64 x = 1; }', 'message M { repeated uint32 x = 1; }', 'service S {}'];
for (const text of unsupported) test(`refuses ${text}`, () => assert.throws(() => parseProto(text)));

test('the tests’ own codec reads what it writes', async () => {
  const contract = await readContract();
  const frame = { seq: 9, completed: { turn_number: 1, status: 1, confidence: 0.5, cost_micros: -3, sources: [{ id: 'a' }, { id: '好' }] } };
  assert.deepEqual(decode(contract, 'Frame', encode(contract, 'Frame', frame)), frame);
});
