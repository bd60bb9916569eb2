import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { deploymentActions } from '../../shared/cloudformation/deployment-actions.ts';
import { authorize } from '../../shared/iam/authorize.ts';
import { type PolicyDocument, parsePolicy } from '../../shared/iam/document.ts';
import { parseTemplate, resolveResources } from '../../simulator/cloudformation/template.ts';
import { root } from '../fixtures/deployment/deployment.ts';

const region = 'eu-west-1';
const appConfigAccount = '123456789012';
const member = '555566667777';
const stranger = '999988887777';
const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const application = `arn:aws:appconfig:${region}:${appConfigAccount}:application/abc1234`;
const configuration = `${application}/environment/def5678/configuration/ghi9012`;

const reading = ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'];
const deploying = deploymentActions.filter((action) => action.startsWith('appconfig:'));
const authoring = [
  'appconfig:CreateApplication',
  'appconfig:CreateEnvironment',
  'appconfig:CreateConfigurationProfile',
  'appconfig:CreateHostedConfigurationVersion',
  'appconfig:StartDeployment',
];
const further = ['appconfig:DeleteApplication', 'appconfig:UpdateEnvironment', 'appconfig:StopDeployment'];

/** Actions that no resource can be named for. */
const withoutResource = ['appconfig:CreateApplication', 'appconfig:ListApplications'];

/** The policies of the endpoints that the template makes, by the service that each is for. */
function endpointPolicies(parameters: Readonly<Record<string, string>> = {}) {
  const template = parseTemplate(readFileSync(`${root}templates/appconfig-endpoints.yml`, 'utf8'));
  const resources = resolveResources(template, {
    accountId: member,
    region,
    parameters: { OrganizationId: 'o-exampleorg1', AppConfigAccountId: appConfigAccount, ...parameters },
    ref: (id) => id,
    attribute: (id, name) => `${id}.${name}`,
  });
  const endpoints = Object.values(resources).filter(({ Type }) => Type === 'AWS::EC2::VPCEndpoint');
  return new Map(
    endpoints.map(({ Properties: { ServiceName, PolicyDocument } }) => [
      String(ServiceName).split('.').at(-1) ?? '',
      parsePolicy(JSON.stringify(PolicyDocument), String(ServiceName)),
    ]),
  );
}

interface Asked {
  readonly document: PolicyDocument | undefined;
  readonly action: string;
  readonly account?: string;
}

/** The answer to a role that may do everything but for the endpoint's policy. */
const answerOf = ({ document, action, account = appConfigAccount }: Asked) =>
  authorize({
    request: {
      principal: { type: 'role', arn: `arn:aws:iam::${account}:role/author`, session: 'author' },
      action,
      resource: resourceOf(action),
      resourceAccount: appConfigAccount,
      region,
    },
    policies: [
      { kind: 'identity', name: 'the identity policy', document: everything },
      ...(document === undefined
        ? []
        : [{ kind: 'endpoint' as const, name: 'the endpoint policy', document }]),
    ],
    organization: {
      organizationOf: (id) =>
        id === stranger
          ? { id: 'o-strangers12', path: 'o-strangers12/r-zzzz/' }
          : { id: 'o-exampleorg1', path: 'o-exampleorg1/r-exam/' },
    },
  }).outcome;

const resourceOf = (action: string): string => {
  if (withoutResource.includes(action)) return '*';
  return reading.includes(action) ? configuration : application;
};

const allowedOf = (document: PolicyDocument | undefined, actions: readonly string[], account?: string) =>
  actions.filter(
    (action) => answerOf({ document, action, ...(account === undefined ? {} : { account }) }) === 'allowed',
  );

const all = [...new Set([...reading, ...deploying, ...authoring, ...further])];

describe('the endpoint of appconfigdata', () => {
  test.each([
    ['no option is given', {}],
    ['deployments and authoring are requested', { Deploying: 'true', Authoring: 'true' }],
  ])('allows only reads at the appconfigdata endpoint when %s', (_, parameters) => {
    const document = endpointPolicies(parameters).get('appconfigdata');

    expect(allowedOf(document, all)).toEqual(reading);
  });
});

describe('the endpoint of appconfig', () => {
  const policyFor = (parameters: Readonly<Record<string, string>>) =>
    endpointPolicies(parameters).get('appconfig');

  test('creates the appconfig endpoint only when deployments or authoring are requested', () => {
    expect([...endpointPolicies().keys()]).toEqual(['appconfigdata']);
  });

  test.each([
    ['what the code calls when Deploying is true', { Deploying: 'true' }, deploying],
    ['the five authoring actions when Authoring is true', { Authoring: 'true' }, authoring],
    ['both when both are true', { Deploying: 'true', Authoring: 'true' }, [...deploying, ...authoring]],
  ])('allows at the appconfig endpoint %s', (_, parameters, expected) => {
    const allowed = allowedOf(policyFor(parameters), all);

    expect(allowed.toSorted()).toEqual([...new Set(expected)].toSorted());
  });

  test('denies every action at the appconfig endpoint when the caller is of another organization', () => {
    const document = policyFor({ Deploying: 'true', Authoring: 'true' });

    expect(allowedOf(document, all, stranger)).toEqual([]);
  });

  test('denies authoring at the appconfig endpoint when the caller is of another account of the organization', () => {
    expect(allowedOf(policyFor({ Authoring: 'true' }), authoring, member)).toEqual([]);
  });
});
