import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as proto from '../src/api/proto';
import { decodeFrame, encodeFrame, State, TurnStatus, type Body, type Frame } from '../src/api/proto';
import { Reader, Writer } from '../src/api/wire';

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const head = { seq: 0, epoch: 0, id: 0 };
const noError = { code: '', message: '', reason: '', retry_after_ms: 0, status: 0, faults: [] };
const noEnd = {
  turn_number: 0,
  status: 0,
  answer_bytes: 0,
  stage: '',
  intent: '',
  confidence: 0,
  compliance: null,
  blocked: false,
  input_tokens: 0,
  output_tokens: 0,
  cost_micros: 0,
  task_id: '',
  advice: null,
  ttft_ms: 0,
  duration_ms: 0,
  decision_id: '',
  model: '',
  sources: [],
  error: null,
};

// What protoc 3.21 makes of the same messages written as text.
const read: [claim: string, hex: string, frame: Frame][] = [
  ['Chinese', '08ac02100222080a06e4bda0e5a5bd', { ...head, seq: 300, epoch: 2, kind: 'delta', value: { text: '你好', seam: false } }],
  [
    'a number above 2^31',
    '0880d0acf30e220c0a0870726963652069731001',
    { ...head, seq: 4_000_000_000, kind: 'delta', value: { text: 'price is', seam: true } },
  ],
  [
    'bytes, and a character outside of the first plane',
    '080110013217080310011a026d3122040001feff2a07686920f09d958f',
    {
      ...head,
      seq: 1,
      epoch: 1,
      kind: 'accepted',
      value: { turn_number: 3, parent_turn: 1, message_id: 'm1', trace_id: Uint8Array.of(0, 1, 254, 255), user_message: 'hi 𝕏' },
    },
  ],
  [
    'messages in messages, lists, floats and the largest exact integer',
    '08093a630803100118f0a20422076f70656e696e672a056772656574350000403f3a200a034c4f57150000003f1a0c0a02723112034c4f571a016d1a060a0272322001480c500758ffffffffffffff0f620174750000c03f7d00104b449201070a027331120154',
    {
      ...head,
      seq: 9,
      kind: 'completed',
      value: {
        ...noEnd,
        turn_number: 3,
        status: TurnStatus.STOPPED,
        answer_bytes: 70_000,
        stage: 'opening',
        intent: 'greet',
        confidence: 0.75,
        compliance: {
          risk_level: 'LOW',
          score: 0.5,
          findings: [
            { rule: 'r1', risk_level: 'LOW', message: 'm', in_answer: false },
            { rule: 'r2', risk_level: '', message: '', in_answer: true },
          ],
        },
        input_tokens: 12,
        output_tokens: 7,
        cost_micros: Number.MAX_SAFE_INTEGER,
        task_id: 't',
        ttft_ms: 1.5,
        duration_ms: 812.25,
        sources: [{ id: 's1', title: 'T' }],
      },
    },
  ],
  [
    'a negative integer, and an error with its faults',
    '080a42450803100258fbffffffffffffffff019a01330a0b554e415641494c41424c4512056c617465721a0e50524f56494445525f4641554c5420dc0b28f70332070a022f61120164',
    {
      ...head,
      seq: 10,
      kind: 'failed',
      value: {
        ...noEnd,
        turn_number: 3,
        status: TurnStatus.FAILED,
        cost_micros: -5,
        error: {
          code: 'UNAVAILABLE',
          message: 'later',
          reason: 'PROVIDER_FAULT',
          retry_after_ms: 1500,
          status: 503,
          faults: [{ pointer: '/a', detail: 'd' }],
        },
      },
    },
  ],
  [
    'a list of strings',
    '080b4a1808031201741a0961736b2066697273742201612201622801',
    { ...head, seq: 11, kind: 'advice', value: { turn_number: 3, task_id: 't', text: 'ask first', rules: ['a', 'b'], missing: true } },
  ],
  [
    'tags of two bytes',
    '8201170a017312017518022011280330a09c013a05302e312e30',
    {
      ...head,
      kind: 'welcome',
      value: { session_id: 's', user_id: 'u', epoch: 2, last_seq: 17, running_turn: 3, heartbeat_ms: 20_000, version: '0.1.0' },
    },
  ],
  [
    'an answer to a command',
    '18079201170a150a10494e56414c49445f415247554d454e54289003',
    { ...head, id: 7, kind: 'refused', value: { error: { ...noError, code: 'INVALID_ARGUMENT', status: 400 } } },
  ],
  ['an enumeration', '6a0408031001', { ...head, kind: 'status', value: { state: State.DELETED, running_turn: 1 } }],
  ['an empty message', '5a00', { ...head, kind: 'ping', value: {} }],
];
for (const [claim, hex, frame] of read) test(`reads ${claim}`, () => assert.deepEqual(decodeFrame(bytesOf(hex)), frame));

