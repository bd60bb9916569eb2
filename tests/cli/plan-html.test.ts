import { expect, it } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { exampleConfiguration, run, type Screen } from '../fixtures/screen.ts';

const plan = (io: Partial<Io>, ...argv: readonly string[]): Promise<Screen> =>
  run(['plan', '--simulate', '--config', exampleConfiguration, ...argv], io);

/** The text of a page as a browser shows it. */
const toText = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

it('prints one page that loads nothing when the format is html', async () => {
  const { code, stdout, stderr } = await plan({}, '--format', 'html');

  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  expect(stdout).toMatch(/^<!doctype html>\n.*<\/html>\n$/s);
  expect(stdout).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(stdout).not.toMatch(/<script|<link|<img|\b(src|href)=|url\(|@import/i);
  expect(toText(stdout)).toContain('Plan: 13 resources to change, 0 unchanged');
});

it('closes each element in its order when the format is html', async () => {
  const { stdout } = await plan({}, '--format', 'html', '--full');
  const open: string[] = [];
  for (const [, slash, name = ''] of stdout.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (['meta'].includes(name)) continue;
    if (slash === '') open.push(name);
    else expect(open.pop()).toBe(name);
  }

  expect(open).toEqual([]);
});

it('shows each statement that widens access outside of folded parts when the format is html', async () => {
  const { stdout } = await plan({}, '--format', 'html');
  const open = stdout.replace(/<details>.*?<\/details>/gs, '');
  const text = (await plan({})).stdout;

  expect(open.match(/<strong>[^<]*! widens access<\/strong>/g)).toHaveLength(
    text.match(/! widens access/g)?.length ?? -1,
  );
});

it('shows each changed policy before and after when the format is html', async () => {
  const { stdout } = await plan({}, '--format', 'html', '--resource', 'example-org-cloudtrail');
  const [, folded = ''] =
    /<details><summary>Policies before and after<\/summary>\n(.*?)<\/details>/s.exec(stdout) ?? [];
  const [before = '', after = ''] = toText(folded).split('policy, after:');

  expect(JSON.parse(before.replace('policy, before:', ''))).toMatchObject({ Version: '2012-10-17' });
  expect(JSON.parse(after)).toMatchObject({
    Statement: expect.arrayContaining([
      expect.objectContaining({ Sid: 'AccountOnboardingexampleTrailLogsCheck' }),
    ]),
  });
});

it('shows a name of an account as text when the name is HTML', async () => {
  const name = `<script>alert("1")</script> & 'friends'`;
  const { stdout } = await plan(
    { prepareWorld: (organization) => organization.addAccount({ id: '999999999999', name }) },
    '--format',
    'html',
  );

  expect(stdout).not.toContain('<script');
  expect(toText(stdout)).toContain(`aws:SourceAccount 999999999999 (${name})`);
});
