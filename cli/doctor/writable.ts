import { listSpokeGrants, listSpokePermissions } from '../../shared/cloudformation/permissions.ts';
import { getGrantContext, listCentralNames } from '../../shared/configuration/context.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { AppliedPolicy } from '../../shared/iam/applied-policy.ts';
import { authorize, type DecisiveStatement } from '../../shared/iam/authorize.ts';
import { createPolicy } from '../../shared/iam/document.ts';
import type { Account } from '../../shared/platform/account.ts';
import { getSpokeRole } from '../../shared/platform/central-accounts.ts';
import { anyIdentity } from '../../shared/reconcile/judge-request.ts';
import { createOrganizationFacts } from '../../shared/reconcile/organization-facts.ts';
import { createPolicyReadings } from '../../shared/reconcile/policy-readings.ts';
import { readOrganizationPolicies } from '../../shared/reconcile/read-organization-policies.ts';
import type { DoctorContext, Problem } from './prerequisite.ts';

/** An action that a spoke role must be able to do on a resource of the configuration. */
interface Write {
  readonly action: string;
  readonly resource: string;
}

/** Evaluates each action of each spoke role by the SCPs of its account. Calls nothing in that account. */
export async function findDeniedWrites({
  installation,
  configuration,
}: DoctorContext): Promise<readonly Problem[]> {
  const { services } = installation;
  const accounts = await services.store.registry.listAccounts();
  const ids = [...new Set(Object.values(configuration.centralAccounts).map(({ id }) => id))];
  const central = accounts.filter(({ id }) => ids.includes(id));
  const readings = createPolicyReadings(services);
  const targets = central.map(({ id, parentIds }) => ({ kind: 'scp', accountId: id, parentIds }) as const);
  const policies = await readOrganizationPolicies(services.hub.organizations, readings, targets);
  if ('unread' in policies) return [{ message: policies.unread, fix: 'see organization policies' }];
  const facts = createOrganizationFacts(configuration, accounts);
  return central.flatMap(({ id }) => {
    const scps = policies.listPolicies({ kind: 'scp', accountId: id });
    const principal = { type: 'role', arn: toRoleArn(configuration, id) } as const;
    const denials = listWrites(configuration, id).flatMap((write) => {
      const decision = authorize({
        request: { principal, ...write },
        policies: [anyIdentity, ownKeyPolicy(id), ...scps],
        organization: facts,
      });
      return decision.outcome === 'denied' ? [{ write, statement: decision.statements[0] }] : [];
    });
    return toProblems(configuration, id, denials);
  });
}

/** The ARN of the spoke role in an account. */
export const toRoleArn = (configuration: Configuration, accountId: string): string =>
  `arn:${configuration.partition}:iam::${accountId}:role/${getSpokeRole(configuration, accountId)}`;

/**
 * The writes to check. Writes on resources that patterns select are not listed, because an SCP may deny only some of
 * them.
 */
function listWrites(configuration: Configuration, accountId: string): readonly Write[] {
  const grants = listSpokeGrants(configuration, accountId);
  return listSpokePermissions(grants, getGrantContext(configuration))
    .filter(({ effect = 'Allow' }) => effect === 'Allow')
    .flatMap(({ actions, resources }) =>
      resources
        .filter((resource) => !/[*?]/.test(resource))
        .flatMap((resource) => actions.map((action) => ({ action, resource }))),
    );
}

/**
 * The key policy that KMS creates by default. It allows everything, so that only SCPs decide here. Another prerequisite
 * reads the real policies.
 */
const ownKeyPolicy = (accountId: string): AppliedPolicy => ({
  kind: 'key',
  name: 'key policy',
  document: {
    ...createPolicy(),
    Statement: [{ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'kms:*', Resource: '*' }],
  },
});

interface Denial {
  readonly write: Write;
  readonly statement: DecisiveStatement | undefined;
}

/** One problem for each statement that denies. */
function toProblems(
  configuration: Configuration,
  accountId: Account['id'],
  denials: readonly Denial[],
): readonly Problem[] {
  const [name = accountId] = listCentralNames(configuration, accountId);
  const nameOf = ({ statement }: Denial): string =>
    statement === undefined
      ? 'the SCPs allow no'
      : `${statement.sid ?? `statement ${statement.index + 1}`} of ${statement.policy} denies`;
  return [...Map.groupBy(denials, nameOf)].map(([cause, [first, ...more]]) => ({
    message:
      `${cause} ${first?.write.action} on ${first?.write.resource} to the role of the ${name} account ${accountId}` +
      (more.length === 0 ? '' : `, and ${more.length} further actions`),
    fix: `except the role in that SCP: "ArnNotLike": { "aws:PrincipalArn": "${toRoleArn(configuration, accountId)}" }`,
  }));
}
