import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A server of its own, reached by a socket in its folder. */
export interface PostgresServer {
  readonly host: string;
  readonly admin: { readonly username: string; readonly password: string };
  /** Runs a statement as the administrator. */
  sql(statement: string): void;
  /** What the server has logged: every statement. */
  log(): string;
  stop(): void;
}

/** Debian keeps the server's programs beside each version. */
const folders = [
  ...(process.env.PATH ?? '').split(':'),
  ...[17, 16, 15, 14].map((each) => `/usr/lib/postgresql/${each}/bin`),
];

const path = folders.join(':');

export const hasPostgres = ['initdb', 'pg_ctl', 'psql'].every(
  (program) => spawnSync(program, ['--version'], { env: { PATH: path } }).status === 0,
);

/** Starts a server, and waits until it answers. PostgreSQL does not run as root: then its own user is taken. */
export function startPostgres(): PostgresServer {
  const folder = mkdtempSync(join(tmpdir(), 'onboarding-postgres-'));
  const owner = userInfo().uid === 0 ? idsOf('postgres') : undefined;
  const admin = { username: 'admin', password: 'admin-password' };
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, admin.password, { mode: 0o600 });
  for (const file of [folder, passwordFile]) if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, env: { PATH: path }, stdio: 'ignore', ...owner });
  run(
    'initdb',
    '-D',
    data,
    '-U',
    admin.username,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-sync',
  );
  const options = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c fsync=off -c log_statement=all`;
  run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const psql = [
    '-X',
    '-q',
    '-w',
    '-v',
    'ON_ERROR_STOP=1',
    '-h',
    folder,
    '-U',
    admin.username,
    '-d',
    'postgres',
  ];
  return {
    host: folder,
    admin,
    sql: (statement) =>
      void execFileSync('psql', [...psql, '-c', statement], {
        env: { PATH: path, PGPASSWORD: admin.password },
      }),
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    stop: () => {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
