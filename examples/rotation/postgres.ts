import { execFile } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Generate, Rotator } from '../../shared/secrets/rotation-function/index.ts';

/** The secret of a PostgreSQL user, as JSON. */
const login = z.looseObject({
  /** A host name, or the folder of a socket. */
  host: z.string(),
  port: z.number().default(5432),
  dbname: z.string().default('postgres'),
  username: z.string(),
  password: z.string(),
});

type Login = z.infer<typeof login>;

/**
 * Rotates the password of a PostgreSQL user, who changes it as himself. The server is sent a SCRAM verifier, as psql's
 * `\password` does, so that the password is in no statement that it may log (PostgreSQL documentation, "CREATE ROLE").
 * Needs `psql` on the PATH; a package for Node does as well.
 */
export const postgresRotator = (generate: Generate): Rotator => ({
  generate,
  set: async ({ current, pending, previous }) => {
    const { username, password } = parsed(pending);
    const role = `"${username.replaceAll('"', '""')}"`;
    const statement = `ALTER ROLE ${role} PASSWORD '${scramVerifier(password)}'`;
    await query(parsed(current), statement).catch((thrown: unknown) => {
      if (previous === undefined || !isSameUser(current, previous)) throw thrown;
      // A server that was restored from a backup has the password before.
      return query(parsed(previous), statement);
    });
  },
  test: async (pending) => query(parsed(pending), 'SELECT 1'),
});

/** No password is changed with a login of somebody else, or somewhere else. */
const isSameUser = (a: string, b: string): boolean =>
  (['username', 'host', 'port', 'dbname'] as const).every((field) => parsed(a)[field] === parsed(b)[field]);

const parsed = (value: string): Login => login.parse(JSON.parse(value));

/** RFC 5803; PostgreSQL documentation, "pg_authid". Passwords must be ASCII, which generated ones are. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const server = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}

/** The password travels in the environment and the statement by the standard input: neither is in a list of processes. */
function query({ host, port, dbname, username, password }: Login, sql: string): Promise<void> {
  const args = [
    '-X',
    '-q',
    '-w',
    '-v',
    'ON_ERROR_STOP=1',
    '-h',
    host,
    '-p',
    String(port),
    '-U',
    username,
    '-d',
    dbname,
  ];
  const env = { PATH: process.env.PATH, PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' };
  return new Promise((resolve, reject) => {
    const child = execFile('psql', args, { env }, (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`psql: ${stderr.trim() || error.message}`));
    });
    // A server that refuses the login may be gone before the statement is read.
    child.stdin?.on('error', () => {});
    child.stdin?.end(`${sql};\n`);
  });
}
