import { expect, it } from '@jest/globals';
import type { Access, SignIn } from '../../shared/grants/access.ts';
import type { MemberEvidence } from '../../shared/reconcile/judge-halves.ts';
import { createSignInGuide } from '../../shared/reconcile/sign-in-guide.ts';

const security = '333333333333';

interface Given {
  readonly partition?: string;
  readonly role?: string;
  readonly signIn?: Partial<SignIn>;
}

function guide({ partition = 'aws', role = 'people/ReadOnly', signIn = {} }: Given = {}) {
  const arn = `arn:${partition}:iam::555566667777:role/${role}`;
  const access: Access = {
    who: 'People of group Readers',
    what: `assume ${role}`,
    request: { principal: { type: 'account', accountId: security }, action: 'sts:AssumeRole', resource: arn },
    member: { role, part: 'is-assumed' },
    signIn: { from: security, accountName: 'Orders & Billing', mfa: true, ...signIn },
  };
  const parts = { inline: new Map(), managedPolicies: [] };
  const state = { arn, trust: [], identity: [], boundary: [], unread: [], parts, maxSessionSeconds: 14_400 };
  return createSignInGuide(access, { reading: { outcome: 'read', state } });
}

it('returns the ARN, the link and the profile when a role is for people with MFA', () => {
  expect(guide()).toEqual({
    roleArn: 'arn:aws:iam::555566667777:role/people/ReadOnly',
    switchRole:
      'https://signin.aws.amazon.com/switchrole?account=555566667777&roleName=people/ReadOnly&displayName=ReadOnly-Orders-Billing',
    profile: [
      '[profile ReadOnly-555566667777]',
      'role_arn = arn:aws:iam::555566667777:role/people/ReadOnly',
      '# The profile of your user in account 333333333333',
      'source_profile = default',
      '# The ARN of your MFA device',
      'mfa_serial = arn:aws:iam::333333333333:mfa/DEVICE',
      'duration_seconds = 14400',
    ],
  });
});

it('returns no link, and the external id, when the role requires an external id', () => {
  const given = guide({ signIn: { mfa: false, externalId: 'orders-1' } });
  expect(given?.switchRole).toBeUndefined();
  expect(given?.profile).toContain('external_id = orders-1');
  expect(given?.profile.join()).not.toContain('mfa_serial');
});

it("returns no link when the role's name and path are longer than the console accepts", () => {
  expect(guide({ role: `people/${'a'.repeat(57)}` })?.switchRole).toBeDefined();
  expect(guide({ role: `people/${'a'.repeat(58)}` })?.switchRole).toBeUndefined();
});

it("escapes characters of the role's name that have a meaning in a link", () => {
  expect(guide({ role: 'people/A+B=C' })?.switchRole).toContain('&roleName=people/A%2BB%3DC&');
});

it.each([
  ['aws-us-gov', 'https://signin.amazonaws-us-gov.com/switchrole?'],
  ['aws-cn', 'https://signin.amazonaws.cn/switchrole?'],
])('returns the sign-in host of the partition %s', (partition, beginning) => {
  expect(guide({ partition })?.switchRole?.startsWith(beginning)).toBe(true);
});

it('returns no link when the partition is not known', () => {
  expect(guide({ partition: 'aws-iso' })?.switchRole).toBeUndefined();
});

it.each<[string, Partial<Access>, MemberEvidence | undefined]>([
  ['the role was not read', {}, { reading: { outcome: 'unreadable', reason: 'no reader' } }],
  ['there is no member account', {}, undefined],
])('returns no sign-in when %s', (_, more, evidence) => {
  const request = { principal: { type: 'anonymous' }, action: 'sts:AssumeRole', resource: 'arn' } as const;
  const signIn = { from: security, accountName: 'orders', mfa: true };
  const access: Access = {
    who: '',
    what: '',
    request,
    member: { role: 'a', part: 'is-assumed' },
    signIn,
    ...more,
  };

  expect(createSignInGuide(access, evidence)).toBeUndefined();
});
