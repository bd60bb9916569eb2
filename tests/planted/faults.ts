/** A fault in the source of the system: a text of one file, and what stands there instead. Production has no switch for it. */
export interface PlantedFault {
  /** What a command calls it. */
  readonly name: string;
  /** What is wrong with the system then. */
  readonly title: string;
  readonly area: 'selectors' | 'desired' | 'rendering' | 'membership' | 'applying' | 'planning' | 'AWS';
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly replace: string;
  readonly by: string;
  /** Suites that look at the file: of units, and of flows. */
  readonly unit: string;
  readonly flow: string;
}

const plain = {
  selectors: {
    area: 'selectors',
    file: 'shared/organization/selector.ts',
    unit: 'tests/organization',
    flow: 'tests/flows/lifecycle',
  },
  storedOus: {
    area: 'selectors',
    file: 'shared/organization/stored-ous.ts',
    unit: 'tests/organization',
    flow: 'tests/flows/renamed-ous',
  },
  desired: {
    area: 'desired',
    file: 'shared/plan/desired.ts',
    unit: 'tests/plan',
    flow: 'tests/flows/lifecycle',
  },
  membership: {
    area: 'membership',
    file: 'shared/grants/principals.ts',
    unit: 'tests/grants',
    flow: 'tests/flows/configuration-change',
  },
  applying: { area: 'applying', unit: 'tests/apply', flow: 'tests/flows/(concurrency|faults|contested)' },
  planning: {
    area: 'planning',
    unit: 'tests/plan',
    flow: 'tests/flows/(grace|approval|taken-back|lifecycle)',
  },
  rendering: {
    area: 'rendering',
    unit: 'tests/grants',
    flow: 'tests/flows/(lifecycle|grants-without-documents|patterns)',
  },
} as const;

