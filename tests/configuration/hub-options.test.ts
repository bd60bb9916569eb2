import { describe, expect, it } from '@jest/globals';
import { findDeployOptionMistake, getDefaultHubRegion } from '../../shared/configuration/hub-options.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { sourceOf } from '../fixtures/source/imports.ts';

const text = sourceOf('tests/deployment/least.yml');
const configuration = parseConfiguration(text, 'the test');
const china = parseConfiguration(
  `partition: aws-cn\n${text.replaceAll(/\w+-\w+-1 }/g, 'cn-north-1 }')}`,
  'the test',
);

describe('options of a deployment', () => {
  it("selects the partition's Organizations region as hub region by default", () => {
    expect([configuration, china].map(getDefaultHubRegion)).toEqual(['us-east-1', 'cn-northwest-1']);
  });

  it.each([
    ['cn-north-1', 'must be a region of partition aws (cn-north-1 is of aws-cn)'],
    ['us-gov-west-1', 'must be a region of partition aws (us-gov-west-1 is of aws-us-gov)'],
    ['eu-wst-1', 'must be a region of AWS (it is "eu-wst-1")'],
    ['eu west', 'must be a region of AWS (it is "eu west")'],
  ])('refuses the hub region %s when the partition is aws', (region, message) => {
    expect(findDeployOptionMistake(configuration, { region })).toContain(`--region ${region}: ${message}`);
  });

  it('refuses a region of aws when the partition is aws-cn', () => {
    expect(findDeployOptionMistake(china, { region: 'us-east-1' })).toContain(
      'must be a region of partition aws-cn',
    );
  });

  it.each(['prod_1!', 'a b', 'Least', 'prod'])(
    'refuses the stage %s when it is not the installation',
    (stage) => {
      expect(findDeployOptionMistake(configuration, { stage })).toContain(
        `--stage ${stage}: the stage is the \`installation\` of the configuration, least`,
      );
    },
  );

  it('accepts the installation id as the stage, and another region of the partition', () => {
    expect(findDeployOptionMistake(configuration, { region: 'eu-west-1', stage: 'least' })).toBeUndefined();
    expect(findDeployOptionMistake(configuration, {})).toBeUndefined();
  });
});
