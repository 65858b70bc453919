import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { readAddress, sessionAddress } from '../src/state/address';
import { cutAt, SessionList } from '../src/state/sessions';
import { FakeServer, json, refused } from './fake_server';

const list = 'GET sessions';
const item = (id: string) => ({ session_id: id, scenario: 'x', stage: '', turns: 1, updated_at: 0, title: id });
const page = (ids: string[], next: string | null = null) => json({ items: ids.map(item), next });
const ids = (sessions: SessionList) => sessions.items.value?.map(({ session_id }) => session_id);

/** A clock that only the test moves: the last task put off, if it was not called off. */
let due: (() => void) | null;
beforeEach(() => (due = null));
function sessionsOf(server: FakeServer): SessionList {
  server.install();
  return new SessionList((task) => {
    due = task;
    return () => (due = null);
  });
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('typing asks once, for the last words, when the fingers rest', async () => {
  const server = new FakeServer().on(list, page(['a']));
  const sessions = sessionsOf(server);
  for (const text of ['p', 'pr', 'price ']) sessions.search(text);
  assert.equal(server.count(list), 0);
  assert.equal(sessions.searching.value, true);
  due!();
  await turn();
  assert.deepEqual(
    server.seen.map(({ query }) => query),
    ['limit=20&q=price'],
  );
  assert.equal(sessions.searching.value, false);
});

test('an answer that a later search has overtaken is dropped', async () => {
  let late: (() => void) | null = null;
  const slow = () =>
    new Promise<Response>((resolve) => (late = () => resolve(new Response(JSON.stringify({ items: [item('old')], next: null })))));
  const sessions = sessionsOf(new FakeServer().on(list, slow, page(['new'])));
  sessions.search('a');
  due!();
  sessions.search('ab');
  due!();
  await turn();
  late!();
  await turn();
  assert.deepEqual(ids(sessions), ['new']);
  assert.equal(sessions.answered.value, 'ab');
});

test('pages follow each other by cursor, and a session that moved up is not listed twice', async () => {
  const server = new FakeServer().on(list, page(['a', 'b'], '7'), page(['b', 'c']));
  const sessions = sessionsOf(server);
  await sessions.reload();
  await sessions.more();
  assert.equal(server.seen[1]?.query, 'limit=20&cursor=7');
  assert.deepEqual(ids(sessions), ['a', 'b', 'c']);
  assert.equal(sessions.next.value, null);
});

test('a refresh puts what is new on top and keeps the pages below', async () => {
  const sessions = sessionsOf(new FakeServer().on(list, page(['a', 'b'], '7'), page(['c', 'd'], '9'), page(['n', 'a'], '6')));
  await sessions.reload();
  await sessions.more();
  await sessions.refresh();
  assert.deepEqual(ids(sessions), ['n', 'a', 'b', 'c', 'd']);
  assert.equal(sessions.next.value, '9');
});

test('what is deleted leaves the list; what could not be deleted stays, with the reason', async () => {
  const server = new FakeServer().on(list, page(['a', 'b', 'c']));
  const sessions = sessionsOf(server);
  await sessions.reload();
  server.on('DELETE sessions/a', () => new Response(null, { status: 204 }));
  assert.equal(await sessions.remove('a'), true);
  server.on('DELETE sessions/b', json({ title: 'Busy', status: 409 }, 409));
  assert.equal(await sessions.remove('b'), false);
  assert.equal(sessions.problem.value?.title, 'Busy');
  server.on('DELETE sessions/c', json({ title: 'Gone', status: 404 }, 404));
  assert.equal(await sessions.remove('c'), true, 'gone is what was wanted');
  assert.deepEqual(ids(sessions), ['b']);
});

test('a failed search says so and keeps what was there', async () => {
  const server = new FakeServer().on(list, page(['a']));
  const sessions = sessionsOf(server);
  await sessions.reload();
  server.on(list, refused);
  await sessions.reload();
  assert.equal(sessions.problem.value?.code, 'UNREACHABLE');
  assert.deepEqual(ids(sessions), ['a']);
});

const cuts: [claim: string, text: string, words: string, pieces: string[]][] = [
  ['a word is cut out', 'the price is', 'price', ['the ', 'price', ' is']],
  ['case and width do not matter', 'The ＰＲＩＣＥ', 'price', ['The ', 'ＰＲＩＣＥ', '']],
  ['Chinese needs no spaces', '可以打折吗', '打折', ['可以', '打折', '吗']],
  ['several words, anywhere', 'b a', 'a b', ['', 'b', ' ', 'a', '']],
  ['signs are only signs', 'a+b (c)', '+ (', ['a', '+', 'b ', '(', 'c)']],
  ['no words, no cuts', 'abc', '  ', ['abc']],
  ['where folding changes the length nothing is cut', 'ﬁne price', 'price', ['ﬁne price']],
];
for (const [claim, text, words, pieces] of cuts) test(`marks: ${claim}`, () => assert.deepEqual(cutAt(text, words), pieces));

const addresses: [hash: string, session: string | null, turn: number | null][] = [
  ['', null, null],
  ['#/', null, null],
  ['#/s/a%20b', 'a b', null],
  ['#/s/a/12', 'a', 12],
  ['#/s/a/0', null, null],
  ['#/s/%', null, null],
  ['#/s/a/1/2', null, null],
];
for (const [hash, session, turnNumber] of addresses) {
  test(`address ${hash}`, () => assert.deepEqual(readAddress(hash), { session, turn: turnNumber }));
}
test('an address that is written can be read', () => {
  assert.deepEqual(readAddress(sessionAddress('s:1 /?', 3)), { session: 's:1 /?', turn: 3 });
});
