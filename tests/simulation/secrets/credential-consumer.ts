import {
  alternateUsers,
  type Generate,
  type Rotator,
  rotateJsonField,
} from '../../../shared/secrets/rotation-function/index.ts';
import type { Draw } from '../random.ts';

/** The consumer of a secret: a database with users, or a system that reads the secret's current value itself. */
export interface CredentialConsumer {
  /** Its first value. */
  readonly first: string;
  readonly rotator: Rotator;
  opens(value: string): boolean;
  /** A new value that the consumer accepts from now on, as after a manual change of the password. */
  change(): string;
  /** Makes the consumer accept this value again. */
  restore(value: string): void;
}

interface Login {
  readonly username: string;
  readonly password: string;
  readonly host: string;
}

/** @param prefix the common prefix of every value */
export function drawCredentialConsumer(draw: Draw, prefix: string): CredentialConsumer {
  let made = 0;
  const next = (): string => {
    made += 1;
    return `${prefix}-${made}`;
  };
  const kind = draw.pick(['single', 'single', 'alternating', 'key'] as const);
  return kind === 'key' ? createKeyConsumer(next) : createDatabaseConsumer(next, kind);
}

/** A key of the project itself: no system must be changed, and every value is valid. */
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
  // Messages quote the input, as some drivers do.
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
