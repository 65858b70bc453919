import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { keep, kept } from '../src/state/outbox';
import './browser';
import { json } from './fake_server';
import { accepts, answers, leave, open, quiet, refuses, said, serve, shown, views } from './talk';

afterEach(leave);

const message = { message_id: 'm1', user_message: 'hi' };

test('a message becomes an answered turn, and is not kept for later', async () => {
  const { wire } = serve();
  const heard: string[] = [];
  const conversation = await open(null, { answered: ({ text }) => heard.push(text) });
  accepts(wire, 1);
  conversation.send('hi');
  assert.equal(kept('s')[0]?.user_message, 'hi');
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', '', 'streaming']]);
  for (const text of ['hel', 'lo']) wire.tell({ delta: { text } });
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'streaming']]);
  assert.deepEqual(heard, []);
  wire.tell({ completed: { turn_number: 1, answer_bytes: 5 } });
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
  assert.deepEqual(heard, ['hello']);
  assert.deepEqual(kept('s'), []);
  assert.equal(wire.of('start_turn').length, 1);
});

test('an answer may be acknowledged before it is told of', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.on('start_turn', ({ id, message_id }, connection) => {
    connection.send({ id, done: { turn_number: 1 } });
    wire.tell({ accepted: { turn_number: 1, message_id } });
    wire.tell({ delta: { text: 'hello' } });
  });
  conversation.send('hi');
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'streaming']]);
  assert.deepEqual(views(conversation)[0]?.siblings, [1]);
  assert.equal(views(conversation)[0]?.restarted, false, 'the first epoch heard of is no other one');
});

test('the session is bound first, read then, and what happened in between is applied', async () => {
  const { http, wire } = serve();
  http.on('GET sessions/s/messages', () => {
    assert.equal(wire.of('bind').length, 1, 'bound before anything is read');
    // Told while the answer is on its way; the answer has it, too.
    wire.tell({ accepted: { turn_number: 1, message_id: 'other', user_message: 'user 1' } });
    wire.tell({ delta: { text: 'npc 1' } });
    wire.tell({ completed: { turn_number: 1, answer_bytes: 5 } });
    wire.tell({ accepted: { turn_number: 2, parent_turn: 1, message_id: 'other', user_message: 'user 2' } });
    return new Response(JSON.stringify({ items: said(1), next: null }));
  });
  http.on('GET sessions/s', json({ session_id: 's', scenario: 'x', stage: 'one', tip: 1, running_turn: null }));
  const conversation = await open();
  assert.deepEqual(shown(conversation), [
    [1, 'user 1', 'npc 1', 'completed'],
    [2, 'user 2', '', 'streaming'],
  ]);
});

test('a connection cut in mid-answer goes on after its last event', async () => {
  const { wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('hi');
  await quiet();
  wire.tell({ delta: { text: 'hel' } });
  await quiet();
  wire.cut();
  await quiet();
  assert.equal(conversation.lost.value, 1);
  wire.tell({ delta: { text: 'lo' } });
  conversation.retryNow();
  await quiet();
  assert.equal(conversation.lost.value, 0);
  const { epoch, last_seq } = wire.of('bind')[1]!;
  assert.deepEqual([epoch, last_seq], [1, 2]);
  wire.tell({ completed: { turn_number: 1, answer_bytes: 5 } });
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
  assert.equal(wire.of('start_turn').length, 1);
});

test('after a restart of the server the answer begins again', async () => {
  const { wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('hi');
  await quiet();
  wire.tell({ delta: { text: 'old' } });
  await quiet();
  wire.cut(1012);
  wire.epoch = 2;
  wire.tell({ restarted: { turn_number: 1 } });
  wire.tell({ delta: { text: 'new' } });
  wire.tell({ completed: { turn_number: 1, answer_bytes: 3 } });
  await quiet();
  conversation.retryNow();
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'new', 'completed']]);
  assert.equal(views(conversation)[0]?.restarted, true);
});

test('a turn that was never heard of before the server was restarted begins with that', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.on('start_turn', () => wire.cut());
  conversation.send('hi');
  await quiet();
  wire.epoch = 2;
  wire.tell({ restarted: { turn_number: 1, message_id: wire.of('start_turn')[0]!.message_id, user_message: 'hi' } });
  wire.tell({ delta: { text: 'hello' } });
  wire.on('start_turn', ({ id }, connection) => connection.send({ id, done: { turn_number: 1, replayed: true } }));
  conversation.retryNow();
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'streaming']]);
  assert.equal(new Set(wire.of('start_turn').map(({ message_id }) => message_id)).size, 1);
  assert.deepEqual(kept('s'), []);
});

