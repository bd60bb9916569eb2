import * as z from 'zod';
import type { ServiceCall } from '../call.ts';
import { iam } from '../services/iam.ts';
import { makeDigest } from '../world.ts';
import type { StackedResource } from './state.ts';
import type { StackResource } from './template.ts';

/** Where a stack makes a resource, and who makes it. */
export interface StackCall extends Omit<ServiceCall<object>, 'input'> {
  readonly stackName: string;
  readonly logicalId: string;
}

type Made = Omit<StackedResource, 'logicalId' | 'type'>;
type Maker = (call: StackCall, properties: unknown) => Made;

/**
 * Makes one resource of a stack by the calls of its service, in the caller's name.
 * @throws Error with the service's own text if the service refuses it
 */
export function makeStackResource(call: StackCall, { Type, Properties }: StackResource): StackedResource {
  const make = makers[Type];
  if (make === undefined) throw new Error(`The simulated organization does not model ${Type}`);
  return { logicalId: call.logicalId, type: Type, ...make(call, Properties) };
}

/** One call of IAM, and the call that takes it back. */
interface Step {
  readonly operation: string;
  readonly input: object;
  readonly undo: readonly [operation: string, input: object];
}

/** Takes every step, or none. @returns what takes them back */
function takeSteps(call: StackCall, steps: readonly Step[]): () => void {
  const taken: Step[] = [];
  const undo = (): void => {
    for (const { undo } of taken.toReversed()) ignoreAbsence(() => callIam(call, ...undo));
  };
  try {
    for (const step of steps) {
      callIam(call, step.operation, step.input);
      taken.push(step);
    }
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
}

/** Calls an operation of IAM, without the way through a client. */
function callIam({ world, caller, region }: StackCall, operation: string, input: object): void {
  iam[operation]?.({ world, caller, region, input });
}

/** CloudFormation takes a resource that somebody else has deleted as deleted. */
function ignoreAbsence(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchEntityException') throw error;
  }
}

const document = z.record(z.string(), z.unknown()).transform((policy) => JSON.stringify(policy));
const tags = z.array(z.object({ Key: z.string(), Value: z.string() })).default([]);
const names = z.array(z.string()).default([]);
const path = z.string().default('/');

const roleSchema = z.strictObject({
  RoleName: z.string().optional(),
  Path: path,
  Description: z.string().optional(),
  AssumeRolePolicyDocument: document,
  MaxSessionDuration: z.number().optional(),
  PermissionsBoundary: z.string().optional(),
  ManagedPolicyArns: names,
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: document })).default([]),
  Tags: tags,
});

/** AWS::IAM::Role: `Ref` is the name. */
function makeRole(call: StackCall, properties: unknown): Made {
  const { RoleName = nameOf(call), ManagedPolicyArns, Policies, ...role } = roleSchema.parse(properties);
  const Arn = arnOf(call, 'role', role.Path, RoleName);
  const remove = takeSteps(call, [
    { operation: 'CreateRole', input: { RoleName, ...role }, undo: ['DeleteRole', { RoleName }] },
    ...Policies.map(({ PolicyName, PolicyDocument }) => ({
      operation: 'PutRolePolicy',
      input: { RoleName, PolicyName, PolicyDocument },
      undo: ['DeleteRolePolicy', { RoleName, PolicyName }] as const,
    })),
    ...ManagedPolicyArns.map((PolicyArn) => attachStep(RoleName, PolicyArn)),
  ]);
  const RoleId = call.world.roles.get(Arn)?.uniqueId ?? '';
  return { physicalId: RoleName, attributes: { Arn, RoleId }, remove };
}

const attachStep = (RoleName: string, PolicyArn: string): Step => ({
  operation: 'AttachRolePolicy',
  input: { RoleName, PolicyArn },
  undo: ['DetachRolePolicy', { RoleName, PolicyArn }],
});

const managedPolicySchema = z.strictObject({
  ManagedPolicyName: z.string().optional(),
  Path: path,
  Description: z.string().optional(),
  PolicyDocument: document,
  Roles: names,
  Tags: tags,
});

/** AWS::IAM::ManagedPolicy: `Ref` is the ARN. */
function makeManagedPolicy(call: StackCall, properties: unknown): Made {
  const given = managedPolicySchema.parse(properties);
  const { ManagedPolicyName: PolicyName = nameOf(call), Roles, ...policy } = given;
  const PolicyArn = arnOf(call, 'policy', policy.Path, PolicyName);
  const remove = takeSteps(call, [
    { operation: 'CreatePolicy', input: { PolicyName, ...policy }, undo: ['DeletePolicy', { PolicyArn }] },
    ...Roles.map((RoleName) => attachStep(RoleName, PolicyArn)),
  ]);
  return { physicalId: PolicyArn, attributes: { PolicyArn }, remove };
}

const profileSchema = z.strictObject({
  InstanceProfileName: z.string().optional(),
  Path: path,
  Roles: z.array(z.string()).length(1),
});

/** AWS::IAM::InstanceProfile: `Ref` is the name. */
function makeInstanceProfile(call: StackCall, properties: unknown): Made {
  const { InstanceProfileName = nameOf(call), Path, Roles } = profileSchema.parse(properties);
  const name = { InstanceProfileName };
  const remove = takeSteps(call, [
    {
      operation: 'CreateInstanceProfile',
      input: { InstanceProfileName, Path },
      undo: ['DeleteInstanceProfile', name],
    },
    ...Roles.map((RoleName) => ({
      operation: 'AddRoleToInstanceProfile',
      input: { InstanceProfileName, RoleName },
      undo: ['RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }] as const,
    })),
  ]);
  const Arn = arnOf(call, 'instance-profile', Path, InstanceProfileName);
  return { physicalId: InstanceProfileName, attributes: { Arn }, remove };
}

const makers: Readonly<Record<string, Maker>> = {
  'AWS::IAM::Role': makeRole,
  'AWS::IAM::ManagedPolicy': makeManagedPolicy,
  'AWS::IAM::InstanceProfile': makeInstanceProfile,
};

/** A name that the template does not give ("AWS::IAM::Role", RoleName). */
const nameOf = ({ stackName, logicalId }: StackCall): string =>
  `${stackName}-${logicalId}-${makeDigest(`${stackName}/${logicalId}`, 12)}`;

const arnOf = ({ world, caller }: StackCall, type: string, path: string, name: string): string =>
  `arn:${world.settings.partition}:iam::${caller.accountId}:${type}${path}${name}`;
