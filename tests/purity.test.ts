import { describe, expect, test } from '@jest/globals';
import { filesIn, type Import, importsOf, loadedBy, sourceOf } from './imports.ts';

/** Errors, frozen copies, globs, memoized answers, nearest names, orders and ARNs of secrets: they know of nothing else. */
const foundations = [
  'shared/errors.ts',
  'shared/frozen.ts',
  'shared/glob.ts',
  'shared/memo.ts',
  'shared/nearest.ts',
  'shared/order.ts',
  'shared/secret-arn.ts',
];

/** The pure part, from the bottom up, with what each folder may import at run time beside itself. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'shared/policy': foundations,
  'shared/grants': ['shared/policy/', 'shared/organization/', ...foundations],
  'shared/plan': [
    'shared/grants/',
    'shared/policy/',
    'shared/organization/',
    'shared/configuration/',
    ...foundations,
  ],
  'shared/spoke': [
    'shared/grants/',
    'shared/policy/',
    'shared/organization/',
    'shared/configuration/',
    ...foundations,
  ],
};

/** Types may come from further up: they are erased. */
const typesFrom: Readonly<Record<string, readonly string[]>> = {
  'shared/policy': [],
  'shared/grants': ['shared/aws/access.ts'],
  'shared/plan': ['shared/aws/access.ts'],
};

/** What a function of these packages does depends on its arguments alone. */
const purePackages = ['zod', 'jsonc-parser', 'node:crypto'];

const pureFolders = Object.keys(layers);
const pureFiles = pureFolders.flatMap(filesIn);

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
  test('reads no clock, no die and no environment', () => {
    const code = withoutComments(sourceOf(file));
    expect(impure.filter((pattern) => pattern.test(code))).toEqual([]);
  });

  test('imports packages that are pure, and of the SDK commands and types only', () => {
    const packages = importsOf(file).filter(({ from }) => !from.startsWith('shared/'));
    expect(packages.filter((each) => !isPurePackage(each))).toEqual([]);
  });

  test('imports from its own layer and those below it', () => {
    const folder = pureFolders.find((each) => file.startsWith(`${each}/`)) ?? '';
    const allowed = (each: Import): boolean =>
      [`${folder}/`, ...(layers[folder] ?? [])].some((below) => each.from.startsWith(below)) ||
      (each.values.length === 0 && (typesFrom[folder] ?? []).includes(each.from));
    const own = importsOf(file).filter(({ from }) => from.startsWith('shared/'));
    expect(own.filter((each) => !allowed(each))).toEqual([]);
  });
});

/**
 * Planning loads the configuration's schema and the organisation's selectors; what those load must not send either.
 * `shared/clock.ts` and what follows it stay outside.
 */
test('nothing that the pure part loads can send, read files or ask the clock', () => {
  const loaded = [...loadedBy(pureFiles)];
  expect(loaded.filter((file) => /^shared\/(aws|apply|run|store|telemetry|clock)/.test(file))).toEqual([]);
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
  test('translates, and does nothing else', () => {
    expect(importsOf(file).filter(({ from }) => sdk.test(from))).toEqual([]);
    expect(sourceOf(file).split('\n').length).toBeLessThan(40);
  });
});

/** From the top down: each imports from those after it, never the reverse. DESIGN, "Layout". */
const order = ['functions', 'shared/run', 'shared/apply', 'shared/plan', 'shared/grants', 'shared/policy'];

test.each(order)('%s imports downwards', (folder) => {
  const above = order.slice(0, order.indexOf(folder));
  const upwards = filesIn(folder).flatMap((file) =>
    importsOf(file)
      .filter(({ from }) => above.some((each) => from.startsWith(`${each}/`)))
      .map(({ from }) => `${file}: ${from}`),
  );
  expect(upwards).toEqual([]);
});

test('only shared/aws, shared/store and shared/telemetry make clients', () => {
  const clients = ['shared', 'functions']
    .flatMap(filesIn)
    .filter((file) =>
      importsOf(file).some(
        ({ from, values }) => sdk.test(from) && values.some((name) => /Client$/.test(name)),
      ),
    );
  expect(clients.filter((file) => !/^shared\/(aws|store|telemetry)\//.test(file))).toEqual([]);
});
