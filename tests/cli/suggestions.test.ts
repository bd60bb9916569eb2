import { expect, it } from '@jest/globals';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const example = ['--simulate', '--config', exampleConfiguration];
const init = [
  'init',
  '--simulate',
  '--installation',
  'prod',
  '--region',
  'eu-west-1',
  '--config',
  'none.yml',
];
const publish = [
  'publish',
  'examples/applications/shop-settings.json',
  '--simulate',
  '--config',
  'examples/applications/onboarding.yml',
];

it.each([
  ['a command', ['pln'], 'Did you mean plan?'],
  ['an option', ['plan', '--simulat'], 'Did you mean --simulate?'],
  ['a grant', ['plan', ...example, '--grant', 'trail-log'], 'did you mean trail-logs?'],
  ['a resource', ['plan', ...example, '--resource', 'example-org-confg'], 'did you mean example-org-config?'],
  [
    'an OU',
    [...init, '--central', 'log=222222222222', '--ou', 'Worklods', '--grants', 'all'],
    'Did you mean Workloads?',
  ],
  [
    'a proposal',
    [...init, '--central', 'log=222222222222', '--ou', 'Workloads', '--grants', 'decrypt-log'],
    'Did you mean decrypt-logs?',
  ],
  [
    'an account',
    [...init, '--central', 'log=lgo', '--ou', 'Workloads', '--grants', 'all'],
    'Did you mean log?',
  ],
  ['an application', [...publish, '--application', 'shp', '--profile', 'settings'], 'Did you mean shop?'],
  ['a profile', [...publish, '--application', 'shop', '--profile', 'seting'], 'Did you mean settings?'],
  ['a central account', ['spoke-template', 'lgo', '--config', exampleConfiguration], 'did you mean log?'],
])('suggests the nearest word when %s is mistyped', async (_, argv, suggestion) => {
  const { code, stderr } = await run(argv);

  expect(code).toBe(64);
  expect(stderr).toContain(suggestion);
});

it('suggests the nearest role when check has a principal that no access needs', async () => {
  const principal = 'arn:aws:iam::777777777777:role/people/ReadOnl';
  const { stdout } = await run(['check', ...example, '--account', '777777777777', '--principal', principal]);

  expect(stdout).toContain(`No access of sandbox-1 (777777777777) needs the role ${principal}`);
  expect(stdout).toContain('did you mean people/ReadOnly?');
  expect(stdout).not.toContain('grants nothing');
});
