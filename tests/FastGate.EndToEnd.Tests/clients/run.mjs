// Runs the scenarios of one client library against one base URL and prints a JSON line for each:
//   node run.mjs LIBRARY BASE_URL [SCENARIO...]
// The key comes from CLIENT_KEY. MODEL_PREFIX is what stands before a model's name ("mock/" through the gateway, nothing on the provider itself).
import process from 'node:process';

const [library, baseURL, ...names] = process.argv.slice(2);
const { default: scenariosOf } = await import(`./scenarios/${library}.mjs`);
const prefix = process.env.MODEL_PREFIX ?? '';
const scenarios = scenariosOf({ baseURL, apiKey: process.env.CLIENT_KEY, prefix, model: name => prefix + name, throughGateway: prefix !== '' });

for (const name of names.length > 0 ? names : Object.keys(scenarios)) {
  let error = null;
  try {
    await scenarios[name]();
  } catch (e) {
    error = `${e?.stack ?? e}${e?.cause ? `\ncaused by ${e.cause.stack ?? e.cause}` : ''}`;
  }
  console.log(JSON.stringify({ scenario: name, error }));
}
