import { listCentralNames } from '../shared/configuration/context.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { AccountNames } from '../shared/platform/account.ts';

/** The names of central accounts in the configuration, for commands that read no registry. */
export const createCentralNames =
  (configuration: Configuration): AccountNames =>
  (id) => {
    const names = listCentralNames(configuration, id);
    return names.length === 0 ? undefined : names.join(' and ');
  };
