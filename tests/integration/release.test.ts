import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

/** A checkout with the script of this project. */
let folder: string;

// `npm test` has a compile cache at a relative path, which would be a new file of the checkout.
const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
const env = {
  ...inherited,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  GIT_AUTHOR_NAME: 'Maintainers',
  GIT_AUTHOR_EMAIL: 'maintainers@example.com',
  GIT_COMMITTER_NAME: 'Maintainers',
  GIT_COMMITTER_EMAIL: 'maintainers@example.com',
};

const git = (...argv: readonly string[]): string =>
  execFileSync('git', argv, { cwd: folder, env, encoding: 'utf8' });
const release = (type: string) => promisify(execFile)('npm', ['version', type], { cwd: folder, env });
const readChangelog = (): string => readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const description = {
    name: 'example',
    version: '0.2.0',
    type: 'module',
    scripts: { version: scripts.version },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(description));
  mkdirSync(join(folder, 'scripts'));
  cpSync('scripts/release-notes.ts', join(folder, 'scripts/release-notes.ts'));
  git('init', '--quiet');
});

afterEach(() => rmSync(folder, { recursive: true }));

function commit(changelog: string): void {
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  git('add', '.');
  git('commit', '--quiet', '--message', 'feat: begin');
}

it('names the version, prints its notes and tags the commit when a version is released', async () => {
  commit('# Changelog\n\n## Unreleased\n\n- A new command.\n\n## 0.2.0\n\n- The first version.\n');

  const { stdout } = await release('minor');

  expect(readChangelog()).toBe(
    '# Changelog\n\n## 0.3.0\n\n- A new command.\n\n## 0.2.0\n\n- The first version.\n',
  );
  expect(stdout).toMatch(/^- A new command\.$/m);
  expect(stdout).not.toContain('The first version');
  expect(JSON.parse(git('show', 'v0.3.0:package.json'))).toMatchObject({ version: '0.3.0' });
  expect(git('show', 'v0.3.0:CHANGELOG.md')).toBe(readChangelog());
  expect(git('status', '--porcelain')).toBe('');
});

it('tags nothing and keeps the changelog when it has no new section', async () => {
  const changelog = '# Changelog\n\n## 0.2.0\n\n- The first version.\n';
  commit(changelog);

  await expect(release('minor')).rejects.toMatchObject({
    stderr: expect.stringContaining('it must be "Unreleased" or "0.3.0"'),
  });

  expect(readChangelog()).toBe(changelog);
  expect(git('tag')).toBe('');
});
