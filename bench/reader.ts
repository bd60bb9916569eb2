/**
 * Measures how long a reader takes to answer from memory, and how often it polls AppConfig in an hour of calls. Exits
 * with 1 if an answer takes 100 microseconds or more, or if the reader polls more often than the interval allows.
 */
import type { AppConfigDataClient } from '@aws-sdk/client-appconfigdata';
import * as z from 'zod';
import { createConfigurationReader } from '../shared/secrets/reader/index.ts';

const answers = 200_000;
const hour = 3_600_000;
const pollSeconds = 60;
const mostMicroseconds = 100;

let asked = 0;
/** Answers as AppConfig does. The configuration does not change after the first answer. */
const client = {
  send: async ({ constructor: { name } }: object) => {
    asked += 1;
    if (name === 'StartConfigurationSessionCommand') return { InitialConfigurationToken: 'first' };
    const text = asked === 2 ? JSON.stringify({ username: 'shop', password: 'x'.repeat(32) }) : '';
    return {
      NextPollConfigurationToken: `token-${asked}`,
      NextPollIntervalInSeconds: pollSeconds,
      Configuration: new TextEncoder().encode(text),
    };
  },
} as unknown as AppConfigDataClient;

let now = 0;
const reader = createConfigurationReader({
  client,
  application: 'shop',
  environment: 'production',
  profile: 'database',
  schema: z.object({ username: z.string(), password: z.string() }),
  clock: { now: () => now, sleep: async () => {} },
});

await reader.get();
const begun = performance.now();
for (let answer = 0; answer < answers; answer += 1) {
  now += hour / answers;
  await reader.get();
}
const microseconds = ((performance.now() - begun) * 1_000) / answers;
const questions = asked - 2;
const most = hour / (pollSeconds * 1_000);
console.log(
  `${answers} answers in an hour: ${microseconds.toFixed(2)} microseconds each, ${questions} questions to AppConfig, ` +
    `where its interval of ${pollSeconds} seconds allows ${most}`,
);
process.exitCode = microseconds < mostMicroseconds && questions <= most ? 0 : 1;
