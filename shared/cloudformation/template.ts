import { getGrantContext, hashCanonically, listCentralNames } from '../configuration/context.ts';
import { installationName, rolePath } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Permission } from '../grants/contract.ts';
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
  /** The id of a central account. */
  readonly accountId: string;
  readonly hub: Hub;
  /** ARNs of roles and users that may assume the spoke role, in addition to the hub's functions. Default: none. */
  readonly operators?: readonly string[];
  /** Finds a grant kind by its name. Default: all kinds of this project. */
  readonly kindOf?: KindOf;
}

/** A CloudFormation template. Functions are written in their long form, such as `Fn::Sub`. */
export type Template = Readonly<Record<string, unknown>>;

export interface SpokeTemplate {
  readonly template: Template;
  /**
   * The regions in which to deploy the template. First the home region, whose stack creates the roles, then all regions
   * that forward events.
   */
  readonly regions: readonly string[];
  /** The value of the tag `templateTag`: templates with other rights or rules have another one. Operators do not count. */
  readonly digest: string;
}

/** The tag of the spoke role that says from which template it is. `onboarding doctor` reads it. */
export const templateTag = 'account-onboarding:template';

/**
 * The template of one central account. It has the spoke role, with permissions for the account's grants, `rotation` and
 * `applications`. If grants select resources by patterns, or if secrets are deployed, it also has rules that forward
 * events about them to the hub. Equal configurations give equal templates. Pure.
 * @throws PolicyTooLargeError if the grants name so many resources that the policies of a role have no room for them
 */
export function renderSpokeTemplate(request: SpokeRequest): SpokeTemplate {
  const { configuration, accountId, hub, kindOf = getGrantKind } = request;
  const grants = listSpokeGrants(configuration, accountId, kindOf);
  const forwarding = planForwarding({ configuration, accountId, hub, grants });
  const home = homeOf(configuration, accountId);
  const regions = createRegionConditions(home, forwarding);
  const alarmTopic = createAlarmTopic(configuration);
  const permissions = listSpokePermissions(grants, { ...getGrantContext(configuration), partition }, [
    readsOwnTag(configuration, accountId),
    ...listDeploymentPermissions({ configuration, accountId, partition }),
  ]);
  const policies = packSpokePolicies(permissions, configuration.limits);
  const others = {
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
  const digest = hashCanonically({ others, stacks: configuration.stacks ?? null }).slice(0, 16);
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: descriptionOf(request),
    ...(forwarding === undefined ? {} : { Parameters: alarmTopic.parameters }),
    Conditions: { ...regions.conditions, ...(forwarding === undefined ? {} : alarmTopic.conditions) },
    Resources: { SpokeRole: spokeRole(request, digest), ...others },
  };
  return {
    template: applyStackOptions(substitutePseudoParameters(template), configuration, forwarding?.regions),
    regions: [...new Set([home, ...(forwarding?.regions ?? [])])],
    digest,
  };
}

const getForwarderRole = (configuration: Configuration) => ({
  name: getForwarderRoleName(configuration),
  description: 'Puts events about resources and secrets on the bus of account-onboarding',
});

/** Stands in ARNs for the partition, which CloudFormation fills in. */
const partition = '${AWS::Partition}';

/**
 * The home region of an account, whose stack creates the roles. If the account has several names in the configuration,
 * each may have another region, but one of them creates the roles.
 */
const homeOf = (configuration: Configuration, accountId: string): string =>
  listCentralNames(configuration, accountId)
    .map((name) => configuration.centralAccounts[name]?.region)
    .find((region) => region !== undefined) ?? '';

const descriptionOf = ({ configuration, accountId }: SpokeRequest): string =>
  `${installationName(configuration)}: the permissions and rules for the central account ${accountId} ` +
  `(${listCentralNames(configuration, accountId).join(', ')}) needs; made by onboarding spoke-template`;

/**
 * The spoke role, with which the hub works in the account. It trusts only the hub's functions that work there, and the
 * named operators.
 */
function spokeRole({ configuration, accountId, hub, operators = [] }: SpokeRequest, digest: string) {
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
      Tags: [{ Key: templateTag, Value: digest }],
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

/** The role may read itself, and with that the tag. */
const readsOwnTag = (configuration: Configuration, accountId: string): Permission => ({
  actions: ['iam:GetRole'],
  resources: [`arn:${partition}:iam::${accountId}:role/${getSpokeRole(configuration, accountId)}`],
});

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
