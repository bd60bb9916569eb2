import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isAlias, parse, parseDocument, visit } from 'yaml';
import { deploymentIdPattern } from '../../shared/policy/owned.ts';
import { rulesOf } from '../../simulator/rules.ts';
import { root } from './deployment.ts';

const text = readFileSync(`${root}templates/secret-events.yml`, 'utf8');
const hub = rulesOf(readFileSync(`${root}serverless.yml`, 'utf8'));

/** As `resources` of a serverless.yml, so that its rules can be read. */
const forwarded = rulesOf(`resources:\n${text.replace(/^/gm, '  ')}`);

test('what is forwarded is what the hub starts a deployment by', () => {
  const patternOf = (rules: typeof hub, id: string) => rules.find(({ ruleId }) => ruleId === id)?.pattern;
  expect(forwarded.map(({ ruleId }) => ruleId)).toEqual([
    'SecretLabelRule',
    'SecretRotationRule',
    'RotatedSecretRule',
  ]);
  for (const { ruleId, pattern } of forwarded) expect(pattern).toEqual(patternOf(hub, ruleId));
});

test('the role of the forwarder is one that the bus admits, with a name that fits', () => {
  const name = /RoleName: !Sub (\S+)/.exec(text)?.[1] ?? '';
  expect(name).toMatch(/^account-onboarding-\$\{Deployment\}-forward-/);
  expect(text).toContain('Path: /account-onboarding/');
  const longest = name.replace('${Deployment}', 'x'.repeat(16)).replace('${AWS::Region}', 'ap-southeast-1');
  // 64 characters (IAM quotas).
  expect(longest.length).toBeLessThanOrEqual(64);
});

test('it takes the deployment ids that a configuration takes', () => {
  const { Parameters } = parse(text, { logLevel: 'error' }) as {
    readonly Parameters: { readonly Deployment: { readonly AllowedPattern: string } };
  };
  const pattern = new RegExp(`^(?:${Parameters.Deployment.AllowedPattern})$`);
  for (const id of ['prod', 'a', 'x'.repeat(16), 'Prod', '1a', 'x'.repeat(17)])
    expect([id, pattern.test(id)]).toEqual([id, deploymentIdPattern.test(id)]);
});

// "YAML aliases are not allowed in CloudFormation templates", says ValidateTemplate of them; cfn-lint resolves them.
test.each(readdirSync(`${root}templates`))('%s has no YAML alias, which CloudFormation refuses', (file) => {
  const aliases: string[] = [];
  visit(parseDocument(readFileSync(`${root}templates/${file}`, 'utf8'), { logLevel: 'error' }), (_, node) => {
    if (isAlias(node)) aliases.push(node.source);
  });
  expect(aliases).toEqual([]);
});
