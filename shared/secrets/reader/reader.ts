import {
  type AppConfigDataClient,
  type BadRequestException,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import type { MetadataBearer } from '@smithy/types';
import type { Clock } from '../../platform/clock.ts';
import type { ConfigurationReader, ConfigurationSchema } from './configuration-reader.ts';
import { ConfigurationUnavailableError } from './errors.ts';

export interface ReaderSettings<T> {
  readonly client: AppConfigDataClient;
  /** The application, environment and profile, each by its id or its name. */
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  /** Checks the JSON of the configuration, and gives it a type. */
  readonly schema: ConfigurationSchema<T>;
  readonly clock: Clock;
  /**
   * The shortest time between two polls, in seconds: 15 to 86,400. Default: 60. AppConfig may require a longer time.
   */
  readonly pollSeconds?: number;
  /**
   * Called after an error, while an earlier configuration stays in use. The error never contains content of the
   * configuration.
   */
  readonly onTrouble?: (error: ConfigurationUnavailableError) => void;
}

interface Memory<T> {
  value: T | undefined;
  /** The token for the next poll, and when it expires (milliseconds since the epoch). */
  token: { readonly text: string; readonly until: number } | undefined;
  /** When the next poll may be sent, in milliseconds since the epoch. */
  due: number;
  asking: Promise<void> | undefined;
}

/** Creates a reader of one configuration. It polls as AppConfig's documentation requires. */
export function createConfigurationReader<T>(settings: ReaderSettings<T>): ConfigurationReader<T> {
  const memory: Memory<T> = { value: undefined, token: undefined, due: 0, asking: undefined };
  const { clock } = settings;

  const refresh = (): Promise<void> => {
    memory.asking ??= ask(settings, memory).finally(() => {
      memory.asking = undefined;
    });
    return memory.asking;
  };

  const get = async (): Promise<T> => {
    const first = memory.value === undefined && memory.asking !== undefined;
    if (first || clock.now() >= memory.due) await refresh();
    if (memory.value !== undefined) return memory.value;
    throw new ConfigurationUnavailableError(
      `${nameOf(settings)} has not been read yet, and the last attempt failed. It is tried again at ${new Date(memory.due).toISOString()}`,
    );
  };

  return {
    get,
    current: () => memory.value,
    keepFresh: async (signal) => {
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      while (!signal.aborted) {
        if (clock.now() >= memory.due) await refresh().catch(() => {});
        await Promise.race([clock.sleep(Math.max(1, memory.due - clock.now()), signal), aborted]);
      }
    },
  };
}

/** Polls once. Even if this fails, the next poll waits for the interval. */
async function ask<T>(settings: ReaderSettings<T>, memory: Memory<T>): Promise<void> {
  const { clock, pollSeconds = 60, onTrouble = () => {} } = settings;
  memory.due = clock.now() + pollSeconds * 1_000;
  try {
    const answer = await latest(settings, memory);
    memory.due = clock.now() + Math.max(pollSeconds, answer.seconds) * 1_000;
    take(settings, memory, answer);
  } catch (thrown) {
    const error = trouble(settings, thrown);
    if (isLost(thrown)) memory.token = undefined;
    if (memory.value === undefined) throw error;
    onTrouble(error);
  }
}

/**
 * Handles the answer to a poll. In one session, AppConfig returns a configuration once. Later answers have an empty
 * body until something changes (AppConfig Data API reference, GetLatestConfiguration). If the answer with a new
 * configuration may have been lost, the next poll begins a new session.
 */
function take<T>(settings: ReaderSettings<T>, memory: Memory<T>, { text, attempts }: Answer): void {
  const { token } = memory;
  if (memory.value === undefined || (text === '' && attempts > 1)) memory.token = undefined;
  if (text === '' && memory.value === undefined)
    throw new ConfigurationUnavailableError(`${nameOf(settings)} is empty: was it deployed already?`);
  if (text === '') return;
  memory.value = parsed(settings, text);
  memory.token = token;
}

/**
 * Whether an answer of AppConfig may have been lost on its way, because it was missing or incomplete. If AppConfig
 * answers with an error, such as throttling, it has returned no configuration, so none was lost.
 */
function isLost(thrown: unknown): boolean {
  if (thrown instanceof ConfigurationUnavailableError) return false;
  const { $metadata } = thrown as Partial<MetadataBearer>;
  return ($metadata?.httpStatusCode ?? 0) < 400;
}

interface Answer {
  readonly seconds: number;
  /** How many attempts the SDK made. If more than one, the answer to the first may have been lost. */
  readonly attempts: number;
  readonly text: string;
}

/**
 * How long a token is used, in milliseconds. AppConfig accepts a token for 24 hours (AppConfig Data API reference,
 * GetLatestConfiguration). One hour less allows for wrong clocks.
 */
const tokenLife = 23 * 3_600_000;

/**
 * Continues the session with its token. A token is valid until one call has succeeded, so it can be used again after a
 * rejected poll. If the answer was lost, AppConfig does not document whether it accepts the token again. If AppConfig
 * rejects the token, or if the token is too old, a new session begins. This is tried once.
 */
async function latest<T>(settings: ReaderSettings<T>, memory: Memory<T>): Promise<Answer> {
  const { token } = memory;
  if (token === undefined || settings.clock.now() >= token.until)
    return poll(settings, memory, await newSession(settings));
  try {
    return await poll(settings, memory, token.text);
  } catch (thrown) {
    if (!isRefusedToken(thrown)) throw thrown;
    memory.token = undefined;
    return poll(settings, memory, await newSession(settings));
  }
}

/**
 * Whether AppConfig rejected the token itself. AppConfig also rejects a poll that comes too early, but then the token
 * stays valid ("InvalidParameterDetail", `Problem`).
 */
function isRefusedToken(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown.name !== 'BadRequestException') return false;
  const { Details } = thrown as Partial<BadRequestException>;
  return Details?.InvalidParameters?.ConfigurationToken?.Problem !== 'PollIntervalNotSatisfied';
}

