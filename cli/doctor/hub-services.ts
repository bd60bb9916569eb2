import { DescribeTrailsCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import { ListTagsForResourceCommand } from '@aws-sdk/client-sfn';
import packageFile from '../../package.json' with { type: 'json' };
import { findStateMachine } from '../installation.ts';
import type { DoctorContext, Prerequisite, Problem } from './prerequisite.ts';

/**
 * Two prerequisites: a CloudTrail trail, without which the hub gets no events about API calls, and the version of the
 * hub.
 */
export const servicePrerequisites: readonly Prerequisite[] = [
  {
    name: 'trail',
    needs: ['credentials'],
    check: findTrailProblems,
    fix: () =>
      'aws cloudtrail create-trail --is-organization-trail --is-multi-region-trail, then start-logging',
  },
  {
    name: 'version',
    needs: ['credentials'],
    check: findVersionProblems,
    fix: ({ file }) => `ONBOARDING_CONFIG=${file} npx serverless deploy`,
  },
];

/**
 * EventBridge gets events about API calls only in a region in which a trail logs (EventBridge user guide, "AWS service
 * events delivered via CloudTrail").
 */
async function findTrailProblems({ installation }: DoctorContext): Promise<readonly Problem[]> {
  const { cloudTrail, region } = installation;
  // In member accounts, a trail of the organization appears as a shadow trail.
  const { trailList: trails = [] } = await cloudTrail.send(
    new DescribeTrailsCommand({ includeShadowTrails: true }),
  );
  const [first] = trails;
  if (first === undefined)
    return [
      {
        message: `no CloudTrail trail logs in ${region}, so no call about an account starts a run`,
        fix: 'aws cloudtrail create-trail --is-organization-trail --is-multi-region-trail, then start-logging',
      },
    ];
  const states = await Promise.all(
    trails.map(({ TrailARN }) => cloudTrail.send(new GetTrailStatusCommand({ Name: TrailARN }))),
  );
  if (states.some(({ IsLogging }) => IsLogging === true)) return [];
  return [
    {
      message: `trail ${first.Name} does not log`,
      fix: `aws cloudtrail start-logging --name ${first.TrailARN}`,
    },
  ];
}

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
