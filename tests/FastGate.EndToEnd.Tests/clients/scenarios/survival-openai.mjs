// Streams that break behind the gateway, read with https://www.npmjs.com/package/openai: the client notices nothing, or gets an exception.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { losing } from './resuming.mjs';
import { question, surviving, survivingResponses, weatherParameters } from './shared.mjs';

export default function ({ baseURL, apiKey }) {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
  const chat = body => client.chat.completions.create({ model: 'whole', messages: question, ...body });
  const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather', parameters: weatherParameters, strict: true } }];

  async function read(stream) {
    const read = { text: '', finish: null, usage: null, arguments: '', ids: new Set() };
    for await (const chunk of stream) {
      read.ids.add(chunk.id);
      read.text += chunk.choices[0]?.delta?.content ?? '';
      read.arguments += chunk.choices[0]?.delta?.tool_calls?.[0]?.function?.arguments ?? '';
      read.finish = chunk.choices[0]?.finish_reason ?? read.finish;
      read.usage = chunk.usage ?? read.usage;
    }
    return read;
  }

  async function resumed(model, again) {
    const whole = await chat();
    const connection = losing({ events: 3, again });
    const losingClient = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000, fetch: connection.fetch });
    const stream = await read(await losingClient.chat.completions.create(
      { model, messages: question, stream: true, metadata: { mock_token_interval_ms: '5' } }));
    assert.equal(stream.text, whole.choices[0].message.content);
    assert.equal(stream.finish, 'stop');
    assert.equal(stream.ids.size, 1);
    assert.ok(connection.seen.connections > 2, `${connection.seen.connections} connections`);
    const token = connection.seen.ids[0].split(':')[0];
    assert.deepEqual(connection.seen.ids, connection.seen.ids.map((_, i) => `${token}:${i + 1}`));
  }

  const scenarios = {};
  for (const route of surviving) {
    scenarios[`chat ${route}`] = async () => {
      const whole = await chat();
      const stream = await read(await chat({ model: route, stream: true }));
      assert.equal(stream.text, whole.choices[0].message.content);
      assert.equal(stream.finish, 'stop');
      assert.equal(stream.ids.size, 1);
    };
    scenarios[`usage ${route}`] = async () => {
      const whole = await chat();
      const { text, usage } = await read(await chat({ model: route, stream: true, stream_options: { include_usage: true } }));
      assert.equal(text, whole.choices[0].message.content);
      assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
      assert.ok(usage.completion_tokens >= whole.usage.completion_tokens / 2, JSON.stringify(usage));
    };
    scenarios[`helper ${route}`] = async () => {
      const whole = await chat();
      const runner = client.chat.completions.stream({ model: route, messages: question });
      assert.equal(await runner.finalContent(), whole.choices[0].message.content);
    };
    scenarios[`completion ${route}`] = async () => {
      const prompt = 'Once upon a time';
      const whole = await client.completions.create({ model: 'whole', prompt, max_tokens: 100 });
      let text = '';
      for await (const chunk of await client.completions.create({ model: route, prompt, max_tokens: 100, stream: true })) {
        text += chunk.choices[0]?.text ?? '';
      }
      assert.equal(text, whole.choices[0].text);
    };
    // Structured output may only be continued where the other provider repeats what was delivered, octet for octet.
    scenarios[`structured ${route}`] = async () => {
      const Weather = z.object({ city: z.string(), days: z.array(z.enum(['sun', 'rain'])) });
      const runner = client.chat.completions.stream({ model: route, messages: question, response_format: zodResponseFormat(Weather, 'weather') });
      const { parsed } = (await runner.finalChatCompletion()).choices[0].message;
      assert.ok(Weather.safeParse(parsed).success, JSON.stringify(parsed));
    };
  }

  for (const route of survivingResponses) {
    // The helper puts the response together from its events, and would throw where one does not belong; the last event tells the whole once more.
    scenarios[`responses ${route}`] = async () => {
      const whole = await client.responses.create({ model: 'whole', input: 'What is it?' });
      let text = '';
      const stream = client.responses.stream({ model: route, input: 'What is it?' });
      stream.on('response.output_text.delta', event => { text += event.delta; });
      const response = await stream.finalResponse();
      assert.equal(text, whole.output_text);
      assert.equal(response.output_text, whole.output_text);
      assert.equal(response.status, 'completed');
      assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
    };
  }

  Object.assign(scenarios, {
    async 'cut after any number of events'() {
      const whole = await chat();
      const events = whole.usage.completion_tokens + 1;
      await Promise.all(Array.from({ length: events }, async (_, n) => {
        for (const end of ['fin', 'rst', 'end']) {
          const stream = await read(await chat({ model: 'cut', stream: true, metadata: { mock_cut_after: `${n + 1}`, mock_end: end } }));
          assert.equal(stream.text, whole.choices[0].message.content);
          assert.equal(stream.finish, 'stop');
        }
      }));
    },

    // The client's own connection is lost over and over; its library reads one stream. So too where the provider's breaks meanwhile.
    async 'resumed by its token'() {
      await resumed('whole', false);
      await resumed('cut', false);
    },

    async 'resumed by the request once more'() {
      await resumed('whole', true);
      await resumed('cut', true);
    },

    async 'tools across a failover'() {
      const whole = await chat({ tools });
      const stream = await read(await chat({ model: 'late', tools, stream: true }));
      assert.equal(stream.arguments, whole.choices[0].message.tool_calls[0].function.arguments);
      assert.equal(stream.finish, 'tool_calls');
    },

    // Half a tool call is never handed over as a whole one.
    async 'tool call cut in its arguments'() {
      const whole = (await chat({ tools })).choices[0].message.tool_calls[0].function.arguments;
      let got = null;
      try {
        got = await read(await chat({ model: 'cut', tools, stream: true }));
      } catch (error) {
        assert.ok(error instanceof Error);
        return;
      }
      assert.equal(got.arguments, whole);
      assert.equal(got.finish, 'tool_calls');
    },

    async 'interruption is an exception'() {
      for (const model of ['alone', 'off']) {
        let finish = null;
        let text = '';
        await assert.rejects(async () => {
          for await (const chunk of await chat({ model, stream: true })) {
            finish = chunk.choices[0]?.finish_reason ?? finish;
            text += chunk.choices[0]?.delta?.content ?? '';
          }
        }, error => error instanceof OpenAI.APIError && error.code === 'stream_interrupted');
        assert.equal(finish, null);
        assert.ok(text.length > 0);
      }
    },

    async 'interruption of responses is no answer'() {
      let completed = false;
      let told = false;
      await assert.rejects(async () => {
        for await (const event of await client.responses.create({ model: 'off', input: 'What is it?', stream: true })) {
          completed ||= event.type === 'response.completed';
          told ||= event.type === 'error' || event.type === 'response.failed';
        }
        // A library that takes the event for an ordinary one ends its loop: what it was told is what counts then.
        if (told) {
          throw new Error('told');
        }
      });
      assert.equal(completed, false);
    },
  });
  return scenarios;
}
