import { createPolicy, type PolicyDocument, type Statement } from './document.ts';
import { isSameStatement } from './equality.ts';
import { OwnershipClashError } from './errors.ts';

/**
 * Lower-case letters and digits only. So in a Sid, the first upper-case letter after the installation's id begins the
 * name of the grant.
 */
export const installationIdPattern = /^[a-z][a-z0-9]{0,15}$/;

/** Lower-case words joined by hyphens. */
export const grantNamePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const partPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const ownedPattern = /^AccountOnboarding([a-z][a-z0-9]{0,15})[A-Z][A-Za-z0-9]*$/;

/**
 * The Sid of a managed statement: `AccountOnboarding`, then the installation's id, the grant and the part. It has only
 * letters and digits, because IAM allows nothing else ("IAM JSON policy elements: Sid"). Two grants may get the same
 * Sid (`a-b` + `c`, `a` + `b-c`). `replaceManagedStatements` rejects a document in which that happens.
 */
export function createManagedSid(mark: {
  readonly installationId: string;
  readonly grant: string;
  readonly part: string;
}) {
  expectPattern('installation id', mark.installationId, installationIdPattern);
  expectPattern('grant', mark.grant, grantNamePattern);
  expectPattern('part', mark.part, partPattern);
  return `AccountOnboarding${mark.installationId}${pascalCase(mark.grant)}${pascalCase(mark.part)}`;
}

/** The installation in the Sid of a managed statement. `undefined` for any other Sid, and without a Sid. */
export const installationOf = (sid: string | undefined): string | undefined =>
  ownedPattern.exec(sid ?? '')?.[1];

export const listManagedStatements = (
  document: PolicyDocument | undefined,
  installationId: string,
): readonly Statement[] =>
  (document?.Statement ?? []).filter(({ Sid }) => installationOf(Sid) === installationId);

/**
 * The grant that wrote the statement with this Sid, among the grants in `names`. If several names fit, the longest is
 * right. `undefined` if the Sid is not managed, or if its grant was removed or renamed.
 */
export const findGrantName = (
  sid: string | undefined,
  names: readonly string[],
  installationId: string,
): string | undefined =>
  names
    .filter((name) => sid?.startsWith(`AccountOnboarding${installationId}${pascalCase(name)}`))
    .toSorted((a, b) => b.length - a.length)[0];

export interface Replacement {
  readonly document: PolicyDocument | undefined;
  /** The key of the resource, for messages. */
  readonly where: string;
  readonly installationId: string;
  /** The desired managed statements. Each has a Sid of this installation. */
  readonly wanted: readonly Statement[];
  /** The Sids that this installation has written, from the table. */
  readonly remembered: readonly string[];
}

/**
 * The document with the desired managed statements. All other content stays unchanged and in its order.
 *
 * - A desired statement replaces the statement with its Sid. If both mean the same, nothing is replaced.
 * - New statements are appended.
 * - Remembered statements that are no longer desired are removed.
 * - `Version` and `Id` stay, because another version would change what `${…}` in unmanaged statements means.
 *
 * @returns `undefined` if no statement is left @throws OwnershipClashError for a statement with this installation's
 * mark that is neither desired nor remembered
 */
export function replaceManagedStatements(replacement: Replacement): PolicyDocument | undefined {
  const { document = createPolicy(), installationId } = replacement;
  const wanted = bySid(replacement.wanted, installationId);
  refuseClashes(replacement, wanted);
  const missing = new Map(wanted);
  const kept = document.Statement.flatMap((statement) => {
    if (statement.Sid === undefined || installationOf(statement.Sid) !== installationId) return [statement];
    const replacing = missing.get(statement.Sid);
    missing.delete(statement.Sid);
    return replacing === undefined ? [] : [isSameStatement(statement, replacing) ? statement : replacing];
  });
  const statements = [...kept, ...missing.values()];
  return statements.length === 0 ? undefined : { ...document, Statement: statements };
}

function bySid(wanted: readonly Statement[], installationId: string): ReadonlyMap<string, Statement> {
  const statements = new Map<string, Statement>();
  for (const statement of wanted) {
    const sid = statement.Sid ?? '';
    if (installationOf(sid) !== installationId)
      throw new Error(`Sid "${sid}" is not of installation ${installationId}`);
    if (statements.has(sid)) throw new Error(`Two statements are rendered with the same Sid "${sid}"`);
    statements.set(sid, statement);
  }
  return statements;
}

function refuseClashes(replacement: Replacement, wanted: ReadonlyMap<string, Statement>): void {
  const { document, where, installationId, remembered } = replacement;
  const sids = listManagedStatements(document, installationId)
    .map(({ Sid = '' }) => Sid)
    .filter((sid) => !wanted.has(sid) && !remembered.includes(sid));
  if (sids.length === 0) return;
  throw new OwnershipClashError(
    `The policy of ${where} has ${sids.map((sid) => `the statement "${sid}"`).join(' and ')} with the mark of ` +
      `installation "${installationId}", but the installation did not write it. Nothing was changed.  Give the statement another Sid ` +
      `or remove it; if another stack uses this installation id, give one of the two another id.`,
    { where, installationId, sids },
  );
}

function expectPattern(what: string, value: string, pattern: RegExp): void {
  if (!pattern.test(value)) throw new Error(`"${value}" is not a ${what}: it must match ${pattern}`);
}

const pascalCase = (kebab: string): string =>
  kebab
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
