import type { SignInGuide } from '../shared/store/readiness.ts';
import type { Output } from './output.ts';

/**
 * Prints how people use the roles of verified accesses: a link for each role, and on request a profile for the AWS CLI.
 */
export function printSignIns(
  out: Output,
  signIns: readonly SignInGuide[] = [],
  { profiles = false }: { readonly profiles?: boolean } = {},
): void {
  for (const { roleArn, switchRole, profile } of signIns) {
    out.line();
    out.line(`  ${out.colors.bold(roleArn)}`);
    out.line(`    ${switchRole ?? 'The console cannot switch to this role. Use the command line.'}`);
    if (profiles) for (const line of profile) out.line(`    ${line}`);
  }
}
