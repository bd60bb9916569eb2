import { describe, expect, test } from '@jest/globals';
import { filesIn, type Import, importsOf, loadedBy, sourceOf } from './fixtures/source/imports.ts';

/** The files of `shared/reconcile` that decide and do nothing else. */
const planning = [
  'blocked-removals',
  'capacity',
  'capacity-suggestions',
  'desired-resource',
  'desired-resources',
  'differences',
  'digest',
  'former-grants',
  'hold-removals',
  'holds',
  'plan',
  'plan-file',
  'plan-types',
  'planned-share',
  'registry-index',
  'removal-limit',
  'required-approval',
  'selector-warnings',
  'suspect-statements',
  'unmanaged-changes',
  'unresolved-ous',
].map((name) => `shared/reconcile/${name}.ts`);

/** What a function of these packages does depends on its arguments alone. */
const purePackages = ['zod', 'jsonc-parser', 'node:crypto'];

const pureFiles = [...['shared/iam', 'shared/grants', 'shared/cloudformation'].flatMap(filesIn), ...planning];

/** Reads a clock, a die or the environment, or asks for time to pass. */
const impure = [
  /\bDate\.now\b/,
  /\bnew Date\(/,
  /\bperformance\./,
  /\bMath\.random\b/,
  /\brandomUUID\b/,
  /\brandomBytes\b/,
  /\bprocess\./,
  /\bset(Timeout|Interval|Immediate)\b/,
  /\bfetch\(/,
  /\bconsole\./,
];

const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** A command is a value, and a pure one; sending it is what needs a client. */
const isCommand = (name: string): boolean => /^[A-Z]\w*Command$/.test(name);

const isPurePackage = ({ from, values }: Import): boolean =>
  values.length === 0 ||
  purePackages.includes(from) ||
  (from.startsWith('@aws-sdk/client-') && values.every(isCommand));

describe.each(pureFiles)('%s', (file) => {
  test('uses no clock, no randomness and no environment variable in the pure core', () => {
    const code = withoutComments(sourceOf(file));
    expect(impure.filter((pattern) => pattern.test(code))).toEqual([]);
  });

  test('imports only pure packages, and only commands and types of the AWS SDK, in the pure core', () => {
    const packages = importsOf(file).filter(({ from }) => !from.startsWith('shared/'));
    expect(packages.filter((each) => !isPurePackage(each))).toEqual([]);
  });
});

/**
 * Planning loads the configuration's schema and the organization's selectors; what those load must not send either.
 * `shared/platform/clock.ts` and what follows it stay outside.
 */
test('loads no module into the pure core that sends requests, reads files or reads the clock', () => {
  const loaded = [...loadedBy(pureFiles)];
  expect(
    loaded.filter((file) =>
      /^shared\/(platform\/(aws\/access|lambda|clock)|runs|store|composition|reconcile\/(lease|reconcile|read-and-plan)\.)/.test(
        file,
      ),
    ),
  ).toEqual([]);
  const packages = loaded.flatMap((file) =>
    importsOf(file)
      .filter(({ from }) => !from.startsWith('shared/'))
      .filter((each) => !isPurePackage(each))
      .map(({ from }) => `${file}: ${from}`),
  );
  expect(packages).toEqual([]);
  const code = loaded.filter((file) => impure.some((each) => each.test(withoutComments(sourceOf(file)))));
  expect(code).toEqual([]);
});

const sdk = /^@(aws-sdk|smithy)\//;

describe.each(filesIn('functions'))('%s', (file) => {
  test('imports no AWS SDK and stays under 40 lines in a file of functions/', () => {
    expect(importsOf(file).filter(({ from }) => sdk.test(from))).toEqual([]);
    expect(sourceOf(file).split('\n').length).toBeLessThan(40);
  });
});

test('creates AWS clients only in shared/platform/aws, shared/store and shared/composition', () => {
  const clients = ['shared', 'functions']
    .flatMap(filesIn)
    .filter((file) =>
      importsOf(file).some(
        ({ from, values }) => sdk.test(from) && values.some((name) => /Client$/.test(name)),
      ),
    );
  expect(clients.filter((file) => !/^shared\/(platform\/aws|store|composition)\//.test(file))).toEqual([]);
});
