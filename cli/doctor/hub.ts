import { ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeOrganizationCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { requireActive } from '../../shared/configuration/active-configuration.ts';
import { stackKeyPrerequisite, topicKeyPrerequisite } from './keys.ts';
import type { Prerequisite, Problem } from './prerequisite.ts';

/** Prerequisites in the account of the hub, in the order in which an operator mends them. */
export const hubPrerequisites: readonly Prerequisite[] = [
  {
    name: 'credentials',
    needs: [],
    async check({ installation }) {
      await installation.services.hub.sts.send(new GetCallerIdentityCommand({}));
      return [];
    },
    fix: () => 'aws sso login, or set AWS_PROFILE',
  },
  stackKeyPrerequisite,
  {
    name: 'table',
    needs: ['credentials', 'key of the stacks'],
    async check({ installation }) {
      await installation.services.store.registry.getHead();
      return [];
    },
    fix: ({ file }) =>
      `ONBOARDING_CONFIG=${file} npx serverless deploy, then set ONBOARDING_TABLE and AWS_REGION`,
  },
  {
    name: 'active configuration',
    needs: ['table'],
    async check({ installation, configuration }) {
      await requireActive(installation.services.store, configuration);
      return [];
    },
    fix: ({ file }) => `onboarding activate --config ${file}`,
  },
  {
    name: 'registry of accounts',
    needs: ['table'],
    async check({ installation }) {
      const readySince = await installation.services.store.registry.getReadySince();
      return readySince === undefined
        ? [{ message: 'no import of the organization has completed', fix: 'onboarding import' }]
        : [];
    },
    fix: () => 'onboarding import',
  },
  {
    name: 'organization',
    needs: ['credentials'],
    async check({ installation, configuration }) {
      const { organizations } = installation.services.hub;
      const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
      await organizations.send(new ListRootsCommand({}));
      const expected = configuration.organization.id;
      if (Organization?.Id === expected) return [];
      const message = `the credentials belong to ${Organization?.Id}, and the configuration names ${expected}`;
      return [{ message, fix: 'set AWS_PROFILE to the account of the hub, or correct organization.id' }];
    },
    fix: () => 'let the account of the hub read Organizations by a delegation policy: docs/deployment.md',
  },
  {
    name: 'organization policies',
    needs: ['organization'],
    async check({ installation, configuration }) {
      if (configuration.verification?.organizationPolicies === 'ignore') return [];
      const { organizations } = installation.services.hub;
      const { Roots: [root] = [] } = await organizations.send(new ListRootsCommand({}));
      const request = { TargetId: root?.Id, Filter: 'SERVICE_CONTROL_POLICY' } as const;
      await organizations.send(new ListPoliciesForTargetCommand(request));
      return [];
    },
    fix: () =>
      'add organizations:ListPoliciesForTarget and organizations:DescribePolicy to the delegation policy, or set ' +
      'verification.organizationPolicies to ignore',
  },
  {
    name: 'event rules',
    needs: ['credentials'],
    async check({ installation }) {
      const prefix = `${installation.name}-hub-`;
      const { Rules: rules = [] } = await installation.services.hub.eventBridge.send(
        new ListRulesCommand({ NamePrefix: prefix }),
      );
      const off = rules.filter(({ State }) => State === 'DISABLED');
      const lost = requiredRules.filter((name) => !rules.some(({ Name }) => Name === `${prefix}${name}`));
      return [
        ...off.map(({ Name }) => ({
          message: `rule ${Name} is disabled`,
          fix: `aws events enable-rule --name ${Name} --region ${installation.region}`,
        })),
        ...lost.map((name) => ({
          message: `rule ${prefix}${name} does not exist`,
          fix: 'npx serverless deploy',
        })),
      ];
    },
    fix: () => 'npx serverless deploy',
  },
  {
    name: 'topic',
    needs: ['credentials'],
    async check({ installation, configuration }) {
      const topic = configuration.notifications?.topic;
      if (topic === undefined) return [];
      const { Attributes: { KmsMasterKeyId: key } = {} } = await installation.services.hub.sns.send(
        new GetTopicAttributesCommand({ TopicArn: topic }),
      );
      return describeTopicKey(key, configuration.notifications?.key);
    },
    fix: ({ configuration, installation }) =>
      `aws sns create-topic --name ${configuration.notifications?.topic?.split(':').at(-1)} --region ${installation.region}`,
  },
  topicKeyPrerequisite,
];

/** SNS returns the key as somebody has set it: an ARN, an id or an alias. Only an ARN can be compared. */
function describeTopicKey(actual: string | undefined, configured: string | undefined): readonly Problem[] {
  if (actual === configured || (configured !== undefined && actual?.startsWith('arn:') === false)) return [];
  if (actual === undefined) return [];
  return [
    {
      message: `the topic is encrypted by the key ${actual}, and \`notifications.key\` names ${configured ?? 'none'}`,
      fix: `write \`key: ${actual}\` under \`notifications\`, then: npx serverless deploy`,
    },
  ];
}

/**
 * Rules that every hub needs: without them, no event about an account starts a run, and no sweep runs. The need for
 * other rules depends on the configuration.
 */
const requiredRules = ['account-events', 'account-calls', 'sweep'];
