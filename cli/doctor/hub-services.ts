import { ListTagsForResourceCommand } from '@aws-sdk/client-sfn';
import packageFile from '../../package.json' with { type: 'json' };
import { findStateMachine } from '../installation.ts';
import type { DoctorContext, Prerequisite, Problem } from './prerequisite.ts';
import { createTrailCommand, findTrailProblems } from './trail.ts';

/**
 * Two prerequisites: a CloudTrail trail, without which the hub gets no events about API calls, and the version of the
 * hub.
 */
export const servicePrerequisites: readonly Prerequisite[] = [
  {
    name: 'trail',
    needs: ['credentials'],
    check: findTrailProblems,
    fix: () => createTrailCommand,
  },
  {
    name: 'version',
    needs: ['credentials'],
    check: findVersionProblems,
    fix: ({ file }) => `ONBOARDING_CONFIG=${file} npx serverless deploy`,
  },
];

/** The tag with the hub's version, on its state machine (infrastructure/state-machines.yml). */
const versionTag = 'account-onboarding:version';

async function findVersionProblems({ installation, file }: DoctorContext): Promise<readonly Problem[]> {
  const resourceArn = await findStateMachine(installation, 'account-onboarding');
  const { tags = [] } = await installation.services.hub.sfn.send(
    new ListTagsForResourceCommand({ resourceArn }),
  );
  const deployed = tags.find(({ key }) => key === versionTag)?.value ?? 'without a version';
  if (deployed === packageFile.version) return [];
  return [
    {
      message: `the hub is ${deployed}, and this command is ${packageFile.version}`,
      fix: `ONBOARDING_CONFIG=${file} npx serverless deploy`,
    },
  ];
}
