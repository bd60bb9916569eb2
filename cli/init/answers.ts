import { describeRegionMistake } from '../../shared/configuration/regions.ts';
import { installationIdPattern } from '../../shared/iam/managed-statements.ts';
import {
  centralAccountNameSchema,
  centralAccountNameText,
  getMaxNameLength,
  maxCentralAccounts,
} from '../../shared/platform/central-accounts.ts';
import { findNearestWord } from '../../shared/platform/nearest-name.ts';
import { askWord, UsageError } from '../usage-error.ts';
import type { ChosenCentral, NamedAccount, OrganizationFacts, Proposal } from './facts.ts';
import { nameEach, toName } from './names.ts';
import type { Prompts } from './prompts.ts';

/** The answers that were given as options. init asks for the others. */
export interface GivenAnswers {
  readonly installation?: string;
  readonly central: readonly string[];
  readonly region?: string;
  readonly ou?: string;
  readonly grants?: string;
}

/**
 * Without a terminal, init cannot ask, so every answer must be an option.
 * @throws UsageError that names each missing option
 */
export function requireAnswers({ installation, central, region, ou, grants }: GivenAnswers): void {
  const missing = [
    ...(installation === undefined ? ['--installation NAME (such as prod)'] : []),
    ...(central.length === 0 ? ['--central NAME=ACCOUNT (such as log=222222222222; may be repeated)'] : []),
    ...(region === undefined ? ['--region REGION (such as eu-west-1)'] : []),
    ...(ou === undefined ? ['--ou PATH (such as Workloads)'] : []),
    ...(grants === undefined ? ['--grants NAMES (suggested, all, none, or names of proposals)'] : []),
  ];
  if (missing.length === 0) return;
  throw new UsageError(
    `There is no terminal to ask on, so each answer must be an option. Nothing was written. Missing:\n${missing.map((option) => `  ${option}`).join('\n')}`,
  );
}

export async function askInstallation(
  { installation }: GivenAnswers,
  prompts: Prompts | undefined,
): Promise<string> {
  const name =
    installation ??
    (await prompts?.askText('Name of the installation, part of each Sid', 'prod', findInstallationMistake)) ??
    '';
  return accepted('--installation', name, findInstallationMistake(name));
}

const findInstallationMistake = (name: string): string | undefined =>
  installationIdPattern.test(name)
    ? undefined
    : 'must be lower-case letters and digits, a letter first, at most 16, such as prod';

export async function askRegion(
  { region }: GivenAnswers,
  { partition }: OrganizationFacts,
  prompts: Prompts | undefined,
): Promise<string> {
  const findMistake = (name: string) =>
    describeRegionMistake(name, { partition: asPartition(partition), additionalRegions: undefined });
  const name =
    region ?? (await prompts?.askText('Region of the shared resources', 'us-east-1', findMistake)) ?? '';
  return accepted('--region', name, findMistake(name));
}

const asPartition = (partition: string) =>
  partition === 'aws-cn' || partition === 'aws-us-gov' ? partition : 'aws';

export async function askOu(
  { ou }: GivenAnswers,
  { ous }: OrganizationFacts,
  prompts: Prompts | undefined,
): Promise<string> {
  const choices = ous.map(({ id, path }) => ({ value: path, label: path, hint: id }));
  const named =
    ou ?? (await prompts?.chooseOne('OU whose accounts get the grants (type to search)', choices)) ?? '';
  const found = ous.find(({ id, path }) => path === named || id === named);
  if (found !== undefined) return found.path;
  const nearest = findNearestWord(
    named,
    ous.map(({ path }) => path),
  );
  throw new UsageError(
    `--ou ${named}: the organization has no such OU. ${askWord(nearest)}Nothing was written`,
  );
}

export async function askCentralAccounts(
  { central }: GivenAnswers,
  facts: OrganizationFacts,
  { region, installation, prompts }: { region: string; installation: string; prompts: Prompts | undefined },
): Promise<readonly ChosenCentral[]> {
  const given = central.map((text) => parseCentral(text, facts, getMaxNameLength(installation)));
  requireDifferentNames(given);
  const asked = given.length > 0 ? given : await askAccounts(facts, prompts);
  if (asked.length > maxCentralAccounts)
    throw new UsageError(
      `${asked.length} central accounts were chosen. At most ${maxCentralAccounts} are possible. Nothing was written`,
    );
  const named = nameEach(asked, getMaxNameLength(installation));
  return named.map(({ name, account, region: own = region }) => ({
    name,
    id: account.id,
    region: own,
    accountName: account.name,
  }));
}

