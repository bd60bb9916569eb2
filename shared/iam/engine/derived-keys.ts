import type { RequestPrincipal } from '../request.ts';
import { getArnAccount, getArnName } from './arns.ts';
import type { ContextEntry } from './context-entry.ts';
import type { RequestFacts } from './request-facts.ts';
import { isResourceKeyUnsupported } from './resource-key-exceptions.ts';
import { toInstant } from './values.ts';

type Derive = (facts: RequestFacts) => ContextEntry;
type PrincipalType = RequestPrincipal['type'];

/**
 * The value of a key that the caller of the engine did not give, if it follows from the request. Otherwise `unknown`.
 * Sources: "AWS global condition context keys" (which requests have a key); "IAM policy elements: Variables and tags"
 * (principal key values). docs/policy-engine-elements.md lists all keys.
 */
export function deriveKey(key: string, facts: RequestFacts): ContextEntry {
  const derive = derivations.get(key);
  if (derive !== undefined) return derive(facts);
  return key.startsWith(principalTagPrefix) ? derivePrincipalTag(key, facts) : 'unknown';
}

const principalTagPrefix = 'aws:principaltag/';

/**
 * A tag of the principal. Absent if the principal has no such tag. Letter case does not matter ("AWS global condition
 * context keys").
 */
function derivePrincipalTag(key: string, facts: RequestFacts): ContextEntry {
  const { principal } = facts;
  const tags = principal.type === 'role' || principal.type === 'user' ? principal.tags : undefined;
  if (tags === undefined) return principalTag(facts);
  const name = key.slice(principalTagPrefix.length);
  const tag = Object.entries(tags).find(([each]) => each.toLowerCase() === name);
  return tag === undefined ? 'absent' : [tag[1]];
}

/** Derives a key from the type of the principal. For types that are not listed, the request does not have the key. */
const forTypes =
  (entries: Partial<Record<PrincipalType, ContextEntry>>): Derive =>
  ({ principal }) =>
    entries[principal.type] ?? 'absent';

/** A tag of the principal whose value is not known. Only users, roles and sessions have tags. */
const principalTag = forTypes({
  role: 'unknown',
  user: 'unknown',
  account: 'unknown',
  federated: 'unknown',
  'federated-user': 'unknown',
});

/**
 * Keys about a role session: "only available when a request is made by a principal with role session … credentials".
 */
const roleSession = forTypes({ role: 'unknown', account: 'unknown' });

/**
 * Keys that only requests with temporary credentials have. Federated identities do not have them ("not … federated
 * identities").
 */
const temporaryCredentials = (session: ContextEntry): Derive =>
  forTypes({
    role: session,
    'federated-user': session,
    user: 'unknown',
    root: 'unknown',
    account: 'unknown',
  });

function principalArn({ principal, partition }: RequestFacts): ContextEntry {
  switch (principal.type) {
    case 'role':
    case 'user':
    case 'federated-user':
      return [principal.arn];
    case 'root':
      return [`arn:${partition}:iam::${principal.accountId}:root`];
    case 'account':
      return 'some';
    case 'service':
      return 'unknown';
    default:
      return 'absent';
  }
}

/**
 * The account of the principal. The page says that "all requests" have it. But a service belongs to no customer
 * account, so for services it is unknown.
 */
const principalAccount: Derive = ({ principal, principalAccount: account }) =>
  account === undefined ? (principal.type === 'anonymous' ? ['anonymous'] : 'unknown') : [account];

const organizationEntry =
  (field: 'id' | 'path', account: (facts: RequestFacts) => string | undefined | 'absent'): Derive =>
  (facts) => {
    const id = account(facts);
    if (id === 'absent') return 'absent';
    const organization = id === undefined ? 'unknown' : facts.organizationOf(id);
    if (organization === 'none') return 'absent';
    const value = organization === 'unknown' ? undefined : organization[field];
    return value === undefined ? 'unknown' : [value];
  };

/**
 * Keys about the organization of the principal: "Only if the principal is a member of an organization". Services and
 * anonymous callers are no members.
 */
const memberAccount = ({ principal, principalAccount: account }: RequestFacts) =>
  principal.type === 'service' || principal.type === 'anonymous' ? 'absent' : account;

const ownerAccount = ({ resourceAccount, action, service }: RequestFacts) =>
  isResourceKeyUnsupported(service, action) ? undefined : resourceAccount;

const sourceAccount = ({ principal }: RequestFacts) =>
  principal.type === 'service' ? principal.sourceAccount : 'absent';

const valueOrUnknown = (value: string | undefined): ContextEntry =>
  value === undefined ? 'unknown' : value === 'absent' ? 'absent' : [value];

/** Keys that say whether an AWS service made the request with the principal's credentials. */
function viaService(facts: RequestFacts): ContextEntry {
  const { principal } = facts;
  if (principal.type === 'service' || principal.type === 'anonymous') return ['false'];
  const via = ['aws:calledvia', 'aws:calledviafirst', 'aws:calledvialast'].map((key) => facts.given(key));
  if (via.some((entry) => Array.isArray(entry))) return ['true'];
  return isForwarded(facts.given('kms:viaservice')) ? 'some' : ['false'];
}

const isForwarded = (entry: ContextEntry | undefined): boolean => entry !== undefined && entry !== 'absent';

const calledVia =
  (pick: (chain: readonly string[]) => readonly (string | undefined)[]): Derive =>
  (facts) => {
    const chain = facts.given('aws:calledvia');
    if (chain !== undefined && typeof chain !== 'string')
      return pick(chain).filter((each) => each !== undefined);
    return isForwarded(chain) || isForwarded(facts.given('kms:viaservice')) ? 'unknown' : 'absent';
  };

