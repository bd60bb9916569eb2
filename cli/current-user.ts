import { userInfo } from 'node:os';
import type { Io } from './terminal.ts';

/** The operator's name for the record: `ONBOARDING_USER`, or else the login name. */
export function getCurrentUser({ env }: Pick<Io, 'env'>): string {
  try {
    return env.ONBOARDING_USER || userInfo().username;
  } catch {
    return 'unknown';
  }
}
