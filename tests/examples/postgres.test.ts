import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postgresRotator, scramVerifier } from '../../examples/rotation/postgres.ts';
import {
  createPasswordGenerator,
  rotateJsonField,
  rotateSecret,
} from '../../shared/secrets/rotation-function/index.ts';
import { rotateNow } from '../../simulator/rotation.ts';
import { findVersion } from '../../simulator/secrets.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import { functionIn, memoryLogger, toolsOf } from '../fixtures/rotation-function.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../fixtures/servers/postgres-server.ts';
import { createSimulatorEnv, shared } from '../fixtures/simulator-env.ts';

test('computes the SCRAM verifier of the example in RFC 7677', () => {
  // The example of RFC 7677, section 3: user "user", password "pencil".
  const verifier = scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  expect(verifier).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

/** Where there is no server's package, these are skipped; CI installs one. */
(hasPostgres ? describe : describe.skip)('the password of a PostgreSQL user', () => {
  let server: PostgresServer;
  beforeAll(() => {
    server = startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  const scene = (username: string) => {
    server.sql(`CREATE ROLE "${username.replaceAll('"', '""')}" LOGIN PASSWORD 'first'`);
    const { organization } = createSimulatorEnv();
    const first = { host: server.host, username, password: 'first', dbname: 'postgres' };
    const secretArn = organization.addSecret({ accountId: shared, name: 'pg', value: JSON.stringify(first) });
    const clients = functionIn(organization, shared, 'us-east-1');
    const rotator = postgresRotator(
      rotateJsonField('password', createPasswordGenerator(clients.secretsManager)),
    );
    const current = () => {
      const secret = organization.world.secrets.get(secretArn);
      return (secret === undefined ? undefined : findVersion(secret, 'AWSCURRENT')?.value) ?? '';
    };
    return { organization, secretArn, clients, rotator, current, first };
  };

  test('rotates a PostgreSQL password, so that only the new password opens a connection', async () => {
    const { organization, secretArn, clients, rotator, current, first } = scene('sho"p');
    const tools = toolsOf(clients, rotator, silentLogger);
    const client = clients.secretsManager;

    const error = await rotateNow(organization, {
      secretArn,
      client,
      invoke: (event) => rotateSecret(tools, event),
    });

    expect(error).toBeUndefined();
    await expect(rotator.test?.(current())).resolves.toBeUndefined();
    await expect(rotator.test?.(JSON.stringify(first))).rejects.toThrow(/password authentication failed/);
    expect(server.log()).toContain('ALTER ROLE "sho""p" PASSWORD \'SCRAM-SHA-256$');
    expect(server.log()).not.toContain(JSON.parse(current()).password);
  }, 30_000);

  test('rotates a password when the restored server still has the previous password', async () => {
    const { organization, secretArn, clients, rotator, current } = scene('restored');
    const tools = toolsOf(clients, rotator, silentLogger);
    const rotate = () =>
      rotateNow(organization, {
        secretArn,
        client: clients.secretsManager,
        invoke: (event) => rotateSecret(tools, event),
        attempts: 1,
      });
    expect(await rotate()).toBeUndefined();
    server.sql("ALTER ROLE restored PASSWORD 'first'");

    expect(await rotate()).toBeUndefined();

    await expect(rotator.test?.(current())).resolves.toBeUndefined();
  }, 30_000);

  test('refuses to rotate the password of a user without login, and quotes no password', async () => {
    const { organization, secretArn, clients, rotator, current } = scene('locked');
    server.sql('ALTER ROLE locked NOLOGIN');
    const { logger, lines } = memoryLogger();
    const tools = toolsOf(clients, rotator, logger);

    const error = await rotateNow(organization, {
      secretArn,
      client: clients.secretsManager,
      invoke: (event) => rotateSecret(tools, event),
      attempts: 1,
    });

    expect(error).toMatchObject({
      name: 'RotationStepError',
      message: expect.stringContaining('not permitted to log in'),
    });
    expect(JSON.parse(current()).password).toBe('first');
    expect(lines.join()).not.toContain('first');
  }, 30_000);
});
