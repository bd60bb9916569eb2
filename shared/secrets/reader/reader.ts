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
  /** Ids or names. */
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  /** The schema of the configuration's JSON. */
  readonly schema: ConfigurationSchema<T>;
  readonly clock: Clock;
  /**
   * How many seconds to wait between two polls at least: 15 to 86,400. Default: 60. AppConfig may require a longer
   * wait.
   */
  readonly pollSeconds?: number;
  /**
   * Called on an error, if an earlier configuration stays in use. The error never contains content of the
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

/** Creates a reader of one configuration. It polls AppConfig as AppConfig's documentation requires. */
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

/** Polls once. The next poll waits for the interval, even if this poll fails. */
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
 * Handles the answer to a poll. A session delivers a configuration once. An empty body means that nothing has changed
 * (AppConfig Data API reference, GetLatestConfiguration). If an answer with a new configuration may have been lost, the
 * next poll begins a new session.
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
 * Whether an answer may have been lost: it was missing or incomplete. An error of AppConfig, such as throttling,
 * delivers nothing, so nothing is lost.
 */
function isLost(thrown: unknown): boolean {
  if (thrown instanceof ConfigurationUnavailableError) return false;
  const { $metadata } = thrown as Partial<MetadataBearer>;
  return ($metadata?.httpStatusCode ?? 0) < 400;
}

interface Answer {
  readonly seconds: number;
  /** How many attempts the SDK made. After a second attempt, the answer to the first may have been lost. */
  readonly attempts: number;
  readonly text: string;
}

/**
 * How long a token is used, in milliseconds. Tokens are valid for 24 hours (AppConfig Data API reference,
 * GetLatestConfiguration). One hour less allows for wrong clocks.
 */
const tokenLife = 23 * 3_600_000;

/**
 * Continues the session with its token. A token is valid for one successful call, so it stays valid after a rejected
 * poll. AppConfig does not document whether it accepts a token again if its answer was lost. If AppConfig rejects the
 * token, or if the token is too old, a new session begins, once.
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
 * Whether AppConfig rejected the token itself. A poll that comes too early is rejected as well, but its token stays
 * valid ("InvalidParameterDetail", `Problem`).
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

/** Polls once. The old token stays stored until AppConfig returns the next one. */
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

/** Parses the configuration. An error about it omits the content, which may be a secret. */
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
