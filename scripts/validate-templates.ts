/**
 * Validates everything that is deployed, without network and credentials: every state machine, the CloudFormation
 * template of `npm run package`, the templates in `templates` and of account vending, and the templates of the central
 * accounts, of their applications and of member accounts. Packages the hub for GovCloud and China too. Exits with 1 if there is a finding.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DeployedMachine,
  deployedMachines,
  readDeployedDefinition,
} from '../simulator/deployed-machines.ts';
import { type PackagedCopy, packageCopy, packagedTemplate, readArchives } from './packaging/package-copy.ts';
import { exceptions, type Report, validateTemplates, type WrittenTemplate } from './validation/linters.ts';
import { writeTemplates } from './validation/write-templates.ts';

/** asl-validator is not an ES module, and has no types. */
const require = createRequire(import.meta.url);

const configurations = [
  process.env.ONBOARDING_CONFIG || 'examples/onboarding.yml',
  'examples/applications/onboarding.yml',
  'examples/appconfig-readers/onboarding.yml',
  'examples/people/onboarding.yml',
  'examples/application-to-application/onboarding.yml',
  'examples/codedeploy/onboarding.yml',
  'examples/log-delivery/onboarding.yml',
  'examples/central-accounts/onboarding.yml',
  'tests/fixtures/deployment/stack-options.yml',
];

/** An organization in GovCloud and one in China, each with the region of its hub. */
const partitions = [
  { file: 'tests/fixtures/partitions/govcloud.yml', region: 'us-gov-west-1' },
  { file: 'tests/fixtures/partitions/china.yml', region: 'cn-northwest-1' },
] as const;

/** Half of what one package took when each function was bundled alone. */
const maxCpuSeconds = 25;

async function validateEverything(): Promise<readonly Report[]> {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  const copies = partitions.map(({ file }) => packageCopy(file));
  const folders = [folder, ...copies.map((copy) => copy.folder)];
  try {
    const files = [...configurations, ...partitions.map(({ file }) => file)];
    const written = await Promise.all(files.map((file) => writeTemplates(file, folder)));
    return [
      ...deployedMachines.map(validateStateMachine),
      ...(existsSync(packagedTemplate) ? [] : [notPackaged()]),
      ...copies.map((copy, index) => checkPackage(copy, partitions[index]?.file ?? '')),
      compareArchives(copies),
      ...validateTemplates([...ownTemplates(), ...hubTemplates(copies), ...written.flat()]),
    ];
  } finally {
    for (const each of folders) rmSync(each, { recursive: true });
  }
}

function ownTemplates(): readonly WrittenTemplate[] {
  const paths = [
    ...readdirSync('templates').map((file) => `templates/${file}`),
    ...readdirSync('examples/account-vending')
      .filter((file) => file.endsWith('.yml'))
      .map((file) => `examples/account-vending/${file}`),
    ...(existsSync(packagedTemplate) ? [packagedTemplate] : []),
  ];
  return paths.map((path) => ({ path, file: path, region: 'us-east-1' }));
}

const hubTemplates = (copies: readonly PackagedCopy[]): readonly WrittenTemplate[] =>
  partitions.flatMap(({ file, region }, index) => {
    const { folder = '', succeeded = false } = copies[index] ?? {};
    return succeeded ? [{ path: join(folder, packagedTemplate), file: `hub (${file})`, region }] : [];
  });

function checkPackage({ succeeded, output, cpuSeconds }: PackagedCopy, file: string): Report {
  const findings = [
    ...(succeeded ? [] : [output]),
    ...(cpuSeconds > maxCpuSeconds ? [`took ${cpuSeconds} s of CPU, ${maxCpuSeconds} allowed`] : []),
  ];
  return {
    validator: `serverless package, ${cpuSeconds.toFixed(1)} s of CPU`,
    file: `hub (${file})`,
    findings,
  };
}

/** The same sources make the same archives, whatever the configuration and the time. */
function compareArchives(copies: readonly PackagedCopy[]): Report {
  const [first = new Map<string, Buffer>(), ...others] = copies
    .filter(({ succeeded }) => succeeded)
    .map(({ folder }) => readArchives(folder));
  const findings = others.flatMap((archives) =>
    [...archives]
      .filter(([name, bytes]) => first.get(name)?.equals(bytes) !== true)
      .map(([name]) => `${name} differs`),
  );
  return { validator: 'equal bytes', file: `${first.size} archives, packaged twice`, findings };
}

function report(reports: readonly Report[]): number {
  for (const { validator, file, findings } of reports) {
    if (findings === undefined) console.log(`-  ${validator} did not run: it is not on PATH`);
    else if (findings.length === 0) console.log(`✓  ${file} (${validator})`);
    else
      console.error(
        `✗  ${file} (${validator})\n${findings.map((finding) => `   ${finding.slice(0, 300)}`).join('\n')}`,
      );
  }
  for (const [rule, reason] of Object.entries(exceptions))
    console.log(`   ${rule} is not checked: ${reason}`);
  const count = reports.reduce((sum, { findings = [] }) => sum + findings.length, 0);
  console.log(count === 0 ? 'No findings' : `${count} ${count === 1 ? 'finding' : 'findings'}`);
  return count === 0 ? 0 : 1;
}

function notPackaged(): Report {
  return {
    validator: 'CloudFormation',
    file: packagedTemplate,
    findings: ['is missing: run `npm run package` first'],
  };
}

type AslValidator = (definition: unknown) => { readonly errors: readonly { readonly Message: string }[] };

/** asl-validator checks the ARNs of functions, which CloudFormation fills in later: any ARN stands for a token. */
function validateStateMachine(machine: DeployedMachine): Report {
  const validate = require('asl-validator') as AslValidator;
  const text = JSON.stringify(readDeployedDefinition(machine)).replace(
    /\$\{(\w+)\}/g,
    'arn:aws:lambda:us-east-1:111122223333:function:$1',
  );
  const findings = validate(JSON.parse(text)).errors.map(({ Message }) => Message);
  return { validator: 'asl-validator', file: `state machine ${machine}`, findings };
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.exitCode = report(await validateEverything());
