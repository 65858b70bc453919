import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { Conversation } from '../src/state/conversation';
import { keep, kept } from '../src/state/outbox';
import { newTurn, placeAfter } from '../src/state/turn';
import './browser';
import { json } from './fake_server';
import { accepts, answers, leave, open as openTalk, quiet, refuses, said, serve as serveTalk, type Talk } from './talk';

afterEach(leave);

const messages = 'GET sessions/s/messages';
const path = (...items: unknown[][]) => json({ items: items.flat(), next: null });
const session = (tip: number) => json({ session_id: 's', scenario: 'x', stage: 'one', running_turn: null, tip });

/** Turns 1, 2 and 4 are shown; 3 was said in place of 2 and nothing follows it. */
const shown = [said(1, 0, [1]), said(2, 1, [2, 3]), said(4, 2, [4])];
const other = path(said(1, 0, [1]), said(3, 1, [2, 3]));

const serve = (): Talk => serveTalk(shown.flat(), { tip: 4 });

const heard: string[] = [];
function open(leaf: number | null = null): Promise<Conversation> {
  heard.length = 0;
  return openTalk(leaf, { switched: ({ number, siblings }) => heard.push(`${number} of ${siblings}`) });
}
const numbers = (conversation: Conversation) => conversation.turns.value.map(({ view }) => view.value.number);

test('an edited message becomes a sibling, and what followed the old one goes from view', async () => {
  const { wire } = serve();
  answers(wire, 'edit', [{ number: 5, parent: 1 }]);
  const conversation = await open();
  conversation.edit(conversation.turns.value[1]!, 'other words');
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3, 5]);
  const [edit] = wire.of('edit');
  assert.deepEqual([edit?.user_message, edit?.turn_number], ['other words', 2]);
});

test('the first message can be edited', async () => {
  const { wire } = serve();
  answers(wire, 'edit', [{ number: 5, parent: 0 }]);
  const conversation = await open();
  conversation.edit(conversation.turns.value[0]!, 'other words');
  await quiet();
  assert.deepEqual(numbers(conversation), [5]);
  assert.equal(wire.of('edit')[0]?.turn_number, 1);
});

test('another answer is asked for by the turn, without repeating its words', async () => {
  const { wire } = serve();
  answers(wire, 'regenerate', [{ number: 5, parent: 2 }]);
  const conversation = await open();
  conversation.regenerate(conversation.turns.value[2]!);
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 2, 5]);
  assert.equal(conversation.turns.value[2]!.view.value.user, 'user 4');
  const { kind: _, id: __, ...fields } = wire.of('regenerate')[0]!;
  assert.deepEqual(Object.keys(fields).sort(), ['enable_async_coach', 'message_id', 'turn_number']);
});

test('switching shows the branch of the turn asked for, and says so', async () => {
  const { http } = serve();
  const conversation = await open();
  http.on(messages, other);
  await conversation.show(3);
  assert.deepEqual(numbers(conversation), [1, 3]);
  assert.deepEqual(http.seen.filter(({ route }) => route === messages).map(({ query }) => query), ['limit=200', 'limit=200&leaf=3']);
  assert.deepEqual(heard, ['3 of 2,3']);
});

test('what is said on an older branch follows that branch; on the newest, the server knows', async () => {
  const { http, wire } = serve();
  answers(wire, 'start_turn', [{ number: 5, parent: 4 }, { number: 6, parent: 3 }]);
  const conversation = await open();
  conversation.send('on');
  await quiet();
  assert.equal('parent_turn' in wire.of('start_turn')[0]!, false);
  http.on('GET sessions/s', session(5)).on(messages, other);
  await conversation.show(3);
  conversation.send('on');
  await quiet();
  assert.equal(wire.of('start_turn')[1]?.parent_turn, 3);
  assert.deepEqual(numbers(conversation), [1, 3, 6]);
});

test('a branch that cannot be had leaves the old one on the screen', async () => {
  const { http } = serve();
  const conversation = await open();
  http.on(messages, json({ title: 'Unavailable', status: 503 }, 503));
  await conversation.show(3);
  assert.deepEqual(numbers(conversation), [1, 2, 4]);
  assert.equal(conversation.problem.value?.status, 503);
  assert.equal(conversation.switching.value, false);
});

test('a refused edit can be dropped, and what it stood in for is back', async () => {
  const { wire } = serve();
  refuses(wire, 'edit', { status: 413 });
  const conversation = await open();
  conversation.edit(conversation.turns.value[1]!, 'long');
  await quiet();
  assert.deepEqual(numbers(conversation), [1, null]);
  conversation.discard(conversation.turns.value[1]!);
  assert.deepEqual(numbers(conversation), [1, 2, 4], 'at once, also without a network');
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 2, 4]);
});

