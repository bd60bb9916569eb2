import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { loadConfiguration, parseConfiguration } from '../../shared/configuration/load.ts';
import { validateConfiguration } from '../../shared/configuration/validate.ts';
import type { Finding } from '../../shared/platform/errors.ts';

const cases = new URL('../cases/configuration/', import.meta.url);
const example = new URL('../../examples/onboarding.yml', import.meta.url);

const names = readdirSync(cases)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.replace('.yml', ''));

const textOf = (name: string): string => readFileSync(new URL(`${name}.yml`, cases), 'utf8');

/** @throws Error where there is nothing to find */
async function findingsIn(load: () => unknown): Promise<readonly Finding[]> {
  try {
    await load();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.findings;
    throw error;
  }
  throw new Error('The configuration is valid');
}

describe('a configuration file', () => {
  test('loads the example with its defaults', async () => {
    const configuration = await loadConfiguration(example.pathname);

    expect(configuration.grants).toHaveLength(14);
    expect(configuration.partition).toBe('aws');
    expect(configuration.limits.managedPolicyCharacters).toBe(6_144);
  });

  test.each(names)('reports every mistake of %s with its position and the correction', async (name) => {
    const expected = JSON.parse(readFileSync(new URL(`${name}.json`, cases), 'utf8')) as Finding[];

    const findings = await findingsIn(() => parseConfiguration(textOf(name), `${name}.yml`));

    expect(findings).toEqual(expected);
  });

  test('reports ten findings when a configuration has ten mistakes', async () => {
    const findings = await findingsIn(() => parseConfiguration(textOf('ten-mistakes'), 'onboarding.yml'));

    expect(findings).toHaveLength(10);
  });

  test('names the option --config when the configuration file is missing', async () => {
    const findings = await findingsIn(() => loadConfiguration('/nowhere/onboarding.yml'));

    expect(findings).toEqual([{ path: '', message: expect.stringContaining('ENOENT') }]);
    expect(findings[0]?.message).toContain('--config');
  });

  test('accepts a configuration as JSON, and checks a parsed object the same way', () => {
    const configuration = parseConfiguration(readFileSync(example, 'utf8'), 'onboarding.yml');

    expect(parseConfiguration(JSON.stringify(configuration), 'onboarding.json')).toEqual(configuration);
    expect(validateConfiguration(configuration, 'the table')).toEqual(configuration);
  });
});

describe('messages', () => {
  test.each(names)('describes every finding of %s without terms of the schema library', async (name) => {
    const findings = await findingsIn(() => parseConfiguration(textOf(name), `${name}.yml`));

    for (const { message } of findings) {
      expect(message).not.toMatch(/received|undefined|Invalid|expected|discriminator|null/);
      expect(message).not.toMatch(/must be must|must be is|: \./);
    }
  });

  test('lists all findings of a configuration error, one per line', () => {
    const error = new ConfigurationError('onboarding.yml', [
      { path: '', message: 'is empty' },
      { path: 'grants[0].name (line 3)', message: 'is missing; it must be text' },
    ]);

    expect(error.message).toBe(
      'onboarding.yml has 2 mistakes:\n  (root): is empty\n  grants[0].name (line 3): is missing; it must be text',
    );
  });

  test('lists the presets of the grant kind when the preset is missing', async () => {
    const configuration = parseConfiguration(readFileSync(example, 'utf8'), 'onboarding.yml');
    const grants = configuration.grants.map((grant) => ({ ...grant, preset: undefined }));

    const findings = await findingsIn(() => validateConfiguration({ ...configuration, grants }, 'changed'));

    expect(findings.find(({ path }) => path === 'grants[3].preset')?.message).toBe(
      'is missing; it must be one of cloudtrail-encrypt, config-encrypt, flow-logs-encrypt, organization-cloudtrail-encrypt, ' +
        'launch-encrypted-ami, decrypt, decrypt-secrets, read-configurations, deploy-configurations, raw',
    );
  });
});
