import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAccountEvent } from '../../shared/accounts/account-event.ts';
import { eventReaders } from '../../shared/accounts/event-readers.ts';
import { MalformedEventError } from '../../shared/platform/errors.ts';

interface EventCase {
  readonly name: string;
  /** A file below tests/fixtures, without `.json`. */
  readonly fixture: string;
  /** Paths that get another value, and paths that go. */
  readonly change?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** The event id of a change is the envelope's, and not repeated here. */
  readonly expected?: Readonly<Record<string, unknown>>;
  /** Path to a part of the message. */
  readonly findings?: Readonly<Record<string, string>>;
}

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));

const cases = read('cases/accounts/account-events.json') as readonly EventCase[];

type Json = Record<string, unknown>;

function edit(input: Json, path: string, apply: (parent: Json, key: string) => void): void {
  const keys = path.split('.');
  const parent = keys.slice(0, -1).reduce((value, key) => value[key] as Json, input);
  apply(parent, keys.at(-1) ?? '');
}

function inputOf({ fixture, change = {}, remove = [] }: EventCase): unknown {
  const input = read(`fixtures/${fixture}.json`) as Json;
  for (const [path, value] of Object.entries(change)) {
    edit(input, path, (parent, key) => {
      parent[key] = value;
    });
  }
  for (const path of remove) {
    edit(input, path, (parent, key) => {
      delete parent[key];
    });
  }
  return input;
}

function findingsOf(input: unknown): MalformedEventError['findings'] {
  try {
    parseAccountEvent(input);
  } catch (error) {
    if (error instanceof MalformedEventError) return error.findings;
    throw error;
  }
  return [];
}

describe('what is understood', () => {
  test.each(cases.filter(({ expected }) => expected))(
    'reads an account event from the case "$name"',
    (eventCase) => {
      const input = inputOf(eventCase) as { readonly id?: string };

      const result = parseAccountEvent(input);

      const isChange = eventCase.expected?.type === 'change';
      const eventId = isChange && input.id ? { eventId: input.id } : {};
      expect(result).toEqual({ ...eventCase.expected, ...eventId });
    },
  );
});

describe('what is malformed: every finding, with its path', () => {
  test.each(cases.filter(({ findings }) => findings))(
    'reports every finding of the malformed event "$name"',
    (eventCase) => {
      const findings = findingsOf(inputOf(eventCase));

      const expected = Object.entries(eventCase.findings ?? {});
      expect(findings.map(({ path }) => path).sort()).toEqual(expected.map(([path]) => path).sort());
      for (const [path, part] of expected)
        expect(findings.find((finding) => finding.path === path)?.message).toContain(part);
    },
  );
});

describe('the fixtures', () => {
  const files = (folder: string): readonly string[] =>
    readdirSync(new URL(`../fixtures/${folder}`, import.meta.url))
      .filter((name) => name.endsWith('.json'))
      .map((name) => `${folder}/${name.replace('.json', '')}`);

  test('uses each event and input fixture in at least one case', () => {
    const used = new Set(cases.map(({ fixture }) => fixture));
    expect([...files('events'), ...files('inputs')].filter((file) => !used.has(file))).toEqual([]);
  });

  test('has a fixture of each event that changes an account', () => {
    const names = files('events').map(
      (file) => (read(`fixtures/${file}.json`) as { detail: { eventName?: string } }).detail.eventName,
    );
    expect(Object.keys(eventReaders).filter((name) => !names.includes(name))).toEqual([]);
  });
});
