import type { SignInGuide } from '../shared/store/readiness.ts';
import type { Output } from './output.ts';

/** How people use the roles of verified accesses: the link to each, and its profile on request. */
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
