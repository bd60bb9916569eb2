import * as z from 'zod';
import { accountIdSchema } from './schemas.ts';

/**
 * How to parse the events of one name. Each schema parses the whole event, so that messages about mistakes have full
 * paths.
 */
export interface EventReader {
  readonly source: 'aws.organizations' | 'aws.controltower';
  readonly cause: 'created' | 'joined' | 'moved' | 'tagged' | 'closed' | 'departed' | 'managed';
  /** Why the event needs no run. `undefined` if it needs one. */
  readonly ignored?: z.ZodType<string | undefined>;
  readonly accountIds: z.ZodType<readonly string[]>;
}

/** Applies the schema to the value at `path` of the event. */
const at = <T>(path: readonly string[], schema: z.ZodType<T>): z.ZodType<T> =>
  path.reduceRight<z.ZodType<T>>(
    (inner, key) =>
      z
        .object({ [key]: inner }, { error: `must be an object with "${key}"` })
        .transform((parent) => parent[key] as T),
    schema,
  );

const accountIdAt = (...path: readonly string[]): z.ZodType<readonly string[]> =>
  at(
    path,
    accountIdSchema.transform((id) => [id]),
  );

const statusAt = (key: string): readonly string[] => ['detail', 'serviceEventDetails', key];

/**
 * Organizations creates and invites accounts asynchronously. Ignores the end of a request that did not succeed, because
 * no account has changed.
 */
const unlessSucceeded = (key: string): z.ZodType<string | undefined> =>
  at(
    statusAt(key),
    z
      .looseObject(
        {
          state: z.string({ error: 'must be the state of the request, such as "SUCCEEDED" or "FAILED"' }),
          failureReason: z.string().nullish().catch(undefined),
          message: z.string().nullish().catch(undefined),
        },
        { error: 'must be an object with "state"' },
      )
      .transform(({ state, failureReason, message }) =>
        state === 'SUCCEEDED' ? undefined : unfinished(state, failureReason ?? message),
      ),
  );

const unfinished = (state: string, why: string | null | undefined): string =>
  `the request is in state ${state}${why ? ` (${why})` : ''}, so no account changed`;

const taggedResource = ['detail', 'requestParameters', 'resourceId'];

/**
 * Ignores tags of roots, OUs and policies, because selectors read only tags of accounts. TagResource and UntagResource
 * can name any of them (Organizations API reference).
 */
const unlessAccount = at(
  taggedResource,
  z
    .string({ error: 'must be the id of the tagged resource' })
    .transform((id) =>
      /^\d+$/.test(id) ? undefined : `the tags are those of ${tagged(id)}, not of an account`,
    ),
);

function tagged(id: string): string {
  if (id.startsWith('ou-')) return `the OU ${id}`;
  if (id.startsWith('r-')) return `the root ${id}`;
  if (id.startsWith('p-')) return `the policy ${id}`;
  return id;
}

const holders = ['serviceEventDetails', 'requestParameters', 'responseElements', 'additionalEventData'];

/**
 * Finds account ids in an event whose structure AWS has not documented. It takes every `accountId` directly in the
 * detail, and in the parts of a CloudTrail record that may contain it, down to one level below them. The caller's
 * identity is ignored. If an id is not the account that changed, the run only makes one unnecessary call to
 * Organizations.
 */
const accountIdsAnywhere: z.ZodType<readonly string[]> = z.unknown().transform((event, context) => {
  const detail = property(event, 'detail');
  const parts = holders.map((key) => property(detail, key)).flatMap((part) => [part, ...children(part)]);
  const candidates = [detail, ...parts].map((part) => property(part, 'accountId'));
  const ids = [...new Set(candidates.filter((id) => accountIdSchema.safeParse(id).success))];
  if (ids.length > 0) return ids as readonly string[];
  context.addIssue({
    code: 'custom',
    path: ['detail', 'serviceEventDetails', 'accountId'],
    message: `must be an account id of 12 digits; none was found in detail or its ${holders.join(', ')} either`,
  });
  return z.NEVER;
});