test('a message whose fate is unknown is sent again under the same id', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.on('start_turn', () => wire.cut());
  conversation.send('hi');
  await quiet();
  assert.deepEqual(shown(conversation), [[null, 'hi', '', 'queued']]);
  assert.equal(kept('s')[0]?.user_message, 'hi');
  answers(wire, 'start_turn', [{ number: 1, parent: 0 }]);
  conversation.retryNow();
  await quiet();
  const [first, second] = wire.of('start_turn');
  assert.equal(first?.message_id, second?.message_id);
  assert.deepEqual(shown(conversation), [[1, 'hi', 'npc 1', 'completed']]);
});

test('what is said while the connection is lost waits, and goes out in order, one after the other', async () => {
  const { wire } = serve(said(1), { tip: 1 });
  const conversation = await open();
  wire.reachable = false;
  wire.cut();
  await quiet();
  for (const text of ['a', 'b', 'c']) conversation.send(text);
  assert.deepEqual(shown(conversation).slice(1), ['a', 'b', 'c'].map((text) => [null, text, '', 'queued']));
  assert.deepEqual(kept('s').map(({ user_message }) => user_message), ['a', 'b', 'c']);
  conversation.discard(conversation.turns.value[2]!);
  assert.equal(conversation.draft.value, 'b', 'the words of what is called off are not lost');
  wire.reachable = true;
  accepts(wire, 2);
  conversation.retryNow();
  await quiet();
  assert.deepEqual(shown(conversation).slice(1), [
    [2, 'a', '', 'streaming'],
    [null, 'c', '', 'queued'],
  ]);
  answers(wire, 'start_turn', [{ number: 3, parent: 2 }]);
  wire.tell({ completed: { turn_number: 2 } });
  await quiet();
  assert.deepEqual(shown(conversation).slice(2), [[3, 'c', 'npc 3', 'completed']]);
  assert.deepEqual(wire.of('start_turn').map(({ user_message, parent_turn }) => [user_message, parent_turn]), [
    ['a', undefined],
    ['c', undefined],
  ]);
  assert.deepEqual(kept('s'), []);
});

test('only so much waits', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.reachable = false;
  wire.cut();
  await quiet();
  for (let count = 0; count < 20; ++count) conversation.send(`${count}`);
  assert.equal(conversation.turns.value.length, 8);
  assert.equal(conversation.sayable.value, false);
});

test('while connected, one thing is said at a time', async () => {
  const { wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('a');
  conversation.send('b');
  await quiet();
  conversation.send('c');
  assert.deepEqual(views(conversation).map(({ user }) => user), ['a']);
  assert.equal(wire.of('start_turn').length, 1);
});

test('reopening in mid-answer is told of the running turn from its beginning', async () => {
  const { wire } = serve([{ turn_number: 1, role: 'user', text: 'hi' }], { running_turn: 1 });
  wire.tell({ accepted: { turn_number: 1, message_id: 'm', user_message: 'hi' } });
  wire.tell({ delta: { text: 'hel' } });
  const conversation = await open();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hel', 'streaming']]);
  wire.tell({ delta: { text: 'lo' } });
  wire.tell({ completed: { turn_number: 1, answer_bytes: 5 } });
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hello', 'completed']]);
});

test('reopening sends what was never accepted, and one turn comes of it', async () => {
  keep('s', message);
  const { wire } = serve(said(1), { tip: 1 });
  wire.on('start_turn', ({ id }, connection) => connection.send({ id, done: { turn_number: 1, replayed: true } }));
  const conversation = await open();
  assert.equal(wire.of('start_turn')[0]?.message_id, 'm1');
  assert.deepEqual(shown(conversation), [[1, 'user 1', 'npc 1', 'completed']]);
  assert.deepEqual(kept('s'), []);
});

test('reopening does not send what is being answered already', async () => {
  keep('s', message);
  const { wire } = serve([{ turn_number: 1, role: 'user', text: 'hi' }], { running_turn: 1 });
  wire.tell({ accepted: { turn_number: 1, message_id: 'm1', user_message: 'hi' } });
  const conversation = await open();
  assert.deepEqual(shown(conversation), [[1, 'hi', '', 'streaming']]);
  assert.equal(wire.of('start_turn').length, 0);
  assert.deepEqual(kept('s'), []);
});

test('a message answered before, of which nothing is known here, is read', async () => {
  const { http, wire } = serve();
  const conversation = await open();
  http.on('GET sessions/s/messages', json({ items: said(1), next: null }));
  wire.on('start_turn', ({ id }, connection) => connection.send({ id, done: { turn_number: 1, replayed: true } }));
  conversation.send('user 1');
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'user 1', 'npc 1', 'completed']]);
});

