import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { listMatchNotes } from '../../shared/configuration/match-notes.ts';
import { configurationWith, readSecret } from '../fixtures/plan-fixture.ts';
import { objectOf, run } from '../fixtures/screen.ts';

function findingsFor(grant: object): readonly string[] {
  try {
    configurationWith([grant]);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.findings.map(({ path, message }) => `${path} ${message}`);
  }
}

const pull = { kind: 'ecr-repository-policy', secrets: undefined, repositories: ['base/node'] };
const key = { kind: 'kms-key-policy', secrets: undefined, key: '1234abcd-12ab-34cd-56ef-1234567890ab' };

describe('match', () => {
  test('defaults match to accounts when it is missing', () => {
    const [grant] = configurationWith([readSecret()]).grants;

    expect(grant?.match).toBe('accounts');
  });

  test.each([
    [{ match: 'organization' }],
    [{ match: 'ou', for: { ous: ['ou-ab12-cd34ef56', 'ou-ab12-11112222'] } }],
    [{ match: 'accounts', for: { ous: ['Workloads'], except: [{ tags: { stage: 'test' } }] } }],
  ])('accepts a match that fits its selector (%#)', (fields) => {
    expect(findingsFor(readSecret(fields))).toEqual([]);
  });

  test.each([
    [
      { match: 'everybody' },
      ['grants[0].match must be one of accounts, ou, organization (it is "everybody")'],
    ],
    [
      { match: 'organization', for: { ous: ['ou-ab12-cd34ef56'] } },
      [
        'grants[0].for must be all: true, since match: organization selects every account; for some accounts use ' +
          'match: ou or accounts',
      ],
    ],
    [
      { match: 'organization', for: { all: true, except: [{ accounts: ['111122223333'] }] } },
      ['grants[0].for.except must be absent, because match: organization cannot have exceptions'],
    ],
    [
      { match: 'ou' },
      ['grants[0].for must name OUs by their ids, such as { ous: [ou-ab12-cd34ef56] }, with match: ou'],
    ],
    [
      {
        match: 'ou',
        for: {
          ous: ['ou-ab12-cd34ef56', 'Workloads', 'r-ab12'],
          tags: { a: 'b' },
          except: [{ names: ['x'] }],
        },
      },
      [
        'grants[0].for.ous[1] must be the id of an OU, such as ou-ab12-cd34ef56, with match: ou, because a condition ' +
          'of AWS cannot test names (it is "Workloads")',
        'grants[0].for.ous[2] must be the id of an OU, such as ou-ab12-cd34ef56, with match: ou, because a condition ' +
          'of AWS cannot test names (it is "r-ab12")',
        'grants[0].for.tags must be absent, because match: ou cannot test tags',
        'grants[0].for.except must be absent, because match: ou cannot have exceptions',
      ],
    ],
    [
      { ...pull, preset: 'lambda-pull', match: 'organization' },
      [
        'grants[0].match must be accounts for this preset, since AWS does not document that Lambda names its ' +
          'organization when it fetches an image (it is "organization")',
      ],
    ],
    [
      { ...key, preset: 'cloudtrail-encrypt', match: 'ou', for: { ous: ['ou-ab12-cd34ef56'] } },
      [
        "grants[0].match must be accounts for this preset, since CloudTrail's use of a KMS key can be restricted by the " +
          'ARNs of trails only, and AWS documents no condition on the organization (it is "ou")',
      ],
    ],
  ])('reports the reason when match does not fit its selector (%#)', (fields, expected) => {
    const { secrets, ...grant } = readSecret(fields) as { secrets?: unknown };

    expect(findingsFor(secrets === undefined ? grant : { ...grant, secrets })).toEqual(expected);
  });
});

describe('what people are told of it', () => {
  test('returns a note for each grant that covers later accounts without a run', () => {
    const configuration = configurationWith([
      readSecret(),
      readSecret({ name: 'for-all', match: 'organization' }),
      readSecret({ name: 'for-some', match: 'ou', for: { ous: ['ou-ab12-cd34ef56'] } }),
    ]);

    const notes = listMatchNotes(configuration);

    expect(notes.map(({ grant, path }) => [grant, path])).toEqual([
      ['for-all', 'grants[1].match'],
      ['for-some', 'grants[2].match'],
    ]);
    expect(notes[0]?.note).toBe(
      'gives access to every account of organization o-exampleorg1, without exceptions: also to new accounts, ' +
        'and to accounts that are closed, rejected or not yet approved',
    );
    expect(notes[1]?.note).toContain(
      'every account in ou-ab12-cd34ef56 or below, without exceptions: also to new accounts',
    );
  });

  test('returns no note when every grant lists its accounts', () => {
    expect(listMatchNotes(configurationWith([readSecret()]))).toEqual([]);
  });

  test('prints the notes on match in validate, as text and as JSON', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'match-'));
    const file = join(folder, 'onboarding.yml');
    const configuration = configurationWith([readSecret({ match: 'organization' })]);
    writeFileSync(file, JSON.stringify(configuration));
    try {
      const { stdout } = await run(['validate', '--config', file]);
      const machine = objectOf(await run(['validate', '--config', file, '--json']));

      expect(stdout).toMatch(/Grants that do not list accounts\n +token gives access to /);
      expect(machine).toMatchObject({ matchNotes: listMatchNotes(configuration) });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
