import { alignColumns } from './table.ts';

/** The parts of `onboarding COMMAND --help` that are not options. */
interface CommandHelp {
  readonly examples: readonly string[];
  /** Environment variables that this command reads, in addition to those that every command reads. */
  readonly variables: readonly Variable[];
}

const meanings = {
  ONBOARDING_CONFIG: 'the configuration file',
  ONBOARDING_TABLE: "the installation's table: the output TableName of the stack",
  ONBOARDING_USER: 'the name on the record',
  ONBOARDING_DEBUG: 'anything: as --verbose',
  AWS_REGION: 'where the project is deployed (default: us-east-1)',
  AWS_ENDPOINT_URL: 'what stands for AWS',
  AWS_ENDPOINT_URL_DYNAMODB: 'what stands for DynamoDB (default: AWS_ENDPOINT_URL)',
  AWS_PROFILE: 'credentials, as with every AWS SDK',
  NO_COLOR: 'no colors',
  FORCE_COLOR: 'colors without a terminal',
} as const;

type Variable = keyof typeof meanings;

const configuration: readonly Variable[] = ['ONBOARDING_CONFIG'];
const aws: readonly Variable[] = ['AWS_REGION', 'AWS_ENDPOINT_URL', 'AWS_PROFILE'];
const table: readonly Variable[] = ['ONBOARDING_TABLE', ...aws, 'AWS_ENDPOINT_URL_DYNAMODB'];
const always: readonly Variable[] = ['ONBOARDING_DEBUG', 'NO_COLOR', 'FORCE_COLOR'];

/** Every command must have an entry. */
export const commandHelp = {
  demo: { examples: ['', 'rotation'], variables: [] },
  init: {
    examples: ['', '--simulate', '--central log=222222222222 --ou Sandbox --grants suggested'],
    variables: [...configuration, ...aws],
  },
  adopt: {
    examples: ['--simulate', '--out adopted.yml --role OrganizationAccountAccessRole', '--remove-superseded'],
    variables: [...configuration, ...table],
  },
  validate: { examples: ['', '--config examples/onboarding.yml --json'], variables: configuration },
  import: { examples: [''], variables: [...configuration, ...table] },
  activate: {
    examples: ['', '--no-import --by operator'],
    variables: [...configuration, ...table, 'ONBOARDING_USER'],
  },
  plan: {
    examples: ['--simulate', '--account 111122223333', '--out plan.json', '--format markdown'],
    variables: [...configuration, ...table],
  },
  apply: {
    examples: ['', '--plan plan.json', '--account 111122223333 --yes'],
    variables: [...configuration, ...table],
  },
  approve: {
    examples: [
      '',
      '--run 3f2c5a1e --plan 9b0c',
      '--run 3f2c5a1e --plan 9b0c --reject --reason "a test account"',
    ],
    variables: [...table, 'ONBOARDING_USER'],
  },
  drift: { examples: ['', '--simulate'], variables: [...configuration, ...table] },
  check: {
    examples: ['--account 111122223333', '--account 111122223333 --simulate'],
    variables: [...configuration, ...table],
  },
  explain: {
    examples: [
      '--principal arn:aws:iam::111122223333:role/app --action s3:GetObject --resource arn:aws:s3:::example-logs/file',
    ],
    variables: [...configuration, ...table],
  },
  'who-can': {
    examples: [
      '--resource arn:aws:s3:::example-logs',
      '--resource arn:aws:s3:::example-logs/file --action s3:GetObject',
    ],
    variables: [...configuration, ...table],
  },
  budget: { examples: ['', '--simulate'], variables: [...configuration, ...table] },
  report: {
    examples: [
      '--out report.html',
      '--out report.html --simulate',
      '--out report.html --verify all --runs 50',
    ],
    variables: [...configuration, ...table],
  },
  doctor: { examples: ['', '--simulate'], variables: [...configuration, ...table] },
  start: {
    examples: ['--account 111122223333 --wait', '--event event.json'],
    variables: [...configuration, ...table],
  },
  wait: {
    examples: ['--account 111122223333', '--account 111122223333 --ready --timeout 90'],
    variables: [...configuration, ...table],
  },
  sweep: { examples: ['', '--wait'], variables: [...configuration, ...table] },
  replay: { examples: ['', '--failures'], variables: [...configuration, ...table] },
  status: {
    examples: ['', '--run 3f2c5a1e', '--account 111122223333'],
    variables: [...configuration, ...table],
  },
  history: {
    examples: ['--account 111122223333', '--resource example-logs --limit 5'],
    variables: [...configuration, ...table],
  },
  locks: { examples: [''], variables: [...configuration, ...table] },
  run: {
    examples: ['--event event.json', '--event event.json --simulate'],
    variables: [...configuration, ...table],
  },
  publish: {
    examples: ['flags.json --application shop --profile flags'],
    variables: [...configuration, ...aws],
  },
  'spoke-template': { examples: ['log', 'log --out log.yml'], variables: configuration },
  'application-template': { examples: ['shop', 'shop --out shop.yml'], variables: configuration },
  'member-template': { examples: ['', '--out member-roles'], variables: configuration },
  'management-template': { examples: ['--hub 111122223333 --out management.yml'], variables: configuration },
  completion: { examples: ['bash', 'zsh', 'fish'], variables: [] },
} as const satisfies Readonly<Record<string, CommandHelp>>;

export type CommandName = keyof typeof commandHelp;

/** The examples and the environment variables of a command, as text. */
export function formatCommandHelp(name: CommandName, width: number): string {
  const help: CommandHelp = commandHelp[name];
  return [
    '',
    'Examples:',
    ...help.examples.map((example) => `  onboarding ${name} ${example}`.trimEnd()),
    '',
    'Environment:',
    ...alignColumns(
      [...help.variables, ...always].map((variable) => [variable, meanings[variable]]),
      { width },
    ),
  ].join('\n');
}
