// The official client of OpenAI: https://www.npmjs.com/package/openai
import assert from 'node:assert/strict';
import OpenAI, { toFile } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { echoText, noise, pixel, question, range, weatherParameters } from './shared.mjs';

const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather', parameters: weatherParameters, strict: true } }];

export default function ({ baseURL, apiKey, prefix, model, throughGateway }) {
  const clientWith = options => new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000, ...options });
  const client = clientWith({});
  const chat = (body, options) => client.chat.completions.create({ model: model('ok'), messages: question, ...body }, options);
  const fails = async (promise, type, check) => {
    await assert.rejects(promise, error => {
      assert.ok(error instanceof type, `${error.constructor.name} is not ${type.name}: ${error.message}`);
      check?.(error);
      return true;
    });
  };

  async function textOf(stream) {
    let text = '';
    let finish = null;
    let usage = null;
    for await (const chunk of stream) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      text += chunk.choices[0]?.delta?.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    return { text, finish, usage };
  }

  const scenarios = {
    async chat() {
      const answer = await chat();
      assert.equal(answer.object, 'chat.completion');
      assert.equal(answer.choices[0].finish_reason, 'stop');
      assert.ok(answer.choices[0].message.content.length > 20);
      assert.ok(answer.usage.total_tokens > 0);
      assert.ok(answer._request_id);
    },

    async stream_equals_unary() {
      const whole = await chat();
      const { text, finish, usage } = await textOf(await chat({ stream: true }));
      assert.equal(text, whole.choices[0].message.content);
      assert.equal(finish, 'stop');
      assert.equal(usage, null);
    },

    async stream_with_usage() {
      const whole = await chat();
      const { text, usage } = await textOf(await chat({ stream: true, stream_options: { include_usage: true } }));
      assert.equal(text, whole.choices[0].message.content);
      assert.deepEqual(usage, whole.usage);
    },

    async stream_helper() {
      const whole = await chat();
      const runner = client.chat.completions.stream({ model: model('ok'), messages: question });
      assert.equal(await runner.finalContent(), whole.choices[0].message.content);
    },

    async several_choices() {
      const answer = await chat({ n: 3 });
      assert.deepEqual(answer.choices.map(choice => choice.index), [0, 1, 2]);
    },

    async tools() {
      const first = await chat({ tools, parallel_tool_calls: false });
      assert.equal(first.choices[0].finish_reason, 'tool_calls');
      const [call] = first.choices[0].message.tool_calls;
      assert.equal(call.function.name, 'weather');
      assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
      const second = await chat({
        tools,
        messages: [...question, first.choices[0].message, { role: 'tool', tool_call_id: call.id, content: '{"sky":"blue"}' }],
      });
      assert.equal(second.choices[0].finish_reason, 'stop');
    },

    async tools_streamed() {
      const whole = await chat({ tools, metadata: { mock_tool_calls: '2' } });
      const calls = [];
      let finish;
      for await (const chunk of await chat({ tools, metadata: { mock_tool_calls: '2' }, stream: true })) {
        for (const delta of chunk.choices[0]?.delta?.tool_calls ?? []) {
          const call = calls[delta.index] ??= { name: '', arguments: '' };
          call.name += delta.function?.name ?? '';
          call.arguments += delta.function?.arguments ?? '';
        }
        finish = chunk.choices[0]?.finish_reason ?? finish;
      }
      assert.equal(finish, 'tool_calls');
      assert.deepEqual(calls, whole.choices[0].message.tool_calls.map(call => ({ name: call.function.name, arguments: call.function.arguments })));
    },

    async structured_output() {
      const Weather = z.object({ city: z.string(), degrees: z.number(), days: z.array(z.enum(['sun', 'rain'])) });
      const answer = await client.chat.completions.parse({ model: model('ok'), messages: question, response_format: zodResponseFormat(Weather, 'weather') });
      assert.ok(Weather.safeParse(answer.choices[0].message.parsed).success);
    },

    async vision() {
      const answer = await chat({
        messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}`, detail: 'low' } }] }],
      });
      assert.equal(answer.choices[0].finish_reason, 'stop');
    },

    async vision_of_8_megabytes() {
      const answer = await chat({
        messages: [{ role: 'user', content: [{ type: 'text', text: 'echo: seen' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${noise(6 << 20)}` } }] }],
      });
      assert.equal(answer.choices[0].message.content, 'seen');
    },

    async chunked_upload() {
      const chunking = clientWith({
        fetch: (url, init) => fetch(url, {
          ...init,
          duplex: 'half',
          body: new ReadableStream({
            start(controller) {
              const bytes = new TextEncoder().encode(init.body);
              for (let at = 0; at < bytes.length; at += 10_007) {
                controller.enqueue(bytes.subarray(at, at + 10_007));
              }
              controller.close();
            },
          }),
          // Undici refuses a stream that brings its own length.
          headers: Object.fromEntries([...new Headers(init.headers)].filter(([name]) => name !== 'content-length')),
        }),
      });
      const text = noise(1 << 20);
      const answer = await chunking.chat.completions.create({ model: model('ok'), messages: [{ role: 'user', content: `echo: ${text}` }] });
      assert.equal(answer.choices[0].message.content, text);
    },

    async megabytes_come_back() {
      const text = noise(2 << 20);
      const answer = await chat({ messages: [{ role: 'user', content: `echo: ${text}` }] });
      assert.equal(answer.choices[0].message.content, text);
    },

    async legacy_completions() {
      const whole = await client.completions.create({ model: model('ok'), prompt: 'Once upon a time', max_tokens: 40 });
      let text = '';
      for await (const chunk of await client.completions.create({ model: model('ok'), prompt: 'Once upon a time', max_tokens: 40, stream: true })) {
        text += chunk.choices[0]?.text ?? '';
      }
      assert.ok(text.length > 20);
      assert.equal(text, whole.choices[0].text);
    },

    async embeddings() {
      const input = ['north', 'south'];
      // Without a format the client asks for base64 and decodes it.
      const decoded = await client.embeddings.create({ model: model('ok'), input });
      const floats = await client.embeddings.create({ model: model('ok'), input, encoding_format: 'float', dimensions: 1536 });
      assert.equal(decoded.data.length, 2);
      assert.equal(decoded.data[0].embedding.length, 1536);
      for (const i of range(2)) {
        assert.deepEqual(Array.from(decoded.data[i].embedding), floats.data[i].embedding.map(Math.fround));
      }
    },

    async models() {
      const ids = [];
      for await (const one of client.models.list()) {
        ids.push(one.id);
      }
      assert.ok(ids.includes(model('ok')), ids.join());
      assert.ok(ids.includes(model('team/large')), ids.join());
      assert.equal((await client.models.retrieve(model('ok'))).id, model('ok'));
      assert.equal((await client.models.retrieve(model('team/large'))).id, model('team/large'));
      await fails(client.models.retrieve(model('nothing-like-it')), OpenAI.NotFoundError);
    },

    async model_with_a_slash() {
      assert.equal((await chat({ model: model('team/large'), messages: [{ role: 'user', content: 'echo: large' }] })).choices[0].message.content, 'large');
    },

    async responses() {
      const answer = await client.responses.create({ model: model('ok'), input: 'What is it?', instructions: 'Be brief.' });
      assert.equal(answer.status, 'completed');
      assert.ok(answer.output_text.length > 20);
    },

    async responses_streamed() {
      const whole = await client.responses.create({ model: model('ok'), input: 'What is it?' });
      let text = '';
      let completed = null;
      for await (const event of await client.responses.create({ model: model('ok'), input: 'What is it?', stream: true })) {
        text += event.type === 'response.output_text.delta' ? event.delta : '';
        completed = event.type === 'response.completed' ? event.response : completed;
      }
      assert.equal(text, whole.output_text);
      assert.equal(completed.status, 'completed');
    },

    async moderations() {
      const answer = await client.moderations.create({ model: model('ok'), input: ['nothing but violence', 'peace'] });
      assert.deepEqual(answer.results.map(result => result.flagged), [true, false]);
    },

    async transcription() {
      const file = await toFile(Buffer.from(noise(300_000)), 'speech.wav', { type: 'audio/wav' });
      const answer = await client.audio.transcriptions.create({ model: model('ok'), file });
      const again = await client.audio.transcriptions.create({ file, model: model('ok'), response_format: 'text' });
      assert.ok(answer.text.length > 20);
      assert.equal(again.trim(), answer.text);
    },

    async speech() {
      const answer = await client.audio.speech.create({ model: model('ok'), voice: 'alloy', input: 'How do you do', response_format: 'wav' });
      const sound = Buffer.from(await answer.arrayBuffer());
      assert.equal(sound.toString('latin1', 0, 4), 'RIFF');
      assert.equal(sound.length, 44 + sound.readInt32LE(40));
    },

    async error_400() {
      await fails(chat({ temperature: 5 }), OpenAI.BadRequestError, error => {
        assert.equal(error.param, 'temperature');
        assert.equal(error.type, 'invalid_request_error');
      });
      await fails(chat({ model: model('context-length') }), OpenAI.BadRequestError, error => assert.equal(error.code, 'context_length_exceeded'));
    },

    async error_401() {
      const stranger = clientWith({ apiKey: 'not-a-key-of-anybody' });
      await fails(stranger.chat.completions.create({ model: model('ok'), messages: question }), OpenAI.AuthenticationError,
        error => assert.equal(error.code, 'invalid_api_key'));
    },

    async error_404() {
      const check = error => {
        assert.equal(error.code, 'model_not_found');
        assert.equal(error.type, 'invalid_request_error');
      };
      await fails(chat({ model: model('nothing-like-it') }), OpenAI.NotFoundError, check);
      await fails(chat({ model: 'nothing-like-it' }), OpenAI.NotFoundError, check);
      await fails(chat({ model: model('nothing-like-it'), stream: true }), OpenAI.NotFoundError, check);
    },

    async error_429() {
      await fails(chat({ model: model('rate-limit') }), OpenAI.RateLimitError, error => {
        assert.equal(error.code, 'rate_limit_exceeded');
        assert.ok(Number(error.headers.get('retry-after')) >= 1);
      });
    },

    async error_500() {
      await fails(chat({ model: model('error-500') }), OpenAI.InternalServerError, error => assert.equal(error.status, 500));
      await fails(chat({ model: model('error-500'), stream: true }), OpenAI.InternalServerError, error => assert.equal(error.status, 500));
    },

    async retry_of_the_client() {
      const patient = clientWith({ maxRetries: 2 });
      const answer = await patient.chat.completions.create({ model: model('error-500-once'), messages: question });
      assert.equal(answer.choices[0].finish_reason, 'stop');
    },

    // The provider's log is looked at for this one and the next by the test that ran this.
    async abort_in_mid_stream() {
      const stream = await chat({ model: model('stall-stream'), stream: true, user: `abort openai ${prefix}` });
      for await (const chunk of stream) {
        if (chunk.choices[0]?.delta?.content) {
          break;
        }
      }
    },

    async abort_before_the_answer() {
      const stop = new AbortController();
      const pending = chat({ model: model('silent'), user: `abort early openai ${prefix}` }, { signal: stop.signal });
      // Two round trips later the request has surely been sent.
      await chat();
      await chat();
      stop.abort();
      await fails(pending, OpenAI.APIUserAbortError);
    },

    async cut_stream_is_an_error() {
      // Cut in the middle, the answer must not look complete.
      let finish = null;
      await assert.rejects(async () => {
        for await (const chunk of await chat({ model: model('cut-stream'), stream: true })) {
          finish = chunk.choices[0]?.finish_reason ?? finish;
        }
      });
      assert.equal(finish, null);
    },

    async streams_200_at_once() {
      const texts = await Promise.all(range(200).map(async n => {
        const stream = await chat({ stream: true, messages: [{ role: 'user', content: `echo: ${echoText(n)}` }] });
        const { text, finish } = await textOf(stream);
        assert.equal(finish, 'stop');
        return text;
      }));
      for (const n of range(200)) {
        assert.equal(texts[n], echoText(n));
      }
    },
  };

  if (throughGateway) {
    Object.assign(scenarios, {
      async route() {
        const { data, response } = await chat({ model: 'chat' }).withResponse();
        assert.equal(data.choices[0].finish_reason, 'stop');
        assert.equal(response.headers.get('x-fastgate-route'), 'chat');
        assert.equal(response.headers.get('x-fastgate-target'), 'mock/ok');
        assert.ok(response.headers.get('x-request-id'));
        assert.equal((await client.models.retrieve('chat')).id, 'chat');
      },

      async error_413() {
        await fails(chat({ messages: [{ role: 'user', content: noise(15 << 20) }] }), OpenAI.APIError, error => {
          assert.equal(error.status, 413, error.stack);
          assert.equal(error.code, 'request_too_large');
        });
      },
    });
  }

  return scenarios;
}
