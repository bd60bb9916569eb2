import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import { type Document, documentOf, type Statement } from '../oracle/policies.ts';
import { listPolicyResources, type PolicyResource } from '../policy-resources.ts';
import type { Draw } from '../random.ts';

/** The limit of each service, in bytes or characters, which are equal here. */
const room: Readonly<Record<string, number>> = {
  s3: 20_480,
  kms: 32_768,
  ecr: 10_240,
  secretsmanager: 20_480,
  iam: 2_048,
};

/** The remaining part of it on a resource. Nobody can write beyond it. */
export const getRoom = (resource: PolicyResource): number =>
  (room[resource.service] ?? 0) - JSON.stringify(documentOf(resource.read())).length;

/** Unmanaged statements and attached policies fill some resources, so that few accounts fit. */
export function fillPolicies(
  organization: SimulatedOrganization,
  { limits }: Configuration,
  draw: Draw,
): void {
  const { world } = organization;
  for (const resource of draw.some(listPolicyResources(world), 0.7)) {
    const left = draw.between(250, 1_600);
    const document = documentOf(resource.read());
    const empty = statement(resource, '');
    const taken = JSON.stringify(withStatement(document, empty)).length;
    const length = (room[resource.service] ?? 0) - taken - left;
    if (length > 0)
      resource.write(JSON.stringify(withStatement(document, statement(resource, 'x'.repeat(length)))));
  }
  for (const group of world.groups.values()) {
    const free = draw.between(0, 2);
    for (let index = free; index < limits.managedPoliciesPerGroup; index += 1)
      group.attached.add(
        organization.addManagedPolicy({
          accountId: group.accountId,
          name: `theirs-${index}`,
          document: '{"Version":"2012-10-17","Statement":[]}',
        }),
      );
  }
}

const withStatement = (document: Document, added: Statement): Document => ({
  ...document,
  Statement: [...document.Statement, added],
});

/** Harmless, valid for its service, and as long as the text. */
const statement = ({ arn, service }: PolicyResource, text: string): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: `${service === 'iam' ? 'sts' : service}:DeleteEverything`,
  // The policies of repositories and roles can only be about their own resource.
  ...(service === 'ecr' || service === 'iam' ? {} : { Resource: service === 's3' ? `${arn}/theirs` : '*' }),
  Condition: { StringEquals: { 'aws:PrincipalTag/text': text } },
});
