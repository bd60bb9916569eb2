/** A Lambda function, of any account, that uses a secret which AppConfig deploys. Environment: ROLE_ARN, AWS_REGION. */
import * as z from 'zod';
import {
  type ConfigurationReader,
  createConfigurationReader,
  createReaderClient,
  type ReaderClientSettings,
  systemClock,
} from '../../shared/secrets/reader/index.ts';

const schema = z.object({ username: z.string(), password: z.string() });

export type Login = z.infer<typeof schema>;

/** What the function does, with a reader that was passed in. */
export const createHandler =
  (reader: ConfigurationReader<Login>, connect: (login: Login) => Promise<void>) => async () => {
    await connect(await reader.get());
    return { connected: true };
  };

type Environment = Readonly<Partial<Record<'ROLE_ARN' | 'AWS_REGION', string>>>;
type Surroundings = Pick<ReaderClientSettings, 'clock' | 'credentials' | 'plugins'>;

/**
 * The reader of a deployed function: made once, kept as long as the process lives. A test gives it an environment, and
 * surroundings that are simulated.
 */
export const deployedReader = (
  { ROLE_ARN = '', AWS_REGION = 'eu-west-1' }: Environment = process.env,
  surroundings: Surroundings = { clock: systemClock },
): ConfigurationReader<Login> =>
  createConfigurationReader({
    client: createReaderClient({ region: AWS_REGION, role: { arn: ROLE_ARN }, ...surroundings }),
    application: 'shop',
    environment: 'production',
    profile: 'database',
    schema,
    clock: surroundings.clock,
  });