const children = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;

const calledOn = accountIdAt('detail', 'requestParameters', 'accountId');

const organizations = 'aws.organizations';
const controlTower = 'aws.controltower';

/**
 * How to parse every event that changes an account, by `detail.eventName`. The detail type is not checked, because AWS
 * uses both "AWS Service Event via CloudTrail" and "AWS API Call via CloudTrail". Sources: Organizations user guide,
 * "Logging API calls with CloudTrail"; Control Tower user guide, "Lifecycle events".
 */
export const eventReaders: Readonly<Record<string, EventReader>> = {
  /**
   * CreateGovCloudAccount ends with this event too. `accountId` is then the commercial account, which is in this
   * organization.
   */
  CreateAccountResult: {
    source: organizations,
    cause: 'created',
    ignored: unlessSucceeded('createAccountStatus'),
    accountIds: accountIdAt(...statusAt('createAccountStatus'), 'accountId'),
  },
  CloseAccountResult: {
    source: organizations,
    cause: 'closed',
    ignored: unlessSucceeded('closeAccountStatus'),
    accountIds: accountIdAt(...statusAt('closeAccountStatus'), 'accountId'),
  },
  CreateManagedAccount: {
    source: controlTower,
    cause: 'managed',
    ignored: unlessSucceeded('createManagedAccountStatus'),
    accountIds: accountIdAt(...statusAt('createManagedAccountStatus'), 'account', 'accountId'),
  },
  /** Control Tower also sends this event when it repeats the creation of an account. */
  UpdateManagedAccount: {
    source: controlTower,
    cause: 'managed',
    ignored: unlessSucceeded('updateManagedAccountStatus'),
    accountIds: accountIdAt(...statusAt('updateManagedAccountStatus'), 'account', 'accountId'),
  },
  MoveAccount: { source: organizations, cause: 'moved', accountIds: calledOn },
  RemoveAccountFromOrganization: {
    source: organizations,
    cause: 'departed',
    accountIds: calledOn,
  },
  /** This call has no parameters: the caller is the account that leaves. */
  LeaveOrganization: {
    source: organizations,
    cause: 'departed',
    accountIds: accountIdAt('detail', 'userIdentity', 'accountId'),
  },
  TagResource: {
    source: organizations,
    cause: 'tagged',
    ignored: unlessAccount,
    accountIds: accountIdAt(...taggedResource),
  },
  UntagResource: {
    source: organizations,
    cause: 'tagged',
    ignored: unlessAccount,
    accountIds: accountIdAt(...taggedResource),
  },
  /** AWS announced this event in May 2026, and has not documented which field has the account id. */
  AccountJoinedOrganization: {
    source: organizations,
    cause: 'joined',
    accountIds: accountIdsAnywhere,
  },
  AccountDepartedOrganization: {
    source: organizations,
    cause: 'departed',
    accountIds: accountIdsAnywhere,
  },
};

/** Events whose names suggest that an account has changed, although none has. Each with the reason. */
export const ignoredEvents: Readonly<Record<string, string>> = {
  InviteAccountToOrganization:
    'an invitation is not a membership: AccountJoinedOrganization follows once it is accepted',
  AcceptHandshake:
    'a call of the member account, seen there only: AccountJoinedOrganization and the sweep report the joining',
  CreateAccount: 'only the request to create an account: CreateAccountResult says how it ended',
  CreateGovCloudAccount:
    'only the request to create a pair of accounts: CreateAccountResult says how it ended and names the commercial ' +
    'account; the one in GovCloud is in no organization until it is invited there',
  CloseAccount: 'only the request to close an account: CloseAccountResult says how it ended',
  UpdateOrganizationalUnit: 'a renamed OU changes the paths of many accounts: the sweep updates all of them',
};
