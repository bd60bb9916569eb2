import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { delegatedActions, organizationReaders } from '../../shared/cloudformation/delegation-policy.ts';
import { renderManagementTemplate } from '../../shared/cloudformation/management-template.ts';
import { findSizeMistake } from '../../shared/cloudformation/template-size.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { sourceOf } from '../fixtures/source/imports.ts';

const text = sourceOf('tests/deployment/least.yml');
const configuration = parseConfiguration(text, 'the test');
const management = configuration.organization.managementAccount;
const tooling = '123456789012';
const hub = { accountId: tooling, region: 'us-east-1' };

interface Made {
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, { readonly Condition?: string; readonly Properties: object }>>;
}

const render = (more: Partial<Parameters<typeof renderManagementTemplate>[0]> = {}) => {
  const made = renderManagementTemplate({ configuration, hub, ...more });
  return made === undefined
    ? undefined
    : { ...made, template: JSON.parse(JSON.stringify(made.template)) as Made };
};

describe('what the management account needs', () => {
  it('forwards events from the region of Organizations, with a dead-letter queue, when the hub is in another account', () => {
    const { template, regions } = render() ?? {};
    expect(regions).toEqual(['us-east-1']);
    expect(Object.keys(template?.Resources ?? {})).toEqual([
      'ForwarderRole',
      'AccountEventRule',
      'AccountCallRule',
      'DeadLetters',
      'DeadLettersPolicy',
      'DeadLettersAlarm',
      'DelegationPolicy',
    ]);
    expect(template?.Resources.AccountCallRule?.Properties).toMatchObject({
      Targets: [
        {
          Arn: { 'Fn::Sub': `arn:\${AWS::Partition}:events:us-east-1:${tooling}:event-bus/default` },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
        },
      ],
    });
  });

  it('forwards Control Tower events from its home region, and API calls only from the region of Organizations', () => {
    const { template, regions } = render({ controlTowerRegion: 'eu-west-1' }) ?? {};
    expect(regions).toEqual(['us-east-1', 'eu-west-1']);
    const conditionOf = (id: string) => template?.Conditions[template.Resources[id]?.Condition ?? ''];
    const isRegion = (region: string) => ({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] });
    expect(conditionOf('AccountEventRule')).toEqual({ 'Fn::Or': ['us-east-1', 'eu-west-1'].map(isRegion) });
    expect(conditionOf('AccountCallRule')).toEqual(isRegion('us-east-1'));
    expect(conditionOf('DelegationPolicy')).toEqual(isRegion('us-east-1'));
    expect(conditionOf('DeadLetters')).toEqual({ 'Fn::Or': ['us-east-1', 'eu-west-1'].map(isRegion) });
  });

  it('requires nothing of the management account when the hub is where the events arrive', () => {
    expect(render({ hub: { accountId: management, region: 'us-east-1' } })).toBeUndefined();
  });

  it('delegates nothing when the hub is in the management account, in another region', () => {
    const { template } = render({ hub: { accountId: management, region: 'eu-west-1' } }) ?? {};
    expect(template?.Resources).toHaveProperty('AccountEventRule');
    expect(template?.Resources).not.toHaveProperty('DelegationPolicy');
  });

  it('renders no delegation policy when the organization already has one', () => {
    expect(render({ delegates: false })?.template.Resources).not.toHaveProperty('DelegationPolicy');
  });

  it.each([
    ['aws-us-gov', 'us-gov-east-1', 'us-gov-west-1'],
    ['aws-cn', 'cn-north-1', 'cn-northwest-1'],
  ])('forwards events from the region of Organizations in %s', (partition, region, home) => {
    const elsewhere = text.replaceAll(/region: [\w-]+/g, `region: ${region}`);
    const made = renderManagementTemplate({
      configuration: parseConfiguration(`partition: ${partition}\n${elsewhere}`, 'the test'),
      hub: { accountId: tooling, region },
    });
    expect(made?.regions).toEqual([home]);
  });
});

describe('the delegation policy', () => {
  interface PermissionsFile {
    readonly functions: Readonly<Record<string, readonly { readonly Action?: unknown }[]>>;
  }
  const { functions }: PermissionsFile = parse(sourceOf('infrastructure/permissions.yml'), {
    logLevel: 'error',
    maxAliasCount: -1,
  });
  const callsOf = (name: string) =>
    (functions[name] ?? [])
      .flatMap(({ Action }) => [Action].flat())
      .filter((action) => /^organizations:/.test(String(action)));

  it('allows exactly the Organizations calls that the functions make', () => {
    const calls = new Set(organizationReaders.flatMap(callsOf));
    expect([...delegatedActions].sort()).toEqual([...calls].sort());
  });

  it('names exactly the functions that call Organizations', () => {
    const asking = Object.keys(functions).filter((name) => callsOf(name).length > 0);
    expect([...organizationReaders].sort()).toEqual(asking.sort());
  });
});

describe('the size of a template', () => {
  it('reports a template that is too large for CloudFormation', () => {
    expect(findSizeMistake('x'.repeat(1_048_576), 500)).toBeUndefined();
    expect(findSizeMistake('x'.repeat(1_048_577), 1)).toBe(
      'The template has 1,048,577 bytes, and CloudFormation accepts 1,048,576',
    );
    expect(findSizeMistake('', 501)).toBe('The template has 501 resources, and CloudFormation accepts 500');
  });
});
