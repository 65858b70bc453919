// The official client of Anthropic against the real server and a mock provider.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { kTokens, kWeather, leftAttempt, stage, withServer } from './sdk_support.mjs';

const there = stage();
beforeEach(() => there.provider.forget());

const kQuestion = [{ role: 'user', content: '缓存是怎么工作的？' }];
const kTools = [{ name: kWeather.name, description: kWeather.description, input_schema: kWeather.schema }];

function connect(server = there.server, apiKey = 'none') {
  return new Anthropic({ apiKey, baseURL: server.url, maxRetries: 0 });
}
const body = (model, more = {}) => ({ model, max_tokens: 500, messages: kQuestion, ...more });
const ask = (model, more) => connect().messages.create(body(model, more));
const textOf = (message) => message.content.map((block) => block.text ?? '').join('');

test('a plain answer has its text, stop reason, usage and request id', async () => {
  const answer = await ask('anthropic/ok');
  assert.equal(answer.type, 'message');
  assert.equal(answer.role, 'assistant');
  assert.equal(answer.model, 'anthropic/ok');
  assert.ok(textOf(answer).startsWith('你说的是：缓存'));
  assert.equal(answer.stop_reason, 'end_turn');
  assert.equal(answer.usage.output_tokens, kTokens);
  assert.ok(answer.usage.input_tokens > 0);
});

for (const target of ['anthropic', 'openai']) {
  test(`a stream says the same as the plain answer (${target})`, async () => {
    const plain = await ask(`${target}/ok`);
    const stream = connect().messages.stream(body(`${target}/ok`));
    let text = '';
    stream.on('text', (piece) => (text += piece));
    const whole = await stream.finalMessage();
    assert.equal(text, textOf(plain));
    assert.equal(textOf(whole), text);
    assert.equal(whole.stop_reason, 'end_turn');
    assert.equal(whole.usage.output_tokens, plain.usage.output_tokens);
    const types = [];
    for await (const event of await ask(`${target}/ok`, { stream: true })) if (types.at(-1) !== event.type) types.push(event.type);
    const expected = ['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop'];
    assert.deepEqual(types, expected);
  });

  test(`a tool is called, answers, and the answer follows (${target})`, async () => {
    const first = await ask(`${target}/ok`, { tools: kTools });
    assert.equal(first.stop_reason, 'tool_use');
    const use = first.content.find((block) => block.type === 'tool_use');
    assert.equal(use.name, 'weather');
    assert.equal(typeof use.input.city, 'string');
    const result = { type: 'tool_result', tool_use_id: use.id, content: 'sunny' };
    const messages = [...kQuestion, { role: 'assistant', content: first.content }, { role: 'user', content: [result] }];
    const second = await ask(`${target}/ok`, { tools: kTools, messages });
    assert.equal(second.stop_reason, 'end_turn');
    assert.ok(textOf(second).includes('sunny'), 'it goes on from what the tool said');
  });

  test(`tool calls come whole through a stream (${target})`, async () => {
    const plain = await ask(`${target}/parallel-tools@2`, { tools: kTools });
    const streamed = await connect().messages.stream(body(`${target}/parallel-tools@2`, { tools: kTools })).finalMessage();
    const calls = (answer) => answer.content.map(({ type, id, name, input }) => ({ type, id, name, input }));
    assert.equal(calls(plain).length, 2);
    assert.deepEqual(calls(streamed), calls(plain));
    assert.equal(streamed.stop_reason, 'tool_use');
  });

  test(`whoever aborts a stream ends the provider's answer (${target})`, async () => {
    const stream = connect().messages.stream(body(`${target}/pace@50`));
    let pieces = 0;
    stream.on('text', () => {
      if (++pieces === 2) stream.abort();
    });
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
    const attempt = await leftAttempt(there);
    assert.equal(attempt.left_early, true);
    assert.ok(attempt.tokens < kTokens, `${attempt.tokens} tokens were written`);
  });
}

test('a request without a stream can be aborted, too', async () => {
  const stop = new AbortController();
  const asked = connect().messages.create(body('anthropic/hang'), { signal: stop.signal });
  await there.provider.attempts((attempts) => attempts.length === 1);
  stop.abort();
  await assert.rejects(asked, Anthropic.APIUserAbortError);
  assert.equal((await leftAttempt(there)).left_early, true);
});

test('errors have the class, status and type that the client knows', async () => {
  const rows = [
    ['nobody', Anthropic.NotFoundError, 404, 'not_found_error'],
    ['anthropic/context-too-long', Anthropic.BadRequestError, 400, 'invalid_request_error'],
    ['anthropic/rate-limit@60', Anthropic.RateLimitError, 429, 'rate_limit_error'],
  ];
  for (const [model, type, status, word] of rows) {
    for (const stream of [false, true]) {
      await assert.rejects(ask(model, { stream }), (error) => {
        assert.ok(error instanceof type, `${model}: ${error}`);
        assert.equal(error.status, status);
        assert.equal(error.error.error.type, word);
        return true;
      });
    }
  }
  await assert.rejects(ask('anthropic/ok', { messages: [] }), Anthropic.BadRequestError);
});

test('a stream that breaks off ends in an error, after what came', async () => {
  let text = '';
  const stream = connect().messages.stream(body('anthropic/error-in-stream@5'));
  stream.on('text', (piece) => (text += piece));
  await assert.rejects(stream.finalMessage(), Anthropic.APIError);
  assert.notEqual(text, '');
});

test('without its key a server answers 401, with it as ever', async () => {
  await withServer(there, {}, async (server) => {
    const key = await server.makeKey('sdk');
    await assert.rejects(connect(server, 'wrong').messages.create(body('anthropic/ok')), Anthropic.AuthenticationError);
    assert.equal((await connect(server, key).messages.create(body('anthropic/ok'))).stop_reason, 'end_turn');
  });
});

test('a budget that is used up refuses the next call', async () => {
  await withServer(there, { ledger: { user_day: 0.000001 } }, async (server) => {
    await assert.rejects(connect(server).messages.create(body('anthropic/ok')), (error) => {
      assert.equal(error.status, 429);
      assert.equal(error.error.error.type, 'rate_limit_error');
      return true;
    });
  });
});

test('the models that may be asked for are listed', async () => {
  const names = [];
  for await (const model of connect().models.list()) names.push(model.id);
  assert.ok(names.includes('openai') && names.includes('anthropic'), String(names));
});

test('a scenario is a model', async () => {
  const stream = connect().messages.stream(body('rondo/sales-zh'));
  let text = '';
  stream.on('text', (piece) => (text += piece));
  const whole = await stream.finalMessage();
  assert.notEqual(text, '');
  assert.equal(textOf(whole), text);
  assert.equal(whole.stop_reason, 'end_turn');
  await assert.rejects(ask('rondo/nowhere'), Anthropic.NotFoundError);
});
