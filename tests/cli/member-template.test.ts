import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configurationFiles } from '../fixtures/central-accounts.ts';
import { objectOf, run } from '../fixtures/screen.ts';

const configuration = 'tests/fixtures/configurations/member-roles.yml';
const template = (...argv: readonly string[]) => run(['member-template', ...argv, '--config', configuration]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'member-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Listed {
  readonly stackSets: readonly {
    readonly name: string;
    readonly template: object;
    readonly ous?: string[];
  }[];
}

const listed = async (): Promise<Listed> => objectOf(await template('--json')) as unknown as Listed;

describe('member-template', () => {
  it('lists the StackSets with their OUs and roles when member-template names none', async () => {
    const { code, stdout } = await template();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /account-onboarding-example-members-\w{8} {2}Sandbox, Workloads +people\/ReadOnly/,
    );
    expect((await listed()).stackSets.map(({ ous }) => ous)).toEqual([
      ['Sandbox', 'Workloads'],
      ['Workloads'],
      ['Workloads/Production'],
    ]);
  });

  it('prints the template of a named StackSet as YAML or JSON', async () => {
    const [first] = (await listed()).stackSets;
    const yaml = await template(first?.name ?? '');
    expect(parse(yaml.stdout)).toEqual(first?.template);
    expect(objectOf(await template(first?.name ?? '', '--json'))).toEqual(first?.template);
  });

  it("writes each StackSet's template with its script", async () => {
    const out = join(folder, 'stack-sets');
    const { code, stdout } = await template('--out', out);
    const { stackSets } = await listed();
    expect(code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(
      stackSets.flatMap(({ name }) => [`${name}.sh`, `${name}.yml`]).sort(),
    );
    for (const { name, template: expected } of stackSets) {
      expect(parse(await readFile(join(out, `${name}.yml`), 'utf8'))).toEqual(expected);
      expect(stdout).toContain(`bash ${join(out, name)}.sh create`);
    }
  });

  it('writes templates without scripts, with the command of a stack, when --plain is given', async () => {
    const out = join(folder, 'plain');
    const { stdout } = await template('--plain', '--out', out);
    expect((await readdir(out)).every((file) => file.endsWith('.yml'))).toBe(true);
    expect(stdout).toMatch(
      /aws cloudformation deploy --stack-name \S+ --template-file \S+ --region us-east-1 --capabilities CAPABILITY_NAMED_IAM/,
    );
  });

  it("puts another hub's functions and the named operators into the trust policy of the reader role", async () => {
    const operator = 'arn:aws:iam::444444444444:role/operators/Auditor';
    const { stdout } = await template('--hub', '999999999999', '--operator', operator, '--json');
    expect(stdout).toContain('arn:${AWS::Partition}:iam::999999999999:root');
    expect(stdout).toContain(operator);
  });

  it.each([
    [['nothing'], /has no StackSet nothing; it has account-onboarding-example-members-/],
    [['--hub', '12'], /--hub 12: must be an account id of 12 digits/],
    [['--operator', 'Auditor'], /--operator Auditor: must be the ARN of a role or user/],
    [['--out', '/dev/null/x'], /cannot be written \(ENOTDIR\)/],
  ])('exits member-template with 64 when its arguments are %j', async (argv, says) => {
    const { code, stdout, stderr } = await template(...argv);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('exits member-template with 64 when the configuration has no member roles', async () => {
    const { code, stderr } = await run(['member-template', '--config', configurationFiles.nine]);
    expect(code).toBe(64);
    expect(stderr).toContain('has no memberRoles');
  });
});
