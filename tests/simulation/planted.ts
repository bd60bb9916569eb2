import { getActivationId } from '../../shared/configuration/active-configuration.ts';
import { parsePolicy, serializePolicy } from '../../shared/iam/document.ts';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import type { RegisteredAccount } from '../../shared/platform/account.ts';
import type { Store, StoredConfiguration } from '../../shared/store/ports.ts';
import type { Interceptor } from '../../simulator/plugin.ts';
import type { PlayOptions } from './accounts/set-up.ts';

/** Code between the project and the world that breaks one of the promises. */
export type Planted = Pick<PlayOptions, 'around' | 'between' | 'accounts'>;

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Saving a state ignores the versions of others. With the version check most violations of a lease would do no harm.
 */
const unversioned = ({ resources }: Store): Pick<Store, 'resources'> => ({
  resources: {
    ...resources,
    put: async (resource, { version: _, ...state }) => {
      const { version } = (await resources.get(resource)) ?? {};
      return resources.put(resource, { ...state, ...(version === undefined ? {} : { version }) });
    },
    finish: async (resource, { version: _, ...state }, { owner: __, ...end }) => {
      const { version } = (await resources.get(resource)) ?? {};
      return resources.finish(resource, { ...state, ...(version === undefined ? {} : { version }) }, end);
    },
  },
});

/** Every run gets every lease. */
export const sharedLeases = (): Planted => ({
  around: (store) => ({
    ...store,
    ...unversioned(store),
    leases: { ...store.leases, acquire: async (_resource, _owner, _now, until) => ({ taken: true, until }) },
  }),
});

/** Only the accounts that the resource has, and the new one: the registry is not read as a whole. */
export const oldPolicyPlusOne = (): Planted => ({
  around: (store) => {
    const seen = new Map<string, RegisteredAccount>();
    let newest: RegisteredAccount | undefined;
    return {
      ...store,
      registry: {
        ...store.registry,
        put: async (...given) => {
          newest = (await store.registry.put(...given)) ?? newest;
          return newest;
        },
        listAccounts: async () => {
          if (seen.size === 0)
            for (const account of await store.registry.listAccounts()) seen.set(account.id, account);
          const accounts = [...seen.values()].filter(({ id }) => id !== newest?.id);
          return newest === undefined
            ? accounts
            : [...accounts, newest].sort((a, b) => (a.id < b.id ? -1 : 1));
        },
      },
    };
  },
});

/** The revision is incremented first, and the account is stored some time after. */
export const revisionOutsideTransaction = (): Planted => ({
  around: (store) => {
    let ahead = 0;
    return {
      ...store,
      registry: {
        ...store.registry,
        getHead: async () => {
          const head = await store.registry.getHead();
          return { ...head, revision: head.revision + ahead };
        },
        put: async (...given) => {
          ahead += 1;
          await sleep(6_000);
          const stored = await store.registry.put(...given);
          ahead -= 1;
          return stored;
        },
      },
    };
  },
});

/** A resource counts as done when its write begins. */
export const appliedBeforeReadBack = (): Planted => ({
  around: (store) => ({
    ...store,
    resources: {
      ...store.resources,
      put: async (resource, state) => {
        const inForce = await store.configuration.getActive();
        const { revision } = await store.registry.getHead();
        const { writeInProgress: _, ...ended } = state;
        return store.resources.put(resource, {
          ...ended,
          lastReconciliation: {
            runId: '',
            at: new Date().toISOString(),
            grants: [],
            generation: 1,
            ...state.lastReconciliation,
            revision,
            activationId: inForce === undefined ? '' : getActivationId(inForce),
          },
        });
      },
    },
  }),
});

/** Reads of the registry are some seconds old. */
export const staleRegistry = (): Planted => ({
  around: (store) => {
    let cached: { at: number; accounts: readonly RegisteredAccount[] } | undefined;
    return {
      ...store,
      registry: {
        ...store.registry,
        listAccounts: async () => {
          if (cached === undefined || Date.now() - cached.at > 5_000)
            cached = { at: Date.now(), accounts: await store.registry.listAccounts() };
          return cached.accounts;
        },
      },
    };
  },
});

/** A lease that ends long before its holder expects. */
export const shortLeases = (): Planted => ({
  around: (store) => ({
    ...store,
    ...unversioned(store),
    leases: {
      ...store.leases,
      acquire: (resource, owner, now) => store.leases.acquire(resource, owner, now, now + 100),
    },
  }),
});

const policyFields = ['Policy', 'policyText', 'ResourcePolicy'] as const;

