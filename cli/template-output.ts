import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Template } from '../shared/cloudformation/template.ts';
import type { Session } from './command.ts';
import { UsageError } from './usage-error.ts';

/** A template as it is told or written. */
export interface TemplateOutput {
  readonly template: Template;
  /** What machines get beside the file. */
  readonly facts: object;
  /** Where to deploy it, for people. */
  readonly where: string;
}

/** Prints a template, with `--json` as the one object; or writes it to a file, as JSON where its name ends so. */
export async function outputTemplate(
  file: string | undefined,
  { template, facts, where }: TemplateOutput,
  { out, io }: Session,
): Promise<void> {
  if (file === undefined) {
    if (out.json) out.result(template);
    else io.stdout.write(formatTemplate(template));
    return;
  }
  const text = file.endsWith('.json') ? `${JSON.stringify(template, null, 2)}\n` : formatTemplate(template);
  await writeFile(resolve(io.cwd, file), text).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be written (${error.code})`);
  });
  out.result({ file, ...facts });
  out.line(`${out.colors.green('✓')} written to ${file}`);
  out.line(`  ${where}`);
}

/** As CloudFormation reads it, for which a bare `2012-10-17` may be a date. What is used twice is written twice. */
export const formatTemplate = (template: Template): string =>
  stringify(template, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
