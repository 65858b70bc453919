import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { keepKey, onKeyRefused } from '../src/api/key';
import { ProblemError, type Problem } from '../src/api/problem';
import { stop } from '../src/api/proto';
import { kClose, kNowhere, SessionSocket, type Place } from '../src/api/socket';
import { clearStorage } from './browser';
import { FakeServer, json, refused as unreachable } from './fake_server';
import { FakeWire } from './fake_socket';
import { quiet } from './talk';

let http: FakeServer;
let wire: FakeWire;
let socket: SessionSocket;
let place: Place;
let told: string[];
let refusals: Problem[];
let keyAsked: number;

beforeEach(() => {
  clearStorage();
  http = new FakeServer().on('POST ws-tickets', json({ ticket: 't&1' }, 201));
  http.install();
  wire = new FakeWire();
  [place, told, refusals, keyAsked] = [kNowhere, [], [], 0];
  onKeyRefused(() => keyAsked++);
  socket = new SessionSocket(
    's',
    {
      welcome: (_, asked) => told.push(`welcome ${asked.epoch}.${asked.seq}`),
      frame: ({ kind }) => told.push(kind),
      lost: (attempt) => told.push(`lost ${attempt}`),
      refused: (problem) => refusals.push(problem),
    },
    () => place,
  );
});
afterEach(() => socket.close());

async function start(): Promise<void> {
  socket.start();
  await quiet();
}

test('a connection is opened with a ticket, below the page’s own path, and bound to the session', async () => {
  await start();
  assert.equal(wire.opened[0]?.address, 'wss://host/prefix/api/v1/ws?ticket=t%261&session=s');
  assert.deepEqual(wire.opened[0]?.protocols, ['rondo.v1.pb']);
  assert.equal(wire.opened[0]?.binaryType, 'arraybuffer');
  assert.deepEqual(told, ['welcome 0.0']);
  assert.deepEqual(wire.commands.map(({ kind }) => kind), ['bind'], 'without a further round trip');
});

test('the ticket is asked for with the key', async () => {
  keepKey('secret');
  const authorization: (string | null)[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    authorization.push(new Headers(init?.headers).get('authorization'));
    return fetch(input, init);
  };
  await start();
  keepKey('');
  assert.deepEqual(authorization, ['Bearer secret']);
});

test('each connection goes on at the place reached', async () => {
  await start();
  wire.tell({ delta: { text: 'a' } });
  place = { epoch: 1, seq: 1 };
  wire.cut();
  await quiet();
  wire.tell({ delta: { text: 'b' } });
  socket.retryNow();
  await quiet();
  assert.deepEqual(told, ['welcome 0.0', 'delta', 'lost 1', 'lost 0', 'welcome 1.1', 'delta']);
  assert.equal(http.count('POST ws-tickets'), 2, 'a ticket is good for one connection');
});

test('a place that the server does not know is given up', async () => {
  place = { epoch: 7, seq: 7 };
  wire.on('bind', (_, connection) => connection.send({ refused: { error: { status: 400, reason: 'UNKNOWN_PLACE' } } }));
  await start();
  assert.match(wire.opened[0]!.address, /&after=7\.7$/);
  assert.deepEqual(wire.of('resume').map(({ epoch, last_seq }) => [epoch, last_seq]), [[undefined, undefined]]);
  assert.deepEqual(told, ['welcome 0.0']);
});

test('a session that there is not is told to the page', async () => {
  wire.on('bind', (_, connection) => connection.send({ refused: { error: { status: 404 } } }));
  await start();
  assert.deepEqual(refusals.map(({ status }) => status), [404]);
  assert.deepEqual(told, ['lost 1']);
});

test('pings are answered', async () => {
  await start();
  wire.opened[0]!.send({ ping: {} });
  assert.equal(wire.of('pong').length, 1);
  assert.deepEqual(told, ['welcome 0.0'], 'and are nobody else’s business');
});

test('a command is sent once more after reconnecting, until it is answered', async () => {
  await start();
  const answer = socket.command(stop({ turn_number: 3 }));
  wire.cut();
  await quiet();
  socket.retryNow();
  await quiet();
  const [first, second] = wire.of('stop');
  assert.equal(first?.id, second?.id);
  wire.opened[1]!.send({ id: second!.id, done: { turn_number: 3 } });
  assert.equal((await answer).turn_number, 3);
  wire.cut();
  await quiet();
  socket.retryNow();
  await quiet();
  assert.equal(wire.of('stop').length, 2);
});