/** Rewrites the document of a policy write. */
const rewriting =
  (rewrite: (text: string, resource: string) => string): Interceptor =>
  (call, proceed) => {
    const input = call.input as Record<string, unknown>;
    const field = policyFields.find((name) => typeof input[name] === 'string');
    if (field === undefined || !/^(Put|Set)/.test(call.operation)) return proceed();
    const { Bucket, KeyId, repositoryName, SecretId } = input;
    input[field] = rewrite(String(input[field]), String(Bucket ?? KeyId ?? repositoryName ?? SecretId));
    return proceed();
  };

/** Managed statements for accounts are for everybody. */
export const openToEverybody = (): Planted => ({
  between: rewriting((text) => {
    const document = parsePolicy(text, 'the request');
    const Statement = document.Statement.map((statement) =>
      installationOf(statement.Sid) !== undefined &&
      JSON.stringify(statement.Principal ?? {}).includes(':root')
        ? { ...statement, Principal: { AWS: '*' } }
        : statement,
    );
    return serializePolicy({ ...document, Statement });
  }),
});

/** A managed policy covers the roles of every account. */
export const rolesOfAnybody = (): Planted => ({
  between: (call, proceed) => {
    const input = call.input as { PolicyDocument?: string };
    if (call.operation.startsWith('CreatePolicy') && input.PolicyDocument !== undefined)
      input.PolicyDocument = input.PolicyDocument.replaceAll(/::\d{12}:role/g, '::*:role');
    return proceed();
  },
});

/** Statements without a Sid are lost. */
export const withoutSidLost = (): Planted => ({
  between: rewriting((text) => {
    const document = parsePolicy(text, 'the request');
    return serializePolicy({
      ...document,
      Statement: document.Statement.filter(({ Sid }) => Sid !== undefined),
    });
  }),
});

/** Sometimes an earlier write is repeated. */
export const oldDocumentAgain = (): Planted => {
  const earlier = new Map<string, string>();
  let writes = 0;
  return {
    between: rewriting((text, resource) => {
      writes += 1;
      const old = earlier.get(resource);
      earlier.set(resource, text);
      return writes % 3 === 0 && old !== undefined ? old : text;
    }),
  };
};

/** A policy counts as smaller than it is: long unmanaged texts are hidden from the code, and restored in its writes. */
export const limitIgnored = (): Planted => {
  const hidden = new Map<string, string>();
  const hide = (text: string): string =>
    text.replaceAll(/x{100,}/g, (long) => {
      const short = `hidden-${long.length}`;
      hidden.set(short, long);
      return short;
    });
  const show = (text: string): string =>
    text.replaceAll(/hidden-\d+/g, (short) => hidden.get(short) ?? short);
  const writing = rewriting(show);
  return {
    between: async (call, proceed) => {
      const output = (await writing(call, proceed)) as Record<string, unknown>;
      const field = policyFields.find((name) => typeof output[name] === 'string');
      return field === undefined ? output : { ...output, [field]: hide(String(output[field])) };
    },
  };
};

/** Quotas that AWS raises on request count as ten times as high. */
export const quotaIgnored = (): Planted => ({
  around: (store) => ({
    ...store,
    configuration: {
      ...store.configuration,
      getActive: async () => withHigherQuotas(await store.configuration.getActive()),
      getActiveWithSearchResults: async () => {
        const { active, searchResults } = await store.configuration.getActiveWithSearchResults();
        return { active: withHigherQuotas(active), searchResults };
      },
    },
  }),
});

function withHigherQuotas(inForce: StoredConfiguration | undefined): StoredConfiguration | undefined {
  if (inForce === undefined) return undefined;
  const document = inForce.document as { readonly limits: Readonly<Record<string, number>> };
  const limits = Object.fromEntries(
    Object.entries(document.limits).map(([name, limit]) => [
      name,
      name === 'resourcesPerPattern' ? limit : limit * 10,
    ]),
  );
  return { ...inForce, document: { ...document, limits } };
}

/** Functions keep the first configuration that they read. */
export const formerConfiguration = (): Planted => ({
  around: (store) => {
    let first: StoredConfiguration | undefined;
    const former = (inForce: StoredConfiguration | undefined): StoredConfiguration | undefined => {
      first ??= inForce;
      return first;
    };
    return {
      ...store,
      configuration: {
        ...store.configuration,
        getActive: async () => former(await store.configuration.getActive()),
        getActiveWithSearchResults: async () => {
          const { active, searchResults } = await store.configuration.getActiveWithSearchResults();
          return { active: former(active), searchResults };
        },
      },
    };
  },
});

/** The inventory is empty, so access on resources without a grant is not revoked. */
export const emptyInventory = (): Planted => ({
  around: (store) => ({
    ...store,
    resources: { ...store.resources, listManaged: async () => [] },
  }),
});
