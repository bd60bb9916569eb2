import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { objectOf, run } from '../fixtures/screen.ts';

const configuration = 'examples/applications/onboarding.yml';

const template = (...argv: readonly string[]) =>
  run(['application-template', ...argv, '--config', configuration]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'application-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('application-template', () => {
  test('prints the application template as YAML or JSON, with the JSON Schema inside', async () => {
    const yaml = await template('shop');
    const json = await template('shop', '--json');
    const schema = JSON.parse(await readFile('examples/applications/shop-settings.schema.json', 'utf8'));
    const { Resources } = objectOf(json) as {
      Resources: { ProfileSettings: { Properties: { Validators: { Content: string }[] } } };
    };

    expect({ code: yaml.code, stderr: yaml.stderr }).toEqual({ code: 0, stderr: '' });
    expect(parse(yaml.stdout)).toEqual(objectOf(json));
    expect(JSON.parse(Resources.ProfileSettings.Properties.Validators[0]?.Content ?? '')).toEqual(schema);
  });

  test('refuses application-template when the configuration has no applications', async () => {
    const { code, stderr } = await run([
      'application-template',
      'shop',
      '--config',
      'examples/onboarding.yml',
    ]);

    expect(code).toBe(64);
    expect(stderr).toContain('has no application shop; it has none');
  });

  test('writes the application template to a file, and states where to deploy it', async () => {
    const file = join(folder, 'shop.json');
    const { code, stdout } = await template('shop', '--out', file);

    expect(code).toBe(0);
    expect(stdout).toContain('Deploy it in account configuration (123456789012), eu-west-1');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(objectOf(await template('shop', '--json')));
    expect(objectOf(await template('shop', '--out', file, '--json'))).toEqual({
      file,
      accountId: '123456789012',
      region: 'eu-west-1',
    });
  });

  test.each([
    [['cart'], /has no application cart; it has shop/],
    [['shop', '--out', '/no/such/folder/x.yml'], /cannot be written \(ENOENT\)/],
    [[], /missing required argument/],
  ])('refuses application-template with %j', async (argv, says) => {
    const { code, stdout, stderr } = await template(...argv);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(says);
  });
});
