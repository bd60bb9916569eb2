/**
 * The CPU time in which each function is imported, beside its floor: a bundle of the clients and middleware that the function
 * imports, and nothing else. Both are bundled as `serverless package` does it. Each time is the least of several processes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const repetitions = 7;

/** What every function has beside its clients. */
const middleware = [
  "export { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';",
  "export { default as middy } from '@middy/core';",
  "export { Logger } from '@aws-lambda-powertools/logger';",
  "export { Metrics } from '@aws-lambda-powertools/metrics';",
  "export * as z from 'zod';",
];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  try {
    const names = readdirSync(join(root, 'functions')).map((file) => file.replace(/\.ts$/, ''));
    const options = readOptions(folder);
    const entryPoints = names.map((name) => ({ in: `functions/${name}.ts`, out: name }));
    const { metafile } = await build({ ...options, entryPoints });
    console.log('function                      clients  own ms  floor ms  ratio');
    for (const name of names) {
      const clients = findClients(metafile, `${name}.mjs`);
      await buildFloor(clients, { ...options, outfile: join(folder, `${name}-floor.mjs`) });
      report(name, clients.length, folder);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readOptions(outdir: string): BuildOptions & { readonly metafile: true } {
  const { custom } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'error' });
  return { ...custom.esbuild, absWorkingDir: root, outdir, metafile: true, logLevel: 'error' };
}

/** `DynamoDBClient from @aws-sdk/client-dynamodb`: the clients in a bundle. Commands alone need no client. */
function findClients({ outputs }: Metafile, bundle: string): readonly string[] {
  const [, output] = Object.entries(outputs).find(([file]) => file.endsWith(`/${bundle}`)) ?? [];
  return Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => {
    const [, name, client] = /(@aws-sdk\/client-[\w-]+)\/.*\/(\w+Client)\.js$/.exec(file) ?? [];
    return bytesInOutput > 0 && client !== undefined ? [`export { ${client} } from '${name}';`] : [];
  });
}

async function buildFloor(
  clients: readonly string[],
  { outdir: _, ...options }: BuildOptions,
): Promise<void> {
  const contents = [...clients, ...middleware].join('\n');
  await build({ ...options, stdin: { contents, resolveDir: root, loader: 'ts' } });
}

function report(name: string, clients: number, folder: string): void {
  const modules = ['data:text/javascript,', join(folder, `${name}.mjs`), join(folder, `${name}-floor.mjs`)];
  const times = modules.map((): number[] => []);
  for (let count = 0; count < repetitions; count += 1)
    modules.forEach((module, index) => void times[index]?.push(measureProcess(module)));
  const [start = 0, whole = 0, wholeFloor = 0] = times.map((each) => Math.min(...each));
  const [least, leastFloor] = [whole - start, wholeFloor - start];
  const figures = [
    String(clients).padStart(7),
    least.toFixed(0).padStart(6),
    leastFloor.toFixed(0).padStart(8),
  ];
  console.log(`${name.padEnd(28)}  ${figures.join('  ')}  ${(least / leastFloor).toFixed(2).padStart(5)}`);
}

/** The milliseconds of CPU time of a new process that imports the module, without a compile cache. */
function measureProcess(module: string): number {
  const program = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);';
  const env = { PATH: process.env.PATH, AWS_REGION: 'us-east-1', NODE_DISABLE_COMPILE_CACHE: '1' };
  return Number(
    execFileSync(process.execPath, ['--import', module, '--input-type=module', '--eval', program], { env }),
  );
}

await main();
