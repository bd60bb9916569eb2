import type { RegistryStore } from '../store/ports.ts';
import { RegistryNotReadyError } from './errors.ts';
import { type ImportAccess, importSlice } from './import-slice.ts';

export interface ImportReport {
  /** How many accounts the organization has. */
  readonly accounts: number;
  /** How many accounts were stored because they were new or different, including departed accounts. */
  readonly changed: number;
  /** How many accounts have left the organization. */
  readonly departed: number;
  /** Whether the registry is ready. Always true, because an import that does not complete throws. */
  readonly ready: boolean;
}

/** Imports the whole organization at once, by slices without limits. */
export async function importOrganization(access: ImportAccess): Promise<ImportReport> {
  const whole = { accounts: Number.POSITIVE_INFINITY, pages: Number.POSITIVE_INFINITY };
  let slice = await importSlice(access, undefined, whole);
  while (slice.cursor !== undefined) slice = await importSlice(access, slice.cursor, whole);
  return { ...slice.counts, ready: true };
}

/** @throws RegistryNotReadyError until an import has completed, because incomplete data must take no access away */
export async function requireReady(registry: Pick<RegistryStore, 'getReadySince'>): Promise<void> {
  expectReady(await registry.getReadySince());
}

/** @throws RegistryNotReadyError if there is no time of a first complete import */
export function expectReady(readySince: string | undefined): void {
  if (readySince !== undefined) return;
  throw new RegistryNotReadyError(
    'The registry does not have the whole organization yet, so nothing may be written. Run `onboarding import` first',
  );
}
