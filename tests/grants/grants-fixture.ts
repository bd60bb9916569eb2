import type { GrantContext, ResourceRef } from '../../shared/grants/contract.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import { type AccountClients, awsAccess } from '../../shared/platform/aws/access.ts';
import { SimulatedOrganization } from '../../simulator/organization.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';

const hub = '222233334444';
export const central = '777788889999';
/** Members, ordered by id, and one that is never granted anything. */
export const members = ['111122223333', '444455556666', '555566667777', '666677778888'] as const;
export const stranger = '999900001111';

export const context: GrantContext = {
  partition: 'aws',
  organizationId: 'o-example1234',
  installationId: 'test',
  limits: {
    managedPolicyCharacters: 6_144,
    managedPoliciesPerGroup: 10,
    managedPoliciesPerRole: 10,
    roleTrustPolicyCharacters: 2_048,
    // Fewer than AWS's 50,000, so that the suite need not make as many accounts.
    grantsPerKey: 2_000,
    launchPermissionsPerImage: 1_000,
  },
  centralAccounts: {
    log: { id: central, region: 'eu-west-1' },
    security: { id: central, region: 'eu-west-1' },
    shared: { id: central, region: 'eu-west-1' },
  },
};

export const account = (id: string): Account => ({
  id,
  name: `account ${id}`,
  state: 'ACTIVE',
  parentIds: ['r-abcd'],
  ouPath: '',
  tags: {},
});

export const accountsOf = (ids: readonly string[]): readonly Account[] => ids.map(account);

/** As many different accounts as wanted, ordered by id. */
export const manyAccounts = (count: number, first = 100_000_000_000): readonly Account[] =>
  Array.from({ length: count }, (_, index) => account(String(first + index * 7)));

/** Permissions of the spoke role: these actions on everything. */
export const allowing = (actions: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: actions.length === 0 ? [] : [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});

/** An organization with one central account, and a record of what was done there. */
export interface GrantEnv {
  readonly organization: SimulatedOrganization;
  /** IAM actions that were used, in order. */
  readonly used: string[];
  clients(region: string): AccountClients;
}

export function createGrantEnv(permissions: PolicyDocument = allowing(['*'])): GrantEnv {
  const clock = { now: () => Date.UTC(2026, 2, 1), sleep: async () => {} };
  const organization = new SimulatedOrganization({
    organizationId: context.organizationId,
    managementAccountId: hub,
    rootId: 'r-abcd',
    hubAccountId: hub,
    clock,
    random: () => 0.5,
  });
  for (const id of [central, ...members, stranger]) organization.addAccount({ id, name: `account ${id}` });
  organization.addRole({ accountId: central, name: 'spoke', trust: trustHub, permissions });
  const used: string[] = [];
  organization.intercept((call, proceed) => {
    used.push(...actionsOf(call));
    return proceed();
  });
  const access = awsAccess({
    region: 'us-east-1',
    credentials: organization.hubCredentials,
    plugins: [organization.plugin()],
    partition: 'aws',
    spokeRole: 'spoke',
    runId: 'run-1',
    clock,
  });
  return {
    organization,
    used,
    clients: (region) => access.writer({ accountId: central, region }, () => {}),
  };
}

const trustHub: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: hub }, Action: 'sts:AssumeRole' }],
};

/** Creating with tags asks for the permission to tag as well ("CreatePolicy", IAM API reference). */
function actionsOf({ service, operation, input }: SimulatedCall): readonly string[] {
  if (service === 'sts') return [];
  const tags = operation === 'CreatePolicy' && 'Tags' in input ? ['iam:TagPolicy'] : [];
  return [`${service}:${operation}`, ...tags];
}

/** What an outsider has put on a resource, and how to see whether it is still what it was. */
interface Outsider {
  readonly name: string;
  put(): void;
}

/** The resource of a grant as the simulated organization has it, past the API. */
export interface Holder {
  /** Of a resource that does not exist. */
  readonly missingId: string;
  make(): void;
  readonly foreign: readonly Outsider[];
  /** Things that carry our mark without being ours. */
  readonly clashes: readonly Outsider[];
  /** Gives an account what the grant would; for resources that bear no marks, on which nothing can clash. */
  give?(accountId: string): void;
  /** What is there that is not ours, in one form. */
  othersContent(): unknown;
  /** All that is there, as it is kept. */
  content(): unknown;
}

export type HolderOf = (env: GrantEnv, ref: ResourceRef) => Holder;
