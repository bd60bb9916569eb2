import type { ContextValues, RequestPrincipal } from '../shared/iam/request.ts';
import { absent } from '../shared/iam/request.ts';
import { accountIdPattern } from '../shared/platform/account.ts';
import { UsageError } from './usage-error.ts';

type Parse = (match: RegExpExecArray) => RequestPrincipal;

/** The valid forms of `--principal`. */
const principalForms: readonly (readonly [form: RegExp, parse: Parse])[] = [
  [/^arn:[^:]+:iam::\d{12}:role\/\S+$/, ([arn]) => ({ type: 'role', arn })],
  [/^arn:[^:]+:iam::\d{12}:user\/\S+$/, ([arn]) => ({ type: 'user', arn })],
  [/^arn:[^:]+:iam::(\d{12}):root$/, ([, accountId = '']) => ({ type: 'root', accountId })],
  [/^(\d{12})$/, ([accountId]) => ({ type: 'account', accountId })],
  [
    /^arn:[^:]+:iam::(\d{12}):(?:saml|oidc)-provider\/\S+$/,
    ([provider, accountId = '']) => ({ type: 'federated', provider, accountId }),
  ],
  [/^[a-z][a-z0-9.-]*\.amazonaws\.com(\.cn)?$/, ([service]) => ({ type: 'service', service })],
  [/^anonymous$/, () => ({ type: 'anonymous' })],
];

/** Invalid texts that look like principals, each with what to write instead. */
const noPrincipals: readonly (readonly [form: RegExp, advice: string])[] = [
  [
    /:assumed-role\//,
    'the ARN of a session does not show the path of the role. Use the ARN of the role: arn:aws:iam::ID:role/PATH/NAME',
  ],
  [
    /:group\//,
    'In AWS a group is no principal. Use the ARN of a user, or: onboarding check --account ID, which verifies what groups may do',
  ],
];

/** @throws UsageError */
export function parsePrincipal(text: string | undefined): RequestPrincipal {
  if (text === undefined) throw new UsageError('--principal is missing. Use --principal ARN');
  if (/[*?]/.test(text)) throw new UsageError(`--principal ${text}: name one principal, without a wildcard`);
  const advice = noPrincipals.find(([form]) => form.test(text))?.[1];
  if (advice !== undefined) throw new UsageError(`--principal ${text}: ${advice}`);
  for (const [form, parse] of principalForms) {
    const match = form.exec(text);
    if (match !== null) return parse(match);
  }
  throw new UsageError(
    `--principal ${text}: it is neither the ARN of a role or user, nor an account id, nor a service such as ec2.amazonaws.com, nor "anonymous"`,
  );
}

/** @throws UsageError */
export function parseAction(text: string | undefined): string {
  if (text === undefined)
    throw new UsageError('--action is missing. Use --action SERVICE:ACTION, such as s3:GetObject');
  if (/[*?]/.test(text)) throw new UsageError(`--action ${text}: name one action, without a wildcard`);
  if (!/^[a-z][a-z0-9-]*:[A-Za-z][A-Za-z0-9]*$/.test(text))
    throw new UsageError(`--action ${text}: an action has the form SERVICE:ACTION, such as s3:GetObject`);
  return text;
}

/** @throws UsageError */
export function parseResource(text: string | undefined): string {
  if (text === undefined)
    throw new UsageError(
      "--resource is missing. Use --resource ARN, or '*' for an action without a resource",
    );
  if (text === '*') return text;
  if (/[*?]/.test(text)) throw new UsageError(`--resource ${text}: name one resource, without a wildcard`);
  const [scheme, partition, service, , account, ...rest] = text.split(':');
  const isArn = scheme === 'arn' && partition !== '' && service !== '' && rest.join(':') !== '';
  if (isArn && (account === '' || account === 'aws' || accountIdPattern.test(account ?? ''))) return text;
  throw new UsageError(
    `--resource ${text}: it is no ARN. An ARN has the form arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, such as arn:aws:s3:::example-logs/file`,
  );
}

/** `key=value`. A key that is given several times has several values. `without` has the keys that the request lacks. */
export function parseContext(given: readonly string[] = [], without: readonly string[] = []): ContextValues {
  const values = new Map<string, string[]>();
  for (const each of given) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
    expectKey(`--context ${each}`, key);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const context = new Map<string, ContextValues[string]>(
    [...values].map(([key, all]) => [key, all.length === 1 ? (all[0] ?? '') : all]),
  );
  for (const key of without) {
    expectKey(`--without ${key}`, key);
    if (context.has(key)) throw new UsageError(`--without ${key}: --context gives a value for the key`);
    context.set(key, absent);
  }
  return Object.fromEntries(context);
}

function expectKey(option: string, key: string): void {
  if (/^[a-z][a-z0-9-]*:\S+$/i.test(key)) return;
  throw new UsageError(
    `${option}: a condition key has the form SERVICE:KEY, such as aws:SourceIp=203.0.113.7`,
  );
}

/** For an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
