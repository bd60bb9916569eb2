import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { withPlugins } from '../../../shared/platform/aws/plugins.ts';
import type { Logger } from '../../../shared/platform/logger.ts';
import {
  askByEvent,
  generatedPassword,
  jsonField,
  type RotationTools,
  type Rotator,
} from '../../../shared/secrets/rotation-function/index.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';

export const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
};

/** A database that knows one password for each user. */
export interface Database {
  readonly passwords: Map<string, string>;
  login(user: string, password: string): void;
}

export function database(user: string, password: string): Database {
  const passwords = new Map([[user, password]]);
  return {
    passwords,
    login: (name, given) => {
      // As some drivers do, the message quotes what was given.
      if (passwords.get(name) !== given)
        throw new Error(`password authentication failed for ${name} with "${given}"`);
    },
  };
}

export interface Account {
  readonly username: string;
  readonly password: string;
  readonly host: string;
}

export const accountIn = (value: string): Account => JSON.parse(value) as Account;

/** One user, whose password is changed in place. */
export const singleUser = (client: SecretsManagerClient, { passwords, login }: Database): Rotator => ({
  generate: jsonField('password', generatedPassword(client, { PasswordLength: 24 })),
  set: async ({ pending, current }) => {
    const old = accountIn(current);
    login(old.username, old.password);
    const { username, password } = accountIn(pending);
    passwords.set(username, password);
  },
  test: async (pending) => {
    const { username, password } = accountIn(pending);
    login(username, password);
  },
});

export interface RotationFunction {
  readonly secretsManager: SecretsManagerClient;
  readonly eventBridge: EventBridgeClient;
}

/** The clients of a rotation function, which has a role of its own. */
export function functionIn(
  organization: SimulatedOrganization,
  accountId: string,
  region: string,
): RotationFunction {
  const name = 'rotation-function';
  organization.addRole({ accountId, name, trust: everything, permissions: everything });
  const config = { region, credentials: organization.credentialsOf(accountId, name), maxAttempts: 1 };
  return {
    secretsManager: withPlugins(new SecretsManagerClient(config), [organization.plugin()]),
    eventBridge: withPlugins(new EventBridgeClient(config), [organization.plugin()]),
  };
}

export const toolsOf = (
  { secretsManager, eventBridge }: RotationFunction,
  rotator: Rotator,
  logger: Logger,
): RotationTools => ({ secretsManager, rotator, logger, askForDeployment: askByEvent(eventBridge) });

/** Remembers everything that is logged, as text. */
export function memoryLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const log = (message: string, fields?: object) => {
    lines.push(JSON.stringify({ message, fields }, withErrors));
  };
  return { logger: { debug: log, info: log, warn: log, error: log }, lines };
}

/** Errors with their messages, stacks and causes, as a logger would write them. */
export const withErrors = (_: string, value: unknown): unknown =>
  value instanceof Error
    ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
