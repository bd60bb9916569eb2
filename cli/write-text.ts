import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from './usage-error.ts';

/**
 * Writes all files without a pause in between. So Ctrl-C ends the process either before the first file or after the
 * last.
 * @param texts the text of each file by its path
 * @throws UsageError if a file cannot be written
 */
export function writeTexts(texts: Readonly<Record<string, string>>, cwd: string): void {
  for (const [file, text] of Object.entries(texts))
    attempt(file, () => writeFileSync(resolve(cwd, file), text));
}

/**
 * Writes a file whole or not at all, in one step of the event loop. An error, such as a full disk, keeps the file that was
 * there.
 * @returns false if the file exists and must not be replaced
 * @throws UsageError if the file cannot be written
 */
export function writeWhole(file: string, text: string, { replace }: { readonly replace: boolean }): boolean {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    attempt(file, () => writeFileSync(draft, text, { flag: 'wx' }));
    if (!replace && existsSync(file)) return false;
    attempt(file, () => renameSync(draft, file));
    return true;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @throws UsageError if the folder cannot be created */
export const createFolder = (folder: string, cwd: string): void =>
  attempt(folder, () => mkdirSync(resolve(cwd, folder), { recursive: true }));

function attempt(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UsageError(`${file} cannot be written (${getCode(error)})`);
  }
}

const getCode = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);
