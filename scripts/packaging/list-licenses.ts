import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { root } from './bundle-options.ts';

/** Each license text, with the packages in the bundles that it covers. */
export function listLicenses(bundles: readonly Metafile[]): string {
  const inputs = bundles.flatMap(listInputs);
  const folders = new Set(
    inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const byText = Map.groupBy([...folders].sort(), readLicenseText);
  return [...byText].map(([text, users]) => `${users.map(formatPackage).join('\n')}\n\n${text}`).join('\n\n');
}

const listInputs = ({ outputs }: Metafile): readonly string[] =>
  Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );

function formatPackage(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})`;
}

function readLicenseText(folder: string): string {
  const file = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'license']
    .map((name) => join(root, folder, name))
    .find(existsSync);
  // Some packages of the AWS SDK have no license file: all of them have the license of this project.
  return readFileSync(file ?? join(root, 'LICENSE'), 'utf8');
}
