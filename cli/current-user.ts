import { userInfo } from 'node:os';
import type { Io } from './terminal.ts';

/** Who sits here, for the record: `ONBOARDING_USER`, else the user of the machine. */
export function getCurrentUser({ env }: Pick<Io, 'env'>): string {
  try {
    return env.ONBOARDING_USER || userInfo().username;
  } catch {
    return 'unknown';
  }
}
