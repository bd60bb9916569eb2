import type { AnyClient, ClientClass } from '../shared/platform/aws/plugins.ts';

/**
 * What each new client of the SDK would look for in environment variables and in `~/.aws`, with the SDK's defaults. The
 * answers of a simulated organization depend on neither, and the lookups took a fifth of the time of a flow.
 */
const sdkDefaults = {
  authSchemePreference: [],
  defaultsMode: 'legacy',
  maxAttempts: 3,
  requestChecksumCalculation: 'WHEN_SUPPORTED',
  responseChecksumValidation: 'WHEN_SUPPORTED',
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
  // Of S3.
  disableMultiregionAccessPoints: false,
  disableS3ExpressSessionAuth: false,
  useArnRegion: false,
} as const;

/** A client that reads no settings of this machine but `AWS_ENDPOINT_URL`. Those that its maker gives come first. */
export const createClientWithDefaults = <C extends AnyClient, Config extends object>(
  Class: ClientClass<C, Config>,
  config: Config,
): C => new Class({ ...sdkDefaults, ...config });
