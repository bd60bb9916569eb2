import type { Configuration } from '../../../shared/configuration/schema.ts';

/** A grant as it stands in the configuration; each reader knows the fields of its own kind. */
export type Entry = Configuration['grants'][number] & Readonly<Record<string, unknown>>;
