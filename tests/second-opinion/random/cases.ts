import fc from 'fast-check';
import type { AppliedPolicy, Case, Kind, Many, Principals, Statement } from '../shapes.ts';
import { conditions } from './conditions.ts';
import { keyGrants, launchPermissions } from './other-access.ts';
import {
  canonicalUsers,
  federatedArn,
  home,
  images,
  incompletePatterns,
  organization,
  other,
  outside,
  requestTo,
  roleArn,
  type Service,
  servicePatterns,
  services,
  userArn,
} from './world.ts';

const many = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Many<T>> =>
  fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 1, arbitrary: fc.array(value, { minLength: 1, maxLength: 3 }) },
  );

const effect: fc.Arbitrary<'Allow' | 'Deny'> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('Allow' as const) },
  { weight: 1, arbitrary: fc.constant('Deny' as const) },
);

const actions = ({ patterns }: Service): fc.Arbitrary<Pick<Statement, 'Action' | 'NotAction'>> =>
  fc.oneof(
    { weight: 9, arbitrary: many(fc.constantFrom(...patterns)).map((Action) => ({ Action })) },
    { weight: 6, arbitrary: fc.constantFrom(patterns[0] ?? '', '*').map((Action) => ({ Action })) },
    {
      weight: 1,
      arbitrary: many(fc.constantFrom(...patterns.slice(0, -1))).map((NotAction) => ({ NotAction })),
    },
  );

function resources(kind: Kind, { resourcePatterns }: Service): fc.Arbitrary<Partial<Statement>> {
  if (kind === 'trust' || kind === 'repository') return fc.constant({});
  const completed = kind === 'identity' || kind === 'boundary' ? incompletePatterns : [];
  const odd = fc.constantFrom(...incompletePatterns, ...servicePatterns);
  const pattern = fc.oneof(
    { weight: 1, arbitrary: fc.constant('*') },
    {
      weight: 1,
      arbitrary: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom(...resourcePatterns, ...completed) },
        { weight: 1, arbitrary: odd },
      ),
    },
  );
  return fc.oneof(
    { weight: 9, arbitrary: many(pattern).map((Resource) => ({ Resource })) },
    {
      weight: 1,
      arbitrary: many(fc.constantFrom(...resourcePatterns, ...completed)).map((NotResource) => ({
        NotResource,
      })),
    },
  );
}

/** Those who may be named: the caller in each way, its account, near misses, and everybody. */
const names = fc.constantFrom(
  home,
  home,
  `arn:aws:iam::${home}:root`,
  `arn:aws:iam::${home}:root`,
  roleArn(home),
  roleArn(home),
  userArn(home),
  federatedArn(home),
  `arn:aws:sts::${home}:assumed-role/Reader/build`,
  `arn:aws:iam::${home}:role/Reader`,
  `arn:aws:iam::${home}:user/people/bob`,
  other,
  `arn:aws:iam::${outside}:root`,
);

const serviceNames = fc.constantFrom(
  'cloudtrail.amazonaws.com',
  'config.amazonaws.com',
  'config.amazonaws.com',
  '*',
);

const principals: fc.Arbitrary<Principals> = fc.oneof(
  { weight: 3, arbitrary: fc.constant('*' as const) },
  { weight: 6, arbitrary: many(names).map((AWS) => ({ AWS })) },
  { weight: 2, arbitrary: many(serviceNames).map((Service) => ({ Service })) },
  { weight: 1, arbitrary: fc.record({ AWS: many(names), Service: many(serviceNames) }) },
  { weight: 1, arbitrary: fc.constantFrom(...canonicalUsers).map((CanonicalUser) => ({ CanonicalUser })) },
);

/** Lists of `NotPrincipal`: callers in all their forms, without themselves, and other callers. */
const exceptions = fc.constantFrom<Principals>(
  { AWS: [`arn:aws:iam::${home}:root`, roleArn(home), `arn:aws:sts::${home}:assumed-role/Reader/build`] },
  { AWS: [home, userArn(home)] },
  { AWS: [home, userArn(home), federatedArn(home)] },
  { AWS: [home, federatedArn(home)] },
  { AWS: '*' },
  { AWS: [home, roleArn(home)] },
  { AWS: [`arn:aws:iam::${outside}:root`, roleArn(other)] },
  { Service: 'cloudtrail.amazonaws.com' },
);

function who(kind: Kind, effect: string): fc.Arbitrary<Partial<Statement>> {
  if (kind === 'identity' || kind === 'boundary' || kind === 'session' || kind === 'scp')
    return fc.constant({});
  if (kind === 'rcp') return fc.constant({ Principal: '*' });
  if (kind === 'endpoint')
    return fc.constantFrom<Principals>('*', '*', '*', { AWS: home }).map((Principal) => ({ Principal }));
  return fc.oneof(
    { weight: 14, arbitrary: principals.map((Principal) => ({ Principal })) },
    {
      weight: effect === 'Deny' && kind !== 'trust' ? 10 : 0,
      arbitrary: exceptions.map((NotPrincipal) => ({ NotPrincipal })),
    },
  );
}

const statement = (kind: Kind, service: Service): fc.Arbitrary<Statement> =>
  (kind === 'rcp' ? fc.constant('Deny' as const) : effect).chain((Effect) =>
    fc
      .tuple(who(kind, Effect), actions(service), resources(kind, service), conditions)
      .map(([principal, action, resource, Condition]) => ({
        Effect,
        ...principal,
        ...action,
        ...resource,
        ...(Condition === undefined ? {} : { Condition }),
      })),
  );

