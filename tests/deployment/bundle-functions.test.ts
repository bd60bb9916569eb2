import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { root } from '../fixtures/deployment/deployment.ts';

interface DeployedFunction {
  readonly handler: string;
  readonly package?: { readonly artifact: string };
}

interface Plugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
}

const BundleFunctions: new (serverless: object) => Plugin = createRequire(import.meta.url)(
  `${root}infrastructure/bundle-functions.cjs`,
);

const sources = {
  'shared/greeting.ts': 'export const greet = (name: string): string => `Hello ${name}`;\n',
  'functions/plan.ts':
    "import { greet } from '../shared/greeting.ts';\nexport const handler = () => greet('plan');\n",
  'functions/update.ts':
    "import { greet } from '../shared/greeting.ts';\nexport const handler = () => greet('update');\n",
};

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** A project with these sources, whose files were last changed at `changedAt`. */
async function createProject(changedAt: Date): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'account-onboarding-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(sources)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await utimes(file, changedAt, changedAt);
  }
  return folder;
}

/** Packages the project, as the Serverless Framework lets the plugin do it. */
async function packageProject(serviceDir: string) {
  const functions: Readonly<Record<string, DeployedFunction>> = {
    plan: { handler: 'functions/plan.handler' },
    'update-log': { handler: 'functions/update.handler' },
    'update-shared': { handler: 'functions/update.handler' },
  };
  const esbuild = { bundle: true, format: 'esm', outExtension: { '.js': '.mjs' }, sourcemap: 'linked' };
  const { hooks } = new BundleFunctions({ serviceDir, service: { functions, custom: { esbuild } } });
  await hooks['before:package:createDeploymentArtifacts']?.();
  return Object.fromEntries(
    Object.entries(functions).map(([name, { package: made }]) => [name, made?.artifact]),
  );
}

const readArchives = async (folder: string) => {
  const names = (await readdir(join(folder, '.serverless'))).sort();
  const contents = await Promise.all(
    names.map((name) => readFile(join(folder, '.serverless', name), 'base64')),
  );
  return Object.fromEntries(names.map((name, index) => [name, contents[index]]));
};

/** The extended timestamp of a file in a ZIP archive, if it is the start of 1970 (PKWARE's APPNOTE, extra field 0x5455). */
const timestamp1970 = Buffer.from('555405000300000000', 'hex');

describe('archives of functions', () => {
  test('makes byte-identical archives when only file times and the folder differ', async () => {
    const projects = [
      await createProject(new Date('2026-01-02T03:04:05Z')),
      await createProject(new Date('2026-06-07T08:09:10Z')),
    ];
    for (const project of projects) await packageProject(project);
    const [first = {}, second] = await Promise.all(projects.map(readArchives));
    expect(Object.keys(first)).toEqual(['plan.zip', 'update.zip']);
    expect(second).toEqual(first);
  });

  test('gives every file of an archive the same modification time', async () => {
    const project = await createProject(new Date('2026-01-02T03:04:05Z'));
    await packageProject(project);
    for (const archive of Object.values(await readArchives(project))) {
      const parts = Buffer.from(archive ?? '', 'base64')
        .toString('latin1')
        .split(timestamp1970.toString('latin1'));
      // The bundle and its source map.
      expect(parts).toHaveLength(3);
    }
  });

  test('makes one archive when several functions have the same handler', async () => {
    expect(await packageProject(await createProject(new Date('2026-01-02T03:04:05Z')))).toEqual({
      plan: '.serverless/plan.zip',
      'update-log': '.serverless/update.zip',
      'update-shared': '.serverless/update.zip',
    });
  });
});