test('a command given while nothing is connected goes out with the connection', async () => {
  wire.reachable = false;
  await start();
  void socket.command(stop({ turn_number: 3 })).catch(() => {});
  wire.reachable = true;
  socket.retryNow();
  await quiet();
  assert.equal(wire.of('stop').length, 1);
});

test('a command that was called off is not sent', async () => {
  wire.reachable = false;
  await start();
  const leaving = new AbortController();
  const answer = socket.command(stop({ turn_number: 3 }), leaving.signal);
  leaving.abort(new Error('left'));
  await assert.rejects(answer, /left/);
  wire.reachable = true;
  socket.retryNow();
  await quiet();
  assert.equal(wire.of('stop').length, 0);
});

test('a refusal says why', async () => {
  await start();
  wire.on('stop', ({ id }, connection) => {
    const error = { code: 'INVALID_ARGUMENT', reason: 'R', message: 'm', status: 400, retry_after_ms: 7, faults: [{ pointer: '/a', detail: 'd' }] };
    connection.send({ id, refused: { error } });
  });
  await assert.rejects(socket.command(stop({ turn_number: 3 })), (error: ProblemError) => {
    const problem = { status: 400, code: 'R', title: 'm', detail: '', errors: [{ pointer: '/a', detail: 'd' }], retryAfterMs: 7 };
    assert.deepEqual(error.problem, problem);
    return true;
  });
});

test('only so many commands wait', async () => {
  wire.reachable = false;
  await start();
  for (let count = 0; count < 64; ++count) void socket.command(stop({ turn_number: 3 })).catch(() => {});
  await assert.rejects(socket.command(stop({ turn_number: 3 })), ProblemError);
});

test('bytes that are no frame end the connection, and are not asked for at once', async () => {
  await start();
  wire.opened[0]!.deliver(Uint8Array.of(0xff));
  await quiet();
  assert.equal(wire.opened[0]!.closedWith, kClose.badFrame);
  assert.deepEqual(told, ['welcome 0.0', 'lost 1']);
});

/** What follows a close code: whether the page asks for a key, and whether only the user gets it to try again. */
const codes: [code: number, key: number, claim: string][] = [
  [1006, 0, 'a broken connection'],
  [1012, 0, 'a restart'],
  [1001, 0, 'a farewell'],
  [1013, 0, 'a server that asks for time'],
  [4401, 1, 'a key that is not good any more'],
];
for (const [code, key, claim] of codes) {
  test(`${code}, ${claim}: ${key ? 'the key is asked for' : 'comes again'}`, async () => {
    await start();
    wire.cut(code);
    await quiet();
    assert.equal(keyAsked, key);
    assert.equal(told.at(-1), 'lost 1');
    socket.retryNow();
    await quiet();
    assert.equal(told.at(-1), 'welcome 0.0');
  });
}

test('without a key that the server accepts no connection is tried', async () => {
  http.on('POST ws-tickets', json({ title: 'No', status: 401, code: 'KEY_REQUIRED' }, 401));
  await start();
  assert.equal(wire.opened.length, 0);
  assert.equal(keyAsked, 1);
  assert.deepEqual(refusals, []);
});

test('a server that will not have us is told to the page; one that cannot be reached is not', async () => {
  http.on('POST ws-tickets', unreachable, json({ title: 'No', status: 403 }, 403));
  await start();
  assert.deepEqual(refusals, []);
  socket.retryNow();
  await quiet();
  assert.deepEqual(refusals.map(({ status }) => status), [403]);
  assert.deepEqual(told, ['lost 1', 'lost 2']);
});

test('who leaves is not called back', async () => {
  await start();
  const answer = socket.command(stop({ turn_number: 3 }));
  socket.close();
  await assert.rejects(answer, /left/);
  await quiet();
  assert.equal(wire.opened[0]!.closedWith, kClose.normal);
  assert.deepEqual(told, ['welcome 0.0']);
});
