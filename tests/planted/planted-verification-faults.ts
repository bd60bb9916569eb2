import { type PlantedFault, plain } from './planted-fault.ts';

/** Proof of both halves. */
export const verificationFaults: readonly PlantedFault[] = [
  {
    ...plain.halves,
    file: 'shared/reconcile/judge-assumption.ts',
    name: 'service-trust-ignored',
    title: 'runs do not check whether a service may assume the role of an application',
    replace: 'judge(request, { policies: [...trust, anyIdentity, ...policies], unread, organization })',
    by: "{ status: 'verified' }",
  },
  {
    ...plain.halves,
    name: 'assumed-trust-ignored',
    title: 'the trust policy of an assumed role is not checked',
    replace: 'policies: [...documents, ...state.trust]',
    by: 'policies: [...documents, anyTrust]',
  },
  {
    ...plain.halves,
    name: 'boundary-ignored',
    title: 'the permissions boundary of a member role is not checked',
    replace: '[...state.identity, ...state.boundary]',
    by: '[...state.identity]',
  },
  {
    ...plain.halves,
    name: 'profile-ignored',
    title: 'the instance profile is not checked',
    replace: '...(state.instanceProfile === undefined ? [] : [state.instanceProfile]),',
    by: '',
  },
  {
    ...plain.halves,
    name: 'taken-name-accepted',
    title: 'a role of the same name under another path counts as the member role',
    file: 'shared/reconcile/read-member-role.ts',
    replace: 'if (existingRole?.Arn !== wanted.arn)',
    by: 'if (existingRole?.Arn === undefined)',
  },
];
