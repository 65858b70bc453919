import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Conversation, type Listener } from '../src/state/conversation';
import { placeAfter, newTurn } from '../src/state/turn';
import { keep, kept } from '../src/state/outbox';
import { clearStorage, until } from './browser';
import { event, FakeServer, json, stream } from './fake_server';

beforeEach(clearStorage);

const turns = 'POST sessions/s/turns';
const messages = 'GET sessions/s/messages';
const said = (turn: number, parent: number, siblings: number[]) =>
  ['user', 'npc'].map((role) => ({
    turn_number: turn,
    parent_turn: parent,
    siblings,
    role,
    text: `${role} ${turn}`,
    ...(role === 'npc' ? { status: 'completed' } : {}),
  }));
const path = (...items: unknown[][]) => json({ items: items.flat(), next: null });
const answer = (turn: number, parent: number) =>
  stream([
    event('1.1', 'accepted', { turn_number: turn, parent_turn: parent }),
    event('1.2', 'completed', { turn_number: turn, parent_turn: parent, status: 'completed', npc_response: `npc ${turn}` }),
  ]);

/** Turns 1, 2 and 4 are shown; 3 was said in place of 2 and nothing follows it. */
const shown = path(said(1, 0, [1]), said(2, 1, [2, 3]), said(4, 2, [4]));
const other = path(said(1, 0, [1]), said(3, 1, [2, 3]));

function serve(tip = 4): FakeServer {
  const session = { session_id: 's', scenario: 'x', stage: 'one', running_turn: null, tip };
  const server = new FakeServer().on('GET sessions/s', json(session)).on(messages, shown);
  server.install();
  return server;
}

const heard: string[] = [];
const listener: Listener = {
  answered: () => {},
  advised: () => {},
  switched: ({ number, siblings }) => heard.push(`${number} of ${siblings}`),
};
async function open(leaf: number | null = null): Promise<Conversation> {
  heard.length = 0;
  const conversation = new Conversation('s', listener, leaf);
  await conversation.open();
  return conversation;
}
const numbers = (conversation: Conversation) => conversation.turns.value.map(({ view }) => view.value.number);
const bodies = (server: FakeServer, route: string) =>
  server.seen.filter((request) => request.route === route).map(({ body }) => body as Record<string, unknown>);

test('an edited message becomes a sibling, and what followed the old one goes from view', async () => {
  const server = serve().on(turns, answer(5, 1));
  const conversation = await open();
  await conversation.edit(conversation.turns.value[1]!, 'other words');
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3, 5]);
  const [body] = bodies(server, turns);
  assert.equal(body?.['user_message'], 'other words');
  assert.equal(body?.['parent_turn'], 1);
});

test('the first message can be edited: nothing is its parent', async () => {
  const server = serve().on(turns, answer(5, 0));
  const conversation = await open();
  await conversation.edit(conversation.turns.value[0]!, 'other words');
  assert.deepEqual(numbers(conversation), [5]);
  assert.equal(bodies(server, turns)[0]?.['parent_turn'], 0);
});

test('another answer is asked for by the turn, without repeating its words', async () => {
  const server = serve().on('POST sessions/s/turns/4/regenerate', answer(5, 2));
  const conversation = await open();
  await conversation.regenerate(conversation.turns.value[2]!);
  assert.deepEqual(numbers(conversation), [1, 2, 5]);
  assert.equal(conversation.turns.value[2]!.view.value.user, 'user 4');
  assert.deepEqual(Object.keys(bodies(server, 'POST sessions/s/turns/4/regenerate')[0]!).sort(), ['enable_async_coach', 'message_id']);
});

test('switching shows the branch of the turn asked for, and says so', async () => {
  const server = serve();
  const conversation = await open();
  server.on(messages, other);
  await conversation.show(3);
  assert.deepEqual(numbers(conversation), [1, 3]);
  assert.deepEqual(server.seen.filter(({ route }) => route === messages).map(({ query }) => query), ['limit=200', 'limit=200&leaf=3']);
  assert.deepEqual(heard, ['3 of 2,3']);
});

test('what is said on an older branch follows that branch; on the newest, the server knows', async () => {
  const server = serve().on(turns, answer(5, 4), answer(6, 3));
  const conversation = await open();
  await conversation.send('on');
  assert.equal('parent_turn' in bodies(server, turns)[0]!, false);
  server.on('GET sessions/s', json({ session_id: 's', scenario: 'x', stage: 'one', running_turn: null, tip: 5 })).on(messages, other);
  await conversation.show(3);
  await conversation.send('on');
  assert.equal(bodies(server, turns)[1]?.['parent_turn'], 3);
  assert.deepEqual(numbers(conversation), [1, 3, 6]);
});

test('a branch that cannot be had leaves the old one on the screen', async () => {
  const server = serve();
  const conversation = await open();
  server.on(messages, json({ title: 'Unavailable', status: 503 }, 503));
  await conversation.show(3);
  assert.deepEqual(numbers(conversation), [1, 2, 4]);
  assert.equal(conversation.problem.value?.status, 503);
  assert.equal(conversation.switching.value, false);
});

test('a refused edit can be dropped, and what it stood in for is back', async () => {
  serve().on(turns, json({ title: 'Too long', status: 413 }, 413));
  const conversation = await open();
  await conversation.edit(conversation.turns.value[1]!, 'long');
  assert.deepEqual(numbers(conversation), [1, null]);
  await conversation.discard(conversation.turns.value[1]!);
  assert.deepEqual(numbers(conversation), [1, 2, 4]);
});

test('a refused edit said again is still a sibling of what it stood in for', async () => {
  const server = serve().on(turns, json({ title: 'Busy', status: 413 }, 413), answer(5, 1));
  const conversation = await open();
  await conversation.edit(conversation.turns.value[1]!, 'words');
  await conversation.resend(conversation.turns.value[1]!);
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.deepEqual(conversation.turns.value[1]!.view.value.siblings, [2, 3, 5]);
  assert.equal(bodies(server, turns)[1]?.['parent_turn'], 1);
});

test('when another window has spoken first, its turn is shown as well', async () => {
  const server = serve().on(turns, answer(6, 5));
  const conversation = await open();
  server
    .on('GET sessions/s', json({ session_id: 's', scenario: 'x', stage: 'one', running_turn: null, tip: 6 }))
    .on(messages, path(said(1, 0, [1]), said(2, 1, [2, 3]), said(4, 2, [4]), said(5, 4, [5]), said(6, 5, [6])));
  await conversation.send('on');
  await until(() => conversation.turns.value.length === 5);
  assert.deepEqual(numbers(conversation), [1, 2, 4, 5, 6]);
});

test('an edit whose fate is unknown is sent again after a reload, to the same place', async () => {
  keep('s', { message_id: 'm', user_message: 'words', parent_turn: 1 });
  const server = serve().on(turns, answer(5, 1));
  const conversation = await open();
  await until(() => conversation.turns.value.length === 2 && conversation.running.value === null);
  assert.deepEqual(numbers(conversation), [1, 5]);
  assert.equal(bodies(server, turns)[0]?.['message_id'], 'm');
  assert.equal(kept('s'), null);
});

test('a turn named in the address opens its own branch', async () => {
  const server = serve().on(messages, other);
  const conversation = await open(3);
  assert.deepEqual(numbers(conversation), [1, 3]);
  assert.match(server.seen.find(({ route }) => route === messages)!.query, /leaf=3/);
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
