import { installationOf } from '../../shared/iam/managed-statements.ts';
import type { FunctionInterceptor } from '../../simulator/local-deployment.ts';
import { type Ended, type OnboardOptions, onboard, type TestEnv } from './flows-fixture.ts';
import { type SweepOptions, sweep } from './sweeps.ts';

export const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';

/** Notes which update functions are called, each attempt. */
export function noting(): { readonly updates: string[]; readonly around: FunctionInterceptor } {
  const updates: string[] = [];
  const around: FunctionInterceptor = (token, invoke) => {
    const update = /^Update(\w+)AccountFunctionArn$/.exec(token);
    if (update?.[1] !== undefined) updates.push(update[1]);
    return invoke();
  };
  return { updates, around };
}

/** A run or a sweep, and whose update functions it called. */
export type Noted = Ended & { readonly updates: readonly string[] };

export async function notedSweep(env: TestEnv, options: SweepOptions = {}): Promise<Noted> {
  const { updates, around } = noting();
  return { ...(await sweep(env, { ...options, around })), updates };
}

export async function notedRun(env: TestEnv, input: unknown, options: OnboardOptions = {}): Promise<Noted> {
  const { updates, around } = noting();
  return { ...(await onboard(env, input, { ...options, around })), updates };
}

/** Takes what is ours out of the bucket's policy, as others do. */
export function withoutOurs({ organization }: TestEnv): void {
  const policy = organization.policyOf('bucket', 'example-logs');
  const Statement = policy?.Statement.filter(({ Sid }) => installationOf(Sid) !== 'flows') ?? [];
  organization.editPolicy('bucket', 'example-logs', { Version: '2012-10-17', ...policy, Statement });
}

/** Puts an account into the statement of ours on the repository, as others do. */
export function letIn({ organization }: TestEnv, id: string): void {
  const text = JSON.stringify(organization.policyOf('repository', repositoryArn));
  const [only, its] = ['888888888888', id].map((account) => `"arn:aws:iam::${account}:root"`);
  organization.editPolicy(
    'repository',
    repositoryArn,
    JSON.parse(text.replace(`${only}`, `[${only},${its}]`)),
  );
}
