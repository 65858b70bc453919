// The official client of OpenAI against the real server and a mock provider.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import OpenAI from 'openai';
import { kTokens, kWeather, leftAttempt, stage, withServer } from './sdk_support.mjs';

const there = stage();
beforeEach(() => there.provider.forget());

const kQuestion = [{ role: 'user', content: '缓存是怎么工作的？' }];
const kTools = [
  { type: 'function', function: { name: kWeather.name, description: kWeather.description, parameters: kWeather.schema } },
];

function connect(server = there.server, apiKey = 'none') {
  return new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
}
const ask = (model, more = {}) => connect().chat.completions.create({ model, messages: kQuestion, ...more });

/** All text of a stream, and its last chunk. */
async function hear(stream) {
  let text = '';
  let last;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    last = chunk;
  }
  return { text, last };
}

test('a plain answer has its text, finish reason, usage and request id', async () => {
  const answer = await ask('openai/ok');
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, 'openai/ok');
  assert.ok(answer.choices[0].message.content.startsWith('你说的是：缓存'));
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.usage.completion_tokens, kTokens);
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + kTokens);
  assert.ok(answer._request_id);
});

for (const target of ['openai', 'anthropic']) {
  test(`a stream says the same as the plain answer (${target})`, async () => {
    const plain = await ask(`${target}/ok`);
    const { text, last } = await hear(await ask(`${target}/ok`, { stream: true, stream_options: { include_usage: true } }));
    assert.equal(text, plain.choices[0].message.content);
    assert.deepEqual(last.usage, plain.usage);
    const assembled = await connect().chat.completions.stream({ model: `${target}/ok`, messages: kQuestion }).finalChatCompletion();
    assert.equal(assembled.choices[0].message.content, text);
    assert.equal(assembled.choices[0].finish_reason, 'stop');
  });

  test(`a tool is called, answers, and the answer follows (${target})`, async () => {
    const client = connect();
    const model = `${target}/ok`;
    const first = await client.chat.completions.create({ model, messages: kQuestion, tools: kTools });
    const { message, finish_reason } = first.choices[0];
    assert.equal(finish_reason, 'tool_calls');
    assert.equal(message.tool_calls[0].function.name, 'weather');
    assert.equal(typeof JSON.parse(message.tool_calls[0].function.arguments).city, 'string');
    const messages = [...kQuestion, message, { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'sunny' }];
    const second = await client.chat.completions.create({ model, messages, tools: kTools });
    assert.equal(second.choices[0].finish_reason, 'stop');
    assert.ok(second.choices[0].message.content.includes('sunny'), 'it goes on from what the tool said');
  });

  test(`a tool call comes whole through a stream (${target})`, async () => {
    const model = `${target}/parallel-tools@2`;
    const plain = await connect().chat.completions.create({ model, messages: kQuestion, tools: kTools });
    const streamed = await connect().chat.completions.stream({ model, messages: kQuestion, tools: kTools }).finalChatCompletion();
    const calls = (answer) => answer.choices[0].message.tool_calls.map(({ id, function: { name, arguments: args } }) => ({ id, name, args }));
    assert.equal(calls(plain).length, 2);
    assert.deepEqual(calls(streamed), calls(plain));
    assert.equal(streamed.choices[0].finish_reason, 'tool_calls');
  });

  test(`whoever aborts a stream ends the provider's answer (${target})`, async () => {
    const stop = new AbortController();
    const stream = await connect().chat.completions.create(
      { model: `${target}/pace@50`, messages: kQuestion, stream: true },
      { signal: stop.signal },
    );
    let pieces = 0;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content && ++pieces === 2) stop.abort();
    }
    const attempt = await leftAttempt(there);
    assert.equal(attempt.left_early, true);
    assert.ok(attempt.tokens < kTokens, `${attempt.tokens} tokens were written`);
  });
}

test("the client's own loop over tools comes to its end", async () => {
  const called = [];
  const weather = {
    type: 'function',
    function: {
      name: kWeather.name,
      parameters: kWeather.schema,
      parse: JSON.parse,
      function: (args) => {
        called.push(args);
        return 'sunny';
      },
    },
  };
  const runner = connect().chat.completions.runTools({ model: 'openai/ok', messages: kQuestion, tools: [weather] });
  assert.ok((await runner.finalContent()).includes('sunny'));
  assert.equal(called.length, 1);
  assert.equal(typeof called[0].city, 'string');
});

