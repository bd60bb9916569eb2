import type { AccountChange, ChangeCause } from '../shared/accounts/account-event.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { ensureOu } from '../simulator/example-organization.ts';
import { endDeployments, noticeAccounts } from '../simulator/member-stack-sets.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';
import { isContainer } from '../simulator/world.ts';

/** One account and what happened to it, from its event. */
interface EventContext {
  readonly organization: SimulatedOrganization;
  readonly configuration: Configuration;
  readonly accountId: string;
  /** The event or the manual input. */
  readonly input: unknown;
}

/** How the simulated organization is prepared for an event. */
interface EventScenario {
  /** Prepares the account as it was before the event, already onboarded. Default: the account did not exist. */
  readonly before?: (context: EventContext) => void;
  /** The event's change of the organization. */
  readonly act: (context: EventContext) => void;
}

const scenarios: Readonly<Record<ChangeCause, EventScenario>> = {
  created: { act: (context) => placeAccount(context, rootOf(context)) },
  joined: { act: (context) => placeAccount(context, rootOf(context)) },
  managed: { act: (context) => placeAccount(context, managedOu(context)) },
  manual: { act: (context) => placeAccount(context, findFirstOu(context)) },
  moved: {
    before: (context) => placeAccount(context, container(context, parameter(context, 'sourceParentId'))),
    act: (context) =>
      context.organization.moveAccount(
        context.accountId,
        container(context, parameter(context, 'destinationParentId')),
      ),
  },
  closed: {
    before: (context) => placeAccount(context, findFirstOu(context)),
    act: ({ organization, accountId }) => organization.closeAccount(accountId),
  },
  departed: {
    before: (context) => placeAccount(context, findFirstOu(context)),
    act: ({ organization, accountId }) => organization.removeAccount(accountId),
  },
  tagged: {
    before: (context) =>
      placeAccount(
        context,
        findFirstOu(context),
        Object.fromEntries(tagKeys(context).map((key) => [key, 'old'])),
      ),
    act: (context) => {
      const { organization, accountId } = context;
      if (tagKeys(context).length > 0) organization.untagAccount(accountId, tagKeys(context));
      else organization.tagAccount(accountId, tags(context));
    },
  },
};

type EventWorld = Omit<EventContext, 'accountId'>;

/** Puts the accounts of an event into their state before it. For example, a moved account is still in its old OU. */
export function prepareOrganization(world: EventWorld, { accountIds, cause }: AccountChange): void {
  for (const accountId of accountIds) scenarios[cause].before?.({ ...world, accountId });
  endDeployments(world.organization);
}

/** Makes the event's change in the organization. */
export function applyEvent(world: EventWorld, { accountIds, cause }: AccountChange): void {
  for (const accountId of accountIds) scenarios[cause].act({ ...world, accountId });
  noticeAccounts(world.organization);
}

/** The OU that most grants name, by path. The root if no grant names an OU. */
export function findFirstOu({ organization, configuration }: Omit<EventWorld, 'input'>): string {
  const paths = configuration.grants
    .flatMap(({ for: selector }) => selector.ous ?? [])
    .filter((path) => !path.startsWith('ou-') && !path.startsWith('r-') && !path.includes('*'));
  const count = (path: string) => paths.filter((each) => each === path).length;
  const [most] = [...new Set(paths)].toSorted((a, b) => count(b) - count(a));
  return most === undefined ? organization.world.settings.rootId : ensureOu(organization, most);
}

/** Adds the account to an OU, unless the organization has the account already. */
function placeAccount({ organization, accountId, input }: EventContext, parentId: string, tags = {}): void {
  if (organization.world.accounts.has(accountId)) return;
  const name = textAt(managedStatus(input), 'account', 'accountName') ?? 'new-account';
  organization.addAccount({ id: accountId, name, parentId, tags });
}

const rootOf = ({ organization }: EventContext): string => organization.world.settings.rootId;

const parameter = ({ input }: EventContext, name: string): string | undefined =>
  textAt(input, 'detail', 'requestParameters', name);

/** Finds an OU. If the example organization does not have it, it is added below the root. */
function container({ organization }: EventContext, id: string | undefined, name = id): string {
  const { rootId } = organization.world.settings;
  if (id === undefined || id.startsWith('r-')) return rootId;
  if (!isContainer(organization.world, id)) organization.addOu({ id, name: name ?? id, parentId: rootId });
  return id;
}

function managedOu(context: EventContext): string {
  const unit = at(managedStatus(context.input), 'organizationalUnit');
  return container(context, textAt(unit, 'organizationalUnitId'), textAt(unit, 'organizationalUnitName'));
}

function managedStatus(input: unknown): unknown {
  const details = at(input, 'detail', 'serviceEventDetails');
  return at(details, 'createManagedAccountStatus') ?? at(details, 'updateManagedAccountStatus');
}

function tags(context: EventContext): Readonly<Record<string, string>> {
  const list = at(context.input, 'detail', 'requestParameters', 'tags');
  const pairs = (Array.isArray(list) ? list : []).map((tag: unknown) => [
    textAt(tag, 'key') ?? '',
    textAt(tag, 'value') ?? '',
  ]);
  return Object.fromEntries(pairs);
}

function tagKeys({ input }: EventContext): readonly string[] {
  const keys = at(input, 'detail', 'requestParameters', 'tagKeys');
  return Array.isArray(keys) ? keys.map(String) : [];
}

/** The value at a path of an event. `undefined` if a part of the path is missing. */
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  );

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const text = at(value, ...path);
  return typeof text === 'string' ? text : undefined;
}
