import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Session } from './command.ts';
import { fitText, getWidth } from './output.ts';

/** Whether a person can answer a question on the terminal. */
export const canAsk = ({ io, out }: Session): boolean =>
  !out.json && io.stdin.isTTY === true && io.stdout.isTTY === true;

/** Asks on the terminal. Only `yes` is a consent. */
export async function confirm({ io }: Session, question: string): Promise<boolean> {
  io.stdout.write(`${fitText(`${question} Type "yes" to continue:`, getWidth(io.stdout))} `);
  const input = io.stdin instanceof Readable ? io.stdin : Readable.from(io.stdin);
  for await (const line of createInterface({ input })) return line.trim() === 'yes';
  return false;
}
