import * as z from 'zod';
import { arnOf, callIam, type Made, nameOf, type StackCall, takeBack, takeSteps } from './iam-steps.ts';
import { documentSchema, namesSchema, pathSchema, tagsSchema } from './properties.ts';
import { attachStep, isSameRole, makeRole, updateRole } from './role-resource.ts';
import type { StackedResource } from './state.ts';
import type { StackResource } from './template.ts';

/** A resource type that stacks can contain. */
interface ResourceType {
  make(call: StackCall, properties: unknown): Made;
  /**
   * Whether the change needs no new resource, so that the resource can be changed in place. Default: it always needs a
   * new one.
   */
  isSame?(call: StackCall, before: unknown, after: unknown): boolean;
  /**
   * Changes the resource in place. If that fails, restores it.
   * @returns its new state, and a function that undoes the change
   */
  update?(call: StackCall, before: unknown, after: unknown): { made: Made; undo: () => void };
}

/**
 * Creates one resource of a stack by the calls of its service, in the caller's name.
 * @throws Error with the service's own message if the service rejects it
 */
export function makeStackResource(call: StackCall, { Type, Properties }: StackResource): StackedResource {
  const made = getResourceType(Type).make(call, Properties);
  return { logicalId: call.logicalId, type: Type, properties: Properties, ...made };
}

/** Changes a resource in place. `undefined` if it must be replaced. */
export function updateStackResource(
  call: StackCall,
  previous: StackedResource,
  { Type, Properties }: StackResource,
): { readonly resource: StackedResource; readonly undo: () => void } | undefined {
  if (previous.type !== Type) return undefined;
  const { isSame, update } = getResourceType(Type);
  if (isSame === undefined || update === undefined)
    throw new Error(`The simulated organization does not model an update of ${Type}`);
  if (!isSame(call, previous.properties, Properties)) return undefined;
  const { made, undo } = update(call, previous.properties, Properties);
  return { resource: { ...previous, properties: Properties, ...made }, undo };
}

function getResourceType(name: string): ResourceType {
  const type = resourceTypes[name];
  if (type === undefined) throw new Error(`The simulated organization does not model ${name}`);
  return type;
}

const managedPolicySchema = z.strictObject({
  ManagedPolicyName: z.string().optional(),
  Path: pathSchema,
  Description: z.string().optional(),
  PolicyDocument: documentSchema,
  Roles: namesSchema,
  Tags: tagsSchema,
});

/** Creates a resource of type AWS::IAM::ManagedPolicy. `Ref` returns its ARN. */
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
  Path: pathSchema,
  Roles: z.array(z.string()).length(1),
});

const readProfile = (call: StackCall, properties: unknown) => {
  const { InstanceProfileName = nameOf(call), Path, Roles } = profileSchema.parse(properties);
  return { InstanceProfileName, Path, Roles };
};

type Profile = ReturnType<typeof readProfile>;

const listProfileSteps = ({ InstanceProfileName, Path, Roles }: Profile) => [
  {
    operation: 'CreateInstanceProfile',
    input: { InstanceProfileName, Path },
    undo: ['DeleteInstanceProfile', { InstanceProfileName }] as const,
  },
  ...Roles.map((RoleName) => ({
    operation: 'AddRoleToInstanceProfile',
    input: { InstanceProfileName, RoleName },
    undo: ['RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }] as const,
  })),
];

const describeProfile = (call: StackCall, profile: Profile, remove: () => void): Made => ({
  physicalId: profile.InstanceProfileName,
  attributes: { Arn: arnOf(call, 'instance-profile', profile.Path, profile.InstanceProfileName) },
  remove,
});

/** Creates a resource of type AWS::IAM::InstanceProfile. `Ref` returns its name. */
function makeInstanceProfile(call: StackCall, properties: unknown): Made {
  const profile = readProfile(call, properties);
  return describeProfile(call, profile, takeSteps(call, listProfileSteps(profile)));
}

/** Another name or path replaces the profile ("AWS::IAM::InstanceProfile", Update requires). */
function isSameProfile(call: StackCall, before: unknown, after: unknown): boolean {
  const [one, other] = [readProfile(call, before), readProfile(call, after)];
  return one.InstanceProfileName === other.InstanceProfileName && one.Path === other.Path;
}

function updateProfile(call: StackCall, before: unknown, after: unknown) {
  const [previous, next] = [readProfile(call, before), readProfile(call, after)];
  replaceRole(call, previous, next);
  const made = describeProfile(call, next, () => takeBack(call, listProfileSteps(next)));
  return { made, undo: () => replaceRole(call, next, previous) };
}

function replaceRole(call: StackCall, { InstanceProfileName, Roles }: Profile, next: Profile): void {
  for (const RoleName of Roles)
    callIam(call, 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName });
  for (const RoleName of next.Roles)
    callIam(call, 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName });
}

const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': { make: makeRole, isSame: isSameRole, update: updateRole },
  'AWS::IAM::ManagedPolicy': { make: makeManagedPolicy },
  'AWS::IAM::InstanceProfile': { make: makeInstanceProfile, isSame: isSameProfile, update: updateProfile },
};