test('pending advice arrives after a reload, and is said to', async () => {
  const { wire } = serve(said(1, 0, [1], { coach_advice: 'pending' }), { tip: 1 });
  const advised: (number | null)[] = [];
  const conversation = await open(null, { advised: ({ number }) => advised.push(number) });
  assert.equal(views(conversation)[0]?.advice, 'pending');
  wire.tell({ advice: { turn_number: 1, text: 'ask first' } });
  await quiet();
  assert.deepEqual(views(conversation)[0]?.advice, [{ title: '', text: 'ask first', severity: '' }]);
  assert.deepEqual(advised, [1]);
});

test('a turn begun in another window appears and streams', async () => {
  const { wire } = serve(said(1), { tip: 1 });
  const conversation = await open();
  wire.tell({ accepted: { turn_number: 2, parent_turn: 1, message_id: 'theirs', user_message: 'they said' } });
  wire.tell({ delta: { text: 'and' } });
  await quiet();
  assert.deepEqual(shown(conversation)[1], [2, 'they said', 'and', 'streaming']);
  assert.equal(conversation.busy.value, true);
});

test('what waits here goes out when the other window’s turn has ended', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.reachable = false;
  wire.cut();
  await quiet();
  conversation.send('mine');
  wire.reachable = true;
  wire.tell({ accepted: { turn_number: 1, message_id: 'theirs', user_message: 'theirs' } });
  conversation.retryNow();
  await quiet();
  assert.deepEqual(shown(conversation), [
    [1, 'theirs', '', 'streaming'],
    [null, 'mine', '', 'queued'],
  ]);
  answers(wire, 'start_turn', [{ number: 2, parent: 1 }]);
  wire.tell({ completed: { turn_number: 1 } });
  await quiet();
  assert.deepEqual(shown(conversation)[1], [2, 'mine', 'npc 2', 'completed']);
});

test('a session busy in another window gives the words back', async () => {
  const { wire } = serve();
  const conversation = await open();
  refuses(wire, 'start_turn', { status: 409, reason: 'SESSION_BUSY' });
  conversation.send('hi');
  await quiet();
  assert.equal(conversation.draft.value, 'hi');
  assert.equal(conversation.problem.value?.code, 'SESSION_BUSY');
  assert.deepEqual(shown(conversation), []);
  assert.deepEqual(kept('s'), []);
});

test('stopping an answer that has just ended is no problem', async () => {
  const { wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('hi');
  await quiet();
  refuses(wire, 'stop', { status: 409, message: 'Conflict' });
  await conversation.stop();
  assert.equal(conversation.problem.value?.title, 'Conflict', 'while it runs, the refusal shows');
  assert.equal(conversation.stopping.value, false);
  conversation.problem.value = null;
  wire.on('stop', ({ id, turn_number }, connection) => {
    wire.tell({ completed: { turn_number } });
    queueMicrotask(() => queueMicrotask(() => connection.send({ id, refused: { error: { status: 409 } } })));
  });
  await conversation.stop();
  await quiet();
  assert.equal(conversation.problem.value, null);
});

test('a stopped answer is what was said so far', async () => {
  const { wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('hi');
  wire.on('stop', ({ id, turn_number }, connection) => {
    connection.send({ id, done: { turn_number } });
    wire.tell({ completed: { turn_number, status: 'STOPPED', answer_bytes: 3 } });
  });
  await quiet();
  wire.tell({ delta: { text: 'hel' } });
  await quiet();
  await conversation.stop();
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'hel', 'stopped']]);
  assert.equal(conversation.stopping.value, false);
});

