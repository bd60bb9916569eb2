import { expect, test } from '@jest/globals';
import { startServer } from './server-process.ts';

/** A program of this Node that gets its port as an argument. */
const program = (code: string) => ({
  name: 'the server',
  file: process.execPath,
  argumentsFor: (port: number) => ['-e', code, String(port)],
  probe: '/',
});

const answering = 'require("node:http").createServer((_, answer) => answer.end()).listen(process.argv[1])';

test('ends the process when the server is stopped', async () => {
  const { endpoint, stop } = await startServer(program(answering));
  const { status } = await fetch(endpoint);

  await stop();

  expect(status).toBe(200);
  await expect(fetch(endpoint)).rejects.toThrow();
});

test('rejects with what the server printed when it ends before it answers', async () => {
  const starting = startServer(program('console.error("no memory left"); process.exit(3)'));

  await expect(starting).rejects.toThrow(
    /^the server did not start: it ended with 3\n(.*\n)*no memory left/m,
  );
});

test('rejects when the program does not exist', async () => {
  const starting = startServer({ ...program(''), file: '/no/such/program' });

  await expect(starting).rejects.toThrow(/the server did not start: .*ENOENT/);
});