const allowAll: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** Limits begin with a statement that allows all, half of the time: else hardly anything would pass several of them. */
function statements(kind: Kind, service: Service): fc.Arbitrary<readonly Statement[]> {
  const drawn = fc.array(statement(kind, service), { minLength: 1, maxLength: 3 });
  if (kind === 'rcp') return drawn.map((list) => [{ ...allowAll, Principal: '*' }, ...list]);
  if (!['boundary', 'session', 'scp', 'endpoint'].includes(kind)) return drawn;
  const all = kind === 'endpoint' ? { ...allowAll, Principal: '*' as const } : allowAll;
  return fc.tuple(fc.boolean(), drawn).map(([open, list]) => (open ? [all, ...list] : list));
}

const version = fc.constantFrom('2012-10-17', '2012-10-17', '2012-10-17', '2008-10-17', undefined);

const policy = (kind: Kind, service: Service, level?: string): fc.Arbitrary<AppliedPolicy> =>
  fc.tuple(version, statements(kind, service)).map(([Version, Statement]) => ({
    kind,
    name: level === undefined ? `the ${kind} policy` : `${kind} of ${level}`,
    ...(level === undefined ? {} : { level }),
    document: { ...(Version === undefined ? {} : { Version }), Statement },
  }));

/** So many policies of a kind, with a weight for each number. */
const count = (
  kind: Kind,
  service: Service,
  weights: readonly number[],
  level?: string,
): fc.Arbitrary<readonly AppliedPolicy[]> =>
  fc.oneof(
    ...weights.map((weight, length) => ({
      weight,
      arbitrary: fc.array(policy(kind, service, level), { minLength: length, maxLength: length }),
    })),
  );

const policiesOf = (service: Service): fc.Arbitrary<readonly AppliedPolicy[]> =>
  fc
    .tuple(
      count('identity', service, [1, 3, 3]),
      service.kind === undefined
        ? fc.constant([])
        : count(service.kind, service, mustHavePolicy(service) ? [0, 1] : [1, 5]),
      count('boundary', service, [4, 1]),
      count('session', service, [4, 1]),
      count('scp', service, [6, 1, 1], 'r-ab12'),
      count('scp', service, [6, 1], home),
      count('rcp', service, [8, 1], 'r-ab12'),
      count('endpoint', service, [9, 1]),
    )
    .map((lists) => lists.flat());

/** A key and a role always have a policy of their own. */
const mustHavePolicy = ({ kind }: Service): boolean => kind === 'key' || kind === 'trust';

const unread = ({ kind }: Service): fc.Arbitrary<Case['unread']> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<Kind>('identity', 'scp', 'rcp', 'boundary', kind ?? 'scp')
        .map((each) => [{ kind: each, reason: 'access denied' }]),
    },
  );

const kindsOfCallers: readonly Kind[] = ['identity', 'boundary', 'session'];

/** The kinds of policies that the caller may have. */
function attachableKinds({ request: { principal }, keyGrants }: Case): readonly Kind[] {
  if (principal.type === 'federated-user' && principal.user?.endsWith(':root')) return ['session'];
  if (principal.type !== 'role' && principal.type !== 'user' && principal.type !== 'federated-user')
    return [];
  // How boundary and session policies limit a grant of a key is not documented.
  if (keyGrants !== undefined) return ['identity'];
  if (principal.type === 'user') return ['identity', 'boundary'];
  // "You cannot apply a permissions boundary to a service-linked role."
  return principal.type === 'role' && principal.serviceLinked === true
    ? ['identity', 'session']
    : kindsOfCallers;
}

/** The case without policies that cannot be attached to its caller. */
function attachable(drawn: Case): Case {
  const kinds = attachableKinds(drawn);
  const fits = ({ kind }: { readonly kind: Kind }): boolean =>
    !kindsOfCallers.includes(kind) || kinds.includes(kind);
  const { policies, unread } = drawn;
  return {
    ...drawn,
    policies: policies.filter(fits),
    ...(unread === undefined ? {} : { unread: unread.filter(fits) }),
  };
}

type Drawn = { readonly [Name in keyof Case]: Case[Name] | undefined } & Pick<Case, 'request' | 'policies'>;

/** A request with all that applies to it. */
export const cases: fc.Arbitrary<Case> = fc
  .constantFrom(...services, images)
  .chain((service) =>
    fc.record({
      request: requestTo(service),
      policies: policiesOf(service),
      unread: unread(service),
      organization: fc.option(organization, { nil: undefined, freq: 4 }),
      keyGrants: service.kind === 'key' ? keyGrants : fc.constant(undefined),
      launchPermissions: service === images ? launchPermissions : fc.constant(undefined),
    }),
  )
  .map((drawn) => attachable(withoutUndefined(fitting(drawn))));

/** How the session policy of a federated user, or its absence, limits a grant of a key is not documented. */
const fitting = (drawn: Drawn): Drawn =>
  drawn.request.principal.type === 'federated-user' ? { ...drawn, keyGrants: undefined } : drawn;

function withoutUndefined({
  request,
  policies,
  unread,
  organization,
  keyGrants,
  launchPermissions,
}: Drawn): Case {
  return {
    request,
    policies,
    ...(unread === undefined ? {} : { unread }),
    ...(organization === undefined ? {} : { organization }),
    ...(keyGrants === undefined ? {} : { keyGrants }),
    ...(launchPermissions === undefined ? {} : { launchPermissions }),
  };
}
