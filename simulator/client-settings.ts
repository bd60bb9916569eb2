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
  // Only clients of S3 have this setting.
  disableMultiregionAccessPoints: false,
  disableS3ExpressSessionAuth: false,
  useArnRegion: false,
} as const;

/**
 * Creates a client that reads no setting of this machine except `AWS_ENDPOINT_URL`. `config` overrides every default.
 */
export const createClientWithDefaults = <C extends AnyClient, Config extends object>(
  Class: ClientClass<C, Config>,
  config: Config,
): C => new Class({ ...sdkDefaults, ...config });
