import type { RegistryStore } from '../store/ports.ts';
import { RegistryNotReadyError } from './errors.ts';
import { type ImportAccess, importSlice } from './import-slice.ts';

export interface ImportReport {
  /** Accounts that the organization has. */
  readonly accounts: number;
  /** Accounts that were stored because they are new or differ, departed ones included. */
  readonly changed: number;
  /** Accounts that were found to have left. */
  readonly departed: number;
  /** Whether the registry is ready; an import that does not go through throws instead. */
  readonly ready: boolean;
}

/** Brings the whole registry up to date in one go: the slices of the sweep, without a bound. */
export async function importOrganization(access: ImportAccess): Promise<ImportReport> {
  const whole = { accounts: Number.POSITIVE_INFINITY, pages: Number.POSITIVE_INFINITY };
  let slice = await importSlice(access, undefined, whole);
  while (slice.cursor !== undefined) slice = await importSlice(access, slice.cursor, whole);
  return { ...slice.counts, ready: true };
}

/** @throws RegistryNotReadyError until an import went through: an incomplete picture must take nothing away */
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
