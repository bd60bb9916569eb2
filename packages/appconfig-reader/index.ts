/** The entry of the package `account-onboarding-reader`: see docs/reader.md. Its types need no other package. */
import type {
  ConfigurationReader,
  EnvironmentReaderSettings,
} from '../../shared/secrets/reader/configuration-reader.ts';
import { readerFromEnvironment as createReader } from '../../shared/secrets/reader/environment.ts';

export type {
  ConfigurationReader,
  ConfigurationSchema,
  EnvironmentReaderSettings,
  ReaderEnvironment,
} from '../../shared/secrets/reader/configuration-reader.ts';
export { ConfigurationUnavailableError, ReaderSettingsError } from '../../shared/secrets/reader/errors.ts';

/**
 * The reader of the configuration that `APPCONFIGAPPNAME`, `APPCONFIGCONF` and `APPCONFIGENV` name, through the role
 * `APPCONFIGREADROLE`. The region is `APPCONFIGREGION`, else `AWS_REGION`, else `AWS_DEFAULT_REGION`.
 * @throws ReaderSettingsError with every variable that is missing or malformed
 */
export const readerFromEnvironment = <T>(settings: EnvironmentReaderSettings<T>): ConfigurationReader<T> =>
  createReader(settings);
