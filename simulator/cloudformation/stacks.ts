import { isDeepStrictEqual } from 'node:util';
import type { Capability } from '@aws-sdk/client-cloudformation';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { makeRandomUuid } from '../world.ts';
import type { StackCall } from './iam-steps.ts';
import { makeStackResource, updateStackResource } from './resources.ts';
import type { SimulatedStack, StackedResource } from './state.ts';
import {
  createResolver,
  orderResources,
  parseTemplate,
  resolveOutputs,
  resolveResource,
  type StackResource,
  type StackTemplate,
} from './template.ts';

export interface StackInput {
  readonly name: string;
  readonly templateBody: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The reason for which the deployment fails. Default: it succeeds. */
  readonly failure?: string | undefined;
}

type Place = Omit<ServiceCall<object>, 'input'>;

/**
 * Creates all resources of a template in the caller's name, or none: then the status names the failed one with the
 * reason.
 */
export function createStack(call: Place, input: StackInput): SimulatedStack {
  const { world, caller, region } = call;
  const id = `arn:${world.settings.partition}:cloudformation:${region}:${caller.accountId}:stack/${input.name}/${makeRandomUuid(world)}`;
  const made: StackedResource[] = [];
  const stack = (status: SimulatedStack['status'], more: Partial<SimulatedStack> = {}): SimulatedStack => ({
    id,
    name: input.name,
    accountId: caller.accountId,
    region,
    createdAt: new Date(world.settings.clock.now()),
    resources: made,
    outputs: {},
    statusReason: undefined,
    ...more,
    status,
  });
  try {
    if (input.failure !== undefined) throw new Error(input.failure);
    return stack('CREATE_COMPLETE', { outputs: makeResources(call, input, made) });
  } catch (error) {
    removeResources(made);
    return stack('ROLLBACK_COMPLETE', { resources: [], statusReason: toReason(error) });
  }
}

/** @returns the outputs of the template */
function makeResources(
  call: Place,
  input: StackInput,
  made: StackedResource[],
  make: (call: StackCall, resource: StackResource) => StackedResource = makeStackResource,
): SimulatedStack['outputs'] {
  const { caller, region, world } = call;
  const template = parseTemplate(input.templateBody);
  const resolve = createResolver(template, {
    accountId: caller.accountId,
    region,
    partition: world.settings.partition,
    stackName: input.name,
    parameters: input.parameters,
    ref: (id) => findMade(made, id).physicalId,
    attribute: (id, name) => attributeOf(findMade(made, id), name),
  });
  for (const logicalId of orderResources(template)) {
    const resource = resolveResource(template, resolve, logicalId);
    if (resource !== undefined) made.push(make({ ...call, stackName: input.name, logicalId }, resource));
  }
  return resolveOutputs(template, resolve);
}

/**
 * Updates a stack to another template: changes resources in place, creates new ones, and at last removes resources that
 * the template no longer has. If one fails, everything is restored ("Update behaviors of stack resources",
 * CloudFormation user guide).
 */
export function updateStack(call: Place, stack: SimulatedStack, input: StackInput): void {
  const before = new Map(stack.resources.map((resource) => [resource.logicalId, resource]));
  const undo: (() => void)[] = [];
  const made: StackedResource[] = [];
  try {
    if (input.failure !== undefined) throw new Error(input.failure);
    stack.outputs = makeResources(call, input, made, (resourceCall, resource) => {
      const changed = changeResource(resourceCall, before.get(resourceCall.logicalId), resource);
      undo.push(changed.undo);
      return changed.resource;
    });
  } catch (error) {
    for (const act of undo.toReversed()) act();
    stack.status = 'UPDATE_ROLLBACK_COMPLETE';
    stack.statusReason = toReason(error);
    return;
  }
  const kept = new Set(made.map(({ physicalId, type }) => `${type} ${physicalId}`));
  removeResources(stack.resources.filter(({ physicalId, type }) => !kept.has(`${type} ${physicalId}`)));
  stack.resources = made;
  stack.status = 'UPDATE_COMPLETE';
  stack.statusReason = undefined;
}

/** Creates or changes one resource according to the new template. Also returns a function that undoes this. */
function changeResource(call: StackCall, previous: StackedResource | undefined, resource: StackResource) {
  const isUnchanged =
    previous?.type === resource.Type && isDeepStrictEqual(previous.properties, resource.Properties);
  if (previous !== undefined && isUnchanged) return { resource: previous, undo: () => {} };
  const updated = previous === undefined ? undefined : updateStackResource(call, previous, resource);
  if (updated !== undefined) return updated;
  const made = makeStackResource(call, resource);
  return { resource: made, undo: made.remove };
}

function findMade(made: readonly StackedResource[], id: string): StackedResource {
  const resource = made.find(({ logicalId }) => logicalId === id);
  if (resource === undefined) throw new Error(`Unresolved resource dependencies [${id}]`);
  return resource;
}

function attributeOf({ attributes, type }: StackedResource, name: string): string {
  const value = attributes[name];
  if (value === undefined) throw new Error(`The attribute ${name} of ${type} is not simulated`);
  return value;
}

/** Deletes the resources of the stack. */
export function deleteStack(stack: SimulatedStack): void {
  removeResources(stack.resources);
  stack.status = 'DELETE_COMPLETE';
}

function removeResources(made: readonly StackedResource[]): void {
  for (const { remove } of made.toReversed()) remove();
}

/**
 * The reason in the status of a resource. CloudFormation quotes the message of the service ("Troubleshooting
 * CloudFormation").
 */
const toReason = (error: unknown): string => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return `Resource handler returned message: "${message}" (HandlerErrorCode: ${handlerCodes[name] ?? 'GeneralServiceException'})`;
};

const handlerCodes: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDenied',
  EntityAlreadyExistsException: 'AlreadyExists',
  LimitExceededException: 'ServiceLimitExceeded',
  MalformedPolicyDocumentException: 'InvalidRequest',
  NoSuchEntityException: 'NotFound',
};

/** @throws ServiceException `InsufficientCapabilitiesException` if the caller did not acknowledge the IAM resources */
export function expectCapabilities(templateBody: string, given: readonly Capability[] = []): void {
  const needed = neededCapability(parseTemplate(templateBody));
  if (needed === undefined || given.includes(needed) || given.includes('CAPABILITY_NAMED_IAM')) return;
  throw createAwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);
}

/** "Acknowledging IAM resources in CloudFormation templates" (CloudFormation user guide). */
function neededCapability({ Resources }: StackTemplate): Capability | undefined {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const isNamed = iam.some(({ Properties }) =>
    ['RoleName', 'ManagedPolicyName', 'InstanceProfileName'].some((name) => name in Properties),
  );
  if (isNamed) return 'CAPABILITY_NAMED_IAM';
  return iam.length === 0 ? undefined : 'CAPABILITY_IAM';
}
