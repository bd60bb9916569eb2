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
import { applyStackOptions } from './stack-options.ts';

export interface SpokeRequest {
  readonly configuration: Configuration;
  /** A central account. */
  readonly accountId: string;
  readonly hub: Hub;
  /** ARNs of roles and users that may assume the spoke role, besides the hub's functions. Default: none. */
  readonly operators?: readonly string[];
  /** Default: all kinds. */
  readonly kindOf?: KindOf;
}

/** A CloudFormation template. Functions such as `Fn::Sub` are in their long form. */
export type Template = Readonly<Record<string, unknown>>;

export interface SpokeTemplate {
  readonly template: Template;
  /**
   * The regions to deploy it in. First the home region, in which the roles are created, then the regions that send
   * events.
   */
  readonly regions: readonly string[];
}

/**
 * The template of one central account: the spoke role, with permissions for its grants, for `rotation` and for
 * `applications`. If patterns select resources, or if secrets are deployed, the template also has rules that send
 * events about them to the hub. Equal configurations give equal templates. Pure.
 * @throws PolicyTooLargeError if the grants name more resources than the policies of a role can hold
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
    template: applyStackOptions(substitutePseudoParameters(template), configuration, forwarding?.regions),
    regions: [...new Set([home, ...(forwarding?.regions ?? [])])],
  };
}

const getForwarderRole = (configuration: Configuration) => ({
  name: getForwarderRoleName(configuration),
  description: 'Puts events about resources and secrets on the bus of account-onboarding',
});

/** Stands for the partition in ARNs, until CloudFormation replaces it. */
const partition = '${AWS::Partition}';

/** The home region of an account. Each name of an account may have another region, but its roles are created once. */
const homeOf = (configuration: Configuration, accountId: string): string =>
  listCentralNames(configuration, accountId)
    .map((name) => configuration.centralAccounts[name]?.region)
    .find((region) => region !== undefined) ?? '';

const descriptionOf = ({ configuration, accountId }: SpokeRequest): string =>
  `${installationName(configuration)}: the permissions and rules for the central account ${accountId} ` +
  `(${listCentralNames(configuration, accountId).join(', ')}) needs; made by onboarding spoke-template`;

/** The spoke role. It trusts only the named roles, in the hub's account and in the accounts of operators. */
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
