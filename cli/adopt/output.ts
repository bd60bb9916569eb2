import { labelStatement } from '../../shared/iam/statement-label.ts';
import { createAccountNames } from '../../shared/platform/account.ts';
import type { AdoptedResource } from '../../shared/reconcile/adoption/adopt-all.ts';
import type { AdoptedStatement } from '../../shared/reconcile/adoption/adopt-resource.ts';
import type { OverallPlan } from '../../shared/reconcile/plan-all.ts';
import { formatCount, type Output, wrapText } from '../output.ts';
import { formatHeading, sortAccounts } from '../run-output.ts';
import { getReadableWidth } from '../warnings.ts';
import type { NamedProposal } from './document.ts';
import { formatProof } from './proof-text.ts';

interface Adoption {
  readonly plan: OverallPlan;
  /** The file that was written. */
  readonly file: string | undefined;
}

const isSuperfluous = ({ proof }: AdoptedStatement): boolean => proof.verdict === 'proven';

export const createAdoptReport = (
  resources: readonly AdoptedResource[],
  proposals: readonly NamedProposal[],
  { plan: { accounts }, file }: Adoption,
) => ({
  status: 'proposed',
  ...(file === undefined ? {} : { file }),
  grants: proposals.map(({ name, centralAccount: account, fields }) => ({ name, account, ...fields })),
  resources: resources.map(({ key, ref, statements, error }) => ({
    resource: key,
    ...(error === undefined ? {} : { error }),
    statements: statements.map(({ statement, proof }) => ({
      statement: labelStatement(statement),
      superfluous: proof.verdict === 'proven',
      verdict: proof.verdict,
      reason: formatProof(proof, accounts, { statement, ownerId: ref.accountId }),
    })),
  })),
});

/** Prints the proposed grants. Then it prints, for each unmanaged statement, whether the grants make it superfluous. */
export function printAdoption(
  out: Output,
  resources: readonly AdoptedResource[],
  proposals: readonly NamedProposal[],
  { plan, file }: Adoption,
): void {
  const { configuration } = plan.active;
  const shown = resources
    .filter(({ statements, error }) => statements.length > 0 || error !== undefined)
    .map((resource) => ({ resource: resource.key, adopted: resource }));
  for (const account of sortAccounts(shown, configuration)) {
    out.line(out.colors.bold(formatHeading(account, configuration, createAccountNames(plan.accounts))));
    for (const { adopted } of shown)
      if (adopted.ref.accountId === account) printResource(out, adopted, { plan, file });
    out.line();
  }
  printProposals(out, proposals);
  printNext(out, resources, proposals, file);
}

function printResource(out: Output, { kind, ref, statements, error }: AdoptedResource, { plan }: Adoption) {
  out.line(`  ${kind.title} ${out.colors.bold(ref.id)}  ${out.colors.dim(ref.region)}`);
  if (error !== undefined) printWrapped(out, `was not read: ${error.message}`);
  for (const each of statements) {
    const sign = isSuperfluous(each) ? out.colors.green('superfluous') : out.colors.yellow('stays');
    out.line(`    ${sign} ${labelStatement(each.statement)}`);
    printWrapped(out, formatProof(each.proof, plan.accounts, { ...each, ownerId: ref.accountId }));
  }
}

function printWrapped(out: Output, text: string): void {
  for (const line of wrapText(text, getReadableWidth(out) - 6)) out.line(`      ${out.colors.dim(line)}`);
}

function printProposals(out: Output, proposals: readonly NamedProposal[]): void {
  if (proposals.length === 0) return;
  out.line(out.colors.bold('Proposed grants'));
  for (const { name, fields, ids } of proposals) {
    const preset = typeof fields.preset === 'string' ? ` ${fields.preset}` : '';
    out.line(`  ${out.colors.green('+')} ${name}: ${String(fields.kind)}${preset} on ${ids.join(', ')}`);
  }
  out.line();
}

function printNext(
  out: Output,
  resources: readonly AdoptedResource[],
  proposals: readonly NamedProposal[],
  file: string | undefined,
): void {
  const statements = resources.flatMap((resource) => resource.statements);
  const superfluous = statements.filter(isSuperfluous).length;
  out.line(
    `${formatCount(statements.length, 'unmanaged statement')}, ${superfluous} superfluous with ` +
      `${formatCount(proposals.length, 'proposed grant')}. Nothing was changed in AWS.`,
  );
  if (file !== undefined) out.line(`${out.colors.green('✓')} ${file} was written and is valid`);
  else if (proposals.length > 0) out.line('To write a configuration with these grants, add --out FILE.');
}
