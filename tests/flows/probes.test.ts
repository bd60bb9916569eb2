import { describe, expect, it } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { casesOf, presetsOf } from '../fixtures/grants/kind-cases.ts';
import { ask, reach } from '../fixtures/probe-env.ts';
import { type Probe, probedConfiguration, probes, type Situation, situations } from '../fixtures/probes.ts';

/** Of each probe, by its name: what the table says, or what the simulated organization answers. */
const answers = (answerOf: (probe: Probe) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(probes.map((probe) => [probe.name, answerOf(probe)]));

describe('the table of probes', () => {
  it('gives each access probe a unique name', () => {
    expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
  });

  it('has an allowed request and a similar denied request for each grant kind and preset', () => {
    const pairs = probedConfiguration.grants.map((entry) => {
      const about = probes.filter(({ grant }) => grant === entry.name);
      const isNever = ({ answers }: Probe) => Object.values(answers).every((each) => each === 'denied');
      const preset = 'preset' in entry ? String(entry.preset) : '';
      return {
        kind: `${entry.kind} ${preset}`.trim(),
        allowed: about.some(({ answers }) => answers.onboarded === 'allowed'),
        nearMiss: about.some(isNever),
      };
    });

    expect(pairs.filter(({ allowed, nearMiss }) => !allowed || !nearMiss)).toEqual([]);
    expect([...new Set(pairs.map(({ kind }) => kind))].sort()).toEqual(listKindsAndPresets());
  });
});

/** A kind without presets has none in its schema, whatever its cases call their entries. */
const listKindsAndPresets = (): readonly string[] =>
  grantKinds
    .flatMap((kind) =>
      Object.values(presetsOf(casesOf(kind))).map((fields) =>
        `${kind.name} ${'preset' in fields ? fields.preset : ''}`.trim(),
      ),
    )
    .filter((name, index, all) => all.indexOf(name) === index)
    .sort();

it.each<Situation>(situations)(
  'answers each request as the table of probes says when the account is %s',
  async (situation) => {
    const env = await reach(situation);

    expect(env.ends.map(({ status }) => status)).toEqual(env.ends.map(() => 'SUCCEEDED'));
    expect(answers((probe) => ask(env, probe))).toEqual(answers((probe) => probe.answers[situation]));
  },
);
