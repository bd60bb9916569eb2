import type { Attempt } from './attempt.ts';

/**
 * What an operator should do about a denied call. If caller and resource are in one organization, AWS's message names
 * the type of policy that denied it: "because no … policy allows", "with an explicit deny in a … policy". Not all of
 * these policies belong to the calling role, so the advice differs. Sources: IAM user guide, "Troubleshoot access
 * denied error messages"; S3 user guide, "Troubleshoot access denied (403 Forbidden) errors".
 */
export function adviseOnDenial(
  message: string,
  call: Pick<Attempt, 'service' | 'place' | 'template'>,
): string {
  const advised = findAdvice(message, call);
  return call.template === 'member' ? advised.replaceAll(centralTemplate, memberTemplate) : advised;
}

function findAdvice(message: string, call: Pick<Attempt, 'service' | 'place'>): string {
  const own = call.service === 'sts' ? assumeRoleAdvice : call.place === undefined ? hubAdvice : [];
  const matchingAdvice = [...own, ...advice].find(({ text }) => text.test(message));
  return (
    matchingAdvice?.advice ??
    unnamedAdvice[call.service] ??
    'Check the role, its trust policy and its permissions'
  );
}

const policy = (name: string): RegExp => new RegExp(`(because no|explicit deny in an?) ${name}`, 'i');

interface Advice {
  readonly text: RegExp;
  readonly advice: string;
}

const centralTemplate =
  'For a role of a central account, deploy its latest template: onboarding spoke-template';

/** The StackSet of this template also deploys the reader role, which makes the call. */
const memberTemplate =
  'Update the StackSet of the member roles in that account with its latest template: onboarding member-template';

/** For AssumeRole, STS evaluates two policies: the identity policy of the caller and the trust policy of the role. */
const assumeRoleAdvice: readonly Advice[] = [
  {
    text: /(because no|explicit deny in an) identity-based policy/i,
    advice:
      "The caller's own policies do not let it assume the role: deploy the project's latest stack, or use credentials that may assume it",
  },
  {
    text: /(because no|explicit deny in a) resource-based policy/i,
    advice: `The trust policy of the role does not allow it. ${centralTemplate}`,
  },
];

/** For calls with the hub's own credentials. The template of a central account cannot change their permissions. */
const hubAdvice: readonly Advice[] = [
  {
    text: /because no identity-based policy/i,
    advice:
      "No policy of the role allows it: deploy the project's latest stack, or use credentials that may do it",
  },
];

/** Advice for each service, if AWS's message names no type of policy. */
const unnamedAdvice: Readonly<Record<string, string>> = {
  // AWS gives the same message for three causes (IAM user guide, "Troubleshoot IAM roles", "I can't assume a role").
  sts: `The role does not exist, its trust policy does not name the caller, or the caller's policies do not allow it. ${centralTemplate}`,
  organizations:
    'Organizations answers only the management account and delegated administrators: run the project in one of these accounts, and check the permissions of its role',
  dynamodb: "Check the role's permissions on the table, and on the key that encrypts it",
  sns: "Check the role's permissions, and the topic's own policy",
  eventbridge: "Check the role's permissions, and the event bus's own policy",
  sfn: "Check the role's permissions on the state machine",
};

const advice: readonly Advice[] = [
  {
    text: /service control policy/i,
    advice:
      'A service control policy forbids it: exempt the role there, or remove the resource from the configuration',
  },
  {
    text: /resource control policy/i,
    advice:
      "A resource control policy on the resource's account forbids it: exempt the role there, or remove the resource from the configuration",
  },
  {
    text: /VPC endpoint policy/i,
    advice:
      'The policy of the VPC endpoint does not allow the call: allow the action for the role in that policy. The role itself is not the cause',
  },
  {
    text: /permissions boundary/i,
    advice: "The role's permissions boundary does not allow it: add the action to the boundary policy",
  },
  {
    text: /session policy/i,
    advice:
      'A session policy of the credentials does not allow it: use credentials without one, or add the action to it',
  },
  {
    text: /public policies are blocked|block public access/i,
    advice:
      'Block Public Access rejects a policy that opens the resource to everybody: find the statement that opens it, and narrow that statement',
  },
  {
    text: /explicit deny in a resource-based policy/i,
    advice: "A statement in the resource's own policy denies it: exempt the role in that statement",
  },
  {
    text: policy('resource-based policy'),
    advice: "The resource's own policy does not allow it: add a statement for the role there",
  },
  {
    text: /explicit deny in an identity-based policy/i,
    advice: 'A statement in a policy of the role denies it: change that statement',
  },
  {
    text: policy('identity-based policy'),
    advice: `No policy of the role allows it. ${centralTemplate}`,
  },
  {
    text: policy('role trust policy'),
    advice: `The trust policy of the role does not allow it. ${centralTemplate}`,
  },
];