test('a request without a stream can be aborted, too', async () => {
  const stop = new AbortController();
  const asked = connect().chat.completions.create({ model: 'openai/hang', messages: kQuestion }, { signal: stop.signal });
  await there.provider.attempts((attempts) => attempts.length === 1);
  stop.abort();
  await assert.rejects(asked, OpenAI.APIUserAbortError);
  assert.equal((await leftAttempt(there)).left_early, true);
});

test('errors have the class, status and code that the client knows', async () => {
  const rows = [
    ['nobody', OpenAI.NotFoundError, 404, 'MODEL_NOT_FOUND'],
    ['openai/context-too-long', OpenAI.BadRequestError, 400, 'CONTEXT_TOO_LONG'],
    ['openai/rate-limit@60', OpenAI.RateLimitError, 429, 'PROVIDER_OVERLOADED'],
  ];
  for (const [model, type, status, code] of rows) {
    for (const stream of [false, true]) {
      await assert.rejects(ask(model, { stream }), (error) => {
        assert.ok(error instanceof type, `${model}: ${error}`);
        assert.equal(error.status, status);
        assert.equal(error.code, code);
        assert.ok(error.message.length > 4, error.message);
        return true;
      });
    }
  }
  await assert.rejects(connect().chat.completions.create({ model: 'openai/ok', messages: [] }), OpenAI.BadRequestError);
});

test('a stream that breaks off ends in an error, after what came', async () => {
  let text = '';
  await assert.rejects(async () => {
    for await (const chunk of await ask('openai/error-in-stream@5', { stream: true })) text += chunk.choices[0]?.delta.content ?? '';
  }, OpenAI.APIError);
  assert.notEqual(text, '');
});

test('without its key a server answers 401, with it as ever', async () => {
  await withServer(there, {}, async (server) => {
    const key = await server.makeKey('sdk');
    const body = { model: 'openai/ok', messages: kQuestion };
    await assert.rejects(connect(server, 'wrong').chat.completions.create(body), OpenAI.AuthenticationError);
    assert.equal((await connect(server, key).chat.completions.create(body)).choices[0].finish_reason, 'stop');
  });
});

test('a budget that is used up refuses the next call', async () => {
  await withServer(there, { ledger: { user_day: 0.000001 } }, async (server) => {
    await assert.rejects(connect(server).chat.completions.create({ model: 'openai/ok', messages: kQuestion }), (error) => {
      assert.equal(error.status, 429);
      assert.equal(error.code, 'BUDGET_EXHAUSTED');
      assert.equal(error.type, 'insufficient_quota');
      return true;
    });
  });
});

test('the models that may be asked for are listed', async () => {
  const names = [];
  for await (const model of connect().models.list()) names.push(model.id);
  assert.ok(names.includes('openai') && names.includes('anthropic'), String(names));
});

test('texts become vectors, the same whether they travel as numbers or as bytes', async () => {
  const input = ['你好', 'hello', '你好'];
  const embed = (more) => connect().embeddings.create({ model: 'openai/ok', input, ...more });
  const bytes = await embed(); // the client asks for base64 by itself
  const numbers = await embed({ encoding_format: 'float' });
  const vectors = (answer) => answer.data.map(({ embedding }) => embedding);
  assert.deepEqual(vectors(bytes), vectors(numbers));
  assert.deepEqual(vectors(bytes)[0], vectors(bytes)[2]);
  assert.notDeepEqual(vectors(bytes)[0], vectors(bytes)[1]);
  assert.ok(bytes.usage.prompt_tokens > 0);
});

test('a scenario is a model: its turns are those of one session', async () => {
  const sessions = async () => (await there.server.get('sessions')).items;
  const before = (await sessions()).length;
  const said = [{ role: 'user', content: '你好' }];
  const model = 'rondo/sales-zh';
  const first = await connect().chat.completions.create({ model, messages: said });
  assert.notEqual(first.choices[0].message.content, '');
  assert.equal(first.choices[0].finish_reason, 'stop');
  assert.ok(first.usage.completion_tokens > 0);
  said.push(first.choices[0].message, { role: 'user', content: '多少钱？' });
  const { text } = await hear(await connect().chat.completions.create({ model, messages: said, stream: true }));
  const [session, ...others] = await sessions();
  assert.equal(others.length, before, 'one session more');
  assert.equal(session.turns, 2);
  assert.equal((await there.server.stored(session.session_id, 2)).npc.text, text);
});
