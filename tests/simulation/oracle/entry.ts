import type { Configuration } from '../../../shared/configuration/schema.ts';

/** A grant in the configuration. Each reader knows the fields of its own kind. */
export type Entry = Configuration['grants'][number] & Readonly<Record<string, unknown>>;
