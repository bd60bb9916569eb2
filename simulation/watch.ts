import { accountIdsIn } from '../shared/policy/accounts.ts';
import { many, type PolicyDocument, parsePolicy, type Statement } from '../shared/policy/document.ts';
import { samePolicy } from '../shared/policy/equality.ts';
import { deploymentOf } from '../shared/policy/owned.ts';
import type { SimulatedOrganisation } from '../simulator/organisation.ts';
import type { Interceptor, SimulatedCall } from '../simulator/plugin.ts';
import { type Faults, isWrite, readKey } from './faults.ts';

/** Something that one of the promises excludes. */
export interface Violation {
  /** Milliseconds of simulated time since the beginning. */
  readonly at: number;
  readonly what: string;
}

export interface Watch {
  readonly interceptor: Interceptor;
  readonly violations: Violation[];
  /** Policy writes that took effect. */
  readonly writes: () => number;
  /** Edits of outsiders between a run's last read and its write: the window that AWS leaves. */
  readonly lostEdits: () => number;
  /** What is not ours, as others last left it, by resource; where an edit was lost, what stands there. */
  readonly left: Map<string, PolicyDocument>;
  /** An outsider has just edited the resource. */
  edited(resource: string, text: string): void;
}

interface WatchOptions {
  readonly organisation: SimulatedOrganisation;
  readonly deployment: string;
  readonly faults: Faults;
  /** Accounts that were in the registry at some time. */
  readonly registered: ReadonlySet<string>;
  readonly now: () => number;
}

/** Looks at each write at the moment it takes effect. */
export function watch({ organisation, deployment, faults, registered, now }: WatchOptions): Watch {
  const violations: Violation[] = [];
  const left = new Map<string, PolicyDocument>();
  const editedAt = new Map<string, number>();
  let writes = 0;
  let lostEdits = 0;
  const violated = (what: string): void => void violations.push({ at: now(), what });

  const interceptor: Interceptor = async (call, proceed) => {
    if (!isWrite(call) || !policyServices.has(call.service)) return proceed();
    const before = textOf(organisation, call);
    const output = await proceed();
    writes += 1;
    const after = textOf(organisation, call);
    checkForeign(call, before, after);
    for (const statement of statements(after, true)) checkReach(statement, call);
    return output;
  };

  const statements = (text: string | undefined, ours: boolean): readonly Statement[] =>
    documentOf(text).Statement.filter(({ Sid }) => (deploymentOf(Sid) === deployment) === ours);

  const foreign = (text: string | undefined): PolicyDocument => ({
    ...documentOf(text),
    Statement: statements(text, false),
  });

  const checkForeign = (call: SimulatedCall, before: string | undefined, after: string | undefined): void => {
    if (samePolicy(foreign(before), foreign(after))) return;
    const target = resourceIn(call);
    const readAt = faults.readAt.get(readKey(call)) ?? 0;
    if ((editedAt.get(target) ?? 0) >= readAt) {
      lostEdits += 1;
      left.set(target, foreign(after));
    } else violated(`${call.operation} on ${target} changed what is not ours`);
  };

  const checkReach = ({ Sid, Principal, Condition }: Statement, call: SimulatedCall): void => {
    const where = `${call.operation} on ${resourceIn(call)}: ${Sid}`;
    const names = typeof Principal === 'object' && Principal !== null ? many(Principal.AWS ?? []) : [];
    if (
      Principal === '*' ||
      (names.includes('*') && !JSON.stringify(Condition ?? {}).includes('PrincipalOrg'))
    )
      violated(`${where} is open to everybody`);
    for (const id of accountIdsIn({ Principal, Condition } as Statement))
      if (!registered.has(id)) violated(`${where} names ${id}, which is not in the registry`);
  };

  return {
    interceptor,
    violations,
    writes: () => writes,
    lostEdits: () => lostEdits,
    left,
    edited: (resource, text) => {
      editedAt.set(resource, now());
      left.set(resource, foreign(text));
    },
  };
}

const policyServices: ReadonlySet<string> = new Set(['s3', 'kms', 'ecr', 'secretsmanager', 'iam']);

/** The name that the resource has in the world's maps. */
export const resourceIn = ({ input }: Pick<SimulatedCall, 'input'>): string => {
  const { Bucket, KeyId, repositoryName, SecretId } = input as Readonly<Record<string, unknown>>;
  return String(Bucket ?? KeyId ?? repositoryName ?? SecretId ?? '');
};

function textOf({ world }: SimulatedOrganisation, call: SimulatedCall): string | undefined {
  const name = resourceIn(call);
  const { buckets, keys, repositories, secrets } = world;
  const all = { s3: buckets, kms: keys, ecr: repositories, secretsmanager: secrets }[call.service];
  return [...(all?.values() ?? [])].find((each) => each.name === name)?.policy;
}

const documentOf = (text: string | undefined): PolicyDocument =>
  text === undefined ? { Version: '2012-10-17', Statement: [] } : parsePolicy(text, 'the world');