/** `aws:EpochTime`, computed from `aws:CurrentTime` if that key has a value. */
function epochTime(facts: RequestFacts): ContextEntry {
  const time = facts.given('aws:currenttime');
  const instant = Array.isArray(time) && time.length === 1 ? toInstant(String(time[0])) : undefined;
  return instant === undefined ? 'some' : [String(instant / 1000)];
}

/** The region of the request. In the partition `aws`, IAM has a single endpoint in us-east-1. */
function requestedRegion({ region, service, partition }: RequestFacts): ContextEntry {
  if (region !== undefined) return [region];
  return service === 'iam' && partition === 'aws' ? ['us-east-1'] : 'some';
}

function federatedProvider({ principal }: RequestFacts): ContextEntry {
  if (principal.type === 'federated')
    return principal.provider.includes(':saml-provider/') ? 'absent' : [principal.provider];
  return principal.type === 'role' || principal.type === 'account' ? 'unknown' : 'absent';
}

/** `111122223333:Ann` */
const toFederatedUserId = (arn: string): string =>
  `${getArnAccount(arn) ?? ''}:${arn.slice(arn.indexOf('/') + 1)}`;

const userName: Derive = ({ principal }) => {
  if (principal.type === 'user') return [getArnName(principal.arn)];
  return principal.type === 'account' ? 'unknown' : 'absent';
};

/** `kms:CallerAccount`, the account of the caller (KMS developer guide, "AWS KMS condition keys"). */
const callerAccount: Derive = ({ principalAccount: account }) => valueOrUnknown(account);

const derivations: ReadonlyMap<string, Derive> = new Map<string, Derive>([
  ['aws:principalarn', principalArn],
  ['aws:principalaccount', principalAccount],
  ['aws:principalorgid', organizationEntry('id', memberAccount)],
  ['aws:principalorgpaths', organizationEntry('path', memberAccount)],
  [
    'aws:principaltype',
    forTypes({
      role: ['AssumedRole'],
      user: ['User'],
      'federated-user': ['FederatedUser'],
      root: ['Account'],
      anonymous: ['Anonymous'],
      account: 'some',
      federated: 'some',
      service: 'some',
    }),
  ],
  [
    'aws:principalisawsservice',
    forTypes({
      role: ['false'],
      user: ['false'],
      'federated-user': ['false'],
      root: ['false'],
      account: ['false'],
      service: ['true'],
    }),
  ],
  [
    'aws:principalservicename',
    ({ principal }) => (principal.type === 'service' ? [principal.service] : 'absent'),
  ],
  ['aws:principalservicenameslist', forTypes({ service: 'some' })],
  [
    'aws:userid',
    ({ principal }) => {
      if (principal.type === 'root') return [principal.accountId];
      if (principal.type === 'federated-user') return [toFederatedUserId(principal.arn)];
      return principal.type === 'anonymous' ? ['anonymous'] : 'some';
    },
  ],
  ['aws:username', userName],
  ['aws:assumedroot', forTypes({ root: 'unknown', account: 'unknown' })],
  ['aws:federatedprovider', federatedProvider],
  ['aws:tokenissuetime', temporaryCredentials('some')],
  ['aws:multifactorauthage', temporaryCredentials('unknown')],
  ['aws:multifactorauthpresent', temporaryCredentials('unknown')],
  ['aws:signinsessionarn', temporaryCredentials('unknown')],
  ['aws:sourceidentity', roleSession],
  ['aws:chatbotsourcearn', roleSession],
  ['aws:ec2instancesourcevpc', roleSession],
  ['aws:ec2instancesourceprivateipv4', roleSession],
  ['ec2:roledelivery', roleSession],
  ['ec2:sourceinstancearn', roleSession],
  ['glue:roleassumedby', roleSession],
  ['glue:credentialissuingservice', roleSession],
  ['codebuild:buildarn', roleSession],
  ['codebuild:projectarn', roleSession],
  ['lambda:sourcefunctionarn', roleSession],
  ['ssm:sourceinstancearn', roleSession],
  ['identitystore:userid', roleSession],
  ['aws:resourceaccount', (facts) => valueOrUnknown(ownerAccount(facts))],
  ['aws:resourceorgid', organizationEntry('id', ownerAccount)],
  ['aws:resourceorgpaths', organizationEntry('path', ownerAccount)],
  ['aws:viaawsservice', viaService],
  ['aws:calledvia', calledVia((chain) => chain)],
  ['aws:calledviafirst', calledVia((chain) => [chain[0]])],
  ['aws:calledvialast', calledVia((chain) => [chain.at(-1)])],
  ['aws:calledviaawsmcp', calledVia(() => [])],
  ['aws:currenttime', () => 'some'],
  ['aws:epochtime', epochTime],
  ['aws:requestedregion', requestedRegion],
  // The engine assumes that every request uses TLS, as SDKs and services do.
  ['aws:securetransport', () => ['true']],
  ['aws:sourceaccount', (facts) => valueOrUnknown(sourceAccount(facts))],
  ['aws:sourceorgid', organizationEntry('id', sourceAccount)],
  ['aws:sourceorgpaths', organizationEntry('path', sourceAccount)],
  [
    'aws:sourcearn',
    ({ principal }) => (principal.type === 'service' ? valueOrUnknown(principal.sourceArn) : 'absent'),
  ],
  ['kms:calleraccount', callerAccount],
  ['s3:resourceaccount', ({ resourceAccount }) => valueOrUnknown(resourceAccount)],
]);
