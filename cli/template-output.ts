import { stringify } from 'yaml';
import type { Template } from '../shared/cloudformation/template.ts';
import { findSizeMistake, needsBucket } from '../shared/cloudformation/template-size.ts';
import type { Session } from './command.ts';
import { UsageError } from './usage-error.ts';
import { writeTexts } from './write-text.ts';

/** A template, and where to write it: to the standard output or to a file. */
export interface TemplateOutput {
  readonly template: Template;
  /** Fields for `--json`, besides the name of the file. */
  readonly facts: object;
  /** The region to deploy the template to, for the screen. */
  readonly where: string;
}

/**
 * Prints a template, with `--json` as the one object. Or writes it to a file, as JSON if the file name ends in `.json`.
 */
export async function outputTemplate(
  file: string | undefined,
  { template, facts, where }: TemplateOutput,
  { out, io }: Session,
): Promise<void> {
  const formatted = formatTemplate(template);
  requireSize(formatted, template);
  if (file === undefined) {
    if (out.json) out.result(template);
    else io.stdout.write(formatted);
    return;
  }
  const text = file.endsWith('.json') ? `${JSON.stringify(template, null, 2)}\n` : formatted;
  writeTexts({ [file]: text }, io.cwd);
  out.result({ file, ...facts });
  out.line(`${out.colors.green('✓')} written to ${file}`);
  out.line(`  ${where}`);
  if (needsBucket(text))
    out.line('  It has more than 51,200 bytes: add --s3-bucket to `aws cloudformation deploy`');
}

/** @throws UsageError if CloudFormation would not accept the template */
function requireSize(text: string, { Resources }: Template): void {
  const count = typeof Resources === 'object' && Resources !== null ? Object.keys(Resources).length : 0;
  const mistake = findSizeMistake(text, count);
  if (mistake !== undefined)
    throw new UsageError(`${mistake}. Nothing was written. Divide the resources among several accounts`);
}

/**
 * A template as YAML. Dates are quoted, because CloudFormation may read `2012-10-17` without quotes as a date. Repeated
 * values are written again, because the template must not contain aliases.
 */
export const formatTemplate = (template: Template): string =>
  stringify(template, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