test('a refused message can be said again', async () => {
  const { wire } = serve();
  const conversation = await open();
  refuses(wire, 'start_turn', { status: 413, message: 'Too long' });
  conversation.send('hi');
  await quiet();
  assert.equal(views(conversation)[0]?.problem?.title, 'Too long');
  assert.equal(conversation.running.value, null);
  answers(wire, 'start_turn', [{ number: 1, parent: 0 }]);
  conversation.resend(conversation.turns.value[0]!);
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'hi', 'npc 1', 'completed']]);
});

test('a busy server is asked again, but not for ever', async () => {
  const { wire } = serve();
  const conversation = await open();
  refuses(wire, 'start_turn', { status: 503, reason: 'OVERLOADED' });
  conversation.send('hi');
  for (let round = 0; round < 5; ++round) {
    await quiet();
    conversation.retryNow();
  }
  await quiet();
  assert.equal(wire.of('start_turn').length, 4);
  assert.equal(views(conversation)[0]?.phase, 'failed');
});

test('a message too large for a frame is refused instead of ending every connection', async () => {
  const { wire } = serve();
  const conversation = await open();
  wire.on('start_turn', () => wire.cut(1009));
  conversation.send('long');
  await quiet();
  assert.equal(views(conversation)[0]?.problem?.code, 'FRAME_REFUSED');
  conversation.retryNow();
  await quiet();
  assert.equal(wire.of('start_turn').length, 1);
});

test('a rating the server refuses is taken back', async () => {
  const { wire } = serve(said(1), { tip: 1 });
  const conversation = await open();
  const turn = conversation.turns.value[0]!;
  refuses(wire, 'rate', { status: 422, message: 'No' });
  await conversation.rate(turn, 4);
  assert.equal(turn.view.value.rating, null);
  assert.equal(conversation.problem.value?.title, 'No');
  wire.on('rate', ({ id }, connection) => connection.send({ id, done: {} }));
  await conversation.rate(turn, 5);
  assert.equal(turn.view.value.rating, 5);
});

test('an answer that was not received as it was sent is read once more', async () => {
  const { http, wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('user 1');
  await quiet();
  http.on('GET sessions/s/messages', json({ items: said(1), next: null }));
  wire.tell({ delta: { text: 'np' } });
  wire.tell({ completed: { turn_number: 1, answer_bytes: 5 } });
  await quiet();
  assert.deepEqual(shown(conversation), [[1, 'user 1', 'npc 1', 'completed']]);
});

test('the server’s count of bytes is the answer’s in UTF-8', async () => {
  const { http, wire } = serve();
  accepts(wire, 1);
  const conversation = await open();
  conversation.send('hi');
  await quiet();
  const before = http.count('GET sessions/s/messages');
  const text = 'aé好𝕏';
  wire.tell({ delta: { text } });
  wire.tell({ completed: { turn_number: 1, answer_bytes: new TextEncoder().encode(text).length } });
  await quiet();
  assert.equal(http.count('GET sessions/s/messages'), before);
});

test('the server is told what was kept', async () => {
  const { wire } = serve();
  answers(wire, 'start_turn', [{ number: 1, parent: 0 }]);
  const conversation = await open();
  conversation.send('hi');
  await quiet();
  assert.deepEqual(wire.of('ack').map(({ seq }) => seq), [3]);
});

test('an unknown session is a problem to show', async () => {
  const { http } = serve();
  http.on('GET sessions/s', json({ title: 'Not found', status: 404 }, 404));
  const conversation = await open();
  assert.equal(conversation.problem.value?.status, 404);
  assert.equal(conversation.session.value, null);
});

test('a session that is deleted elsewhere is gone here, too', async () => {
  const { wire } = serve(said(1), { tip: 1 });
  const conversation = await open();
  wire.opened[0]!.send({ status: { state: 'DELETED' } });
  await quiet();
  assert.equal(conversation.problem.value?.status, 404);
  assert.equal(conversation.session.value, null);
  assert.equal(wire.opened[0]!.closedWith, 1000);
});

test('what is stored shows although no connection comes about', async () => {
  const { wire } = serve(said(1), { tip: 1 });
  wire.reachable = false;
  const conversation = await open();
  assert.equal(conversation.lost.value > 0, true);
  assert.deepEqual(shown(conversation), [[1, 'user 1', 'npc 1', 'completed']]);
});