test('a refused edit said again is still a sibling of what it stood in for', async () => {
  const { wire } = serve();
  refuses(wire, 'edit', { status: 413 });
  answers(wire, 'start_turn', [{ number: 5, parent: 1 }]);
  const conversation = await open();
  conversation.edit(conversation.turns.value[1]!, 'words');
  await quiet();
  conversation.resend(conversation.turns.value[1]!);
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3, 5]);
  assert.equal(wire.of('start_turn')[0]?.parent_turn, 1);
});

test('an edit made while the connection is lost can be called off', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.reachable = false;
  wire.cut();
  await quiet();
  conversation.edit(conversation.turns.value[1]!, 'words');
  assert.deepEqual(numbers(conversation), [1, null]);
  conversation.discard(conversation.turns.value[1]!);
  assert.deepEqual(numbers(conversation), [1, 2, 4]);
  assert.equal(conversation.draft.value, 'words');
  assert.deepEqual(kept('s'), []);
});

test('when another window has spoken first, its turn is shown as well', async () => {
  const { http, wire } = serve();
  const conversation = await open();
  // Its events were told while nobody listened to them here.
  answers(wire, 'start_turn', [{ number: 6, parent: 5 }]);
  http.on('GET sessions/s', session(6)).on(messages, path(...shown, said(5, 4, [5]), said(6, 5, [6])));
  conversation.send('on');
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 2, 4, 5, 6]);
});

test('an edit whose fate is unknown is sent again after a reload, to the same place', async () => {
  keep('s', { message_id: 'm', user_message: 'words', parent_turn: 1, edit: 2 });
  const { wire } = serve();
  wire.on('edit', () => {});
  const conversation = await open();
  assert.deepEqual(numbers(conversation), [1, null]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3]);
  const { id, message_id } = wire.of('edit')[0]!;
  assert.equal(message_id, 'm');
  wire.tell({ accepted: { turn_number: 5, parent_turn: 1, message_id } });
  wire.opened[0]!.send({ id, done: { turn_number: 5 } });
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.deepEqual(kept('s'), []);
});

test('a turn named in the address opens its own branch', async () => {
  const { http } = serve();
  http.on(messages, other);
  const conversation = await open(3);
  assert.deepEqual(numbers(conversation), [1, 3]);
  assert.match(http.seen.find(({ route }) => route === messages)!.query, /leaf=3/);
});

test('a version made in another window takes the place of the old one, and words being edited are kept', async () => {
  const { wire } = serve();
  const conversation = await open();
  conversation.editing.value = { turn: conversation.turns.value[2]!, text: 'half a word' };
  wire.tell({ accepted: { turn_number: 5, parent_turn: 1, message_id: 'theirs', user_message: 'they said' } });
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3, 5]);
  assert.equal(conversation.draft.value, 'half a word');
  assert.equal(conversation.editing.value, null);
});

test('whoever reads an older branch stays there, sees that there is another version, and finds it in full', async () => {
  const { http, wire } = serve();
  http.on(messages, other);
  const conversation = await open(3);
  wire.tell({ accepted: { turn_number: 5, parent_turn: 1, message_id: 'theirs', user_message: 'user 5' } });
  wire.tell({ delta: { text: 'hel' } });
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 3]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3, 5]);
  http.on('GET sessions/s', json({ session_id: 's', scenario: 'x', stage: 'one', running_turn: 5, tip: 5 }));
  http.on(messages, path(said(1, 0, [1]), said(5, 1, [2, 3, 5]).slice(0, 1)));
  await conversation.show(5);
  wire.tell({ delta: { text: 'lo' } });
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.equal(conversation.turns.value[1]!.view.value.text, 'hello');
});

test('a turn that follows the older branch that is read is shown on it', async () => {
  const { http, wire } = serve();
  http.on(messages, other);
  const conversation = await open(3);
  accepts(wire, 5, 3);
  wire.tell({ accepted: { turn_number: 5, parent_turn: 3, message_id: 'theirs', user_message: 'on' } });
  await quiet();
  assert.deepEqual(numbers(conversation), [1, 3, 5]);
});

test('the arrow in an empty field opens the last message for editing', async () => {
  serve();
  const conversation = await open();
  assert.equal(conversation.editLast(), true);
  assert.equal(conversation.editing.value?.text, 'user 4');
});

test('a turn stands after its parent, and at the end when the branch lacks it', () => {
  const branch = [1, 2, 4].map((number) => newTurn('', number));
  assert.deepEqual([0, 1, 2, 4, 3].map((parent) => placeAfter(parent, branch)), [0, 1, 2, 3, 3]);
});
