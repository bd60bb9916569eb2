import * as z from 'zod';
import { fromTagList } from '../services/iam-entities.ts';
import type { SimulatedRole } from '../simulated-resources.ts';
import {
  arnOf,
  callIam,
  ignoreAbsence,
  type Made,
  nameOf,
  type StackCall,
  type Step,
  takeBack,
  takeSteps,
} from './iam-steps.ts';
import { documentSchema, namesSchema, pathSchema, tagsSchema } from './properties.ts';

const roleSchema = z.strictObject({
  RoleName: z.string().optional(),
  Path: pathSchema,
  Description: z.string().optional(),
  AssumeRolePolicyDocument: documentSchema,
  MaxSessionDuration: z.number().optional(),
  PermissionsBoundary: z.string().optional(),
  ManagedPolicyArns: namesSchema,
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: documentSchema })).default([]),
  Tags: tagsSchema,
});

type RoleProperties = z.infer<typeof roleSchema> & { readonly RoleName: string };

const readRole = (call: StackCall, properties: unknown): RoleProperties => {
  const parsed = roleSchema.parse(properties);
  return { ...parsed, RoleName: parsed.RoleName ?? nameOf(call) };
};

/** Creates a resource of type AWS::IAM::Role. `Ref` returns its name. */
export function makeRole(call: StackCall, properties: unknown): Made {
  const role = readRole(call, properties);
  const remove = takeSteps(call, listSteps(role));
  return describe(call, role, remove);
}

function describe(call: StackCall, { RoleName, Path }: RoleProperties, remove: () => void): Made {
  const Arn = arnOf(call, 'role', Path, RoleName);
  const RoleId = call.world.roles.get(Arn)?.uniqueId ?? '';
  return { physicalId: RoleName, attributes: { Arn, RoleId }, remove };
}

const listSteps = ({ ManagedPolicyArns, Policies, ...role }: RoleProperties): readonly Step[] => {
  const { RoleName } = role;
  return [
    { operation: 'CreateRole', input: role, undo: ['DeleteRole', { RoleName }] },
    ...Policies.map(({ PolicyName, PolicyDocument }) => ({
      operation: 'PutRolePolicy',
      input: { RoleName, PolicyName, PolicyDocument },
      undo: ['DeleteRolePolicy', { RoleName, PolicyName }] as const,
    })),
    ...ManagedPolicyArns.map((PolicyArn) => attachStep(RoleName, PolicyArn)),
  ];
};

export const attachStep = (RoleName: string, PolicyArn: string): Step => ({
  operation: 'AttachRolePolicy',
  input: { RoleName, PolicyArn },
  undo: ['DetachRolePolicy', { RoleName, PolicyArn }],
});

/** Another name or path replaces the role. Everything else changes in place ("AWS::IAM::Role", Update requires). */
export const isSameRole = (call: StackCall, before: unknown, after: unknown): boolean => {
  const [one, other] = [readRole(call, before), readRole(call, after)];
  return one.RoleName === other.RoleName && one.Path === other.Path;
};

/** Changes a role in place, or restores it on failure. @returns the role, and a function that undoes the change */
export function updateRole(
  call: StackCall,
  before: unknown,
  after: unknown,
): { made: Made; undo: () => void } {
  const [previous, next] = [readRole(call, before), readRole(call, after)];
  const arn = arnOf(call, 'role', previous.Path, previous.RoleName);
  const role = call.world.roles.get(arn);
  const snapshot = role === undefined ? undefined : structuredClone(role);
  const undo = (): void => {
    if (snapshot !== undefined) call.world.roles.set(arn, snapshot);
  };
  try {
    change(call, previous, next);
    describeAnew(call, arn, next);
  } catch (error) {
    undo();
    throw error;
  }
  return { made: describe(call, next, () => takeBack(call, listSteps(next))), undo };
}

function change(call: StackCall, previous: RoleProperties, next: RoleProperties): void {
  const { RoleName, AssumeRolePolicyDocument, MaxSessionDuration = 3_600, PermissionsBoundary } = next;
  callIam(call, 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument: AssumeRolePolicyDocument });
  callIam(call, 'UpdateRole', { RoleName, MaxSessionDuration });
  if (PermissionsBoundary === undefined) callIam(call, 'DeleteRolePermissionsBoundary', { RoleName });
  else callIam(call, 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary });
  const kept = new Set(next.Policies.map(({ PolicyName }) => PolicyName));
  for (const { PolicyName } of previous.Policies.filter((each) => !kept.has(each.PolicyName)))
    ignoreAbsence(() => callIam(call, 'DeleteRolePolicy', { RoleName, PolicyName }));
  for (const policy of next.Policies) callIam(call, 'PutRolePolicy', { RoleName, ...policy });
  const attached = new Set(next.ManagedPolicyArns);
  for (const PolicyArn of previous.ManagedPolicyArns.filter((each) => !attached.has(each)))
    ignoreAbsence(() => callIam(call, 'DetachRolePolicy', { RoleName, PolicyArn }));
  for (const PolicyArn of attached) callIam(call, 'AttachRolePolicy', { RoleName, PolicyArn });
}

/** Changes the description and the tags directly, because the simulator does not model the IAM calls for that. */
function describeAnew(call: StackCall, arn: string, { Description, Tags }: RoleProperties): void {
  const role = call.world.roles.get(arn);
  if (role === undefined) return;
  const changed: SimulatedRole = { ...role, description: Description, tags: fromTagList(Tags) };
  call.world.roles.set(arn, changed);
}
