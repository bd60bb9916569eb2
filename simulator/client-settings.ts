import type { AnyClient, ClientClass } from '../shared/platform/aws/plugins.ts';

/**
 * The settings that each new client of the SDK would read from environment variables and from `~/.aws`, with the SDK's
 * defaults. The answers of a simulated organization do not depend on them, and the lookups took a fifth of a flow's
 * time.
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
  // For S3.
  disableMultiregionAccessPoints: false,
  disableS3ExpressSessionAuth: false,
  useArnRegion: false,
} as const;

/** A client that reads no setting of this machine except `AWS_ENDPOINT_URL`. Given settings come first. */
export const createClientWithDefaults = <C extends AnyClient, Config extends object>(
  Class: ClientClass<C, Config>,
  config: Config,
): C => new Class({ ...sdkDefaults, ...config });
