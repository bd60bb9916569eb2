import {
  alternateUsers,
  type Generate,
  type Rotator,
  rotateJsonField,
} from '../../../shared/secrets/rotation-function/index.ts';
import type { Draw } from '../random.ts';

/** What a secret opens: a database with users, or something that knows the secret's current value by itself. */
export interface CredentialConsumer {
  /** The value that it is opened with at first. */
  readonly first: string;
  readonly rotator: Rotator;
  opens(value: string): boolean;
  /** A value that nobody has had yet, which the door takes from now on, as a person would change it by hand. */
  change(): string;
  /** Makes the door take this value again. */
  restore(value: string): void;
}

interface Login {
  readonly username: string;
  readonly password: string;
  readonly host: string;
}

/** @param prefix what every value contains */
export function drawCredentialConsumer(draw: Draw, prefix: string): CredentialConsumer {
  let made = 0;
  const next = (): string => {
    made += 1;
    return `${prefix}-${made}`;
  };
  const kind = draw.pick(['single', 'single', 'alternating', 'key'] as const);
  return kind === 'key' ? createKeyConsumer(next) : createDatabaseConsumer(next, kind);
}

/** A key of our own: nothing has to be told, and every value is as good. */
const createKeyConsumer = (next: () => string): CredentialConsumer => {
  const value = () => JSON.stringify({ key: next() });
  return {
    first: value(),
    rotator: { generate: async () => value() },
    opens: () => true,
    change: value,
    restore: () => {},
  };
};

function createDatabaseConsumer(next: () => string, kind: 'single' | 'alternating'): CredentialConsumer {
  const passwords = new Map<string, string>();
  const login = (value: string): Login => JSON.parse(value);
  const opens = (value: string): boolean => passwords.get(login(value).username) === login(value).password;
  const restore = (value: string): void => {
    passwords.set(login(value).username, login(value).password);
  };
  const change = (): string => {
    const value = JSON.stringify({ username: 'app', password: next(), host: 'db.example.com' });
    restore(value);
    return value;
  };
  const generate: Generate = async () => next();
  // As some drivers do, the messages quote what was given.
  const enter = (value: string): void => {
    if (!opens(value)) throw new Error(`no entry with ${value}`);
  };
  return {
    first: change(),
    opens,
    change,
    restore,
    rotator: {
      generate: kind === 'single' ? rotateJsonField('password', generate) : alternateUsers(generate),
      set: async ({ current, pending, previous }) => {
        if (kind === 'single' && !opens(current)) enter(previous ?? current);
        restore(pending);
      },
      test: async (pending) => enter(pending),
    },
  };
}
