import type { GrantContext, ResourceRef } from '../grants/contract.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { checkApplications } from './application-findings.ts';
import { checkCentralAccounts, findMissingAccounts } from './central-account-findings.ts';
import { getGrantContext } from './context.ts';
import { checkMemberRoles } from './member-role-findings.ts';
import { findMissingRoles, findRepeatedRoles } from './member-role-names.ts';
import type { PathFinding } from './messages.ts';
import { describeRegionMistake } from './regions.ts';
import type { Configuration } from './schema.ts';
import { secretTargetFindings } from './secret-deployment.ts';
import { checkStackOptions } from './stack-options.ts';

/** Checks that the parts of a configuration fit together. A schema cannot check that. */
export function checkConsistency(configuration: Configuration): readonly PathFinding[] {
  const missingRoles = findMissingRoles(configuration);
  return [
    ...checkNames(configuration),
    ...checkCentralAccounts(configuration),
    ...regionFindings(configuration),
    ...checkNotifications(configuration),
    ...secretTargetFindings(configuration),
    ...checkApplications(configuration),
    ...checkStackOptions(configuration),
    // The other checks need the roles that grants name, so they run only if all of these roles exist.
    ...(missingRoles.length > 0
      ? []
      : [...listSidClashes(configuration), ...checkMemberRoles(configuration)]),
  ];
}

/** SNS accepts only a key in the topic's region. */
function checkNotifications({ notifications }: Configuration): readonly PathFinding[] {
  const { topic, key } = notifications ?? {};
  const [topicRegion, keyRegion] = [topic, key].map((arn) => arn?.split(':')[3]);
  if (keyRegion === undefined || keyRegion === topicRegion) return [];
  const message = `must be in the region of the topic, ${topicRegion}. This key is in ${keyRegion}`;
  return [{ path: ['notifications', 'key'], message }];
}

/** Checks names in a file that may have other mistakes, so that its author sees all mistakes at once. */
export function checkNames(value: unknown): readonly PathFinding[] {
  const { grants } = fields(value);
  return [
    ...(Array.isArray(grants) ? repeatedNames(grants.map(fields)) : []),
    ...findMissingAccounts(value),
    ...findRepeatedRoles(value),
    ...findMissingRoles(value),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const repeatedNames = (grants: readonly Fields[]): readonly PathFinding[] =>
  grants.flatMap(({ name }, index) => {
    const first = grants.findIndex((grant) => grant.name === name);
    if (first === index || typeof name !== 'string') return [];
    const message = `must be unique: ${name} is the name of grants[${first}] too`;
    return [{ path: ['grants', index, 'name'], message }];
  });

function regionFindings(configuration: Configuration): readonly PathFinding[] {
  const { centralAccounts, grants, secretDeployment, applications = [] } = configuration;
  const regions = [
    ...Object.entries(centralAccounts).map(
      ([name, account]) => [['centralAccounts', name, 'region'], account.region] as const,
    ),
    ...grants.map(({ region }, index) => [['grants', index, 'region'], region] as const),
    ...grants.flatMap(({ regions = [] }, index) =>
      regions.map((region, place) => [['grants', index, 'regions', place], region] as const),
    ),
    ...(secretDeployment?.regions ?? []).map(
      (region, place) => [['secretDeployment', 'regions', place], region] as const,
    ),
    ...(secretDeployment?.targets ?? []).map(
      ({ region }, index) => [['secretDeployment', 'targets', index, 'region'], region] as const,
    ),
    ...applications.map(({ region }, index) => [['applications', index, 'region'], region] as const),
  ];
  return regions.flatMap(([path, region]) => {
    if (region === undefined) return [];
    const message = describeRegionMistake(region, configuration);
    return message === undefined ? [] : [{ path, message }];
  });
}

/** A Sid that a grant may write on a resource. */
interface Mark {
  readonly sid: string;
  readonly place: string;
  /** The key of the resource. Absent for a grant with a pattern, which may match any resource. */
  readonly id?: string;
  readonly grant: string;
}

/**
 * Finds grants that would write the same Sid on a resource, such as `logs` (part `read-all`) and `logs-read` (part
 * `all`). It is better to report this here than at the first write. All Sids count that a grant could ever write,
 * because a grant treats each of them as its own.
 */
function listSidClashes(configuration: Configuration): readonly PathFinding[] {
  const context = getGrantContext(configuration);
  const before = new Map<string, Mark[]>();
  return configuration.grants.flatMap((entry, index) => {
    if (configuration.centralAccounts[entry.account] === undefined) return [];
    const others = ownMarks(entry, context).flatMap((mark) => {
      const alike = before.get(`${mark.place} ${mark.sid}`) ?? [];
      before.set(`${mark.place} ${mark.sid}`, [...alike, mark]);
      return alike.filter((other) => mayMeet(mark, other)).map(({ grant }) => grant);
    });
    return [...new Set(others)].map((other) => ({
      path: ['grants', index, 'name'],
      message: `must be another name: ${entry.name} and ${other} can write statements with the same Sid`,
    }));
  });
}

const mayMeet = (one: Mark, other: Mark): boolean =>
  one.grant !== other.grant && (one.id === undefined || other.id === undefined || one.id === other.id);

function ownMarks(entry: Configuration['grants'][number], context: GrantContext): readonly Mark[] {
  const kind = getGrantKind(entry.kind);
  const searches = kind.discovery?.listSearches(entry, context) ?? [];
  const named = kind.listResources(entry, context).map((ref) => ({ ref, id: ref.id }));
  const searchMarks = searches.map(({ kind, accountId, region }) => ({
    ref: { kind, accountId, region, id: 'any' },
  }));
  return [...named, ...searchMarks].flatMap(({ ref, ...which }) =>
    kind
      .listSids(entry, ref, context)
      .map((sid) => ({ sid, place: placeOf(ref), grant: entry.name, ...which })),
  );
}

const placeOf = ({ kind, accountId, region }: ResourceRef): string => `${kind}/${accountId}/${region}`;
