import {
  type Account as OrganizationsAccount,
  OrganizationsClient,
  type ServiceOutputTypes,
} from '@aws-sdk/client-organizations';

interface ListedAccount {
  readonly parentId: string;
  readonly name?: string;
  readonly answer?: Partial<OrganizationsAccount>;
  readonly tags?: Readonly<Record<string, string>>;
}

type Input = Readonly<Record<string, string | undefined>>;

/** An organization in memory that answers a real client in pages of two, and counts and lets intercept what is asked. */
export interface TestOrganization {
  readonly client: OrganizationsClient;
  readonly accounts: Map<string, ListedAccount>;
  readonly ous: Map<string, { readonly name: string; readonly parentId: string }>;
  readonly asked: string[];
  /** Called before and after each answer; may change the organization, wait or throw. */
  before: (command: string, input: Input) => unknown;
  after: (command: string, input: Input) => unknown;
}

export function testOrganization(): TestOrganization {
  const client = new OrganizationsClient({ region: 'us-east-1' });
  const organization: TestOrganization = {
    client,
    accounts: new Map([
      ['111111111111', { parentId: 'r-exam', name: 'management' }],
      ['555566667777', { parentId: 'ou-exam-product01', tags: { environment: 'production' } }],
      ['888899990000', { parentId: 'ou-exam-sandbox01' }],
    ]),
    ous: new Map([
      ['ou-exam-workload1', { name: 'Workloads', parentId: 'r-exam' }],
      ['ou-exam-product01', { name: 'Production', parentId: 'ou-exam-workload1' }],
      ['ou-exam-sandbox01', { name: 'Sandbox', parentId: 'r-exam' }],
      ['ou-exam-platform1', { name: 'Platform', parentId: 'r-exam' }],
    ]),
    asked: [],
    before: () => undefined,
    after: () => undefined,
  };
  client.middlewareStack.add(
    (_next, context) => async (args) => {
      const command = String(context.commandName).replace(/Command$/, '');
      const input = args.input as Input;
      organization.asked.push(command);
      await organization.before(command, input);
      const output = answers[command]?.(organization, input);
      if (output === undefined) throw new Error(`${command} is not answered here`);
      await organization.after(command, input);
      return { response: {}, output: { $metadata: {}, ...output } as ServiceOutputTypes };
    },
    { step: 'initialize', name: 'testOrganization', priority: 'high' },
  );
  return organization;
}

export const awsError = (name: string): Error => Object.assign(new Error(name), { name });

const known = <T>(value: T | undefined, error: string): T => {
  if (value === undefined) throw awsError(error);
  return value;
};

const accountAnswer = (
  id: string,
  { name = `account-${id}`, answer }: ListedAccount,
): OrganizationsAccount => ({
  Id: id,
  Name: name,
  State: 'ACTIVE',
  ...answer,
});

function page<T>(key: string, all: readonly T[], token: string | undefined): object {
  const start = Number(token ?? 0);
  const end = start + 2;
  return { [key]: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
}

const container = (ous: TestOrganization['ous'], id: string): string =>
  id.startsWith('r-') ? id : known(ous.get(id), 'ParentNotFoundException') && id;

type Answer = (organization: TestOrganization, input: Input) => object;

const answers: Readonly<Record<string, Answer>> = {
  DescribeAccount: ({ accounts }, { AccountId = '' }) => ({
    Account: accountAnswer(AccountId, known(accounts.get(AccountId), 'AccountNotFoundException')),
  }),
  ListParents: ({ accounts, ous }, { ChildId = '' }) => ({
    Parents: [{ Id: known(accounts.get(ChildId) ?? ous.get(ChildId), 'ChildNotFoundException').parentId }],
  }),
  DescribeOrganizationalUnit: ({ ous }, { OrganizationalUnitId: id = '' }) => ({
    OrganizationalUnit: { Id: id, Name: known(ous.get(id), 'OrganizationalUnitNotFoundException').name },
  }),
  ListTagsForResource: ({ accounts }, { ResourceId = '', NextToken }) =>
    page(
      'Tags',
      Object.entries(known(accounts.get(ResourceId), 'TargetNotFoundException').tags ?? {}).map(
        ([Key, Value]) => ({ Key, Value }),
      ),
      NextToken,
    ),
  ListAccounts: ({ accounts }, { NextToken }) =>
    page(
      'Accounts',
      [...accounts].map((entry) => accountAnswer(...entry)),
      NextToken,
    ),
  ListRoots: () => ({ Roots: [{ Id: 'r-exam', Name: 'Root' }] }),
  ListAccountsForParent: ({ accounts, ous }, { ParentId = '', NextToken }) =>
    page(
      'Accounts',
      [...accounts]
        .filter(([, { parentId }]) => parentId === container(ous, ParentId))
        .map((entry) => accountAnswer(...entry)),
      NextToken,
    ),
  ListOrganizationalUnitsForParent: ({ ous }, { ParentId = '', NextToken }) =>
    page(
      'OrganizationalUnits',
      [...ous]
        .filter(([, { parentId }]) => parentId === container(ous, ParentId))
        .map(([Id, { name }]) => ({ Id, Name: name })),
      NextToken,
    ),
};
