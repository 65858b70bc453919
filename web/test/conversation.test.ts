import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Conversation } from '../src/state/conversation';
import { keep, kept } from '../src/state/outbox';
import { clearStorage, until } from './browser';
import { event, FakeServer, json, refused, stream } from './fake_server';

beforeEach(clearStorage);

const turns = 'POST sessions/s/turns';
const events = 'GET sessions/s/turns/1/events';
const accepted = event('1.1', 'accepted', { turn_number: 1 });
const delta = (id: string, text: string) => event(id, 'delta', { text });
const completed = (id: string, text: string) =>
  event(id, 'completed', { turn_number: 1, status: 'completed', npc_response: text, coach_advice: null });
const session = { session_id: 's', scenario: 'x', stage: 'one', running_turn: null };
const message = { message_id: 'm1', user_message: 'hi' };

function server(running: number | null = null, items: unknown[] = []): FakeServer {
  const fake = new FakeServer()
    .on('GET sessions/s', json({ ...session, running_turn: running }))
    .on('GET sessions/s/messages', json({ items, next: null }));
  fake.install();
  return fake;
}

async function open(): Promise<Conversation> {
  const conversation = new Conversation('s', { answered: () => {}, advised: () => {}, switched: () => {} });
  await conversation.open();
  return conversation;
}

const shown = (conversation: Conversation) =>
  conversation.turns.value.map(({ view }) => [view.value.number, view.value.user, view.value.text, view.value.phase]);

test('a message becomes an answered turn, and is not kept for later', async () => {
  server().on(turns, stream([accepted, delta('1.2', 'hel'), delta('1.3', 'lo'), completed('1.4', 'hello')]));
  const conversation = await open();
  await conversation.send('hi');
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
  assert.equal(kept('s'), null);
});

test('a stream cut in mid-answer is re-joined after its last event', async () => {
  const fake = server()
    .on(turns, stream([accepted, delta('1.2', 'hel')], 'breaks'))
    .on(events, stream([delta('1.3', 'lo'), completed('1.4', 'hello')]));
  const conversation = await open();
  const sent = conversation.send('hi');
  await until(() => conversation.lost.value > 0);
  conversation.retryNow();
  await sent;
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
  assert.equal(fake.seen.find(({ route }) => route === events)?.lastEventId, '1.2');
  assert.equal(fake.count(turns), 1);
});

test('a message whose fate is unknown is sent again under the same id', async () => {
  const fake = server().on(turns, refused, stream([accepted, completed('1.2', 'hello')]));
  const conversation = await open();
  const sent = conversation.send('hi');
  await until(() => conversation.lost.value > 0);
  assert.equal(kept('s')?.user_message, 'hi');
  conversation.retryNow();
  await sent;
  const ids = fake.seen.filter(({ route }) => route === turns).map(({ body }) => (body as typeof message).message_id);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
});

test('reopening in mid-answer re-joins the running turn from its beginning', async () => {
  const fake = server(1, [{ turn_number: 1, role: 'user', text: 'hi' }]).on(
    events,
    stream([accepted, delta('1.2', 'hel'), completed('1.3', 'hello')]),
  );
  const conversation = await open();
  await until(() => conversation.running.value === null);
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
  assert.equal(fake.seen.find(({ route }) => route === events)?.lastEventId, null);
});

test('reopening sends what was never accepted, and one turn comes of it', async () => {
  keep('s', message);
  server(null, [
    { turn_number: 1, role: 'user', text: 'hi' },
    { turn_number: 1, role: 'npc', text: 'hello', status: 'completed' },
  ]).on(turns, stream([accepted, completed('1.2', 'hello')]));
  const conversation = await open();
  await until(() => conversation.turns.value.length === 1 && conversation.running.value === null);
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
  assert.equal(kept('s'), null);
});

test('reopening does not send what is being answered already', async () => {
  keep('s', message);
  const fake = server(1, [{ turn_number: 1, role: 'user', text: 'hi' }]).on(
    events,
    stream([accepted, completed('1.2', 'hello')]),
  );
  const conversation = await open();
  await until(() => conversation.running.value === null);
  assert.equal(fake.count(turns), 0);
  assert.equal(kept('s'), null);
});

test('pending advice is waited for after a reload', async () => {
  server(null, [{ turn_number: 1, role: 'npc', text: 'hello', status: 'completed', coach_advice: 'pending' }]).on(
    events,
    stream([accepted, completed('1.2', 'hello'), event('1.3', 'coach_advice', { advice: 'ask first' })]),
  );
  const conversation = await open();
  await until(() => conversation.turns.value[0]?.view.value.advice !== 'pending');
  assert.deepEqual(conversation.turns.value[0]?.view.value.advice, [{ title: '', text: 'ask first', severity: '' }]);
});

test('a session busy in another window gives the words back', async () => {
  const fake = server().on(turns, json({ title: 'Another request is processing', status: 409 }, 409));
  const conversation = await open();
  fake.on('GET sessions/s', json({ ...session, running_turn: 1 })).on(events, stream([accepted], 'stays'));
  await conversation.send('hi');
  assert.equal(conversation.draft.value, 'hi');
  assert.equal(conversation.problem.value?.status, 409);
  assert.deepEqual(shown(conversation), [[1, '', '', 'streaming']]);
  conversation.close();
});

test('stopping an answer that has just ended is no problem', async () => {
  const fake = server().on(turns, stream([accepted, delta('1.2', 'hel')], 'stays'));
  const conversation = await open();
  const sent = conversation.send('hi');
  await until(() => conversation.running.value?.view.value.text === 'hel');
  fake.on('POST sessions/s/turns/1/stop', json({ title: 'Conflict', status: 409 }, 409));
  await conversation.stop();
  assert.equal(conversation.problem.value?.status, 409, 'while it runs, the refusal shows');
  assert.equal(conversation.stopping.value, false);
  fake.on('POST sessions/s/turns/1/stop', () => {
    const turn = conversation.turns.value[0]!;
    turn.view.value = { ...turn.view.value, phase: 'completed' };
    return new Response('{"title":"Conflict"}', { status: 409 });
  });
  conversation.problem.value = null;
  await conversation.stop();
  assert.equal(conversation.problem.value, null);
  conversation.close();
  await sent;
});

test('a refused message can be said again', async () => {
  server().on(turns, json({ title: 'Too long', status: 413 }, 413), stream([accepted, completed('1.2', 'hello')]));
  const conversation = await open();
  await conversation.send('hi');
  assert.equal(conversation.turns.value[0]?.view.value.problem?.title, 'Too long');
  assert.equal(conversation.running.value, null);
  await conversation.resend(conversation.turns.value[0]!);
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
});

test('a rating the server refuses is taken back', async () => {
  server()
    .on(turns, stream([accepted, completed('1.2', 'hello')]))
    .on('POST feedback/submit', json({ title: 'No', status: 422 }, 422), json({}));
  const conversation = await open();
  await conversation.send('hi');
  const turn = conversation.turns.value[0]!;
  await conversation.rate(turn, 4);
  assert.equal(turn.view.value.rating, null);
  assert.equal(conversation.problem.value?.title, 'No');
  await conversation.rate(turn, 5);
  assert.equal(turn.view.value.rating, 5);
});

test('an unknown session is a problem to show', async () => {
  new FakeServer().on('GET sessions/s', json({ title: 'Not found', status: 404 }, 404)).install();
  const conversation = await open();
  assert.equal(conversation.problem.value?.status, 404);
  assert.equal(conversation.session.value, null);
});
