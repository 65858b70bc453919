// Made by scripts/proto.mjs from proto/rondo.proto. `npm run proto` makes it anew; what the messages mean stands there.
import { kNoBytes, Reader, Writer } from './wire';

export const TurnStatus = { COMPLETED: 0, STOPPED: 1, FAILED: 2 } as const;

export const State = { IDLE: 0, RUNNING: 1, DRAINING: 2, DELETED: 3 } as const;

export interface Delta {
  text: string;
  seam: boolean;
}

function readDelta(r: Reader): Delta {
  const m: Delta = { text: '', seam: false };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.text = r.string(); break;
      case 16: m.seam = r.bool(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Node {
  name: string;
  status: string;
  label: string;
  duration_ms: number;
}

function readNode(r: Reader): Node {
  const m: Node = { name: '', status: '', label: '', duration_ms: 0 };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.name = r.string(); break;
      case 18: m.status = r.string(); break;
      case 26: m.label = r.string(); break;
      case 37: m.duration_ms = r.float(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Accepted {
  turn_number: number;
  parent_turn: number;
  message_id: string;
  trace_id: Uint8Array;
  user_message: string;
}

function readAccepted(r: Reader): Accepted {
  const m: Accepted = { turn_number: 0, parent_turn: 0, message_id: '', trace_id: kNoBytes, user_message: '' };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.turn_number = r.uint32(); break;
      case 16: m.parent_turn = r.uint32(); break;
      case 26: m.message_id = r.string(); break;
      case 34: m.trace_id = r.bytes(); break;
      case 42: m.user_message = r.string(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Finding {
  rule: string;
  risk_level: string;
  message: string;
  in_answer: boolean;
}

function readFinding(r: Reader): Finding {
  const m: Finding = { rule: '', risk_level: '', message: '', in_answer: false };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.rule = r.string(); break;
      case 18: m.risk_level = r.string(); break;
      case 26: m.message = r.string(); break;
      case 32: m.in_answer = r.bool(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Compliance {
  risk_level: string;
  score: number;
  findings: Finding[];
}

function readCompliance(r: Reader): Compliance {
  const m: Compliance = { risk_level: '', score: 0, findings: [] };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.risk_level = r.string(); break;
      case 21: m.score = r.float(); break;
      case 26: m.findings.push(r.nested(readFinding)); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Advice {
  turn_number: number;
  task_id: string;
  text: string;
  rules: string[];
  missing: boolean;
}

function readAdvice(r: Reader): Advice {
  const m: Advice = { turn_number: 0, task_id: '', text: '', rules: [], missing: false };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.turn_number = r.uint32(); break;
      case 18: m.task_id = r.string(); break;
      case 26: m.text = r.string(); break;
      case 34: m.rules.push(r.string()); break;
      case 40: m.missing = r.bool(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Source {
  id: string;
  title: string;
}

function readSource(r: Reader): Source {
  const m: Source = { id: '', title: '' };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.id = r.string(); break;
      case 18: m.title = r.string(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Fault {
  pointer: string;
  detail: string;
}

function readFault(r: Reader): Fault {
  const m: Fault = { pointer: '', detail: '' };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.pointer = r.string(); break;
      case 18: m.detail = r.string(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Error {
  code: string;
  message: string;
  reason: string;
  retry_after_ms: number;
  status: number;
  faults: Fault[];
}

function readError(r: Reader): Error {
  const m: Error = { code: '', message: '', reason: '', retry_after_ms: 0, status: 0, faults: [] };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.code = r.string(); break;
      case 18: m.message = r.string(); break;
      case 26: m.reason = r.string(); break;
      case 32: m.retry_after_ms = r.uint32(); break;
      case 40: m.status = r.uint32(); break;
      case 50: m.faults.push(r.nested(readFault)); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Ended {
  turn_number: number;
  status: number;
  answer_bytes: number;
  stage: string;
  intent: string;
  confidence: number;
  compliance: Compliance | null;
  blocked: boolean;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  task_id: string;
  advice: Advice | null;
  ttft_ms: number;
  duration_ms: number;
  decision_id: string;
  model: string;
  sources: Source[];
  error: Error | null;
}

function readEnded(r: Reader): Ended {
  const m: Ended = { turn_number: 0, status: 0, answer_bytes: 0, stage: '', intent: '', confidence: 0, compliance: null, blocked: false, input_tokens: 0, output_tokens: 0, cost_micros: 0, task_id: '', advice: null, ttft_ms: 0, duration_ms: 0, decision_id: '', model: '', sources: [], error: null };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.turn_number = r.uint32(); break;
      case 16: m.status = r.uint32(); break;
      case 24: m.answer_bytes = r.uint32(); break;
      case 34: m.stage = r.string(); break;
      case 42: m.intent = r.string(); break;
      case 53: m.confidence = r.float(); break;
      case 58: m.compliance = r.nested(readCompliance); break;
      case 64: m.blocked = r.bool(); break;
      case 72: m.input_tokens = r.uint32(); break;
      case 80: m.output_tokens = r.uint32(); break;
      case 88: m.cost_micros = r.int64(); break;
      case 98: m.task_id = r.string(); break;
      case 106: m.advice = r.nested(readAdvice); break;
      case 117: m.ttft_ms = r.float(); break;
      case 125: m.duration_ms = r.float(); break;
      case 130: m.decision_id = r.string(); break;
      case 138: m.model = r.string(); break;
      case 146: m.sources.push(r.nested(readSource)); break;
      case 154: m.error = r.nested(readError); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export type Ping = Record<never, never>;

function readPing(r: Reader): Ping {
  r.skipAll();
  return {};
}

export type Pong = Record<never, never>;

function readPong(r: Reader): Pong {
  r.skipAll();
  return {};
}

export interface Status {
  state: number;
  running_turn: number;
}

function readStatus(r: Reader): Status {
  const m: Status = { state: 0, running_turn: 0 };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.state = r.uint32(); break;
      case 16: m.running_turn = r.uint32(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Usage {
  turn_number: number;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  used_micros: number;
  limit_micros: number;
  resets_at: string;
}

function readUsage(r: Reader): Usage {
  const m: Usage = { turn_number: 0, input_tokens: 0, output_tokens: 0, cost_micros: 0, used_micros: 0, limit_micros: 0, resets_at: '' };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.turn_number = r.uint32(); break;
      case 16: m.input_tokens = r.uint32(); break;
      case 24: m.output_tokens = r.uint32(); break;
      case 32: m.cost_micros = r.int64(); break;
      case 40: m.used_micros = r.int64(); break;
      case 48: m.limit_micros = r.int64(); break;
      case 58: m.resets_at = r.string(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Welcome {
  session_id: string;
  user_id: string;
  epoch: number;
  last_seq: number;
  running_turn: number;
  heartbeat_ms: number;
  version: string;
}

function readWelcome(r: Reader): Welcome {
  const m: Welcome = { session_id: '', user_id: '', epoch: 0, last_seq: 0, running_turn: 0, heartbeat_ms: 0, version: '' };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.session_id = r.string(); break;
      case 18: m.user_id = r.string(); break;
      case 24: m.epoch = r.uint32(); break;
      case 32: m.last_seq = r.uint32(); break;
      case 40: m.running_turn = r.uint32(); break;
      case 48: m.heartbeat_ms = r.uint32(); break;
      case 58: m.version = r.string(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Done {
  turn_number: number;
  replayed: boolean;
}

function readDone(r: Reader): Done {
  const m: Done = { turn_number: 0, replayed: false };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.turn_number = r.uint32(); break;
      case 16: m.replayed = r.bool(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface Refused {
  error: Error | null;
}

function readRefused(r: Reader): Refused {
  const m: Refused = { error: null };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 10: m.error = r.nested(readError); break;
      default: r.skip(tag);
    }
  }
  return m;
}

export interface ConfigChanged {
  generation: number;
}

function readConfigChanged(r: Reader): ConfigChanged {
  const m: ConfigChanged = { generation: 0 };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.generation = r.uint32(); break;
      default: r.skip(tag);
    }
  }
  return m;
}

interface Head {
  seq: number;
  epoch: number;
  id: number;
}

/** `none`: a body that we do not know. */
export type Frame = Head &
  (| { kind: 'none'; value: null }
  | { kind: 'delta'; value: Delta }
  | { kind: 'node'; value: Node }
  | { kind: 'accepted'; value: Accepted }
  | { kind: 'completed'; value: Ended }
  | { kind: 'failed'; value: Ended }
  | { kind: 'advice'; value: Advice }
  | { kind: 'restarted'; value: Accepted }
  | { kind: 'ping'; value: Ping }
  | { kind: 'pong'; value: Pong }
  | { kind: 'status'; value: Status }
  | { kind: 'usage'; value: Usage }
  | { kind: 'welcome'; value: Welcome }
  | { kind: 'done'; value: Done }
  | { kind: 'refused'; value: Refused }
  | { kind: 'config_changed'; value: ConfigChanged }
  );

/** Errors: throws for bytes that are no message. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const r = new Reader(bytes);
  const m: Head & { kind: string; value: unknown } = { seq: 0, epoch: 0, id: 0, kind: 'none', value: null };
  while (r.more()) {
    const tag = r.uint32();
    switch (tag) {
      case 8: m.seq = r.uint32(); break;
      case 16: m.epoch = r.uint32(); break;
      case 24: m.id = r.uint32(); break;
      case 34: m.kind = 'delta'; m.value = r.nested(readDelta); break;
      case 42: m.kind = 'node'; m.value = r.nested(readNode); break;
      case 50: m.kind = 'accepted'; m.value = r.nested(readAccepted); break;
      case 58: m.kind = 'completed'; m.value = r.nested(readEnded); break;
      case 66: m.kind = 'failed'; m.value = r.nested(readEnded); break;
      case 74: m.kind = 'advice'; m.value = r.nested(readAdvice); break;
      case 122: m.kind = 'restarted'; m.value = r.nested(readAccepted); break;
      case 90: m.kind = 'ping'; m.value = r.nested(readPing); break;
      case 98: m.kind = 'pong'; m.value = r.nested(readPong); break;
      case 106: m.kind = 'status'; m.value = r.nested(readStatus); break;
      case 114: m.kind = 'usage'; m.value = r.nested(readUsage); break;
      case 130: m.kind = 'welcome'; m.value = r.nested(readWelcome); break;
      case 138: m.kind = 'done'; m.value = r.nested(readDone); break;
      case 146: m.kind = 'refused'; m.value = r.nested(readRefused); break;
      case 154: m.kind = 'config_changed'; m.value = r.nested(readConfigChanged); break;
      default: r.skip(tag);
    }
  }
  return m as Frame;
}

/** What a frame carries from us; made by the functions below. */
export interface Body {
  readonly tag: number;
  readonly write: (w: Writer) => void;
}

/** `id`: names a command that wants an answer; 0: none. */
export function encodeFrame(id: number, body: Body): Uint8Array<ArrayBuffer> {
  const w = new Writer();
  if (id !== 0) w.uint32(24, id);
  w.nested(body.tag, body.write);
  return w.finish();
}

export const ping = (): Body => ({ tag: 90, write: () => {} });

export const pong = (): Body => ({ tag: 98, write: () => {} });

export interface Ack {
  seq?: number;
}

export const ack = (m: Ack): Body => ({
  tag: 82,
  write: (w) => {
    if (m.seq) w.uint32(8, m.seq);
  },
});

export interface StartTurn {
  user_message?: string;
  message_id?: string;
  turn_number?: number;
  parent_turn?: number;
  enable_async_coach?: boolean;
  use_fallback?: boolean;
  trace_id?: Uint8Array;
}

export const startTurn = (m: StartTurn): Body => ({
  tag: 162,
  write: (w) => {
    if (m.user_message) w.string(10, m.user_message);
    if (m.message_id) w.string(18, m.message_id);
    if (m.turn_number !== undefined) w.uint32(24, m.turn_number);
    if (m.parent_turn !== undefined) w.uint32(32, m.parent_turn);
    if (m.enable_async_coach) w.bool(40, m.enable_async_coach);
    if (m.use_fallback !== undefined) w.bool(48, m.use_fallback);
    if (m.trace_id?.length) w.bytes(58, m.trace_id);
  },
});

export interface Stop {
  turn_number?: number;
}

export const stop = (m: Stop): Body => ({
  tag: 170,
  write: (w) => {
    if (m.turn_number) w.uint32(8, m.turn_number);
  },
});

export interface Regenerate {
  turn_number?: number;
  message_id?: string;
  enable_async_coach?: boolean;
  trace_id?: Uint8Array;
}

export const regenerate = (m: Regenerate): Body => ({
  tag: 178,
  write: (w) => {
    if (m.turn_number) w.uint32(8, m.turn_number);
    if (m.message_id) w.string(18, m.message_id);
    if (m.enable_async_coach) w.bool(24, m.enable_async_coach);
    if (m.trace_id?.length) w.bytes(34, m.trace_id);
  },
});

export interface Edit {
  turn_number?: number;
  user_message?: string;
  message_id?: string;
  enable_async_coach?: boolean;
  trace_id?: Uint8Array;
}

export const edit = (m: Edit): Body => ({
  tag: 186,
  write: (w) => {
    if (m.turn_number) w.uint32(8, m.turn_number);
    if (m.user_message) w.string(18, m.user_message);
    if (m.message_id) w.string(26, m.message_id);
    if (m.enable_async_coach) w.bool(32, m.enable_async_coach);
    if (m.trace_id?.length) w.bytes(42, m.trace_id);
  },
});

export interface Rate {
  turn_number?: number;
  rating?: number;
  comment?: string;
  decision_id?: string;
}

export const rate = (m: Rate): Body => ({
  tag: 194,
  write: (w) => {
    if (m.turn_number) w.uint32(8, m.turn_number);
    if (m.rating) w.uint32(16, m.rating);
    if (m.comment) w.string(26, m.comment);
    if (m.decision_id) w.string(34, m.decision_id);
  },
});

export interface Resume {
  session_id?: string;
  epoch?: number;
  last_seq?: number;
}

export const resume = (m: Resume): Body => ({
  tag: 202,
  write: (w) => {
    if (m.session_id) w.string(10, m.session_id);
    if (m.epoch) w.uint32(16, m.epoch);
    if (m.last_seq) w.uint32(24, m.last_seq);
  },
});
