// What the scenarios of several libraries ask with.
import { randomBytes } from 'node:crypto';

export const question = [{ role: 'user', content: 'What does a gateway do all day?' }];

// 1x1 pixel.
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const weatherParameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
};

/** Base64 of this many random bytes. */
export const noise = bytes => randomBytes(bytes).toString('base64');

/** A text that is exact when it comes back, for the provider's "echo: ". Every one differs, and it does not all fit one read. */
export const echoText = n => `stream ${n} says ${Array.from({ length: 40 }, (_, i) => `${n}.${i}`).join(' ')} änd €nds`;

export const range = n => Array.from({ length: n }, (_, i) => i);

/** The routes of the gateway whose streams break and are whole all the same; SurvivingClientTests configures them. */
export const surviving = ['cut', 'stall', 'no-done', 'malformed', 'sliced', 'refusing', 'restarting', 'twice', 'hedged'];

/** The same for streams of the Responses API, which are not whole without their last event. */
export const survivingResponses = surviving.filter(route => route !== 'no-done');
