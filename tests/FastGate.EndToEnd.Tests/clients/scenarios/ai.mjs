// The AI SDK of Vercel: https://www.npmjs.com/package/ai with https://www.npmjs.com/package/@ai-sdk/openai
import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, embedMany, experimental_transcribe as transcribe, generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { echoText, noise, pixel, range, weatherParameters } from './shared.mjs';

const prompt = 'What does a gateway do all day?';

export default function ({ baseURL, apiKey, prefix, model }) {
  const provider = createOpenAI({ baseURL, apiKey });
  const chat = name => provider.chat(model(name));
  const responses = name => provider.responses(model(name));
  const ask = options => generateText({ model: chat('ok'), prompt, maxRetries: 0, ...options });
  const fails = (promise, status) => assert.rejects(promise, error => {
    assert.ok(APICallError.isInstance(error), error.stack);
    assert.equal(error.statusCode, status);
    return true;
  });

  /** The text of a stream; its error, if it has one, is thrown. */
  async function streamed(options) {
    let failure = null;
    const stream = streamText({ model: chat('ok'), prompt, maxRetries: 0, onError: ({ error }) => { failure = error; }, ...options });
    let text = '';
    for await (const piece of stream.textStream) {
      text += piece;
    }
    if (failure) {
      throw failure;
    }
    return { text, finish: await stream.finishReason, usage: await stream.usage, calls: await stream.toolCalls };
  }

  const tools = { weather: tool({ description: 'The weather', inputSchema: jsonSchema(weatherParameters) }) };

  return {
    async chat() {
      const answer = await ask();
      assert.ok(answer.text.length > 20);
      assert.equal(answer.finishReason, 'stop');
      assert.ok(answer.usage.totalTokens > 0);
    },

    async stream_equals_unary() {
      const whole = await ask();
      const stream = await streamed();
      assert.equal(stream.text, whole.text);
      assert.equal(stream.finish, 'stop');
      assert.equal(stream.usage.totalTokens, whole.usage.totalTokens);
    },

    async tools() {
      const answer = await ask({ tools });
      assert.equal(answer.finishReason, 'tool-calls');
      assert.equal(answer.toolCalls[0].toolName, 'weather');
      assert.equal(typeof answer.toolCalls[0].input.city, 'string');
    },

    async tools_streamed() {
      const whole = await ask({ tools });
      const { calls } = await streamed({ tools });
      assert.deepEqual(calls.map(call => call.input), whole.toolCalls.map(call => call.input));
    },

    async tool_loop() {
      const answer = await ask({ tools: { weather: tool({ ...tools.weather, execute: async ({ city }) => `fine in ${city}` }) }, stopWhen: stepCountIs(3) });
      assert.equal(answer.steps.length, 2);
      assert.equal(answer.finishReason, 'stop');
    },

    async structured_output() {
      const schema = z.object({ city: z.string(), days: z.array(z.number()) });
      const { object } = await generateObject({ model: chat('ok'), prompt, schema, maxRetries: 0 });
      assert.ok(schema.safeParse(object).success);
    },

    async vision() {
      const answer = await ask({
        prompt: undefined,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', image: Buffer.from(pixel, 'base64') }] }],
      });
      assert.equal(answer.finishReason, 'stop');
    },

    async embeddings() {
      const { embeddings } = await embedMany({ model: provider.embedding(model('ok')), values: ['north', 'south'], maxRetries: 0 });
      assert.deepEqual(embeddings.map(one => one.length), [1536, 1536]);
    },

    async responses() {
      const answer = await ask({ model: responses('ok') });
      assert.ok(answer.text.length > 20);
    },

    async responses_streamed() {
      const whole = await ask({ model: responses('ok') });
      const stream = await streamed({ model: responses('ok') });
      assert.equal(stream.text, whole.text);
      assert.equal(stream.finish, 'stop');
    },

    async transcription() {
      const answer = await transcribe({ model: provider.transcription(model('ok')), audio: Buffer.concat([Buffer.from('RIFF0000WAVE'), Buffer.from(noise(50_000))]), maxRetries: 0 });
      assert.ok(answer.text.length > 20);
    },

    error_400: () => fails(ask({ model: chat('context-length') }), 400),
    error_401: () => fails(ask({ model: createOpenAI({ baseURL, apiKey: 'not-a-key-of-anybody' }).chat(model('ok')) }), 401),
    error_404: () => fails(ask({ model: chat('nothing-like-it') }), 404),
    error_429: () => fails(ask({ model: chat('rate-limit') }), 429),
    error_500: () => fails(ask({ model: chat('error-500') }), 500),
    error_500_of_a_stream: () => fails(streamed({ model: chat('error-500') }), 500),

    async abort_in_mid_stream() {
      const stop = new AbortController();
      const stream = streamText({
        model: chat('stall-stream'), prompt, maxRetries: 0, abortSignal: stop.signal, onError() {}, providerOptions: { openai: { user: `abort ai ${prefix}` } },
      });
      for await (const piece of stream.fullStream) {
        if (piece.type === 'text-delta') {
          stop.abort();
        }
      }
    },

    async streams_200_at_once() {
      await Promise.all(range(200).map(async n => {
        const { text } = await streamed({ prompt: `echo: ${echoText(n)}` });
        assert.equal(text, echoText(n));
      }));
    },
  };
}
