import { requireActive } from '../../shared/configuration/active-configuration.ts';
import { listCentralNames } from '../../shared/configuration/context.ts';
import type { ErrorRecord } from '../../shared/platform/errors.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { createRunId } from '../environment.ts';
import { splitResourceKey } from '../run-report.ts';
import { findClockProblems } from './clock.ts';
import type { DoctorContext, Prerequisite, Problem } from './prerequisite.ts';
import { templatePrerequisite } from './templates.ts';
import { findDeniedWrites } from './writable.ts';

/** Prerequisites in central accounts. */
export const accountPrerequisites: readonly Prerequisite[] = [
  {
    name: 'central accounts',
    needs: ['active configuration', 'registry of accounts'],
    check: findResourceProblems,
    fix: ({ file }) => `onboarding plan --config ${file}`,
  },
  templatePrerequisite,
  {
    name: 'writable policies',
    needs: ['registry of accounts', 'organization policies'],
    async check(context) {
      const ignores = context.configuration.verification?.organizationPolicies === 'ignore';
      return ignores ? [] : findDeniedWrites(context);
    },
    fix: () => 'aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY',
  },
  {
    name: 'clock',
    needs: ['central accounts'],
    check: findClockProblems,
    fix: () => 'turn on the time synchronization of the machine',
  },
];

/** Reads every resource through the central roles. Problems with the same message are reported once. */
async function findResourceProblems(context: DoctorContext): Promise<readonly Problem[]> {
  const { installation, configuration } = context;
  const { services } = installation;
  const active = await requireActive(services.store, configuration);
  const request = { active, accountId: undefined, runId: createRunId('doctor') };
  const { resources, discovery } = await planAll(services, request);
  const problems = resources.flatMap(({ desired, error }) =>
    error === undefined ? [] : [toProblem(context, desired.key, error)],
  );
  const searches = discovery.failed.map((each) => ({
    message: `a search failed: ${JSON.stringify(each)}`,
    fix: `onboarding plan --config ${context.file}`,
  }));
  const unique = new Map([...problems, ...searches].map((problem) => [problem.message, problem]));
  return [...unique.values()];
}

function toProblem(context: DoctorContext, key: string, error: ErrorRecord): Problem {
  const { account, region, id } = splitResourceKey(key);
  const [name = account] = listCentralNames(context.configuration, account);
  const template = `onboarding spoke-template ${name} --config ${context.file}, then deploy it in ${account}`;
  if (error.name === 'AccessDeniedError')
    return error.fields?.operation === 'AssumeRole'
      ? { message: `the role of the ${name} account ${account} cannot be assumed`, fix: template }
      : { message: `${id}: ${error.message}`, fix: template };
  const fix = fixes[error.name] ?? `onboarding plan --config ${context.file}`;
  return { message: `${id} in the ${name} account ${account}, ${region}: ${error.message}`, fix };
}

const fixes: Readonly<Record<string, string>> = {
  ResourceMissingError: 'create the resource, or remove it from the grants and run onboarding activate',
  ResourceDisabledError: 'aws kms enable-key, or aws kms cancel-key-deletion',
  RegionNotEnabledError: 'aws account enable-region',
};