async function newSession<T>(settings: ReaderSettings<T>): Promise<string | undefined> {
  const { client, application, environment, profile, pollSeconds = 60 } = settings;
  const { InitialConfigurationToken } = await client.send(
    new StartConfigurationSessionCommand({
      ApplicationIdentifier: application,
      EnvironmentIdentifier: environment,
      ConfigurationProfileIdentifier: profile,
      RequiredMinimumPollIntervalInSeconds: pollSeconds,
    }),
  );
  return InitialConfigurationToken;
}

/** Polls once. The old token stays in memory until AppConfig returns the next one. */
async function poll<T>(
  { client, clock }: ReaderSettings<T>,
  memory: Memory<T>,
  ConfigurationToken: string | undefined,
): Promise<Answer> {
  keepToken(memory, ConfigurationToken, clock.now());
  const { NextPollConfigurationToken, NextPollIntervalInSeconds, Configuration, $metadata } =
    await client.send(new GetLatestConfigurationCommand({ ConfigurationToken }));
  keepToken(memory, NextPollConfigurationToken, clock.now());
  const { attempts = 1 } = $metadata ?? {};
  return {
    seconds: NextPollIntervalInSeconds ?? 0,
    attempts,
    text: new TextDecoder().decode(Configuration),
  };
}

function keepToken<T>(memory: Memory<T>, text: string | undefined, now: number): void {
  if (text === memory.token?.text) return;
  memory.token = text === undefined ? undefined : { text, until: now + tokenLife };
}

/** Parses the configuration. An error does not contain its content, which may be a secret. */
function parsed<T>(settings: ReaderSettings<T>, text: string): T {
  try {
    return settings.schema.parse(JSON.parse(text));
  } catch {
    throw new ConfigurationUnavailableError(
      `${nameOf(settings)} was deployed in a form that its reader does not accept. The last valid configuration stays in use`,
    );
  }
}

const trouble = <T>(settings: ReaderSettings<T>, thrown: unknown): ConfigurationUnavailableError =>
  thrown instanceof ConfigurationUnavailableError
    ? thrown
    : new ConfigurationUnavailableError(
        `${nameOf(settings)} could not be read: ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown}`,
        {},
        thrown,
      );

const nameOf = <T>({ application, environment, profile }: ReaderSettings<T>): string =>
  `Configuration ${profile} of application ${application} in environment ${environment}`;
