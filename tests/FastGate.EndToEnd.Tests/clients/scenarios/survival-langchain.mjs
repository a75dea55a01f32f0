// Streams that break behind the gateway, read with https://www.npmjs.com/package/@langchain/openai.
import assert from 'node:assert/strict';
import { ChatOpenAI } from '@langchain/openai';
import { surviving, weatherParameters } from './shared.mjs';

const prompt = 'What does a gateway do all day?';

export default function ({ baseURL, apiKey }) {
  const chat = model => new ChatOpenAI({ model, apiKey, maxRetries: 0, configuration: { baseURL } });
  const weather = { type: 'function', function: { name: 'weather', description: 'The weather', parameters: weatherParameters } };

  async function gathered(stream) {
    let whole = null;
    for await (const chunk of stream) {
      whole = whole === null ? chunk : whole.concat(chunk);
    }
    return whole;
  }

  const scenarios = {};
  for (const route of surviving) {
    scenarios[`chat ${route}`] = async () => {
      const stream = await gathered(await chat(route).stream(prompt));
      assert.equal(stream.text, (await chat('whole').invoke(prompt)).text);
      assert.equal(stream.response_metadata.finish_reason, 'stop');
      assert.ok(stream.usage_metadata.total_tokens > 0);
    };
  }

  Object.assign(scenarios, {
    async 'tools across a failover'() {
      const stream = await gathered(await chat('late').bindTools([weather]).stream(prompt));
      const whole = await chat('whole').bindTools([weather]).invoke(prompt);
      assert.deepEqual(stream.tool_calls.map(call => call.args), whole.tool_calls.map(call => call.args));
    },

    async 'interruption is an exception'() {
      for (const model of ['alone', 'off']) {
        await assert.rejects(async () => gathered(await chat(model).stream(prompt)));
      }
    },
  });
  return scenarios;
}
