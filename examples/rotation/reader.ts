/** A Lambda function, of any account, that uses a secret which AppConfig deploys. Environment: ROLE_ARN, AWS_REGION. */
import * as z from 'zod';
import {
  type ConfigurationReader,
  configurationReader,
  readerClient,
  systemClock,
} from '../../shared/reader/index.ts';

const schema = z.object({ username: z.string(), password: z.string() });

export type Login = z.infer<typeof schema>;

/** What the function does, with a reader that was passed in. */
export const createHandler =
  (reader: ConfigurationReader<Login>, connect: (login: Login) => Promise<void>) => async () => {
    await connect(await reader.get());
    return { connected: true };
  };

/** The reader of a deployed function: made once, kept as long as the process lives. */
export const deployedReader = (): ConfigurationReader<Login> =>
  configurationReader({
    client: readerClient({
      region: process.env.AWS_REGION ?? 'eu-west-1',
      role: { arn: process.env.ROLE_ARN ?? '' },
      clock: systemClock,
    }),
    application: 'shop',
    environment: 'production',
    profile: 'database',
    schema,
    clock: systemClock,
  });
