import type { RegistryStore } from '../store/ports.ts';
import { RegistryNotReadyError } from './errors.ts';
import { type ImportAccess, importSlice } from './import-slice.ts';

export interface ImportReport {
  /** Number of accounts in the organization. */
  readonly accounts: number;
  /** Number of accounts that were stored because they are new or differ, departed accounts included. */
  readonly changed: number;
  /** Number of accounts that have left. */
  readonly departed: number;
  /** Whether the registry is ready. An incomplete import throws instead. */
  readonly ready: boolean;
}

/** Updates the whole registry at once: the slices of the sweep, without a size limit. */
export async function importOrganization(access: ImportAccess): Promise<ImportReport> {
  const whole = { accounts: Number.POSITIVE_INFINITY, pages: Number.POSITIVE_INFINITY };
  let slice = await importSlice(access, undefined, whole);
  while (slice.cursor !== undefined) slice = await importSlice(access, slice.cursor, whole);
  return { ...slice.counts, ready: true };
}

/** @throws RegistryNotReadyError until an import is complete: incomplete data must revoke no access */
export async function requireReady(registry: Pick<RegistryStore, 'getReadySince'>): Promise<void> {
  expectReady(await registry.getReadySince());
}

/** The revision of the last change. @throws RegistryNotReadyError */
export async function getRevisionWhenReady(registry: Pick<RegistryStore, 'getHead'>): Promise<number> {
  const { revision, readySince } = await registry.getHead();
  expectReady(readySince);
  return revision;
}

function expectReady(readySince: string | undefined): void {
  if (readySince !== undefined) return;
  throw new RegistryNotReadyError(
    'The registry does not hold the whole organization yet, so nothing may be written. Run `onboarding import` first',
  );
}
