import { spawnSync } from 'node:child_process';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';

/** The findings of one validator in one file. `undefined` if it could not run. */
export interface Report {
  readonly validator: string;
  readonly file: string;
  readonly findings: readonly string[] | undefined;
}

/** A template on the disk. */
export interface WrittenTemplate {
  readonly path: string;
  /** What the report calls it. */
  readonly file: string;
  /** The region that it is made for. */
  readonly region: string;
}

/** Rules of both validators that are wrong about this template, each with the reason. */
export const exceptions: Readonly<Record<string, string>> = {
  W3005: 'the Serverless Framework adds a DependsOn beside the reference to a role',
  W1028: 'a template for one region asks whether the topic is in its region, and the answer may be known',
  W9053: 'a template asks for its home region and for the region of the topic, which may be the same',
  W8003: 'the topic is known when the template is made, so its condition is a constant',
};

/** By both validators. */
export const validateTemplates = (templates: readonly WrittenTemplate[]): readonly Report[] => [
  ...templates.map(validateByRules),
  ...[...Map.groupBy(templates, ({ region }) => region)].flatMap(([region, group]) => lint(group, region)),
];

/** AWS's own rules: errors and warnings. Its remarks (such as "supports tags") are not findings. */
function validateByRules({ path, file }: WrittenTemplate): Report {
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

/**
 * cfn-lint also checks whether IAM actions exist, and whether the region has the resources. It is written in Python, so it runs only if
 * it is installed. One process reads all templates, because its start takes longer than a template.
 */
function lint(templates: readonly WrittenTemplate[], region: string): readonly Report[] {
  const ignored = Object.keys(exceptions).flatMap((rule) => ['--ignore-checks', rule]);
  const paths = templates.map(({ path }) => path);
  const { error, status, stdout, stderr } = spawnSync(
    'cfn-lint',
    [...ignored, '--regions', region, '--format', 'parseable', '--', ...paths],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) return [{ validator: 'cfn-lint', file: region, findings: undefined }];
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  const reports = templates.map(({ path, file }) => ({
    validator: `cfn-lint for ${region}`,
    file,
    findings: lines.filter((line) => line.startsWith(`${path}:`)),
  }));
  const found = reports.flatMap(({ findings }) => findings);
  const others = lines.filter((line) => !found.includes(line));
  const isExplained = status === 0 || lines.length > 0;
  const ended = { validator: `cfn-lint for ${region}`, file: `all ${templates.length} templates` };
  return [...reports, { ...ended, findings: isExplained ? others : [`ended with ${status}`] }];
}
