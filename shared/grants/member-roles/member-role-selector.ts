import type * as z from 'zod';
import { parseOuEntry } from '../../accounts/ou-path.ts';
import type { Selector } from '../../accounts/selector.ts';

/**
 * Why a StackSet cannot select accounts by a field of a selector (CloudFormation user guide, "Enable or disable
 * automatic deployments for StackSets in AWS Organizations" and "StackSets with service-managed permissions").
 */
const reasons: Readonly<Record<'accounts' | 'except' | 'tags' | 'names', string>> = {
  accounts:
    'automatic deployment of a StackSet ignores account filters, so every account of the OUs would have the role. Move the ' +
    'accounts to an OU of their own, or deploy the output of `onboarding member-template --plain` in them',
  except:
    'a StackSet deploys to every account of an OU and of the OUs below it, and automatic deployment ignores account filters. ' +
    'Name the OUs that should have the role',
  tags: 'a StackSet cannot select accounts by tags, so every account of the OUs would have the role',
  names: 'a StackSet cannot select accounts by names, so every account of the OUs would have the role',
};

/**
 * Checks the `for` of a member role. It must select exactly the accounts that a StackSet with automatic deployment
 * reaches.
 */
export function checkFor({ value, issues }: z.core.ParsePayload<Selector>): void {
  for (const [field, reason] of Object.entries(reasons))
    if (field in value)
      issues.push({ code: 'custom', path: [field], message: `must be absent: ${reason}`, input: value });
  for (const [index, ou] of (value.ous ?? []).entries())
    if (isPattern(ou))
      issues.push({
        code: 'custom',
        path: ['ous', index],
        message:
          'must be the path of one OU or its id: a StackSet has a list of OU ids, so a pattern with * cannot be used',
        input: value,
      });
}

const isPattern = (ou: string): boolean => 'names' in parseOuEntry(ou) && ou.includes('*');
