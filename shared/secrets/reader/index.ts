/** The public entry of applications that read deployed configuration: see docs/rotation.md. */
export { type ReaderClientSettings, readerClient } from '../../platform/aws/app-config-data.ts';
export { systemClock } from '../../platform/clock.ts';
export {
  type ConfigurationReader,
  type ConfigurationSchema,
  configurationReader,
  type ReaderSettings,
} from './reader.ts';
