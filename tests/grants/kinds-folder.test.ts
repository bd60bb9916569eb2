import { expect, test } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { filesIn } from '../fixtures/source/imports.ts';

/** What the kinds share. Every other file of the folder is a kind. */
const helpers = [
  'access',
  'bucket-keys',
  'content-keys',
  'image-keys',
  'kind-actions',
  'contract',
  'counted-limit',
  'discovery',
  'errors',
  'document-kind',
  'document-rendering',
  'grant-schema',
  'image-discovery',
  'key-discovery',
  'key-conditions',
  'key-grants',
  'key-uses',
  'kinds',
  'admitted-accounts',
  'launch-permissions',
  'managed-policies',
  'managed-policy-permissions',
  'member-roles/assume-request',
  'member-roles/assumed-role',
  'member-roles/instance-profile',
  'member-roles/member-role-selector',
  'member-roles/permission-fields',
  'member-roles/references',
  'member-roles/schema',
  'member-roles/trust',
  'member-roles/trust-policy',
  'member-roles/trusted-services',
  'organization-trail',
  'permissions',
  'principals',
  'quotas',
  'raw-statements',
  'read-principal',
  'role-entries',
  'policy-bin-packing',
  'sid-tag',
];

const files = filesIn('shared/grants').map((file) => file.replace(/^shared\/grants\/|\.ts$/g, ''));

test('has only grant kinds and helpers in the folder', () => {
  const names = grantKinds.map(({ name }) => name);
  expect(files.toSorted()).toEqual([...names, ...helpers].toSorted());
});

test.each(grantKinds.map(({ name }) => name))('exports %s from its own file', async (name) => {
  const exported: object = await import(`../../shared/grants/${name}.ts`);
  expect(Object.values(exported)).toContain(grantKinds.find((kind) => kind.name === name));
});

test('exports no grant kind from the file of a helper', async () => {
  for (const helper of helpers) {
    const exported: object = await import(`../../shared/grants/${helper}.ts`);
    expect(Object.values(exported).filter((value) => grantKinds.includes(value))).toEqual([]);
  }
});
