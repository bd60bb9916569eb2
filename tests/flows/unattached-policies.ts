import { resourceOf } from '../../shared/grants/contract.ts';
import { ownedSid } from '../../shared/iam/managed-statements.ts';
import { people, security } from './configurations.ts';
import type { TestEnv } from './flows-fixture.ts';

/** Our managed policies for the group, by the ends of their names. */
export function policiesOf({ organization: { world } }: TestEnv): readonly string[] {
  const names = [...world.managedPolicies.values()].filter(({ path }) => path === pathOf);
  return names.map(({ name }) => name.slice(-1)).sort();
}

/** The ends of the names of those that are attached to it. */
export function attachedTo({ organization: { world } }: TestEnv): readonly string[] {
  const { id } = resourceOf(people);
  const group = [...world.groups.values()].find(({ name }) => `group/${name}` === id);
  return [...(group?.attached ?? [])]
    .filter((arn) => arn.includes(pathOf))
    .map((arn) => arn.slice(-1))
    .sort();
}

const pathOf = '/account-onboarding/flows/group/Developers/';

/** A managed policy as a write of ours leaves it that died before it was attached, or after it was detached. */
export function leaveOver(
  { organization }: Pick<TestEnv, 'organization'>,
  number: number,
  accountIds: readonly string[],
): void {
  const arns = accountIds.map((id) => `arn:aws:iam::${id}:role/people/Developer`);
  organization.addManagedPolicy({
    accountId: security,
    path: pathOf,
    name: `account-onboarding-flows-group-Developers-${number}`,
    tags: { 'managed-by': 'account-onboarding', 'account-onboarding:installation': 'flows' },
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: ownedSid({ installationId: 'flows', grant: 'people', part: 'assume' }),
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Resource: arns,
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        },
      ],
    },
  });
}
