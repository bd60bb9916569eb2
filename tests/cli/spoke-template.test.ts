import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const spoke = (...argv: readonly string[]) =>
  run(['spoke-template', ...argv, '--config', exampleConfiguration]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoke-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('spoke-template', () => {
  test('prints the template of a central account as YAML or JSON', async () => {
    const yaml = await spoke('shared');
    const json = await spoke('shared', '--json');

    expect({ code: yaml.code, stderr: yaml.stderr }).toEqual({ code: 0, stderr: '' });
    expect(yaml.stdout).toContain('"2012-10-17"');
    expect(parse(yaml.stdout)).toEqual(objectOf(json));
    expect(objectOf(json)).toHaveProperty('Resources.SpokeRole');
  });

  test('puts the given hub and operators into the trust policy of the central role', async () => {
    const roles = ['role/operators/First', 'role/Second'].map((role) => `arn:aws:iam::111122223333:${role}`);
    const { stdout } = await spoke(
      'log',
      ...['--hub', '444455556666'],
      ...roles.flatMap((arn) => ['--operator', arn]),
    );

    for (const arn of roles) expect(stdout).toContain(`- ${arn}\n`);
    expect(stdout).toContain('arn:${AWS::Partition}:iam::444455556666:root');
    expect(stdout).not.toContain('iam::111111111111');
  });

  test('writes the spoke template to a file, and states where to deploy it', async () => {
    const file = join(folder, 'spoke.json');
    const { code, stdout } = await spoke('security', '--out', file);

    expect(code).toBe(0);
    expect(stdout).toContain('Deploy it in account security (333333333333), in this order: us-east-1');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(objectOf(await spoke('security', '--json')));
    expect(objectOf(await spoke('security', '--out', file, '--json'))).toEqual({
      file,
      accountId: '333333333333',
      regions: ['us-east-1'],
    });
  });

  test.each([
    [['audit'], /has no central account audit; it has log, security, shared, configuration/],
    [['log', '--hub', '1234'], /--hub 1234: must be an account id/],
    [['log', '--hub-region', 'Ireland'], /--hub-region Ireland: must be a region/],
    [['log', '--operator', 'Operator'], /--operator Operator: must be the ARN/],
    [['log', '--out', '/no/such/folder/x.yml'], /cannot be written \(ENOENT\)/],
    [[], /missing required argument/],
  ])('refuses spoke-template with %j', async (argv, says) => {
    const { code, stdout, stderr } = await spoke(...argv);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(says);
  });
});
