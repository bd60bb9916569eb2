import { GetRoleCommand } from '@aws-sdk/client-iam';
import { renderSpokeTemplate, templateTag } from '../../shared/cloudformation/template.ts';
import { listCentralNames } from '../../shared/configuration/context.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { getSpokeRole } from '../../shared/platform/central-accounts.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { createRunId } from '../environment.ts';
import type { DoctorContext, Prerequisite, Problem } from './prerequisite.ts';

export const templatePrerequisite: Prerequisite = {
  name: 'templates of central accounts',
  needs: ['central accounts'],
  check: findTemplateProblems,
  fix: ({ file }) => `onboarding spoke-template --config ${file}, then deploy it in its account`,
};

/** Compares the deployed template of each central account with the one that the configuration gives today. */
async function findTemplateProblems(context: DoctorContext): Promise<readonly Problem[]> {
  const { installation, configuration, file } = context;
  const hub = { accountId: await installation.getAccountId(), region: installation.region };
  const ids = [...new Set(Object.values(configuration.centralAccounts).map(({ id }) => id))];
  const found = await Promise.all(
    ids.map(async (accountId) => {
      const { digest } = renderSpokeTemplate({ configuration, accountId, hub });
      const deployed = await readTemplateDigest(installation.services, configuration, accountId);
      return deployed === digest ? [] : [accountId];
    }),
  );
  return found.flat().map((accountId) => {
    const [name = accountId] = listCentralNames(configuration, accountId);
    return {
      message: `the template that is deployed in the ${name} account ${accountId} is not the one of this configuration and version`,
      fix: `onboarding spoke-template ${name} --config ${file}, then deploy it in ${accountId}`,
    };
  });
}

/**
 * Reads the digest of the deployed template, which is a tag of the central role. `undefined` if the role has no such tag,
 * or may not read itself: then its template is older than the tag.
 */
export async function readTemplateDigest(
  services: Services,
  configuration: Configuration,
  accountId: string,
): Promise<string | undefined> {
  const central = Object.values(configuration.centralAccounts).find(({ id }) => id === accountId);
  const access = services.aws(createRunId('doctor'), configuration);
  const { iam } = access.getReader({ accountId, region: central?.region ?? '' });
  const RoleName = getSpokeRole(configuration, accountId).split('/').at(-1);
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    return Role?.Tags?.find(({ Key }) => Key === templateTag)?.Value;
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedError') return undefined;
    throw error;
  }
}
