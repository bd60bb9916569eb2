import { type Answer, every, some, whether } from './answer.ts';
import { accountOfCaller, valuesOf } from './context.ts';
import { type Form, names } from './principals.ts';
import type { Case, KeyGrant } from './shapes.ts';

/** Whether a grant of the key lets the caller use it: "the grantee principal can call the specified operations" (Grants in AWS KMS). */
export const keyGrantAllows = (input: Case): Answer =>
  some((input.keyGrants ?? []).map((grant) => grantApplies(grant, input)));

function grantApplies(grant: KeyGrant, input: Case): Answer {
  const { granteePrincipal: grantee, operations } = grant;
  const action = input.request.action.toLowerCase();
  const named = grantee.startsWith('arn:') ? { AWS: grantee } : { Service: grantee };
  const forms: readonly Form[] = ['direct', 'role'];
  return every([
    whether(operations.some((operation) => action === `kms:${operation.toLowerCase()}`)),
    some(forms.map((form) => names(named, input.request.principal, form))),
    isCryptographic(action) ? constraintsMet(grant, input) : 'yes',
  ]);
}

/** Constraints apply "only to cryptographic operations that support an encryption context" (GrantConstraints). */
const isCryptographic = (action: string): boolean =>
  ['kms:encrypt', 'kms:decrypt', 'kms:reencrypt', 'kms:generatedatakey'].some((start) =>
    action.startsWith(start),
  );

/** "The key in each key-value pair is not case sensitive, but the value is case sensitive." */
function constraintsMet(grant: KeyGrant, input: Case): Answer {
  const { encryptionContextEquals: equal, encryptionContextSubset: subset = {} } = grant;
  const pairs = Object.entries({ ...subset, ...equal }).map(([key, value]) => pairGiven(key, value, input));
  return every(equal === undefined ? pairs : [...pairs, noOtherPair(Object.keys(equal), input)]);
}

const prefix = 'kms:encryptioncontext:';

function pairGiven(key: string, value: string, input: Case): Answer {
  const values = valuesOf(prefix + key, input);
  return values === 'unknown' ? 'unknown' : whether(values.length === 1 && values[0] === value);
}

/** The pairs that the request gives are all that it has. */
function noOtherPair(wanted: readonly string[], input: Case): Answer {
  const others = Object.keys(input.request.context ?? {})
    .filter((key) => key.toLowerCase().startsWith(prefix))
    .filter((key) => !wanted.some((each) => key.toLowerCase() === prefix + each.toLowerCase()));
  return every(others.map((key) => isAbsent(key, input)));
}

function isAbsent(key: string, input: Case): Answer {
  const values = valuesOf(key, input);
  return values === 'unknown' ? 'unknown' : whether(values.length === 0);
}

/**
 * Whether the image is shared with the caller's account, whose identity policies decide further (Share an AMI with specific AWS
 * accounts; … with organizations or organizational units).
 */
export function launchPermissionAllows({ request, launchPermissions, organization }: Case): Answer {
  const account = accountOfCaller(request.principal);
  if (launchPermissions === undefined || account === undefined || account === 'none') return 'no';
  if (request.action.toLowerCase() !== 'ec2:runinstances') return 'no';
  const { isPublic, accountIds = [], organizationArns = [], ouArns = [] } = launchPermissions;
  if (isPublic === true || accountIds.includes(account)) return 'yes';
  if (organizationArns.length + ouArns.length === 0) return 'no';
  const membership = organization?.accounts[account];
  if (membership === undefined) return 'unknown';
  if (membership === 'none') return 'no';
  const named = organizationArns.some((arn) => arn.endsWith(`:organization/${membership.id}`));
  return some([whether(named), ...ouArns.map((arn) => isBelow(membership, arn))]);
}

/** `arn:aws:organizations::<account>:ou/<organization>/<OU>` */
function isBelow({ id, path }: { readonly id: string; readonly path?: string }, arn: string): Answer {
  const [, organization = '', ou = ''] = arn.slice(arn.lastIndexOf(':') + 1).split('/');
  if (organization !== id) return 'no';
  return path === undefined ? 'unknown' : whether(path.split('/').includes(ou));
}
