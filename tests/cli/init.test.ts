import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { objectOf, run } from '../fixtures/screen.ts';

describe('onboarding init', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onboarding-init-'));
    file = join(folder, 'onboarding.yml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const answers = [
    ...['--installation', 'prod', '--region', 'eu-west-1', '--ou', 'Workloads'],
    ...['--central', 'log=222222222222', '--central', 'shared=shared'],
  ];
  const init = (args: readonly string[], io: Partial<Io> = {}) =>
    run(['init', '--simulate', '--config', file, ...args], io);
  const written = () => readFile(file, 'utf8');
  const writtenConfiguration = async () => parseConfiguration(await written(), file);

  it('writes a valid file and shows its plan when every answer is an option', async () => {
    const { code, stdout } = await init([...answers, '--grants', 'suggested']);

    expect(code).toBe(0);
    expect(stdout).toContain('S3 bucket policy example-org-cloudtrail');
    expect(stdout).toContain('Plan: 1 resource to change');
    expect(await writtenConfiguration()).toMatchObject({
      installation: 'prod',
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: '222222222222', region: 'eu-west-1' },
        shared: { id: '444444444444', region: 'eu-west-1' },
      },
      grants: [{ bucket: 'example-org-cloudtrail', preset: 'cloudtrail-write', for: { ous: ['Workloads'] } }],
    });
  });

  it('gives every grant to the chosen OU when all proposals are chosen', async () => {
    const { code } = await init([...answers, '--grants', 'all']);
    const { grants } = await writtenConfiguration();

    expect(code).toBe(0);
    expect(grants.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        's3-bucket-policy',
        'kms-key-policy',
        'ecr-repository-policy',
        'secret-resource-policy',
      ]),
    );
    expect(grants.every((grant) => JSON.stringify(grant.for) === '{"ous":["Workloads"]}')).toBe(true);
  });

  it('keeps the file valid when a commented proposal loses its first # signs', async () => {
    await init([...answers, '--grants', 'suggested']);
    const before = (await writtenConfiguration()).grants.length;
    const text = (await written()).replaceAll(/^ {2}# (?=(# |- | ))/gm, '  ');

    expect(parseConfiguration(text, file).grants.length).toBeGreaterThan(before + 5);
  });

  it('writes a grant that selects no resource when no proposal is chosen', async () => {
    const { code, stdout } = await init([...answers, '--grants', 'none']);

    expect(code).toBe(0);
    expect(stdout).toContain('Plan: 0 resources to change');
    expect((await writtenConfiguration()).grants).toMatchObject([{ tags: { 'onboarding-share': ['yes'] } }]);
  });

  it('names every missing option when there is no terminal', async () => {
    const { code, stderr } = await init(['--installation', 'prod', '--ou', 'Workloads']);

    expect(code).toBe(64);
    for (const option of ['--central', '--region', '--grants']) expect(stderr).toContain(option);
    expect(stderr).not.toContain('--installation');
    await expect(written()).rejects.toThrow('ENOENT');
  });

  it('changes nothing when the file exists, unless --force is given', async () => {
    await writeFile(file, 'mine');
    let reads = 0;
    const countReads = () => {
      reads += 1;
    };
    const refused = await init([...answers, '--grants', 'all'], { prepareWorld: countReads });

    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--force');
    expect(await written()).toBe('mine');
    expect(reads).toBe(0);
    expect((await init([...answers, '--grants', 'all', '--force'])).code).toBe(0);
    expect((await writtenConfiguration()).installation).toBe('prod');
  });

  it('prints one object with the file and the plan when --json is given', async () => {
    const screen = await init([...answers, '--grants', 'suggested', '--json']);

    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      file: expect.any(String),
      plan: { counts: { change: 1 } },
    });
  });

  it.each([
    ['an OU', ['--ou', 'Workload'], 'Did you mean Workloads?'],
    ['an account', ['--central', 'log=999999999999'], 'no active account 999999999999'],
    ['a central account', ['--central', 'Log!=222222222222'], 'lower-case words'],
    ['one name twice', ['--central', 'log=333333333333'], 'two accounts the name log'],
    ['a region', ['--region', 'eu-west-11'], 'must be a region of AWS'],
    ['an installation', ['--installation', 'Prod!'], 'lower-case letters and digits'],
    ['a proposal', ['--grants', 'nothing-such'], 'there is no proposal nothing-such'],
  ])('writes nothing when an option names %s that cannot be used', async (_, wrong, message) => {
    const { code, stderr } = await init([...answers, '--grants', 'all', ...wrong]);

    expect(code).toBe(64);
    expect(stderr).toContain(message);
    await expect(written()).rejects.toThrow('ENOENT');
  });

  it('writes the file with a note when the role of a central account cannot be assumed', async () => {
    const withoutRole = ({ world }: SimulatedOrganization) =>
      world.roles.delete('arn:aws:iam::222222222222:role/OrganizationAccountAccessRole');
    const { code, stdout } = await init([...answers, '--grants', 'suggested'], { prepareWorld: withoutRole });

    expect(code).toBe(0);
    expect(await written()).toContain('# Resources of log (222222222222) were not read');
    expect(stdout).toContain('Resources of log (222222222222) were not read');
    expect((await writtenConfiguration()).centralAccounts).toHaveProperty('log');
  });

  it('reads a limited number of buckets, and those of the prefix, when there are thousands', async () => {
    const manyBuckets = (organization: SimulatedOrganization) => {
      for (let index = 0; index < 3_000; index += 1)
        organization.addBucket({ accountId: '222222222222', region: 'eu-west-1', name: `data-${index}` });
    };
    const all = await init([...answers, '--grants', 'suggested'], { prepareWorld: manyBuckets });

    expect(all.code).toBe(0);
    expect(all.stdout).toContain('more than 100 buckets');
    const narrowed = await init([...answers, '--grants', 'suggested', '--force', '--prefix', 'example-'], {
      prepareWorld: manyBuckets,
    });
    expect(narrowed.stdout).not.toContain('more than 100 buckets');
    expect((await writtenConfiguration()).grants).toMatchObject([{ bucket: 'example-org-cloudtrail' }]);
  });

  it('names the needed permissions and writes nothing when Organizations denies the read', async () => {
    const { code, stderr } = await init([...answers, '--grants', 'all'], {
      prepareWorld: (organization) => {
        const arn = 'arn:aws:iam::111111111111:role/account-onboarding-hub';
        const role = organization.world.roles.get(arn);
        if (role !== undefined) role.permissions = undefined;
      },
    });

    expect(code).toBe(69);
    expect(stderr).toContain('organizations:DescribeOrganization');
    expect(stderr).toContain('Nothing was written');
    await expect(written()).rejects.toThrow('ENOENT');
  });

  it('says that a member account is missing when the organization has one account', async () => {
    const { code, stderr } = await init([...answers, '--grants', 'all'], {
      prepareWorld: ({ world }) => {
        for (const id of [...world.accounts.keys()]) if (id !== '111111111111') world.accounts.delete(id);
      },
    });

    expect(code).toBe(78);
    expect(stderr).toContain('one active account, the management account');
    await expect(written()).rejects.toThrow('ENOENT');
  });
});
