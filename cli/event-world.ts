import type { Configuration } from '../shared/configuration/schema.ts';
import type { AccountChange, ChangeCause } from '../shared/organization/account-event.ts';
import { ouId } from '../simulator/example-organisation.ts';
import type { SimulatedOrganisation } from '../simulator/organisation.ts';
import { isContainer } from '../simulator/world.ts';

/** What happened to one account, by the event that tells of it. */
interface Happening {
  readonly organisation: SimulatedOrganisation;
  readonly configuration: Configuration;
  readonly accountId: string;
  /** The event or the manual input. */
  readonly input: unknown;
}

/** How the simulated organisation is made to fit an event. */
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
      happening.organisation.moveAccount(
        happening.accountId,
        container(happening, parameter(happening, 'destinationParentId')),
      ),
  },
  closed: {
    before: (happening) => place(happening, firstOu(happening)),
    act: ({ organisation, accountId }) => organisation.closeAccount(accountId),
  },
  departed: {
    before: (happening) => place(happening, firstOu(happening)),
    act: ({ organisation, accountId }) => organisation.removeAccount(accountId),
  },
  tagged: {
    before: (happening) =>
      place(happening, firstOu(happening), Object.fromEntries(tagKeys(happening).map((key) => [key, 'old']))),
    act: (happening) => {
      const { organisation, accountId } = happening;
      if (tagKeys(happening).length > 0) organisation.untagAccount(accountId, tagKeys(happening));
      else organisation.tagAccount(accountId, tags(happening));
    },
  },
};

type Stage = Omit<Happening, 'accountId'>;

/** The accounts that an event is about as they were before it: a moved one where it came from, and so on. */
export function setTheScene(stage: Stage, { accountIds, cause }: AccountChange): void {
  for (const accountId of accountIds) scenes[cause].before?.({ ...stage, accountId });
}

/** Does to the organisation what the event tells of. */
export function letItHappen(stage: Stage, { accountIds, cause }: AccountChange): void {
  for (const accountId of accountIds) scenes[cause].act({ ...stage, accountId });
}

/** The OU that most grants name, by path; the root where none does. */
export function firstOu({ organisation, configuration }: Omit<Stage, 'input'>): string {
  const paths = configuration.grants
    .flatMap(({ for: selector }) => selector.ous ?? [])
    .filter((path) => !path.startsWith('ou-') && !path.startsWith('r-') && !path.includes('*'));
  const count = (path: string) => paths.filter((each) => each === path).length;
  const [most] = [...new Set(paths)].toSorted((a, b) => count(b) - count(a));
  return most === undefined ? organisation.world.settings.rootId : ouId(organisation, most);
}

/** An account that the organisation has already stays as it is. */
function place({ organisation, accountId, input }: Happening, parentId: string, tags = {}): void {
  if (organisation.world.accounts.has(accountId)) return;
  const name = textAt(managedStatus(input), 'account', 'accountName') ?? 'new-account';
  organisation.addAccount({ id: accountId, name, parentId, tags });
}

const rootOf = ({ organisation }: Happening): string => organisation.world.settings.rootId;

const parameter = ({ input }: Happening, name: string): string | undefined =>
  textAt(input, 'detail', 'requestParameters', name);

/** An OU that the example organisation does not have is added, below the root. */
function container({ organisation }: Happening, id: string | undefined, name = id): string {
  const { rootId } = organisation.world.settings;
  if (id === undefined || id.startsWith('r-')) return rootId;
  if (!isContainer(organisation.world, id)) organisation.addOu({ id, name: name ?? id, parentId: rootId });
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
