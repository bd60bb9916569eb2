import { listCentralNames } from '../shared/configuration/context.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { AccountNames } from '../shared/platform/account.ts';

/** Reads the names of central accounts from the configuration, for commands that do not read the registry. */
export const createCentralNames =
  (configuration: Configuration): AccountNames =>
  (id) => {
    const names = listCentralNames(configuration, id);
    return names.length === 0 ? undefined : names.join(' and ');
  };
