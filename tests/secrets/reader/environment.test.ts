import { expect, it } from '@jest/globals';
import { ReaderSettingsError, readerFromEnvironment } from '../../../shared/secrets/reader/index.ts';
import { planted } from '../../fixtures/secret-env.ts';
import { member, reading, schema } from '../../fixtures/secret-reader.ts';
import { shared } from '../../fixtures/small-configuration.ts';

const variables = {
  APPCONFIGAPPNAME: 'shop',
  APPCONFIGCONF: 'database',
  APPCONFIGENV: 'production',
  APPCONFIGREADROLE: `arn:aws:iam::${shared}:role/ConfigurationReader`,
  AWS_REGION: 'eu-west-1',
};

type Variables = Readonly<Partial<Record<keyof typeof variables | 'APPCONFIGREGION', string>>>;

const without = (name: keyof typeof variables): Variables => ({ ...variables, [name]: undefined });

async function read(env: Variables) {
  const { organization, clock } = (await reading()).env;
  const credentials = organization.credentialsOf(member, 'app');
  const reader = readerFromEnvironment(
    { schema, externalId: 'shop-1', env },
    { clock, credentials, plugins: [organization.plugin()] },
  );
  return { value: await reader.get(), calls: organization.calls };
}

function problemsOf(env: Variables): readonly string[] {
  try {
    readerFromEnvironment({ schema, env });
    return [];
  } catch (error) {
    if (error instanceof ReaderSettingsError) return error.message.split('\n').slice(1);
    throw error;
  }
}

it('reads the configuration that the environment variables name', async () => {
  const { value, calls } = await read(variables);

  expect(value).toEqual({ password: `${planted}-1` });
  expect(new Set(calls.map(({ region }) => region))).toEqual(new Set(['eu-west-1']));
});

it("calls AppConfig in the application's region when it differs from the process's region", async () => {
  const env = { ...variables, AWS_REGION: 'us-west-2', APPCONFIGREGION: 'eu-west-1' };

  expect((await read(env)).value).toEqual({ password: `${planted}-1` });
});

it.each(['APPCONFIGAPPNAME', 'APPCONFIGCONF', 'APPCONFIGENV', 'APPCONFIGREADROLE'] as const)(
  'names %s when the environment variable is missing or empty',
  (name) => {
    const problem = [expect.stringMatching(new RegExp(`^  ${name}: not set. Set ${name} to the `))];
    expect(problemsOf(without(name))).toEqual(problem);
    expect(problemsOf({ ...variables, [name]: '' })).toEqual(problem);
  },
);

it('names all environment variables that can set the region when none is set', () => {
  expect(problemsOf(without('AWS_REGION'))).toEqual([
    '  APPCONFIGREGION, AWS_REGION, AWS_DEFAULT_REGION: not set. Set APPCONFIGREGION to the region of the application in AppConfig, such as eu-west-1',
  ]);
});

it.each([
  ['APPCONFIGAPPNAME', ' shop'],
  ['APPCONFIGCONF', 'x'.repeat(129)],
  ['APPCONFIGENV', 'production\n'],
  ['APPCONFIGREADROLE', 'ConfigurationReader'],
  ['APPCONFIGREADROLE', 'arn:aws:iam::12345:role/ConfigurationReader'],
  ['APPCONFIGREADROLE', 'arn:aws:iam::444444444444:user/ConfigurationReader'],
  ['APPCONFIGREADROLE', 'arn:aws:sts::444444444444:assumed-role/ConfigurationReader/x'],
  ['AWS_REGION', 'Ireland'],
])('states what %s must be when it is %j', (name, value) => {
  expect(problemsOf({ ...variables, [name]: value })).toEqual([
    expect.stringContaining(`${name} is ${JSON.stringify(value)}: must be the `),
  ]);
});

it('lists every problem at once when no environment variable is set', () => {
  expect(problemsOf({})).toHaveLength(5);
});
