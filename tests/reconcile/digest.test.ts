import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { digestDocuments, digestManagedStatements, listChangedSids } from '../../shared/reconcile/digest.ts';

const own: Statement = {
  Sid: 'AccountOnboardingtestTokenRead',
  Effect: 'Allow',
  Principal: { AWS: ['111122223333', '222233334444'] },
  Action: 's3:GetObject',
};
const respelled: Statement = {
  ...own,
  Principal: { AWS: ['arn:aws:iam::222233334444:root', '111122223333'] },
  Action: ['S3:getobject'],
};
const unmanaged: Statement = { Sid: 'Partner', Effect: 'Deny', Principal: '*', Action: 's3:PutObject' };
const other: Statement = { ...own, Sid: 'AccountOnboardingotherTokenRead' };

const policy = (...Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

const digests = (documents: Readonly<Record<string, PolicyDocument | undefined>>) =>
  digestManagedStatements(documents, 'test');
const owned = (document: PolicyDocument | undefined) => digests({ policy: document });

describe('documentsDigest', () => {
  it('returns the same digest when two documents differ only in spelling', () => {
    expect(digestDocuments({ policy: policy(respelled) })).toBe(digestDocuments({ policy: policy(own) }));
  });

  it('returns another digest when a document changes its meaning or its name', () => {
    const before = digestDocuments({ policy: policy(own) });

    expect(digestDocuments({ policy: policy(unmanaged) })).not.toBe(before);
    expect(digestDocuments({ trust: policy(own) })).not.toBe(before);
    expect(digestDocuments({ policy: undefined })).not.toBe(before);
  });

  it('returns the same digest when an absent document is not listed', () => {
    expect(digestDocuments({ policy: policy(own), trust: undefined })).toBe(
      digestDocuments({ policy: policy(own) }),
    );
  });
});

describe('digestManagedStatements', () => {
  it('returns the same digests when only unmanaged statements, the version or the id change', () => {
    const before = owned(policy(own));

    expect(owned(policy(respelled, unmanaged))).toEqual(before);
    expect(owned({ ...policy(own, other), Version: '2008-10-17', Id: 'x' })).toEqual(before);
  });

  it('returns no digests when no statement is managed', () => {
    expect(owned(policy(unmanaged))).toEqual({});
    expect(owned(undefined)).toEqual({});
  });

  it('returns the same digests when statements or documents are reordered', () => {
    const second = { ...own, Sid: 'AccountOnboardingtestTokenWrite' };
    const [one, two] = [policy(own, unmanaged), policy(respelled)];

    expect(owned(policy(second, own))).toEqual(owned(policy(own, second)));
    expect(digests({ two, one })).toEqual(digests({ one, two }));
  });

  it('returns digests of managed statements only, in sixteen characters', () => {
    expect(owned(policy(own, unmanaged, other))).toEqual({
      AccountOnboardingtestTokenRead: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('returns another digest when the statement changes or moves to another document', () => {
    const all = [
      { one: policy(own) },
      { one: policy({ ...own, Effect: 'Deny' }) },
      { two: policy(own) },
      { one: policy(own), two: policy(own) },
    ].map((documents) => digests(documents).AccountOnboardingtestTokenRead);

    expect(new Set(all).size).toBe(all.length);
  });
});

it('lists the Sids of statements that were added, changed or removed, in order', () => {
  expect(listChangedSids({ gone: '1', same: '2', b: '3' }, { same: '2', b: '4', a: '5' })).toEqual([
    'a',
    'b',
    'gone',
  ]);
});
