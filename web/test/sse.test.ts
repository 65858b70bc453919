import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SseParser, type SseEvent } from '../src/api/sse';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function parse(...chunks: Uint8Array[]): SseEvent[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

const rows: [claim: string, stream: string, events: SseEvent[]][] = [
  [
    'an event has an id, a type and data',
    'id: 1.1\nevent: delta\ndata: {"text":"hi"}\n\n',
    [{ id: '1.1', type: 'delta', data: '{"text":"hi"}' }],
  ],
  ['an event without a type is a message', 'data: x\n\n', [{ id: '', type: 'message', data: 'x' }]],
  [
    'an id holds until the next one',
    'id: 1.1\ndata: a\n\ndata: b\n\n',
    [
      { id: '1.1', type: 'message', data: 'a' },
      { id: '1.1', type: 'message', data: 'b' },
    ],
  ],
  ['data lines are joined by a line feed', 'data: a\ndata: b\n\n', [{ id: '', type: 'message', data: 'a\nb' }]],
  ['one space after the colon is dropped, and only one', 'data:a\ndata:  b\n\n', [{ id: '', type: 'message', data: 'a\n b' }]],
  ['a field without a colon has an empty value', 'data\n\n', [{ id: '', type: 'message', data: '' }]],
  [
    'comments and unknown fields say nothing',
    ': keep-alive\nretry: 10\nother: x\ndata: a\n\n',
    [{ id: '', type: 'message', data: 'a' }],
  ],
  ['an event without data is none', 'event: delta\n\ndata: a\n\n', [{ id: '', type: 'message', data: 'a' }]],
  [
    'CR and CRLF end lines too',
    'data: a\r\n\r\ndata: b\r\rdata: c\n\n',
    ['a', 'b', 'c'].map((data) => ({ id: '', type: 'message', data })),
  ],
  ['a byte order mark is skipped', '\uFEFFdata: a\n\n', [{ id: '', type: 'message', data: 'a' }]],
  ['an id with NUL is ignored', 'id: 1\0\ndata: a\n\n', [{ id: '', type: 'message', data: 'a' }]],
  ['an unfinished event is dropped', 'data: a\n\ndata: b\n', [{ id: '', type: 'message', data: 'a' }]],
];

for (const [claim, stream, events] of rows) {
  test(claim, () => assert.deepEqual(parse(bytesOf(stream)), events));
}

test('the cuts between reads change nothing, wherever they fall', () => {
  const sample =
    'id: 1.1\r\nevent: accepted\r\ndata: {"turn_number":1}\r\n\r\n: ping\n\nid: 1.2\nevent: delta\ndata: {"text":"你好，𝕏"}\n\n' +
    'id: 1.3\revent: delta\rdata: a\rdata: b\r\rid: 2.1\nevent: completed\ndata: {}\n\n';
  const bytes = bytesOf(sample);
  const whole = parse(bytes);
  assert.equal(whole.length, 4);
  for (let cut = 0; cut <= bytes.length; ++cut) {
    assert.deepEqual(parse(bytes.subarray(0, cut), bytes.subarray(cut)), whole, `cut at byte ${cut}`);
    assert.deepEqual(parse(bytes.subarray(0, cut), new Uint8Array(), bytes.subarray(cut)), whole, `empty read at byte ${cut}`);
  }
  assert.deepEqual(parse(...Array.from(bytes, (byte) => Uint8Array.of(byte))), whole, 'byte by byte');
});

test('an event that never ends is refused', () => {
  const parser = new SseParser();
  const line = bytesOf(`data: ${'x'.repeat(1 << 20)}\n`);
  assert.throws(() => {
    for (let i = 0; i < 5; ++i) parser.push(line);
  }, /larger/);
});
