import { describe, expect, it, test } from '@jest/globals';
import { MalformedPlanError, StalePlanError } from '../../shared/reconcile/errors.ts';
import {
  createPlanFile,
  type PlanContent,
  type PlanFileResource,
  parsePlanFile,
  requireSameOrigin,
  requireUnchanged,
} from '../../shared/reconcile/plan-file.ts';

const digest = (letter: string): string => letter.repeat(64);

const resource = (more: Partial<PlanFileResource> = {}): PlanFileResource => ({
  key: 's3-bucket-policy/222222222222/eu-west-1/example-logs',
  change: true,
  actual: digest('a'),
  desired: digest('b'),
  difference: ['+ AccountOnboardingtestLogsWrite', '    + Effect Allow'],
  holds: [],
  ...more,
});

const content = (more: Partial<PlanContent> = {}): PlanContent => ({
  formatVersion: 1,
  installation: 'test',
  configurationHash: digest('c'),
  registryRevision: 7,
  resources: [resource()],
  ...more,
});

const text = (plan: object): string => JSON.stringify(plan);

/** Why a plan is refused; `undefined` where it is not. */
function refusal(act: () => unknown): StalePlanError | MalformedPlanError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof StalePlanError || error instanceof MalformedPlanError) return error;
    throw error;
  }
}

