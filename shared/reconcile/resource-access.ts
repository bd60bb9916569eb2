import { getGrantContext } from '../configuration/context.ts';
import { ServiceUnavailableError } from '../platform/aws/errors.ts';
import { OnboardingError } from '../platform/errors.ts';
import type { ReconcileContext } from './context.ts';
import type { Lease } from './lease.ts';
import { readIdentity } from './resource-identity.ts';
import type { Services } from './services.ts';

/** Reads and writes one resource for the run that holds its lease. */
export interface ResourceAccess {
  read(): Promise<unknown>;
  /** Sends one write. For the parameters see `GrantKind.write`. */
  write(from: unknown, to: unknown): Promise<void>;
  /** Reads the identity of the resource. See `GrantKind.readIdentity`. */
  identify(state: unknown): Promise<string | undefined>;
}

export function accessResource(
  services: Services,
  runId: string,
  lease: Lease,
  { desired: { kind, ref, ...desired }, active: { configuration } }: ReconcileContext,
): ResourceAccess {
  const context = getGrantContext(configuration);
  const aws = services.aws(runId, configuration);
  return {
    read: () => kind.read(aws.getReader(ref), ref, context),
    write: (from, to) =>
      keepLeaseWithoutAnswer(lease, kind.write(aws.getWriter(ref, lease.check), ref, { from, to }, context)),
    identify: (state) => readIdentity({ kind, ref, ...desired }, aws.getReader(ref), state),
  };
}

/**
 * If AWS did not answer a write, the write may still take effect. So the run does not release the lease, and no other
 * run writes until the lease has expired. An error that AWS returned proves that the write is over.
 */
async function keepLeaseWithoutAnswer(lease: Lease, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof OnboardingError) || error instanceof ServiceUnavailableError) lease.keep();
    throw error;
  }
}
