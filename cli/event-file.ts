import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MalformedEventError } from '../shared/platform/errors.ts';
import type { Io } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/**
 * The JSON in a file, or in the standard input for `-`.
 * @throws UsageError if the file does not exist
 * @throws MalformedEventError if the text is not JSON
 */
export async function readEvent(file: string, io: Io): Promise<unknown> {
  const name = file === '-' ? 'The standard input' : `The file ${file}`;
  const text = file === '-' ? await wholeOf(io.stdin) : await fileText(file, io);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedEventError(name, [{ path: '', message: `is not JSON: ${reason}` }]);
  }
}

const fileText = (file: string, { cwd }: Io): Promise<string> =>
  readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `The file ${file} cannot be read (${error.code}). Name the file of an EventBridge event or of a manual input ` +
        'such as {"accountId": "555566667777"} with --event, or - for the standard input',
    );
  });

async function wholeOf(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
