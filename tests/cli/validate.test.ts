import { describe, expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const tenMistakes = 'tests/cases/configuration/ten-mistakes.yml';

describe('validate', () => {
  test('prints what a configuration contains', async () => {
    const { code, stdout } = await run(['validate', '--config', exampleConfiguration]);

    expect(code).toBe(0);
    expect(stdout).toContain(`${exampleConfiguration} is valid`);
    expect(stdout).toMatch(/log +222222222222 +eu-west-1 +4 resources/);
    expect(stdout).toMatch(/people-administer .* all accounts; except accounts 111111111111/);
  });

  test('prints the result of validate as one JSON object', async () => {
    const screen = await run(['validate', '--config', exampleConfiguration, '--json']);

    expect(objectOf(screen)).toMatchObject({
      valid: true,
      findings: [],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      centralAccounts: { log: { id: '222222222222', region: 'eu-west-1' } },
      resources: expect.arrayContaining([
        {
          kind: 's3-bucket-policy',
          accountId: '222222222222',
          region: 'eu-west-1',
          id: 'example-org-config',
        },
      ]),
    });
  });

  test('prints every mistake of a configuration at once, each with its line', async () => {
    const { code, stdout, stderr } = await run(['validate', '--config', tenMistakes]);

    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/has 1\d mistakes/);
    expect(stderr.match(/\(line \d+\)/g)?.length).toBeGreaterThanOrEqual(10);
  });

  test('prints path, line and message of each mistake when validate has --json', async () => {
    const screen = await run(['validate', '--config', tenMistakes, '--json']);
    const { valid, findings } = objectOf(screen) as { valid: boolean; findings: unknown[] };

    expect({ code: screen.code, valid }).toEqual({ code: 78, valid: false });
    expect(findings.length).toBeGreaterThanOrEqual(10);
    expect(findings).toContainEqual({
      path: expect.stringMatching(/^[\w.[\]]+$/),
      line: expect.any(Number),
      message: expect.any(String),
    });
  });

  test('finds the configuration through ONBOARDING_CONFIG', async () => {
    const { code } = await run(['validate'], { env: { ONBOARDING_CONFIG: exampleConfiguration } });

    expect(code).toBe(0);
  });

  test('finds onboarding.yml in the working directory', async () => {
    const { code, stdout } = await run(['validate'], { cwd: `${process.cwd()}/examples` });

    expect(code).toBe(0);
    expect(stdout).toContain('examples/onboarding.yml is valid');
  });
});
