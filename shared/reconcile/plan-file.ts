import * as z from 'zod';
import { hashCanonically } from '../configuration/context.ts';
import { MalformedPlanError, StalePlanError } from './errors.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');

const resourceSchema = z.strictObject({
  /** `kind/account/region/id`. */
  key: z.string(),
  change: z.boolean(),
  /** Digests of the present and of the desired documents. Null if the documents could not be read or planned. */
  actual: digest.nullable(),
  desired: digest.nullable(),
  /** Lines that show operators the difference. `apply` does not compare them. */
  difference: z.array(z.string()),
  /** Holds without their times. So two plans of the same state are equal, whenever they are made. */
  holds: z.array(
    z.strictObject({
      accountId: z.string(),
      change: z.enum(['add', 'remove']),
      reason: z.enum(['grace-period', 'removal-limit', 'rejected-principal', 'capacity']),
    }),
  ),
  error: z.strictObject({ name: z.string(), message: z.string() }).exactOptional(),
});

const contentSchema = z.strictObject({
  formatVersion: z.literal(1),
  installation: z.string(),
  configurationHash: digest,
  registryRevision: z.int().nonnegative(),
  /** The account that the plan is for. Absent for a plan of all accounts. */
  accountId: z.string().exactOptional(),
  resources: z.array(resourceSchema),
});

const planFileSchema = contentSchema.extend({ hash: digest });

/** One resource in a plan file. By its digests, `apply` recognizes whether the state has changed since the plan. */
export type PlanFileResource = z.infer<typeof resourceSchema>;

/** The content of a plan, without its hash. */
export type PlanContent = z.infer<typeof contentSchema>;

/**
 * A plan as it is stored, shown and approved. Its hash covers the whole content. Plans of the same state have the same
 * hash.
 */
export type PlanFile = z.infer<typeof planFileSchema>;

export const createPlanFile = (content: PlanContent): PlanFile => ({
  ...content,
  hash: hashCanonically(content),
});

/**
 * Reads a plan file. `source` is the name of the file, for messages.
 * @throws MalformedPlanError if the text is no plan file of this format
 * @throws StalePlanError if somebody edited the content, so that the hash does not match
 */
export function parsePlanFile(text: string, source: string): PlanFile {
  const parsed = planFileSchema.safeParse(parseJson(text, source));
  if (!parsed.success)
    throw new MalformedPlanError(
      source,
      parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    );
  const { hash, ...content } = parsed.data;
  if (hashCanonically(content) !== hash)
    throw stale(`${source} was edited after it was written: its hash does not match`, { source });
  return parsed.data;
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedPlanError(source, [{ path: '', message: `is not JSON: ${String(cause)}` }]);
  }
}

/** @throws StalePlanError if the plan is for another installation, or was made with another configuration */
export function requireSameOrigin(
  plan: PlanContent,
  now: Pick<PlanContent, 'installation' | 'configurationHash'>,
): void {
  if (plan.installation !== now.installation)
    throw stale(`The plan is for installation ${plan.installation}, and this is ${now.installation}`, {
      planned: plan.installation,
      installation: now.installation,
    });
  if (plan.configurationHash !== now.configurationHash)
    throw stale(
      `The plan was made from another configuration (hash ${plan.configurationHash.slice(0, 12)}, this one has ` +
        `${now.configurationHash.slice(0, 12)})`,
      { planned: plan.configurationHash, configuration: now.configurationHash },
    );
}

/**
 * Compares a plan with a plan that was made just now. Throws if the present or the desired state of a resource differs.
 * It does not throw if a resource already has its planned state, or if only the revision of the registry is newer.
 * @throws StalePlanError with every resource that differs, and how
 */
export function requireUnchanged(plan: PlanContent, now: PlanContent): void {
  const moved = movedResources(plan, now);
  if (moved.length === 0) return;
  const registry =
    plan.registryRevision === now.registryRevision
      ? []
      : [`the registry changed from revision ${plan.registryRevision} to ${now.registryRevision}`];
  const lines = [...registry, ...moved.map(({ resource, why }) => `${resource} ${why}`)];
  throw stale(
    `The plan is out of date:\n${lines.map((line) => `  ${line}`).join('\n')}\nNothing was written`,
    {
      resources: moved,
      planned: plan.registryRevision,
      registry: now.registryRevision,
    },
  );
}

interface Moved {
  readonly resource: string;
  readonly why: string;
}

function movedResources(plan: PlanContent, now: PlanContent): readonly Moved[] {
  const present = new Map(now.resources.map((resource) => [resource.key, resource]));
  const planned = new Set(plan.resources.map(({ key }) => key));
  return [
    ...plan.resources.flatMap((resource) => moved(resource, present.get(resource.key))),
    ...now.resources
      .filter(({ key }) => !planned.has(key))
      .map(({ key }) => ({ resource: key, why: 'is not in the plan' })),
  ];
}

function moved(then: PlanFileResource, now: PlanFileResource | undefined): readonly Moved[] {
  const resource = then.key;
  if (now === undefined) return [{ resource, why: 'is no longer in the plan' }];
  const isDone = now.desired !== null && then.desired === now.desired && !now.change;
  if (isDone) return [];
  if (then.actual !== now.actual) return [{ resource, why: 'was changed after the plan was made' }];
  return then.desired === now.desired ? [] : [{ resource, why: 'has another desired state now' }];
}

const stale = (what: string, fields: object): StalePlanError =>
  new StalePlanError(`${what}. Make a new plan: onboarding plan --out FILE`, { ...fields });
