import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createResolver, parseTemplate } from '../../simulator/cloudformation/template.ts';
import { root } from '../fixtures/deployment/deployment.ts';

const member = '555566667777';

/** The properties of a resource of a template, as the account gets them. */
function propertiesOf(file: string, id: string, parameters: Readonly<Record<string, string>>): object {
  const template = parseTemplate(readFileSync(`${root}templates/${file}`, 'utf8'));
  const resolve = createResolver(template, {
    accountId: member,
    partition: 'aws',
    region: 'eu-west-1',
    stackName: 'logs',
    parameters,
    ref: (each) => each,
    attribute: () => 'AWSServiceRoleForConfig',
  });
  return resolve(template.Resources[id]?.Properties) as object;
}

describe('templates/config-recorder.yml', () => {
  const BucketName = 'example-org-config';
  const role = 'aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig';

  it('records as the service-linked role, which has no permission for the bucket', () => {
    expect(propertiesOf('config-recorder.yml', 'Recorder', { BucketName })).toMatchObject({
      RoleARN: `arn:aws:iam::${member}:role/${role}`,
    });
  });

  it('delivers Config items with the prefix and the key when both are given', () => {
    expect(propertiesOf('config-recorder.yml', 'Channel', { BucketName })).toEqual({
      S3BucketName: BucketName,
      ConfigSnapshotDeliveryProperties: { DeliveryFrequency: 'TwentyFour_Hours' },
    });
    const more = { BucketName, KeyPrefix: 'org', KeyArn: 'arn:aws:kms:eu-west-1:222222222222:key/1' };
    expect(propertiesOf('config-recorder.yml', 'Channel', more)).toMatchObject({
      S3KeyPrefix: 'org',
      S3KmsKeyArn: more.KeyArn,
    });
  });

  it('creates the recorder and the delivery channel of Config without a dependency between them', () => {
    const { Resources } = parse(readFileSync(`${root}templates/config-recorder.yml`, 'utf8'), {
      logLevel: 'error',
    });
    expect([Resources.Recorder.DependsOn, Resources.Channel.DependsOn]).toEqual([undefined, undefined]);
  });
});

describe('templates/vpc-flow-logs.yml', () => {
  const parameters = { VpcId: 'vpc-1', BucketName: 'example-org-flow-logs' };

  it('delivers flow logs to the bucket without a role', () => {
    expect(propertiesOf('vpc-flow-logs.yml', 'FlowLog', parameters)).toEqual({
      ResourceType: 'VPC',
      ResourceId: 'vpc-1',
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::example-org-flow-logs',
    });
  });

  it('delivers flow logs below the prefix when a prefix is given', () => {
    expect(propertiesOf('vpc-flow-logs.yml', 'FlowLog', { ...parameters, KeyPrefix: 'org' })).toMatchObject({
      LogDestination: 'arn:aws:s3:::example-org-flow-logs/org',
    });
  });
});
