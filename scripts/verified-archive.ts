import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface VerifiedArchive {
  readonly archive: string;
  /** In npm's form: the algorithm, a dash, and the hash in Base64. */
  readonly integrity: string;
  /** The folder in the archive. */
  readonly part: string;
  /** The target folder. Its parents are created. */
  readonly folder: string;
}

/**
 * Unpacks a folder of an archive whose hash is the expected one. The folder appears complete, or not at all.
 * @throws Error if the hash differs; nothing is unpacked
 */
export function unpackVerified({ archive, integrity, part, folder }: VerifiedArchive): void {
  requireIntegrity(archive, integrity);
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    execFileSync('tar', ['-xzf', archive, '-C', scratch, part]);
    renameSync(join(scratch, part), folder);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function requireIntegrity(archive: string, integrity: string): void {
  const algorithm = integrity.slice(0, integrity.indexOf('-'));
  const actual = `${algorithm}-${createHash(algorithm).update(readFileSync(archive)).digest('base64')}`;
  if (actual === integrity) return;
  throw new Error(
    `${basename(archive)} is not the archive that is expected. Its hash is ${actual}, not ${integrity}. Nothing was unpacked.`,
  );
}
