// A conversation with a scripted server, for tests.
import { Conversation, type Listener } from '../src/state/conversation';
import type { TurnView } from '../src/state/turn';
import { clearStorage } from './browser';
import { FakeServer, json } from './fake_server';
import { FakeWire } from './fake_socket';

const silent: Listener = { answered: () => {}, advised: () => {}, switched: () => {} };
const session = { session_id: 's', scenario: 'x', stage: 'one', running_turn: null };

export interface Talk {
  http: FakeServer;
  wire: FakeWire;
}

/** A server that has these messages and is silent until told what to say. */
export function serve(items: unknown[] = [], fields: object = {}): Talk {
  const http = new FakeServer()
    .on('POST ws-tickets', json({ ticket: 't&1', expires_in: 30 }))
    .on('GET sessions/s', json({ ...session, ...fields }))
    .on('GET sessions/s/messages', json({ items, next: null }));
  http.install();
  return { http, wire: new FakeWire() };
}

const opened: Conversation[] = [];

/** Opens the conversation and waits until everything that is under way has arrived. */
export async function open(leaf: number | null = null, listener: Partial<Listener> = {}): Promise<Conversation> {
  const conversation = new Conversation('s', { ...silent, ...listener }, leaf, (task) => queueMicrotask(task));
  opened.push(conversation);
  conversation.open();
  await quiet();
  return conversation;
}

/** For after each test. */
export function leave(): void {
  for (const conversation of opened.splice(0)) conversation.close();
  clearStorage();
}

/** Lets everything happen that waits for no timer. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < 20; ++round) await new Promise((resolve) => setImmediate(resolve));
}

export const views = (conversation: Conversation): TurnView[] => conversation.turns.value.map(({ view }) => view.value);
export const shown = (conversation: Conversation) => views(conversation).map(({ number, user, text, phase }) => [number, user, text, phase]);

/** A stored turn's two messages. */
export const said = (turn: number, parent = turn - 1, siblings = [turn], more: object = {}) =>
  ['user', 'npc'].map((role) => ({
    turn_number: turn,
    parent_turn: parent,
    siblings,
    role,
    text: `${role} ${turn}`,
    ...(role === 'npc' ? { status: 'completed', ...more } : {}),
  }));

/** Answers every message with a turn of this number, told in full. */
export function answers(wire: FakeWire, kind: string, turns: { number: number; parent: number }[]): void {
  wire.on(kind, ({ id, message_id, user_message }, connection) => {
    const { number, parent } = turns.shift()!;
    wire.tell({ accepted: { turn_number: number, parent_turn: parent, message_id, user_message: user_message ?? '' } });
    wire.tell({ delta: { text: `npc ${number}` } });
    wire.tell({ completed: { turn_number: number, answer_bytes: `npc ${number}`.length } });
    connection.send({ id, done: { turn_number: number } });
  });
}

/** Accepts the next message as this turn and leaves the answer to the test. */
export function accepts(wire: FakeWire, number: number, parent = number - 1): void {
  wire.on('start_turn', ({ id, message_id, user_message }, connection) => {
    wire.tell({ accepted: { turn_number: number, parent_turn: parent, message_id, user_message } });
    connection.send({ id, done: { turn_number: number } });
  });
}

export const refuses = (wire: FakeWire, kind: string, ...errors: { status: number; reason?: string; message?: string }[]) =>
  wire.on(kind, ({ id }, connection) => {
    const error = errors.length > 1 ? errors.shift()! : errors[0]!;
    connection.send({ id, refused: { error: { code: 'X', ...error } } });
  });
