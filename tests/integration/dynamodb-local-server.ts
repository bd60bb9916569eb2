import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isExecutable, onPath, type Server, startServer } from './server-process.ts';

/** The package that AWS publishes DynamoDB Local in. The hash is of the archive that `npm pack` writes. */
export const dynamoDbPackage = {
  name: 'amplify-dynamodb-simulator',
  version: '2.9.30',
  integrity:
    'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
} as const;

/** Where `npm run dynamodb-local` puts it, and the tests look for it. */
export const dynamoDbFolder = (): string =>
  process.env.DYNAMODB_LOCAL ||
  fileURLToPath(new URL(`../../.dynamodb-local/${dynamoDbPackage.version}`, import.meta.url));

const jar = 'DynamoDBLocal.jar';

export const hasDynamoDbLocal = (): boolean => existsSync(join(dynamoDbFolder(), jar));

/** What is missing, and how to get it; `undefined` if DynamoDB Local can start. */
export function missingDynamoDbLocal(): string | undefined {
  if (java() === undefined)
    return 'Java is missing: install a Java runtime, such as default-jre-headless of Debian, or set JAVA_HOME';
  if (hasDynamoDbLocal()) return undefined;
  return 'DynamoDB Local is missing: npm run dynamodb-local, or set DYNAMODB_LOCAL to the folder of DynamoDBLocal.jar';
}

function java(): string | undefined {
  const home = process.env.JAVA_HOME;
  const ofHome = home ? join(home, 'bin', 'java') : undefined;
  return ofHome !== undefined && isExecutable(ofHome) ? ofHome : onPath('java');
}

/** Starts AWS's own DynamoDB Local, with its tables in memory. Rejects with what it printed when it does not start. */
export async function startDynamoDbLocal(): Promise<Server> {
  const file = java();
  if (file === undefined) throw new Error(missingDynamoDbLocal());
  return startServer({
    name: 'DynamoDB Local',
    file,
    folder: dynamoDbFolder(),
    argumentsFor: (port) => [...machine, '-jar', jar, ...settings, '-port', String(port)],
    announces: /Started ServerConnector.*:(\d+)\}/,
  });
}

/** A small machine that starts fast: half of the time, and of the CPU, of the defaults. */
const machine = [
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Xmx256m',
  '-Djava.library.path=./DynamoDBLocal_lib',
  // Its web server then says when it listens.
  '-Dorg.eclipse.jetty.util.log.class=org.eclipse.jetty.util.log.StdErrLog',
  '-Dorg.eclipse.jetty.server.LEVEL=INFO',
];

/** One set of tables for all credentials and regions, as moto has one for each account. */
const settings = ['-inMemory', '-sharedDb', '-disableTelemetry'];
