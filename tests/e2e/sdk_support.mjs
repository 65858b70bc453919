// What the tests of both SDKs share: a server over a mock provider, whose model names choose what happens.
import { after, before } from 'node:test';
import { Provider, Server } from './server.mjs';

export const kTokens = 64;

/** Settings whose targets `openai` and `anthropic` lead to the provider; `openai/cut@5` asks it for that fault. */
function settings(provider, more) {
  const targets = {
    openai: { kind: 'openai', base_url: `${provider.url}/v1`, embeddings: true },
    anthropic: { kind: 'anthropic', base_url: provider.url },
  };
  return { llm: { targets, gateway: { backoff_ms: 5 } }, ...more };
}

/** The provider and the server of a file's tests, there while they run. */
export function stage() {
  const there = {};
  before(async () => {
    there.provider = await Provider.create('--tokens', String(kTokens));
    there.server = await Server.create({ settings: settings(there.provider) });
  });
  after(async () => {
    await there.server?.dispose();
    await there.provider?.dispose();
  });
  return there;
}

/** Another server over the same provider, gone after `body`. */
export async function withServer(there, more, body) {
  const server = await Server.create({ settings: settings(there.provider, more) });
  try {
    return await body(server);
  } finally {
    await server.dispose();
  }
}

/** The attempt that was left by its caller, once the provider has noticed. */
export async function leftAttempt(there) {
  const [attempt] = await there.provider.attempts((attempts) => attempts.length === 1 && attempts[0].ended);
  return attempt;
}

export const kWeather = {
  name: 'weather',
  description: 'The weather of a city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
};
