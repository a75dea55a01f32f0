// LangChain's client of OpenAI: https://www.npmjs.com/package/@langchain/openai
import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { echoText, pixel, range, weatherParameters } from './shared.mjs';

const prompt = 'What does a gateway do all day?';

export default function ({ baseURL, apiKey, prefix, model }) {
  const chatWith = (name, fields) => new ChatOpenAI({ model: model(name), apiKey, maxRetries: 0, ...fields, configuration: { baseURL } });
  const chat = chatWith('ok');
  const weather = { type: 'function', function: { name: 'weather', description: 'The weather', parameters: weatherParameters } };
  const fails = (promise, status) => assert.rejects(promise, error => {
    assert.equal(error.status, status, error.stack);
    return true;
  });

  async function gathered(stream) {
    let whole = null;
    for await (const chunk of stream) {
      whole = whole === null ? chunk : whole.concat(chunk);
    }
    return whole;
  }

  return {
    async chat() {
      const answer = await chat.invoke(prompt);
      assert.ok(answer.text.length > 20);
      assert.equal(answer.response_metadata.finish_reason, 'stop');
      assert.ok(answer.usage_metadata.total_tokens > 0);
    },

    async stream_equals_unary() {
      const whole = await chat.invoke(prompt);
      const stream = await gathered(await chat.stream(prompt));
      assert.equal(stream.text, whole.text);
      assert.equal(stream.usage_metadata.total_tokens, whole.usage_metadata.total_tokens);
    },

    async tools() {
      const bound = chat.bindTools([weather]);
      const answer = await bound.invoke(prompt);
      assert.equal(answer.tool_calls[0].name, 'weather');
      const after = await bound.invoke([new HumanMessage(prompt), answer, new ToolMessage({ tool_call_id: answer.tool_calls[0].id, content: 'fine' })]);
      assert.equal(after.response_metadata.finish_reason, 'stop');
    },

    async tools_streamed() {
      const bound = chat.bindTools([weather]);
      const whole = await bound.invoke(prompt);
      const stream = await gathered(await bound.stream(prompt));
      assert.deepEqual(stream.tool_calls.map(call => call.args), whole.tool_calls.map(call => call.args));
    },

    async structured_output() {
      const schema = z.object({ city: z.string(), days: z.array(z.number()) });
      const answer = await chat.withStructuredOutput(schema, { method: 'jsonSchema', name: 'weather' }).invoke(prompt);
      assert.ok(schema.safeParse(answer).success);
    },

    async vision() {
      const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } }];
      assert.ok((await chat.invoke([new HumanMessage({ content })])).text.length > 20);
    },

    async embeddings() {
      const embeddings = new OpenAIEmbeddings({ model: model('ok'), apiKey, maxRetries: 0, configuration: { baseURL } });
      assert.deepEqual((await embeddings.embedDocuments(['north', 'south'])).map(one => one.length), [1536, 1536]);
      assert.equal((await embeddings.embedQuery('west')).length, 1536);
    },

    async responses() {
      const responses = chatWith('ok', { useResponsesApi: true });
      const whole = await responses.invoke(prompt);
      assert.ok(whole.text.length > 20);
      assert.equal((await gathered(await responses.stream(prompt))).text, whole.text);
    },

    error_400: () => fails(chatWith('ok', { temperature: 5 }).invoke(prompt), 400),
    context_overflow: () => assert.rejects(chatWith('context-length').invoke(prompt), { name: 'ContextOverflowError' }),
    error_401: () => fails(chatWith('ok', { apiKey: 'not-a-key-of-anybody' }).invoke(prompt), 401),
    error_404: () => fails(chatWith('nothing-like-it').invoke(prompt), 404),
    error_429: () => fails(chatWith('rate-limit').invoke(prompt), 429),
    error_500: () => fails(chatWith('error-500').invoke(prompt), 500),

    async abort_in_mid_stream() {
      const stop = new AbortController();
      const stream = await chatWith('stall-stream', { user: `abort langchain ${prefix}` }).stream(prompt, { signal: stop.signal });
      await assert.rejects(async () => {
        for await (const chunk of stream) {
          if (chunk.text) {
            stop.abort();
          }
        }
      });
    },

    async streams_200_at_once() {
      await Promise.all(range(200).map(async n => {
        assert.equal((await gathered(await chat.stream(`echo: ${echoText(n)}`))).text, echoText(n));
      }));
    },
  };
}
