import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { type ServerProgram, startServer } from '../fixtures/servers/server-process.ts';

/** A program of this Node that gets its port as an argument. */
const program = (code: string): ServerProgram => ({
  name: 'the server',
  file: process.execPath,
  argumentsFor: (port) => ['-e', code, String(port)],
  announces: /port (\d+)/,
});

const answering = `const server = require("node:http").createServer((_, answer) => answer.end());
  server.listen(process.argv[1], "127.0.0.1", () => console.error("port", server.address().port))`;

const portTaken = 'console.error("BindException: Address already in use"); setInterval(() => {}, 1_000)';

test('ends the process when the server is stopped', async () => {
  const { endpoint, stop } = await startServer(program(answering));
  const { status } = await fetch(endpoint);

  await stop();

  expect(status).toBe(200);
  await expect(fetch(endpoint)).rejects.toThrow();
});

test('reads the port from what the server prints when the server chooses it', async () => {
  const ports: number[] = [];
  const { endpoint, stop } = await startServer({
    ...program(answering),
    choosesPort: true,
    argumentsFor: (port) => {
      ports.push(port);
      return ['-e', answering, String(port)];
    },
  });
  const { status } = await fetch(endpoint);
  await stop();

  expect(status).toBe(200);
  expect(ports).toEqual([0]);
});

test('starts the server on another port when its port was taken meanwhile', async () => {
  const ports: number[] = [];
  const { endpoint, stop } = await startServer({
    ...program(answering),
    argumentsFor: (port) => {
      ports.push(port);
      return ['-e', ports.length === 1 ? portTaken : answering, String(port)];
    },
  });
  await stop();

  expect(ports).toHaveLength(2);
  expect(endpoint).toBe(`http://127.0.0.1:${ports[1]}`);
});

test('rejects after five starts when each port was taken meanwhile', async () => {
  let starts = 0;
  const starting = startServer({
    ...program(portTaken),
    argumentsFor: () => {
      starts += 1;
      return ['-e', portTaken];
    },
  });

  await expect(starting).rejects.toThrow(/^the server: BindException: Address already in use/);
  expect(starts).toBe(5);
});

test('rejects with what the server printed when it ends before it listens', async () => {
  const starting = startServer(program('console.error("no memory left"); process.exit(3)'));

  await expect(starting).rejects.toThrow(
    /^the server did not start: it ended with 3\n(.*\n)*no memory left/m,
  );
});

test('rejects when the program does not exist', async () => {
  const starting = startServer({ ...program(''), file: '/no/such/program' });

  await expect(starting).rejects.toThrow(/the server did not start: .*ENOENT/);
});

test('ends the server when the process that started it is killed', async () => {
  const server = JSON.stringify({ name: 'the server', file: process.execPath, code: answering });
  const owner = spawn(process.execPath, ['--input-type=module', '-e', ownerCode, server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await once(owner.stdout, 'data');
  const endpoint = new URL(String(printed).trim());
  const connection = connect(Number(endpoint.port), '127.0.0.1');
  await once(connection, 'connect');
  // A killed process resets its connections.
  connection.on('error', () => {});
  const closed = once(connection, 'close');

  owner.kill('SIGKILL');
  await closed;

  await expect(fetch(endpoint)).rejects.toThrow();
});

const ownerCode = `
  const { startServer } = await import(${JSON.stringify(new URL('../fixtures/servers/server-process.ts', import.meta.url).href)});
  const { code, ...program } = JSON.parse(process.argv[1]);
  const argumentsFor = (port) => ['-e', code, String(port)];
  const { endpoint } = await startServer({ ...program, argumentsFor, announces: /port (\\d+)/ });
  console.log(endpoint);
  setInterval(() => {}, 1_000);
`;