const written: [claim: string, id: number, body: Body, hex: string][] = [
  [
    'a message, a zero that is meant',
    5,
    proto.startTurn({ user_message: '你好', message_id: 'm1', parent_turn: 0, enable_async_coach: true }),
    '1805a201100a06e4bda0e5a5bd12026d3120002801',
  ],
  ['a place', 1, proto.resume({ session_id: 's', epoch: 2, last_seq: 300 }), '1801ca01080a0173100218ac02'],
  ['an edit', 6, proto.edit({ turn_number: 2, user_message: 'no', message_id: 'm2' }), '1806ba010a080212026e6f1a026d32'],
  ['a rating', 8, proto.rate({ turn_number: 2, rating: 5, decision_id: 'd' }), '1808c2010708021005220164'],
  ['no id when none is wanted', 0, proto.ack({ seq: 128 }), '5203088001'],
  ['an empty message', 0, proto.pong(), '6200'],
];
for (const [claim, id, body, hex] of written) test(`writes ${claim}`, () => assert.equal(hexOf(encodeFrame(id, body)), hex));

const kDelta = '22080a06e4bda0e5a5bd';
const odd: [claim: string, hex: string, frame: Frame][] = [
  ['nothing at all is an empty frame', '', { ...head, kind: 'none', value: null }],
  ['an unknown body keeps its place', `0807fa1f020801`, { ...head, seq: 7, kind: 'none', value: null }],
  [
    'unknown fields of every kind are skipped',
    `9006ff019906${'00'.repeat(8)}a20603616263ad0600000000${kDelta}`,
    { ...head, kind: 'delta', value: { text: '你好', seam: false } },
  ],
  ['a known field of another kind is unknown', `0a0141${kDelta}`, { ...head, kind: 'delta', value: { text: '你好', seam: false } }],
  ['unknown fields inside, too', '22060a01411a0142', { ...head, kind: 'delta', value: { text: 'A', seam: false } }],
  ['a varint of ten bytes is cut to 32 bits', `08ffffffffffffffffff01`, { ...head, seq: 0xffff_ffff, kind: 'none', value: null }],
  ['an overlong form is no character', '22050a03e08080', { ...head, kind: 'delta', value: { text: '\ufffd\ufffd\ufffd', seam: false } }],
  ['nor is half a pair', '22050a03eda080', { ...head, kind: 'delta', value: { text: '\ufffd\ufffd\ufffd', seam: false } }],
  ['three bytes begun and not ended are none', '22050a03e4bd41', { ...head, kind: 'delta', value: { text: '\ufffdA', seam: false } }],
  ['the last characters of three bytes are read, too', '22080a06e0a080efbfbd', { ...head, kind: 'delta', value: { text: '\u0800\ufffd', seam: false } }],
  ['broken UTF-8 is replaced', '22030a01ff', { ...head, kind: 'delta', value: { text: '\ufffd', seam: false } }],
];
for (const [claim, hex, frame] of odd) test(claim, () => assert.deepEqual(decodeFrame(bytesOf(hex)), frame));

const damaged: [claim: string, hex: string][] = [
  ['a varint without an end', '08ff'],
  ['a varint of eleven bytes', `08${'ff'.repeat(10)}01`],
  ['a length beyond the frame', '22050a03'],
  ['a string beyond its message, though not beyond the frame', '22030a054142434445'],
  ['a length near 2^32', '220a0affffffff0f0000000000'],
  ['a float cut short', '3a0335 0000'.replace(' ', '')],
  ['a group', '0b'],
  ['field zero', '0000'],
];
for (const [claim, hex] of damaged) test(`refuses ${claim}`, () => assert.throws(() => decodeFrame(bytesOf(hex)), /damaged/));

test('a frame cut anywhere is refused or read in part, and never read past its end', () => {
  for (const [, hex] of read) {
    const bytes = bytesOf(hex);
    for (let size = 0; size < bytes.length; ++size) {
      // What lies behind a frame in the same buffer is not its own.
      try {
        decodeFrame(bytes.subarray(0, size));
      } catch (error) {
        assert.match(String(error), /damaged/);
      }
    }
  }
});

test('short and long texts, of one byte a letter or more, come back as they went', () => {
  for (const letter of ['a', 'é', '好', '𝕏']) {
    for (let size = 0; size < 80; ++size) {
      const writer = new Writer();
      writer.string(10, letter.repeat(size));
      const reader = new Reader(writer.finish());
      assert.equal(reader.uint32(), 10);
      assert.equal(reader.string(), letter.repeat(size));
      assert.equal(reader.more(), false);
    }
  }
});

test('a message larger than the writer began with is written whole', () => {
  const text = '长'.repeat(100_000);
  const bytes = encodeFrame(1, proto.startTurn({ user_message: text }));
  assert.equal(bytes.length > 300_000, true);
  assert.equal(hexOf(bytes.subarray(-3)), hexOf(new TextEncoder().encode('长')));
});
