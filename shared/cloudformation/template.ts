import { getGrantContext, listCentralNames } from '../configuration/context.ts';
import { installationName, rolePath } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { getSpokeRole } from '../platform/central-accounts.ts';
import { createAlarmTopic } from './alarm-topic.ts';
import { listDeploymentPermissions } from './deployments.ts';
import { renderForwarderResources } from './forwarder.ts';
import { type Hub, planForwarding } from './forwarding.ts';
import { getForwarderRoleName, listSpokeFunctions } from './names.ts';
import { type KindOf, listSpokeGrants, listSpokePermissions } from './permissions.ts';
import { packSpokePolicies } from './policies.ts';
import { substitutePseudoParameters } from './pseudo-parameters.ts';
import { createRegionConditions } from './region-conditions.ts';

export interface SpokeRequest {
  readonly configuration: Configuration;
  /** A central account. */
  readonly accountId: string;
  readonly hub: Hub;
  /** ARNs of further roles and users, besides the functions, that may assume the spoke role. Default: none. */
  readonly operators?: readonly string[];
  /** Default: all kinds. */
  readonly kindOf?: KindOf;
}

/** A CloudFormation template, with `Fn::Sub` and similar functions in their long form. */
export type Template = Readonly<Record<string, unknown>>;

export interface SpokeTemplate {
  readonly template: Template;
  /** The regions to deploy it to: the home region first, which gets the roles, then the regions that send events. */
  readonly regions: readonly string[];
}

/**
 * The template of one central account: the spoke role with the permissions for its grants, `rotation` and
 * `applications`. If patterns select resources, or secrets are deployed, it adds the rules that send events about them
 * to the hub. Equal configurations give equal templates. Pure.
 * @throws PolicyTooLargeError if the grants name more resources than a role's policies can hold
 */
export function renderSpokeTemplate(request: SpokeRequest): SpokeTemplate {
  const { configuration, accountId, hub, kindOf = getGrantKind } = request;
  const grants = listSpokeGrants(configuration, accountId, kindOf);
  const forwarding = planForwarding({ configuration, accountId, hub, grants });
  const home = homeOf(configuration, accountId);
  const regions = createRegionConditions(home, forwarding);
  const alarmTopic = createAlarmTopic(configuration);
  const permissions = listSpokePermissions(
    grants,
    { ...getGrantContext(configuration), partition },
    listDeploymentPermissions({ configuration, accountId, partition }),
  );
  const policies = packSpokePolicies(permissions, configuration.limits);
  const resources = {
    SpokeRole: spokeRole(request),
    ...Object.fromEntries(policies.map((document, at) => [`SpokePolicy${at + 1}`, spokePolicy(document)])),
    ...(forwarding === undefined
      ? {}
      : renderForwarderResources({
          role: getForwarderRole(configuration),
          hub,
          home,
          forwarding,
          regions,
          alarmTopic,
        })),
  };
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: descriptionOf(request),
    ...(forwarding === undefined ? {} : { Parameters: alarmTopic.parameters }),
    Conditions: { ...regions.conditions, ...(forwarding === undefined ? {} : alarmTopic.conditions) },
    Resources: resources,
  };
  return {
    template: substitutePseudoParameters(template),
    regions: [...new Set([home, ...(forwarding?.regions ?? [])])],
  };
}

const getForwarderRole = (configuration: Configuration) => ({
  name: getForwarderRoleName(configuration),
  description: 'Puts events about resources and secrets on the bus of account-onboarding',
});

/** Stands in ARNs for the account id, until CloudFormation fills it in. */
const partition = '${AWS::Partition}';

/** An account may have several names, each with its own regions. Its roles are created once. */
const homeOf = (configuration: Configuration, accountId: string): string =>
  listCentralNames(configuration, accountId)
    .map((name) => configuration.centralAccounts[name]?.region)
    .find((region) => region !== undefined) ?? '';

const descriptionOf = ({ configuration, accountId }: SpokeRequest): string =>
  `${installationName(configuration)}: the permissions and rules for the central account ${accountId} ` +
  `(${listCentralNames(configuration, accountId).join(', ')}) needs; made by onboarding spoke-template`;

/** Trusts only the named roles, in the hub's account and in the accounts of operators. */
function spokeRole({ configuration, accountId, hub, operators = [] }: SpokeRequest) {
  const [, path = '', RoleName = ''] = /^(.*\/)?([^/]+)$/.exec(getSpokeRole(configuration, accountId)) ?? [];
  const functions = listSpokeFunctions(listCentralNames(configuration, accountId)).map(
    (name) =>
      `arn:${partition}:iam::${hub.accountId}:role${rolePath}${installationName(configuration)}-${name}`,
  );
  const accounts = [hub.accountId, ...operators.map((arn) => arn.split(':')[4] ?? '')];
  const roots = [...new Set(accounts)].map((id) => `arn:${partition}:iam::${id}:root`);
  return {
    Type: 'AWS::IAM::Role',
    Condition: 'IsHome',
    Properties: {
      RoleName,
      Path: `/${path}`,
      Description: 'The role of account-onboarding in this account',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: roots },
            Action: 'sts:AssumeRole',
            Condition: { ArnEquals: { 'aws:PrincipalArn': [...functions, ...new Set(operators)] } },
          },
        ],
      },
    },
  };
}

const spokePolicy = (PolicyDocument: object) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Condition: 'IsHome',
  Properties: {
    Path: rolePath,
    Description: 'The permissions of account-onboarding in this account',
    Roles: [{ Ref: 'SpokeRole' }],
    PolicyDocument,
  },
});
