import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  ListRootsCommand,
  MoveAccountCommand,
  type OrganizationsClient,
  RemoveAccountFromOrganizationCommand,
} from '@aws-sdk/client-organizations';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { type Accounts, accountsAt } from './accounts.ts';
import type { CentralAccounts, Keys } from './central-resources.ts';
import { configurationText } from './configuration.ts';
import { addResources } from './resources.ts';

const ouNames = ['Workloads', 'Sandbox', 'Platform'] as const;

export type OuName = (typeof ouNames)[number];

/** An organization on moto, whose ids moto has chosen, with everything that its configuration names. */
export interface Organization {
  readonly id: string;
  readonly rootId: string;
  readonly managementAccount: string;
  readonly central: CentralAccounts;
  readonly ous: Readonly<Record<OuName, string>>;
  readonly keys: Keys;
  readonly topic: string;
  /** `onboarding.yml` for it. */
  readonly configuration: string;
  readonly accounts: Accounts;
}

/** Five accounts, three OUs, and policies with statements that are not the project's. */
export async function buildOrganization(endpoint: string): Promise<Organization> {
  const accounts = accountsAt(endpoint);
  const { organizations } = accounts;
  const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }));
  const { Id: id = '', MasterAccountId: managementAccount = '' } = Organization ?? {};
  const { Roots } = await organizations.send(new ListRootsCommand({}));
  const rootId = Roots?.[0]?.Id ?? '';
  const ous = await createOus(organizations, rootId);
  const central = await createCentralAccounts(organizations);
  const keys = await addResources(accounts, central);
  const { TopicArn: topic = '' } = await accounts.sns.send(new CreateTopicCommand({ Name: 'onboarding' }));
  const names = { id, managementAccount, central, keys, topic };
  return { ...names, rootId, ous, accounts, configuration: configurationText(names) };
}

async function createOus(
  organizations: OrganizationsClient,
  rootId: string,
): Promise<Record<OuName, string>> {
  const create = async (Name: OuName): Promise<string> => {
    const answer = await organizations.send(new CreateOrganizationalUnitCommand({ ParentId: rootId, Name }));
    return answer.OrganizationalUnit?.Id ?? '';
  };
  return {
    Workloads: await create('Workloads'),
    Sandbox: await create('Sandbox'),
    Platform: await create('Platform'),
  };
}

const createCentralAccounts = async (organizations: OrganizationsClient): Promise<CentralAccounts> => ({
  log: await createAccount(organizations, 'log'),
  security: await createAccount(organizations, 'security'),
  shared: await createAccount(organizations, 'shared'),
  configuration: await createAccount(organizations, 'configuration'),
});

/** Moto creates it at once, in the root. */
export async function createAccount(organizations: OrganizationsClient, name: string): Promise<string> {
  const { CreateAccountStatus: status } = await organizations.send(
    new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
  );
  if (status?.AccountId === undefined) throw new Error(`Account ${name} was not created: ${status?.State}`);
  return status.AccountId;
}

/** @param from where it is now; default: the root */
export async function moveAccount(
  { accounts, rootId, ous }: Organization,
  AccountId: string,
  ou: OuName,
  from?: OuName,
): Promise<void> {
  const SourceParentId = from === undefined ? rootId : ous[from];
  await accounts.organizations.send(
    new MoveAccountCommand({ AccountId, SourceParentId, DestinationParentId: ous[ou] }),
  );
}

export async function closeAccount({ accounts }: Organization, AccountId: string): Promise<void> {
  await accounts.organizations.send(new CloseAccountCommand({ AccountId }));
}

export async function removeAccount({ accounts }: Organization, AccountId: string): Promise<void> {
  await accounts.organizations.send(new RemoveAccountFromOrganizationCommand({ AccountId }));
}
