import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const serverless = fileURLToPath(import.meta.resolve('serverless/bin/serverless.js'));
const printed = new Map<string, Promise<string>>();

/** `serverless print` of a configuration as JSON text. Each worker starts the framework once for a configuration. */
export function print(configuration: string): Promise<string> {
  const known = printed.get(configuration) ?? start(configuration);
  printed.set(configuration, known);
  return known;
}

async function start(configuration: string): Promise<string> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [serverless, 'print', '--format', 'json'], {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, ONBOARDING_CONFIG: configuration },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