interface NamedCentral {
  readonly name: string;
  readonly account: NamedAccount;
  readonly region?: string;
}

async function askAccounts(
  { accounts, managementAccount }: OrganizationFacts,
  prompts: Prompts | undefined,
): Promise<readonly NamedCentral[]> {
  const members = accounts.filter(({ id }) => id !== managementAccount);
  const ids = await prompts?.chooseSome(
    'Central accounts, which host shared resources (type to search)',
    members.map(({ id, name }) => ({ value: id, label: name, hint: id })),
  );
  return members
    .filter(({ id }) => ids?.includes(id))
    .map((account) => ({ name: toName(account.name, 'central'), account }));
}

/** Parses one of `log=222222222222`, `log=Log Archive` and `log=222222222222@eu-west-1`. */
function parseCentral(text: string, { accounts }: OrganizationFacts, maxLength: number): NamedCentral {
  const [, name = '', named = '', region] = /^([^=]+)=(.+?)(?:@([\w-]+))?$/.exec(text) ?? [];
  const matching = accounts.filter((account) => account.id === named || account.name === named);
  const [account] = matching;
  if (name !== '' && (name.length > maxLength || !centralAccountNameSchema.safeParse(name).success))
    throw new UsageError(
      `--central ${text}: the part before = must be ${centralAccountNameText}, at most ${maxLength} characters. Nothing was written`,
    );
  if (account !== undefined && matching.length === 1)
    return { name, account, ...(region === undefined ? {} : { region }) };
  const isUnknown = named !== '' && matching.length === 0;
  const nearest = isUnknown
    ? findNearestWord(
        named,
        accounts.map((each) => each.name),
      )
    : undefined;
  throw new UsageError(
    `--central ${text}: ${describeCentralMistake(named, matching)}. ${askWord(nearest)}Nothing was written`,
  );
}

function requireDifferentNames(given: readonly NamedCentral[]): void {
  const names = given.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError(
      `--central gives two accounts the name ${twice}. Use a name for each. Nothing was written`,
    );
}

function describeCentralMistake(named: string, matching: readonly NamedAccount[]): string {
  if (named === '') return 'must be like log=222222222222, or log=222222222222@eu-west-1';
  if (matching.length === 0) return `the organization has no active account ${named}`;
  return `${matching.length} accounts have the name ${named} (${matching.map(({ id }) => id).join(', ')}): use the id`;
}

export async function askProposals(
  { grants }: GivenAnswers,
  proposals: readonly Proposal[],
  prompts: Prompts | undefined,
): Promise<ReadonlySet<string>> {
  const names = proposals.map(({ name }) => name);
  const suggested = proposals.filter((each) => each.suggested).map(({ name }) => name);
  if (grants === undefined) {
    if (proposals.length === 0 || prompts === undefined) return new Set();
    const choices = proposals.map(({ name, account }) => ({ value: name, label: name, hint: account }));
    return new Set(await prompts.chooseAny('Grants to write (others become comments)', choices, suggested));
  }
  const sets: Readonly<Record<string, readonly string[]>> = { all: names, none: [], suggested };
  return new Set(sets[grants] ?? parseNames(grants, names));
}

function parseNames(grants: string, names: readonly string[]): readonly string[] {
  const wanted = grants.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return wanted;
  const nearest = findNearestWord(unknown, [...names, 'suggested', 'all', 'none']);
  const known = names.length === 0 ? 'There is no proposal' : `Proposals: ${names.join(', ')}`;
  throw new UsageError(
    `--grants: there is no proposal ${unknown}. ${askWord(nearest)}${known}. Or use suggested, all or none. Nothing was written`,
  );
}

function accepted(option: string, value: string, mistake: string | undefined): string {
  if (mistake !== undefined) throw new UsageError(`${option} ${value}: ${mistake}. Nothing was written`);
  return value;
}
