/** The public entry of applications that read deployed configuration: see docs/rotation.md. */
export { createReaderClient, type ReaderClientSettings } from '../../platform/aws/app-config-data.ts';
export { systemClock } from '../../platform/clock.ts';
export {
  type ConfigurationReader,
  type ConfigurationSchema,
  createConfigurationReader,
  type ReaderSettings,
} from './reader.ts';
