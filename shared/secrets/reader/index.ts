/** The package that applications import to read deployed configuration: see docs/reader.md. */
export { createReaderClient, type ReaderClientSettings } from '../../platform/aws/app-config-data.ts';
export { systemClock } from '../../platform/clock.ts';
export type {
  ConfigurationReader,
  ConfigurationSchema,
  EnvironmentReaderSettings,
  ReaderEnvironment,
} from './configuration-reader.ts';
export { readerFromEnvironment } from './environment.ts';
export { ConfigurationUnavailableError, ReaderSettingsError } from './errors.ts';
export { createConfigurationReader, type ReaderSettings } from './reader.ts';