export const plantedFaults: readonly PlantedFault[] = [
  // Those that the issue names.
  {
    ...plain.desired,
    name: 'lost-at-depth-3',
    title: 'an account three OUs deep is lost',
    replace: 'return { entry, accounts: selected, ...',
    by: 'return { entry, accounts: selected.filter(({ parentIds }) => parentIds.length < 4), ...',
  },
  {
    ...plain.applying,
    name: 'settled-too-late',
    title: '`>` for `>=` in the settled check',
    file: 'shared/apply/settled.ts',
    replace: 'servedRevision(state, accountIds) >= revision',
    by: 'servedRevision(state, accountIds) > revision',
  },
  {
    ...plain.applying,
    name: 'no-read-back',
    title: 'the read-back is skipped',
    file: 'shared/apply/reconcile.ts',
    replace: 'written.changed ? await readBack(services, desired, written.next, read) : actual',
    by: 'written.changed ? (await read(), written.next) : actual',
  },
  {
    ...plain.applying,
    name: 'lease-deadline',
    title: 'the deadline of a lease is not checked',
    file: 'shared/apply/lease.ts',
    replace: 'if (clock.now() >= taken + sendWindow) throw lost(resource);',
    by: 'if (clock.now() >= taken + sendWindow * 1_000) throw lost(resource);',
  },
  {
    area: 'AWS',
    name: 'denied-read-is-empty',
    title: 'AccessDenied is read as "no policy"',
    file: 'shared/grants/document-kind.ts',
    replace: 'if (error instanceof Error && error.name === kind.absentError) return { document: undefined };',
    by: "if (error instanceof Error && [kind.absentError, 'AccessDeniedError'].includes(error.name)) return { document: undefined };",
    unit: 'tests/grants',
    flow: 'tests/flows/(faults|one-account-fails)',
  },
  {
    area: 'AWS',
    name: 'throttled-write-succeeds',
    title: 'a throttled write is taken for a success',
    file: 'shared/apply/reconcile.ts',
    replace: '    await write;\n',
    by: "    await write.catch((error) => {\n      if (error.name !== 'ThrottledError') throw error;\n    });\n    if (Date.now() < 0) return;\n",
    unit: 'tests/apply',
    flow: 'tests/flows/(faults|one-account-fails)',
  },
  {
    area: 'applying',
    name: 'not-ready',
    title: 'an unfinished registry is written from',
    file: 'shared/organization/registry.ts',
    replace: 'if (readySince !== undefined) return;',
    by: 'if (readySince !== undefined || readySince === undefined) return;',
    unit: 'tests/(organization|apply)',
    flow: 'tests/flows/(lifecycle|sweep)',
  },
  {
    area: 'applying',
    name: 'version-ignored',
    title: 'the version of an item is ignored when it is replaced',
    file: 'shared/store/memory.ts',
    replace: 'if (states.get(resource)?.version !== state.version) return undefined;',
    by: '',
    unit: 'tests/(store|apply)',
    flow: 'tests/flows/concurrency',
  },
  {
    ...plain.selectors,
    name: 'except-ignored',
    title: '`except` is ignored',
    replace: 'included(account) && !excluded(account)',
    by: 'included(account) && (!excluded(account) || true)',
  },
  {
    ...plain.rendering,
    name: 'wrong-role-path',
    title: 'the path of a role to assume is lost',
    file: 'shared/grants/assume-role-permission.ts',
    replace: '`arn:${partition}:iam::${accountId}:role/${role}`',
    by: '`arn:${partition}:iam::${accountId}:role/${role.slice(role.lastIndexOf("/") + 1)}`',
  },
  // Selectors.
  {
    ...plain.selectors,
    name: 'ou-without-children',
    title: 'an OU is without what is below it',
    replace: '    globs.every((glob, index) => {',
    by: '    globs.length === names.length &&\n    globs.every((glob, index) => {',
  },
  {
    ...plain.selectors,
    name: 'ou-prefix',
    title: 'an OU whose name only begins alike is taken in',
    replace: 'return name !== undefined && matchesGlob(glob, name);',
    by: "return name !== undefined && (matchesGlob(glob, name) || name.startsWith(path.split('/')[index] ?? '-'));",
  },
  {
    ...plain.selectors,
    name: 'ou-id-of-parent-only',
    title: 'the id of an OU matches accounts directly in it only',
    replace: 'answer || account.parentIds.some((id) => ids.has(id))',
    by: "answer || ids.has(account.parentIds.at(-1) ?? '')",
  },
  {
    ...plain.selectors,
    name: 'wildcard-too-deep',
    title: 'a path with a wildcard matches the last segment anywhere',
    replace: '      const name = names[index];\n      return name !== undefined && matchesGlob(glob, name);',
    by: '      return index < 0 || names.some((name) => matchesGlob(glob, name));',
  },
  {
    ...plain.selectors,
    name: 'tags-or',
    title: 'one of several tags is enough',
    replace: ': (account) => fields.every((test) => test(account));',
    by: ': (account) => fields.some((test) => test(account));',
  },
  {
    ...plain.selectors,
    name: 'first-tag-value',
    title: 'of several values of a tag only the first counts',
    replace: 'const values = new Set([value].flat());',
    by: 'const values = new Set([value].flat().slice(0, 1));',
  },
  {
    ...plain.selectors,
    name: 'first-name-only',
    title: 'of several names only the first counts',
    replace: 'const globs = texts.map(readGlob);',
    by: 'const globs = texts.slice(0, 1).map(readGlob);',
  },
  {
    ...plain.selectors,
    name: 'first-exception-only',
    title: 'of several exceptions only the first counts',
    replace: '(selector.except ?? []).map(',
    by: '(selector.except ?? []).slice(0, 1).map(',
  },
  // What is desired.
  {
    ...plain.desired,
    name: 'closed-is-member',
    title: 'closed accounts are granted what members are',
    replace: 'const members = accounts.filter(isMember).toSorted(',
    by: "const members = accounts.filter(({ state }) => state !== 'DEPARTED' || isMember === undefined).toSorted(",
  },
  {
    ...plain.desired,
    name: 'last-grant-wins',
    title: 'of two grants on one resource only the last is kept',
    replace: 'shares: [...shares, share]',
    by: 'shares: shares.length < 0 ? shares : [share]',
  },
  {
    ...plain.desired,
    name: 'found-ignored',
    title: 'what a pattern of a grant with names finds is ignored',
    replace: 'const all = new Set([...named, ...foundBy(entry, configuration, found)]);',
    by: 'const all = new Set(named.size > 0 ? named : foundBy(entry, configuration, found));',
  },
  {
    area: 'desired',
    name: 'approval-ignored',
    title: 'accounts that wait for approval are granted everything',
    file: 'shared/plan/approval.ts',
    replace:
      "if (!knowsApproval(entry) || account.approval === undefined || now === 'not-selected') return now;",
    by: "if (!knowsApproval(entry) || account.approval !== null || now === 'not-selected') return now;",
    unit: 'tests/plan',
    flow: 'tests/flows/approval',
  },
  {
    area: 'desired',
    name: 'approved-position-only',
    title: 'an account that waits has what it had where it was approved, wherever it is',
    file: 'shared/plan/approval.ts',
    replace: 'const now = selectionOf(entry.for, account, ous);',
    by: 'const now = selectionOf(entry.for, { ...account, ...(account.approval?.approvedAs ?? {}) }, ous);',
    unit: 'tests/plan',
    flow: 'tests/flows/approval',
  },
  {
    ...plain.desired,
    name: 'one-region',
    title: 'of several regions only the first counts',
    area: 'desired',
    file: 'shared/grants/discovery.ts',
    replace: 'return regions.map((region) => ({ accountId: central.id, region }));',
    by: 'return regions.slice(0, 1).map((region) => ({ accountId: central.id, region }));',
    unit: 'tests/grants',
    flow: 'tests/flows/patterns',
  },
  // Rendering, kind by kind.
  {
    ...plain.rendering,
    name: 'bucket-check-missing',
    title: 'CloudTrail may not look at the bucket first',
    file: 'shared/grants/s3-bucket-policy.ts',
    replace: "    label: 'CloudTrail',\n    check: ['s3:GetBucketAcl'],",
    by: "    label: 'CloudTrail',\n    check: ['s3:ListBucket'],",
  },
  {
    ...plain.rendering,
    name: 'bucket-wrong-folder',
    title: 'flow logs have another folder',
    file: 'shared/grants/s3-bucket-policy.ts',
    replace: "folder: 'vpcflowlogs/',",
    by: "folder: 'flowlogs/',",
  },
  {
    ...plain.rendering,
    name: 'bucket-acl-missing',
    title: 'log files need not belong to the owner of the bucket',
    file: 'shared/grants/s3-bucket-policy.ts',
    replace: "...allOf({ StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } }, fromMembers),",
    by: '...allOf({}, fromMembers),',
  },
  {
    ...plain.rendering,
    name: 'bucket-last-account',
    title: 'the last account of a bucket policy is lost',
    file: 'shared/grants/s3-bucket-policy.ts',
    replace: '? accounts.map(({ id }) => `${bucket}/${logFolder(entry, id, delivery)}*`)',
    by: '? accounts.slice(0, Math.max(1, accounts.length - 1)).map(({ id }) => `${bucket}/${logFolder(entry, id, delivery)}*`)',
  },
  {
    ...plain.rendering,
    name: 'key-grant-for-anything',
    title: 'a key may be granted on for anything, not for volumes alone',
    file: 'shared/grants/kms-key-policy.ts',
    replace: "    Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },\n",
    by: '',
  },
  {
    ...plain.rendering,
    name: 'key-decrypt-missing',
    title: 'accounts that launch images may not decrypt',
    file: 'shared/grants/kms-key-policy.ts',
    replace: "Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],",
    by: "Action: ['kms:DescribeKey', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],",
  },
  {
    ...plain.rendering,
    name: 'key-administration',
    title: 'accounts that launch images may also administer the key',
    file: 'shared/grants/kms-key-policy.ts',
    replace: "Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],",
    by: "Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:*'],",
  },
  {
    ...plain.rendering,
    name: 'key-grant-role',
    title: 'a grant on a key names another role',
    file: 'shared/grants/kms-grant.ts',
    replace: 'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling` +',
    by: 'role/AWSServiceRoleForAutoScaling` +',
  },
  {
    ...plain.rendering,
    name: 'key-grant-operations',
    title: 'a grant on a key lacks an operation',
    file: 'shared/grants/kms-grant.ts',
    replace: "  'ReEncryptFrom',\n",
    by: '',
  },
  {
    ...plain.rendering,
    name: 'key-grant-not-revoked',
    title: 'grants on a key are never revoked',
    file: 'shared/grants/key-grants.ts',
    replace: 'if (id !== undefined && !kept.has(id)) await revoke(kms, KeyId, id);',
    by: 'if (id !== undefined && !kept.has(id) && kept.size < 0) await revoke(kms, KeyId, id);',
  },
  {
    ...plain.rendering,
    name: 'image-removal-lost',
    title: 'launch permissions are never taken back',
    file: 'shared/grants/ami-launch-permission.ts',
    replace: '...(Remove.length === 0 ? {} : { Remove }),',
    by: '...(Remove.length < 1_000 ? {} : { Remove }),',
  },
  {
    ...plain.rendering,
    name: 'image-remembers-nothing',
    title: 'the table does not remember launch permissions',
    file: 'shared/grants/ami-launch-permission.ts',
    replace: 'owned: [...granted, ...kept],',
    by: 'owned: granted.length < 0 ? granted : kept,',
  },
  {
    ...plain.rendering,
    name: 'repository-layer-missing',
    title: 'pulling lacks an action',
    file: 'shared/grants/ecr-repository-policy.ts',
    replace:
      "Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],",
    by: "Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],",
  },
  {
    ...plain.rendering,
    name: 'repository-push',
    title: 'accounts that pull may also push',
    file: 'shared/grants/ecr-repository-policy.ts',
    replace:
      "Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],",
    by: "Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:PutImage'],",
  },
  {
    ...plain.rendering,
    name: 'secret-describe-missing',
    title: 'reading a secret lacks an action',
    file: 'shared/grants/secret-resource-policy.ts',
    replace: "Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],",
    by: "Action: ['secretsmanager:DescribeSecret'],",
  },
  {
    ...plain.rendering,
    name: 'external-id-missing',
    title: 'the external id of a trusted role is not asked for',
    file: 'shared/grants/role-trust-policy.ts',
    replace:
      '...(externalId === undefined ? {} : { Condition: { StringEquals: { [externalIdKey]: externalId } } }),',
    by: '',
  },
  {
    ...plain.rendering,
    name: 'mfa-missing',
    title: 'roles can be assumed without MFA',
    file: 'shared/grants/assume-role-permission.ts',
    replace: "entry.mfa ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } : undefined,",
    by: 'undefined,',
  },
  {
    ...plain.rendering,
    name: 'shard-lost',
    title: 'of several managed policies the last is not written',
    file: 'shared/grants/shards.ts',
    replace: 'const used = full.filter(({ slots }) => slots.length > 0);',
    by: 'const used = full.filter(({ slots }, index) => slots.length > 0 && index < 1);',
  },
  {
    ...plain.rendering,
    name: 'statement-stays',
    title: 'a statement that no grant wants any more stays',
    file: 'shared/policy/owned.ts',
    replace: 'return replacing === undefined ? [] : [sameStatement(',
    by: 'return replacing === undefined ? [statement] : [sameStatement(',
    unit: 'tests/policy',
  },
  {
    ...plain.rendering,
    name: 'statement-not-replaced',
    title: 'a statement with the same Sid is left as it is',
    file: 'shared/policy/owned.ts',
    replace: '[sameStatement(statement, replacing) ? statement : replacing]',
    by: '[sameStatement(statement, replacing) || replacing !== undefined ? statement : replacing]',
    unit: 'tests/policy',
  },
  // Membership.
  {
    ...plain.membership,
    name: 'organization-of-anybody',
    title: 'a condition on OUs does not look at the paths',
    replace: "if (membership !== 'ou') return organization;",
    by: "if (membership !== 'ou' || membership === 'ou') return organization;",
  },
  {
    ...plain.membership,
    name: 'ou-without-subtree',
    title: 'a condition on an OU is without the OUs below it',
    replace: '`${organizationId}/*/${ou}/*`',
    by: '`${organizationId}/*/${ou}/`',
  },
  {
    ...plain.membership,
    name: 'first-ou-only',
    title: 'of several OUs in a condition only the first counts',
    replace: 'const paths = (entry.for.ous ?? []).map(',
    by: 'const paths = (entry.for.ous ?? []).slice(0, 1).map(',
  },
  {
    ...plain.membership,
    name: 'held-forever-listed',
    title: 'a grant that a condition should hold lists its accounts',
    replace: "? (entry.membership ?? 'accounts')",
    by: "? (entry.membership === undefined ? 'accounts' : 'accounts')",
  },
  {
    ...plain.membership,
    name: 'packed-open',
    title: 'ids in a condition are left out when a grant is packed',
    replace: "held(heldBy('Principal', request), ids)",
    by: "held(heldBy('Principal', request))",
  },
  {
    ...plain.membership,
    name: 'wrong-organization-key',
    title: 'a condition asks whose the resource is in place of who asks',
    replace: "const everybody = { part, statement: held(heldBy('Principal', request), others) };",
    by: "const everybody = { part, statement: held(heldBy('Resource', request), others) };",
  },
  // Planning.
  {
    ...plain.planning,
    name: 'grace-forever',
    title: 'a grace never ends',
    file: 'shared/plan/planned-share.ts',
    replace: 'return { leaving, due: unwanted.filter((id) => !isInGrace(request, id, hours)) };',
    by: 'return hours > 0 ? { leaving: unwanted, due: [] } : { leaving, due: unwanted };',
  },
  {
    ...plain.planning,
    name: 'closed-withheld',
    title: 'closed accounts wait for an operator',
    file: 'shared/plan/planned-share.ts',
    replace: 'const doubtful = removed.filter((id) => !isClosed(known(request, id)));',
    by: 'const doubtful = removed.filter((id) => !isClosed(known(request, id)) || granted > 0);',
  },
  {
    ...plain.planning,
    name: 'never-taken-back',
    title: 'no removal is ever carried out',
    file: 'shared/plan/planned-share.ts',
    replace:
      'if (doubtful.length > removalCount && doubtful.length > removalShare * granted) return doubtful;',
    by: 'if (doubtful.length > 0 || removalCount < 0 || removalShare < 0 || granted < 0) return doubtful;',
  },
  // OUs that are renamed, replaced, deleted or made again.
  {
    ...plain.storedOus,
    name: 'renamed-ou-loses-access',
    title: 'accounts lose access when their OU is renamed',
    replace: "return matches(selector, account) ? 'selected' : 'unresolved';",
    by: "return matches(selector, account) ? 'selected' : 'not-selected';",
  },
  {
    ...plain.storedOus,
    name: 'renamed-ou-gives-access',
    title: 'new accounts of a renamed OU get access',
    replace: "return matches(selector, account) ? 'selected' : 'unresolved';",
    by: "return matches(selector, account) ? 'selected' : 'selected';",
  },
  {
    ...plain.storedOus,
    name: 'replacement-gets-access',
    title: 'an OU that takes the path of a stored OU gets its access',
    replace: 'if (path === undefined && stored.has(ouPathOf([...names, name]))) break;',
    by: 'if (path === undefined && stored.has(ouPathOf([...names, name, name]))) break;',
  },
  {
    ...plain.storedOus,
    name: 'unresolved-path-unreported',
    title: 'a sweep succeeds although a path is unresolved',
    file: 'shared/plan/unresolved-ous.ts',
    unit: 'tests/plan',
    replace: 'renamed.length + replaced.length > 0;',
    by: 'renamed.length + replaced.length > 1_000;',
  },
  {
    ...plain.storedOus,
    name: 'new-ous-not-stored',
    title: 'a sweep does not store the OUs that paths name by now',
    file: 'shared/run/sweep.ts',
    unit: 'tests/run',
    replace: 'if (ous !== stored) await',
    by: 'if (ous === undefined) await',
  },
  {
    ...plain.applying,
    name: 'recreated-is-conflict',
    title: 'a resource that was deleted and created counts as changed by others',
    file: 'shared/apply/contest.ts',
    replace: 'return now === undefined || now === left ? verdict : {};',
    by: 'return now === undefined || now.length > 0 ? verdict : {};',
  },
];

/** A fault by its name, and the function that plants it. */
export function plantedFault(name: string): PlantedFault & { plant(source: string): string } {
  const fault = plantedFaults.find((each) => each.name === name);
  if (fault === undefined) throw new Error(`There is no planted fault ${name}`);
  return { ...fault, plant: (source) => plant(fault, source) };
}

function plant({ name, file, replace, by }: PlantedFault, source: string): string {
  const pieces = source.split(replace);
  if (pieces.length !== 2)
    throw new Error(`${name}: the text stands ${pieces.length - 1} times in ${file}, and not once`);
  return pieces.join(by);
}
