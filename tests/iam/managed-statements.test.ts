import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { OwnershipClashError } from '../../shared/iam/errors.ts';
import {
  createManagedSid,
  findGrantName,
  installationOf,
  listManagedStatements,
  replaceManagedStatements,
} from '../../shared/iam/managed-statements.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Cases {
  readonly replace: readonly {
    readonly name: string;
    readonly document: PolicyDocument | null;
    readonly installationId: string;
    readonly wanted: readonly Statement[];
    readonly remembered: readonly string[];
    readonly expected?: PolicyDocument | null;
    readonly clash?: readonly string[];
    readonly error?: string;
  }[];
  readonly marks: readonly {
    readonly name: string;
    readonly mark: Parameters<typeof createManagedSid>[0];
    readonly sid?: string;
    readonly error?: string;
  }[];
  readonly installations: readonly {
    readonly name: string;
    readonly sid: string;
    readonly installation: string | null;
  }[];
}

type Replace = Cases['replace'][number];

const cases = casesOf<Cases>('owned');

const replaced = ({ document, installationId, wanted, remembered }: Replace) =>
  replaceManagedStatements({
    document: document ?? undefined,
    where: 'bucket logs',
    installationId,
    wanted,
    remembered,
  });

const thrownBy = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

describe('replaceOwned', () => {
  it.each(cases.replace.filter(({ expected }) => expected !== undefined))(
    'replaces managed statements in the case "$name"',
    (given) => {
      expect(JSON.stringify(replaced(given) ?? null)).toBe(JSON.stringify(given.expected));
    },
  );

  it.each(cases.replace.filter(({ clash }) => clash !== undefined))(
    'reports an unknown managed Sid in the case "$name"',
    (given) => {
      const error = thrownBy(() => replaced(given));
      expect(error).toBeInstanceOf(OwnershipClashError);
      expect((error as OwnershipClashError).fields.sids).toEqual(given.clash);
      expect(String(error)).toContain('bucket logs');
    },
  );

  it.each(cases.replace.filter(({ error }) => error !== undefined))(
    'refuses to replace managed statements in the case "$name"',
    (given) => {
      expect(() => replaced(given)).toThrow(given.error);
    },
  );

  it('keeps unmanaged statements as the same objects that were parsed', () => {
    const foreign = { Effect: 'Allow', Action: 's3:*' } as const;
    const wanted = [
      { ...foreign, Sid: createManagedSid({ installationId: 'prod', grant: 'logs', part: 'write' }) },
    ];
    const document = { Statement: [foreign] };
    const next = replaceManagedStatements({
      document,
      where: 'logs',
      installationId: 'prod',
      wanted,
      remembered: [],
    });
    expect(next?.Statement[0]).toBe(foreign);
    expect(listManagedStatements(next, 'prod')).toEqual(wanted);
    expect(listManagedStatements(undefined, 'prod')).toEqual([]);
  });
});

describe('ownedSid', () => {
  it.each(cases.marks.filter(({ sid }) => sid !== undefined))(
    'returns the Sid of the case "$name"',
    ({ mark, sid }) => {
      expect(createManagedSid(mark)).toBe(sid);
      expect(installationOf(createManagedSid(mark))).toBe(mark.installationId);
    },
  );

  it.each(cases.marks.filter(({ error }) => error !== undefined))(
    'refuses the Sid of the case "$name"',
    ({ mark, error }) => {
      expect(() => createManagedSid(mark)).toThrow(error);
    },
  );
});

describe('installationOf', () => {
  it.each(cases.installations)(
    'returns the installation of a Sid in the case "$name"',
    ({ sid, installation }) => {
      expect(installationOf(sid) ?? null).toBe(installation);
    },
  );
});

it.each([
  ['the grant wrote it', 'AccountOnboardingprodLogsWrite', 'logs'],
  ['the name of another grant begins alike', 'AccountOnboardingprodLogsKeyWrite', 'logs-key'],
  ['a former grant wrote it', 'AccountOnboardingprodImagesPull', undefined],
  ['another installation wrote it', 'AccountOnboardingtestLogsWrite', undefined],
  ['it is unmanaged', 'LogsWrite', undefined],
  ['there is none', undefined, undefined],
])('finds the grant of a Sid when %s', (_, sid, name) => {
  expect(findGrantName(sid, ['logs', 'logs-key'], 'prod')).toBe(name);
});
