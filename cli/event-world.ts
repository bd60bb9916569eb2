import type { AccountChange, ChangeCause } from '../shared/accounts/account-event.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { ouId } from '../simulator/example-organization.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';
import { isContainer } from '../simulator/world.ts';

/** What happened to one account, by the event that tells of it. */
interface Happening {
  readonly organization: SimulatedOrganization;
  readonly configuration: Configuration;
  readonly accountId: string;
  /** The event or the manual input. */
  readonly input: unknown;
}

/** How the simulated organization is made to fit an event. */
interface Scene {
  /** The account as it was long before, onboarded like the others. Default: there was none. */
  readonly before?: (happening: Happening) => void;
  /** What the event tells of. */
  readonly act: (happening: Happening) => void;
}

const scenes: Readonly<Record<ChangeCause, Scene>> = {
  created: { act: (happening) => place(happening, rootOf(happening)) },
  joined: { act: (happening) => place(happening, rootOf(happening)) },
  managed: { act: (happening) => place(happening, managedOu(happening)) },
  manual: { act: (happening) => place(happening, firstOu(happening)) },
  moved: {
    before: (happening) => place(happening, container(happening, parameter(happening, 'sourceParentId'))),
    act: (happening) =>
      happening.organization.moveAccount(
        happening.accountId,
        container(happening, parameter(happening, 'destinationParentId')),
      ),
  },
  closed: {
    before: (happening) => place(happening, firstOu(happening)),
    act: ({ organization, accountId }) => organization.closeAccount(accountId),
  },
  departed: {
    before: (happening) => place(happening, firstOu(happening)),
    act: ({ organization, accountId }) => organization.removeAccount(accountId),
  },
  tagged: {
    before: (happening) =>
      place(happening, firstOu(happening), Object.fromEntries(tagKeys(happening).map((key) => [key, 'old']))),
    act: (happening) => {
      const { organization, accountId } = happening;
      if (tagKeys(happening).length > 0) organization.untagAccount(accountId, tagKeys(happening));
      else organization.tagAccount(accountId, tags(happening));
    },
  },
};

type Stage = Omit<Happening, 'accountId'>;

/** The accounts that an event is about as they were before it: a moved one where it came from, and so on. */
export function setTheScene(stage: Stage, { accountIds, cause }: AccountChange): void {
  for (const accountId of accountIds) scenes[cause].before?.({ ...stage, accountId });
}

/** Does to the organization what the event tells of. */
export function letItHappen(stage: Stage, { accountIds, cause }: AccountChange): void {
  for (const accountId of accountIds) scenes[cause].act({ ...stage, accountId });
}

/** The OU that most grants name, by path; the root where none does. */
export function firstOu({ organization, configuration }: Omit<Stage, 'input'>): string {
  const paths = configuration.grants
    .flatMap(({ for: selector }) => selector.ous ?? [])
    .filter((path) => !path.startsWith('ou-') && !path.startsWith('r-') && !path.includes('*'));
  const count = (path: string) => paths.filter((each) => each === path).length;
  const [most] = [...new Set(paths)].toSorted((a, b) => count(b) - count(a));
  return most === undefined ? organization.world.settings.rootId : ouId(organization, most);
}

/** An account that the organization has already stays as it is. */
function place({ organization, accountId, input }: Happening, parentId: string, tags = {}): void {
  if (organization.world.accounts.has(accountId)) return;
  const name = textAt(managedStatus(input), 'account', 'accountName') ?? 'new-account';
  organization.addAccount({ id: accountId, name, parentId, tags });
}

const rootOf = ({ organization }: Happening): string => organization.world.settings.rootId;

const parameter = ({ input }: Happening, name: string): string | undefined =>
  textAt(input, 'detail', 'requestParameters', name);

/** An OU that the example organization does not have is added, below the root. */
function container({ organization }: Happening, id: string | undefined, name = id): string {
  const { rootId } = organization.world.settings;
  if (id === undefined || id.startsWith('r-')) return rootId;
  if (!isContainer(organization.world, id)) organization.addOu({ id, name: name ?? id, parentId: rootId });
  return id;
}

function managedOu(happening: Happening): string {
  const unit = at(managedStatus(happening.input), 'organizationalUnit');
  return container(happening, textAt(unit, 'organizationalUnitId'), textAt(unit, 'organizationalUnitName'));
}

function managedStatus(input: unknown): unknown {
  const details = at(input, 'detail', 'serviceEventDetails');
  return at(details, 'createManagedAccountStatus') ?? at(details, 'updateManagedAccountStatus');
}

function tags(happening: Happening): Readonly<Record<string, string>> {
  const list = at(happening.input, 'detail', 'requestParameters', 'tags');
  const pairs = (Array.isArray(list) ? list : []).map((tag: unknown) => [
    textAt(tag, 'key') ?? '',
    textAt(tag, 'value') ?? '',
  ]);
  return Object.fromEntries(pairs);
}

function tagKeys({ input }: Happening): readonly string[] {
  const keys = at(input, 'detail', 'requestParameters', 'tagKeys');
  return Array.isArray(keys) ? keys.map(String) : [];
}

/** What stands at a path of an event; only a part that is an object has parts. */
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  );

function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
