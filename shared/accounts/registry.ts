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
  /** Always true, because an import that does not complete throws an error. */
  readonly ready: boolean;
}

/** Imports the whole organization in one call, without the limits of a slice. */
export async function importOrganization(access: ImportAccess): Promise<ImportReport> {
  const whole = { accounts: Number.POSITIVE_INFINITY, pages: Number.POSITIVE_INFINITY };
  let slice = await importSlice(access, undefined, whole);
  while (slice.cursor !== undefined) slice = await importSlice(access, slice.cursor, whole);
  return { ...slice.counts, ready: true };
}

/** @throws RegistryNotReadyError until an import has completed. Until then, missing accounts would lose their access */
export async function requireReady(registry: Pick<RegistryStore, 'getReadySince'>): Promise<void> {
  expectReady(await registry.getReadySince());
}

/** @throws RegistryNotReadyError if `readySince` is absent, because no import has completed */
export function expectReady(readySince: string | undefined): void {
  if (readySince !== undefined) return;
  throw new RegistryNotReadyError(
    'The registry does not have the whole organization yet, so nothing may be written. Run `onboarding import` first',
  );
}