describe('a plan file', () => {
  test('parses a plan file as it was written', () => {
    const plan = createPlanFile(content({ accountId: '777777777777' }));

    expect(parsePlanFile(text(plan), 'plan.json')).toEqual(plan);
  });

  test('accepts a plan file with another layout and another order of keys', () => {
    const plan = createPlanFile(content());
    const turned = Object.fromEntries(Object.entries(plan).toReversed());

    expect(parsePlanFile(JSON.stringify(turned, null, 4), 'plan.json')).toEqual(plan);
  });

  test('computes the same hash for plan files with the same content', () => {
    const { hash } = createPlanFile(content());

    expect(createPlanFile(content()).hash).toBe(hash);
    expect(createPlanFile(content({ registryRevision: 8 })).hash).not.toBe(hash);
  });

  test.each<[string, object]>([
    ['its revision', { registryRevision: 8 }],
    ['its installation', { installation: 'other' }],
    ['its account', { accountId: '777777777777' }],
    ['a digest', { resources: [resource({ actual: digest('d') })] }],
    ['its text', { resources: [resource({ difference: [] })] }],
    ['the list of resources', { resources: [] }],
    ['its hash', { hash: digest('0') }],
  ])('refuses a plan file when somebody edited %s', (_, edit) => {
    const edited = text({ ...createPlanFile(content()), ...edit });
    const error = refusal(() => parsePlanFile(edited, 'plan.json'));

    expect(error).toMatchObject({ name: 'StalePlanError', retryable: false });
    expect(error?.message).toMatch(/^plan\.json was edited after it was written/);
  });

  test.each<[string, string, string]>([
    ['no JSON', 'version: 1', ''],
    ['a list', '[]', ''],
    ['another format', text({ ...createPlanFile(content()), formatVersion: 2 }), 'formatVersion'],
    ['an unknown key', text({ ...createPlanFile(content()), more: 1 }), ''],
    ['no digest', text({ ...createPlanFile(content()), configurationHash: 'x' }), 'configurationHash'],
    [
      'a resource without a key',
      text(createPlanFile({ ...content(), resources: [{}] } as never)),
      'resources.0.key',
    ],
  ])('refuses a malformed plan file (%s), and states the position', (_, malformed, path) => {
    const error = refusal(() => parsePlanFile(malformed, 'plan.json'));

    expect(error).toMatchObject({
      name: 'MalformedPlanError',
      findings: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });
});

describe('a plan is refused', () => {
  test.each([
    ['installation', content({ installation: 'other' }), /for installation test, and this is other/],
    ['configuration', content({ configurationHash: digest('d') }), /from another configuration/],
  ])('refuses a plan file for another %s', (_, here, says) => {
    expect(refusal(() => requireSameOrigin(content(), here))?.message).toMatch(says);
  });

  test.each<[string, Partial<PlanContent>, RegExp]>([
    [
      'the actual policy',
      { resources: [resource({ actual: digest('d') })] },
      /example-logs was changed after the plan was made/,
    ],
    [
      'a resource that cannot be read anymore',
      { resources: [resource({ actual: null })] },
      /was changed after the plan was made/,
    ],
    [
      'the desired policy',
      { resources: [resource({ desired: digest('d') })] },
      /has another desired state now/,
    ],
    ['a removed resource', { resources: [] }, /is no longer in the plan/],
    [
      'an added resource',
      { resources: [resource(), resource({ key: 'new' })] },
      /\n {2}new is not in the plan/,
    ],
  ])('refuses a plan file after a change: %s', (_, now, says) => {
    const error = refusal(() => requireUnchanged(content(), content(now)));

    expect(error?.message).toMatch(says);
    expect(error?.message).toContain('Nothing was written');
  });

  test('names every resource that has changed since the plan', () => {
    const two = [resource({ key: 'a' }), resource({ key: 'b' })];
    const now = two.map((each) => ({ ...each, actual: digest('d') }));
    const error = refusal(() => requireUnchanged(content({ resources: two }), content({ resources: now })));

    expect(error?.fields).toMatchObject({ resources: [{ resource: 'a' }, { resource: 'b' }] });
  });

  test('names the registry beside the resources that have changed', () => {
    const now = content({ registryRevision: 9, resources: [resource({ desired: digest('d') })] });

    expect(refusal(() => requireUnchanged(content(), now))?.message).toContain(
      'the registry changed from revision 7 to 9',
    );
  });

  test('accepts a newer registry when nothing else differs', () => {
    expect(refusal(() => requireUnchanged(content(), content({ registryRevision: 9 })))).toBeUndefined();
  });

  test('accepts a resource that already has the state that the plan wants', () => {
    const now = resource({ change: false, actual: resource().desired });

    expect(refusal(() => requireUnchanged(content(), content({ resources: [now] })))).toBeUndefined();
  });

  test('accepts a plan file when only texts have changed', () => {
    const now = content({ resources: [resource({ difference: ['told otherwise'] })] });

    expect(refusal(() => requireUnchanged(content(), now))).toBeUndefined();
  });
});

describe('parsePlanFile', () => {
  it.each([
    ['a digit before a digest', { configurationHash: `a${digest('b')}` }, 'configurationHash'],
    ['a digit behind a digest', { configurationHash: `${digest('b')}a` }, 'configurationHash'],
    [
      'an error without a name',
      { resources: [resource({ error: { message: 'no' } as never })] },
      'resources.0.error.name',
    ],
  ])('refuses a plan file and states the position when it has %s', (_, edit, path) => {
    const error = refusal(() => parsePlanFile(text(createPlanFile(content(edit))), 'plan.json'));

    expect(error).toMatchObject({ name: 'MalformedPlanError', findings: [{ path }] });
  });

  it('says that a plan file is not JSON when it cannot be parsed', () => {
    expect(refusal(() => parsePlanFile('{', 'plan.json'))).toMatchObject({
      findings: [{ path: '', message: expect.stringContaining('is not JSON') }],
    });
  });

  it('names the file when its hash does not match', () => {
    const edited = text({ ...createPlanFile(content()), registryRevision: 8 });

    expect(refusal(() => parsePlanFile(edited, 'plan.json'))?.fields).toEqual({ source: 'plan.json' });
  });
});

describe('requireSameOrigin', () => {
  it('accepts a plan file of the same installation and configuration', () => {
    expect(refusal(() => requireSameOrigin(content(), content({ registryRevision: 9 })))).toBeUndefined();
  });

  it('names both installations when they differ', () => {
    expect(refusal(() => requireSameOrigin(content(), content({ installation: 'other' })))?.fields).toEqual({
      planned: 'test',
      installation: 'other',
    });
  });

  it('prints twelve digits of both hashes when the configurations differ', () => {
    const [planned, configuration] = [content().configurationHash, digest('d')];

    const error = refusal(() => requireSameOrigin(content(), content({ configurationHash: configuration })));

    expect(error?.message).toContain(
      `(hash ${planned.slice(0, 12)}, this one has ${configuration.slice(0, 12)}). Make a new plan`,
    );
    expect(error?.fields).toEqual({ planned, configuration });
  });
});

describe('requireUnmoved', () => {
  it('does not name the registry as a cause when its revision is the same', () => {
    const now = content({ resources: [resource({ desired: digest('d') })] });

    expect(refusal(() => requireUnchanged(content(), now))?.message).toMatch(
      /^The plan is out of date:\n {2}\S+ has another desired state now\nNothing was written/,
    );
  });

  it.each([
    [
      'the desired policy is unknown and the resource was changed',
      { desired: null },
      { desired: null, change: false, actual: digest('d') },
      'was changed after the plan was made',
    ],
    [
      'the resource has the state that another plan wants',
      {},
      { desired: resource().actual, change: false },
      'has another desired state now',
    ],
  ])('refuses a plan file when %s', (_, then, now, why) => {
    const moved = content({ resources: [resource(now)] });

    const error = refusal(() => requireUnchanged(content({ resources: [resource(then)] }), moved));

    expect(error?.fields).toMatchObject({ resources: [{ why }] });
  });
});
