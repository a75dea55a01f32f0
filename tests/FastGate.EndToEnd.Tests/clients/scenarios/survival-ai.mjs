// Streams that break behind the gateway, read with https://www.npmjs.com/package/ai and https://www.npmjs.com/package/@ai-sdk/openai.
import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, streamObject, streamText, tool } from 'ai';
import { z } from 'zod';
import { surviving, survivingResponses, weatherParameters } from './shared.mjs';

const prompt = 'What does a gateway do all day?';

export default function ({ baseURL, apiKey }) {
  const provider = createOpenAI({ baseURL, apiKey });
  const whole = options => generateText({ model: provider.chat('whole'), prompt, maxRetries: 0, ...options });
  const tools = { weather: tool({ description: 'The weather', inputSchema: jsonSchema(weatherParameters) }) };

  /** The text of a stream; its error, if it has one, is thrown. */
  async function streamed(model, options) {
    let failure = null;
    const stream = streamText({ model, prompt, maxRetries: 0, onError: ({ error }) => { failure = error; }, ...options });
    let text = '';
    for await (const piece of stream.textStream) {
      text += piece;
    }
    if (failure) {
      throw failure;
    }
    return { text, finish: await stream.finishReason, usage: await stream.usage, calls: await stream.toolCalls };
  }

  const scenarios = {};
  for (const route of surviving) {
    scenarios[`chat ${route}`] = async () => {
      const stream = await streamed(provider.chat(route));
      assert.equal(stream.text, (await whole()).text);
      assert.equal(stream.finish, 'stop');
      assert.ok(stream.usage.totalTokens > 0);
    };
    scenarios[`object ${route}`] = async () => {
      const schema = z.object({ city: z.string(), days: z.array(z.number()) });
      let failure = null;
      const stream = streamObject({ model: provider.chat(route), prompt, schema, maxRetries: 0, onError: ({ error }) => { failure = error; } });
      for await (const partial of stream.partialObjectStream) {
        assert.equal(typeof partial, 'object');
      }
      assert.equal(failure, null);
      assert.ok(schema.safeParse(await stream.object).success);
    };
  }

  for (const route of survivingResponses) {
    scenarios[`responses ${route}`] = async () => {
      const stream = await streamed(provider.responses(route));
      assert.equal(stream.text, (await whole({ model: provider.responses('whole') })).text);
      assert.equal(stream.finish, 'stop');
    };
  }

  Object.assign(scenarios, {
    async 'tools across a failover'() {
      const { calls } = await streamed(provider.chat('late'), { tools });
      assert.deepEqual(calls.map(call => call.input), (await whole({ tools })).toolCalls.map(call => call.input));
    },

    async 'interruption is an error'() {
      for (const name of ['alone', 'off']) {
        await assert.rejects(streamed(provider.chat(name)));
      }
    },

    async 'interruption of responses is an error'() {
      await assert.rejects(streamed(provider.responses('off')));
    },
  });
  return scenarios;
}
