import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { findNearestRegion, isKnownRegion } from '../../shared/configuration/regions.ts';
import { findConfigurationWarnings } from '../../shared/configuration/warnings.ts';
import { exampleText } from '../fixtures/plan-fixture.ts';

const warningsIn = (text: string) => findConfigurationWarnings(parseConfiguration(text, 'test'));

const example = (securityId: string, bucket: string): string => `
version: 1
installation: test
organization: { id: o-exampleorg1, managementAccount: "111111111111" }
centralAccounts:
  log: { id: "222222222222", region: eu-west-1 }
  security: { id: "${securityId}", region: eu-west-1 }
  shared: { id: "444444444444", region: eu-west-1 }
grants:
  - name: logs
    kind: s3-bucket-policy
    account: log
    bucket: ${bucket}
    preset: cloudtrail-write
    for: { all: true }
`;

describe('configurationWarnings', () => {
  it('warns when two central accounts have one account id', () => {
    expect(warningsIn(example('222222222222', 'example-logs'))).toEqual([
      {
        path: ['centralAccounts', 'security', 'id'],
        message:
          'is also the id of the log account (222222222222); if they are two accounts, correct one of the ids',
      },
    ]);
  });

  it('warns when Control Tower protects the bucket of a grant', () => {
    expect(warningsIn(example('333333333333', 'aws-controltower-logs-222222222222-eu-west-1'))).toEqual([
      { path: ['grants', 0, 'bucket'], message: expect.stringContaining('mandatory controls deny') },
    ]);
  });

  it('returns no configuration warnings for the main example', () => {
    expect(warningsIn(exampleText)).toEqual([]);
  });
});

describe('a key that JavaScript reserves', () => {
  const withFor = (selector: string): string =>
    example('333333333333', 'example-logs').replace('{ all: true }', selector);

  it.each([
    [
      'tags of a selector',
      '{ tags: { __proto__: x, runner: "yes" } }',
      'grants[0].for.tags.__proto__ (line 15)',
    ],
    [
      'an exception',
      '{ all: true, except: [{ tags: { a: b, __proto__: x } }] }',
      'grants[0].for.except[0].tags.__proto__ (line 15)',
    ],
    ['the selector itself', '{ all: true, __proto__: { ous: [A] } }', 'grants[0].for.__proto__ (line 15)'],
  ])('refuses a key that JavaScript reserves, with its position, when it is in %s', (_, selector, path) => {
    let findings: readonly unknown[] = [];
    try {
      parseConfiguration(withFor(selector), 'test');
    } catch (error) {
      findings = error instanceof ConfigurationError ? error.findings : [];
    }

    expect(findings).toContainEqual({ path, message: 'is a key that JavaScript reserves; use another one' });
  });

  it('keeps tags whose names are built-in object properties such as constructor', () => {
    const { grants } = parseConfiguration(withFor('{ tags: { constructor: a, toString: b } }'), 'test');

    expect(Object.entries(grants[0]?.for.tags ?? {})).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
    ]);
  });
});

describe('isKnownRegion', () => {
  it('recognizes regions of every partition, and no other text', () => {
    expect(['eu-west-1', 'ap-southeast-2', 'us-gov-west-1', 'cn-north-1'].every(isKnownRegion)).toBe(true);
    expect(['eu-west-9', 'eu-wets-1', 'us-east', 'zz-north-1', ''].some(isKnownRegion)).toBe(false);
  });

  it('suggests an existing region when a region is misspelled', () => {
    expect(findNearestRegion('eu-wst-1')).toBe('eu-west-1');
    expect(findNearestRegion('ap-southest-2')).toBe('ap-southeast-2');
  });
});
