/**
 * Gives the section `## Unreleased` of CHANGELOG.md the version of package.json, and prints the section: the release notes.
 * `npm version minor` runs it before it commits and tags. If the first section has the version already, it is only printed.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const changelog = 'CHANGELOG.md';

function main(): void {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const text = readFileSync(changelog, 'utf8');
  const [, first = ''] = /^## (.+)$/m.exec(text) ?? [];
  if (first !== 'Unreleased' && first !== version) {
    console.error(
      `The first section of ${changelog} is "${first}": it must be "Unreleased" or "${version}". ${changelog} was not changed. ` +
        'Add a section "## Unreleased" with the changes, run `git checkout package.json package-lock.json`, and release again.',
    );
    process.exitCode = 1;
    return;
  }
  const released = text.replace(/^## Unreleased$/m, `## ${version}`);
  if (released !== text) writeFileSync(changelog, released);
  console.log(findSection(released, version));
}

/** The lines under the heading of a version. */
function findSection(text: string, version: string): string {
  const [, after = ''] = text.split(`\n## ${version}\n`);
  return after.split(/^## /m)[0]?.trim() ?? '';
}

main();
