import { createReaderClient, type ReaderClientSettings } from '../../platform/aws/app-config-data.ts';
import { systemClock } from '../../platform/clock.ts';
import type {
  ConfigurationReader,
  EnvironmentReaderSettings,
  ReaderEnvironment,
} from './configuration-reader.ts';
import { ReaderSettingsError } from './errors.ts';
import { createConfigurationReader } from './reader.ts';

/**
 * Creates a reader from environment variables. `APPCONFIGAPPNAME`, `APPCONFIGCONF` and `APPCONFIGENV` name the
 * configuration, and `APPCONFIGREADROLE` is the role to assume. The region is `APPCONFIGREGION`, otherwise
 * `AWS_REGION`, otherwise `AWS_DEFAULT_REGION`.
 * @throws ReaderSettingsError with every variable that is missing or malformed
 */
export function readerFromEnvironment<T>(
  { schema, externalId, env = process.env, ...settings }: EnvironmentReaderSettings<T>,
  surroundings: Pick<ReaderClientSettings, 'clock' | 'credentials' | 'plugins'> = { clock: systemClock },
): ConfigurationReader<T> {
  const { application, profile, environment, role, region } = readVariables(env);
  const assumed = { arn: role, ...(externalId === undefined ? {} : { externalId }) };
  return createConfigurationReader({
    client: createReaderClient({ region, role: assumed, ...surroundings }),
    application,
    environment,
    profile,
    schema,
    clock: surroundings.clock,
    ...settings,
  });
}

interface Variable {
  /** Names of the environment variable. The first one that is set is used. */
  readonly names: readonly string[];
  readonly pattern: RegExp;
  /** What the value must be, with an example. */
  readonly expected: string;
}

/** AppConfig allows 1 to 128 characters (AppConfig Data API reference, "StartConfigurationSession", `Identifier`). */
const named = (name: string, what: string): Variable => ({
  names: [name],
  pattern: /^\S(.{0,126}\S)?$/,
  expected: `the name or id of the ${what} in AppConfig, 1 to 128 characters`,
});

const variables = {
  application: named('APPCONFIGAPPNAME', 'application'),
  profile: named('APPCONFIGCONF', 'configuration profile'),
  environment: named('APPCONFIGENV', 'environment'),
  role: {
    names: ['APPCONFIGREADROLE'],
    pattern: /^arn:aws[\w-]*:iam::\d{12}:role\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/,
    expected: 'the ARN of the reader role, such as arn:aws:iam::123456789012:role/ShopConfigurationReader',
  },
  region: {
    names: ['APPCONFIGREGION', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
    pattern: /^[a-z]{2,}(-[a-z]+)+-\d+$/,
    expected: 'the region of the application in AppConfig, such as eu-west-1',
  },
} satisfies Record<string, Variable>;

function readVariables(env: ReaderEnvironment): Readonly<Record<keyof typeof variables, string>> {
  const problems: string[] = [];
  const read = ({ names, pattern, expected }: Variable): string => {
    const name = names.find((each) => (env[each] ?? '') !== '');
    const value = name === undefined ? '' : (env[name] ?? '');
    if (name === undefined) problems.push(`${names.join(', ')}: not set. Set ${names[0]} to ${expected}`);
    else if (!pattern.test(value)) problems.push(`${name} is ${JSON.stringify(value)}: must be ${expected}`);
    return value;
  };
  const { application, profile, environment, role, region } = variables;
  const values = {
    application: read(application),
    profile: read(profile),
    environment: read(environment),
    role: read(role),
    region: read(region),
  };
  if (problems.length === 0) return values;
  throw new ReaderSettingsError(
    `The configuration cannot be read with this environment:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    { problems },
  );
}
