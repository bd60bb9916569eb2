import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const roots = ['777777777777', '888888888888'].map((id) => `arn:aws:iam::${id}:root`);
const pull = {
  Sid: 'Pull',
  Effect: 'Allow',
  Principal: { AWS: roots },
  Action: ['ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer'],
};

/** Gives every repository these statements. */
const withStatements =
  (...statements: readonly object[]) =>
  ({ world }: SimulatedOrganization): void => {
    for (const repository of world.repositories.values())
      repository.policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  };

describe('onboarding adopt', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onboarding-adopt-'));
    file = join(folder, 'adopted.yml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const adopt = (args: readonly string[], io: Partial<Io> = {}) =>
    run(['adopt', '--simulate', '--config', exampleConfiguration, ...args], io);
  const written = () => readFile(file, 'utf8');

  it('proposes one grant for all repositories when their statements are equal', async () => {
    const { code, stdout } = await adopt([], { prepareWorld: withStatements(pull) });

    expect(code).toBe(0);
    expect(stdout).toContain('superfluous Pull');
    expect(stdout).toContain('+ pull-base-node: ecr-repository-policy pull on base/node, base/python');
    expect(stdout).toContain('Nothing was changed in AWS');
  });

  it('adds the grants to the text of the configuration when a file is named', async () => {
    await adopt(['--out', file], { prepareWorld: withStatements(pull) });
    const before = await readFile(exampleConfiguration, 'utf8');
    const after = await written();

    expect(after.startsWith(before.trimEnd())).toBe(true);
    expect(parseConfiguration(after, file).grants.at(-1)).toMatchObject({
      name: 'pull-base-node',
      repositories: ['base/node', 'base/python'],
      preset: 'pull',
      for: { accounts: ['777777777777', '888888888888'] },
    });
  });

  it('gives a grant another name when the configuration has its name', async () => {
    const config = join(folder, 'onboarding.yml');
    const text = await readFile(exampleConfiguration, 'utf8');
    await writeFile(config, text.replaceAll('name: base-images', 'name: pull-base-node'));
    const screen = await run(['adopt', '--simulate', '--json', '--config', config], {
      prepareWorld: withStatements(pull),
    });

    expect(objectOf(screen)).toMatchObject({ grants: [{ name: 'pull-base-node2' }] });
  });

  it('changes nothing when the file exists', async () => {
    await writeFile(file, 'mine');
    const { code, stderr } = await adopt(['--out', file]);

    expect(code).toBe(64);
    expect(stderr).toContain('exists already, and was not changed');
    expect(await written()).toBe('mine');
  });

  it('proposes a grant for another resource when its ARN is named', async () => {
    const screen = await adopt(
      ['--json', '--resource', 'arn:aws:ecr:eu-west-1:444444444444:repository/team/tools'],
      {
        prepareWorld: (organization) => {
          organization.addRepository({ accountId: '444444444444', region: 'eu-west-1', name: 'team/tools' });
          withStatements(pull)(organization);
        },
      },
    );

    expect(objectOf(screen)).toMatchObject({
      grants: [{ repositories: ['base/node', 'base/python', 'team/tools'], preset: 'pull' }],
    });
  });

  it('rejects a resource when no grant can be on it', async () => {
    const { code, stderr } = await adopt(['--resource', 'arn:aws:sqs:eu-west-1:444444444444:queue']);

    expect(code).toBe(64);
    expect(stderr).toContain('must be the ARN of a bucket, key, repository, secret or role');
  });

  it('says why a policy was not read when it cannot be parsed', async () => {
    const broken = ({ world }: SimulatedOrganization): void => {
      for (const repository of world.repositories.values()) repository.policy = '{"Statement": [{}]}';
    };
    const { code, stdout } = await adopt([], { prepareWorld: broken });

    expect(code).toBe(0);
    expect(stdout).toContain('was not read:');
    expect(stdout).toContain('0 proposed grants');
  });

  it('gives the verdict about each statement when the output is JSON', async () => {
    const screen = await adopt(['--json'], {
      prepareWorld: withStatements(pull, { ...pull, Sid: 'Outside', Principal: { AWS: '999999999999' } }),
    });
    const { resources } = objectOf(screen) as { resources: { resource: string; statements: object[] }[] };
    const repository = resources.find(({ resource }) => resource.endsWith('base/node'));

    expect(repository?.statements).toMatchObject([
      { statement: 'Pull', superfluous: true, verdict: 'proven' },
      {
        statement: 'Outside',
        superfluous: false,
        verdict: 'changes',
        reason: expect.stringContaining('999999999999, outside the organization'),
      },
    ]);
  });
});
