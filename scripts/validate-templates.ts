/**
 * Validates everything that is deployed, without network and credentials: every state machine, the CloudFormation
 * template of `npm run package`, the templates in `templates`, and the templates of the central accounts, of their
 * applications and of member accounts. Exits with 1 if there is a finding.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import { renderApplicationTemplate } from '../shared/cloudformation/application.ts';
import { renderManagementTemplate } from '../shared/cloudformation/management-template.ts';
import { renderMemberTemplate } from '../shared/cloudformation/member-template.ts';
import { renderSpokeTemplate } from '../shared/cloudformation/template.ts';
import { getApplications } from '../shared/configuration/applications.ts';
import { getDefaultHubRegion } from '../shared/configuration/hub-options.ts';
import { type ConfigurationAndSchemas, loadWithSchemas } from '../shared/configuration/load-schemas.ts';
import { listMemberStackSets } from '../shared/configuration/member-stack-sets.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { getPartitionFacts, partitionNames } from '../shared/platform/partitions.ts';
import {
  type DeployedMachine,
  deployedMachines,
  readDeployedDefinition,
} from '../simulator/deployed-machines.ts';

/** asl-validator is not an ES module, and has no types. */
const require = createRequire(import.meta.url);

/** The findings of one validator in one file. `undefined` if it could not run. */
interface Report {
  readonly validator: string;
  readonly file: string;
  readonly findings: readonly string[] | undefined;
}

/** Rules of both validators that are wrong about this template, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  W3005: 'the Serverless Framework adds a DependsOn beside the reference to a role',
  W8003: 'the topic is known when the template is made, so its condition is a constant',
};

const packaged = '.serverless/cloudformation-template-update-stack.json';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
process.exitCode = report([
  ...deployedMachines.map(validateStateMachine),
  ...readdirSync('templates').flatMap((file) => validateTemplate(`templates/${file}`)),
  ...(existsSync(packaged) ? [...validateTemplate(packaged), lintForPartitions(packaged)] : [notPackaged()]),
  ...(await validateMade(process.env.ONBOARDING_CONFIG || 'examples/onboarding.yml')),
  ...(await validateMade('examples/applications/onboarding.yml')),
  ...(await validateMade('examples/appconfig-readers/onboarding.yml')),
  ...(await validateMade('examples/people/onboarding.yml')),
  ...(await validateMade('examples/application-to-application/onboarding.yml')),
  ...(await validateMade('examples/codedeploy/onboarding.yml')),
  ...(await validateMade('examples/log-delivery/onboarding.yml')),
  ...(await validateMade('examples/central-accounts/onboarding.yml')),
]);

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
    file: packaged,
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

/** The templates that the commands create from a configuration. */
async function validateMade(file: string): Promise<readonly Report[]> {
  const loaded = await loadWithSchemas(file);
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const made = [
      ...spokes(loaded.configuration),
      ...applicationsMade(loaded),
      ...memberTemplates(loaded.configuration),
      ...managementTemplates(loaded.configuration),
    ];
    return made.flatMap(({ name, template }) => {
      const path = join(folder, `${name.replaceAll(' ', '-')}.json`);
      writeFileSync(path, JSON.stringify(template, null, 2));
      return validateTemplate(path, `${name} (${file})`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The template of each central account, from `onboarding spoke-template`. */
function spokes(configuration: Configuration) {
  const hub = {
    accountId: configuration.organization.managementAccount,
    region: getDefaultHubRegion(configuration),
  };
  return Object.entries(configuration.centralAccounts).map(([name, { id: accountId }]) => {
    const { template } = renderSpokeTemplate({ configuration, accountId, hub });
    return { name: `spoke template of ${name}`, template };
  });
}

/** From `onboarding member-template`. */
function memberTemplates(configuration: Configuration) {
  const hubAccountId = configuration.organization.managementAccount;
  return listMemberStackSets(configuration).map((stackSet) => ({
    name: `member template ${stackSet.name}`,
    template: renderMemberTemplate({ configuration, stackSet, hubAccountId }),
  }));
}

/** From `onboarding management-template`, for a hub in the account 123456789012. */
function managementTemplates(configuration: Configuration) {
  const hub = { accountId: '123456789012', region: getDefaultHubRegion(configuration) };
  const made = renderManagementTemplate({ configuration, hub });
  return made === undefined ? [] : [{ name: 'management template', template: made.template }];
}

/** From `onboarding application-template`. */
function applicationsMade({ configuration, schemas }: ConfigurationAndSchemas) {
  return getApplications(configuration).map((application) => ({
    name: `application template of ${application.name}`,
    template: renderApplicationTemplate({ configuration, application, schemas }).template,
  }));
}

function validateTemplate(path: string, file = path): readonly Report[] {
  return [validateByRules(path, file), lintTemplate(path, file)];
}

/** AWS's own rules: errors and warnings. Its remarks (such as "supports tags") are not findings. */
function validateByRules(path: string, file: string): Report {
  const engine = new CelEngine();
  try {
    const { diagnostics } = engine.validateStandard(new TemplateFile(path), {
      severityLevel: 'WARN',
      exclude: { ids: Object.keys(exceptions) },
    });
    const findings = diagnostics.map(
      ({ ruleId, severity, entity, propertyPath, message }) =>
        `${severity} ${ruleId} ${[entity?.logicalId, propertyPath].filter(Boolean).join('.')}: ${message}`,
    );
    return { validator: '@aws/cloudformation-validate', file, findings };
  } finally {
    engine.free();
  }
}

/** Whether each partition has the resources of the hub, in the region of Organizations. */
function lintForPartitions(path: string): Report {
  const regions = partitionNames.map((name) => getPartitionFacts(name).organizationsRegion);
  return lintTemplate(path, `${path} in ${regions.join(', ')}`, ['--regions', ...regions]);
}

/** cfn-lint also checks whether IAM actions exist. It is written in Python, so it runs only if it is installed. */
function lintTemplate(path: string, file: string, options: readonly string[] = []): Report {
  const ignored = Object.keys(exceptions).flatMap((rule) => ['--ignore-checks', rule]);
  const { error, status, stdout, stderr } = spawnSync(
    'cfn-lint',
    [...ignored, ...options, '--format', 'parseable', '--', path],
    {
      encoding: 'utf8',
    },
  );
  const output = `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter((line) => line !== '');
  const findings = status === 0 ? [] : [...output, ...(output.length === 0 ? [`ended with ${status}`] : [])];
  return { validator: 'cfn-lint', file, findings: error === undefined ? findings : undefined };
}
