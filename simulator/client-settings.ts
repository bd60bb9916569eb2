import type { AnyClient, ClientClass } from '../shared/platform/aws/plugins.ts';

/**
 * Settings that every new SDK client would read from environment variables and from `~/.aws`, here with the SDK's
 * defaults. Simulated answers do not depend on them, and reading them took a fifth of the time of a test.
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
