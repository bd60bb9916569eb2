import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { digestDocuments, digestLeftState, digestParts } from '../../shared/reconcile/digest.ts';

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

const left = (documents: Readonly<Record<string, PolicyDocument | undefined>>) =>
  digestLeftState(documents, 'test');
const foreign = (document: PolicyDocument | undefined) =>
  digestParts({ policy: document }, 'test').foreignDigest;
const owned = (document: PolicyDocument | undefined) => digestParts({ policy: document }, 'test').ownDigest;

describe('documentsDigest', () => {
  it('stays the same when a document is only spelled differently', () => {
    expect(digestDocuments({ policy: policy(respelled) })).toBe(digestDocuments({ policy: policy(own) }));
  });

  it('changes when a document means something else, or stands under another name', () => {
    const before = digestDocuments({ policy: policy(own) });

    expect(digestDocuments({ policy: policy(unmanaged) })).not.toBe(before);
    expect(digestDocuments({ trust: policy(own) })).not.toBe(before);
    expect(digestDocuments({ policy: undefined })).not.toBe(before);
  });

  it('stays the same when an absent document is not listed', () => {
    expect(digestDocuments({ policy: policy(own), trust: undefined })).toBe(
      digestDocuments({ policy: policy(own) }),
    );
  });
});

describe('the digest of managed statements', () => {
  it('stays the same when only unmanaged statements or the head change', () => {
    const before = owned(policy(own));

    expect(owned(policy(respelled, unmanaged))).toBe(before);
    expect(owned({ ...policy(own, other), Version: '2008-10-17', Id: 'x' })).toBe(before);
  });

  it('changes when a managed statement changes or goes', () => {
    expect(owned(policy({ ...own, Action: 's3:*' }))).not.toBe(owned(policy(own)));
    expect(owned(policy(unmanaged))).not.toBe(owned(policy(own)));
  });

  it('stays the same when statements change places', () => {
    const second = { ...own, Sid: 'AccountOnboardingtestTokenWrite' };

    expect(owned(policy(second, own))).toBe(owned(policy(own, second)));
  });
});

describe('the digest of unmanaged statements', () => {
  it('stays the same when only managed statements change', () => {
    expect(foreign(policy(own, unmanaged))).toBe(foreign(policy(unmanaged)));
  });

  it('says that there are none when all statements are managed, whatever the head', () => {
    expect(foreign({ ...policy(own), Id: 'x' })).toBe(foreign(undefined));
    expect(foreign(policy())).toBe(foreign(undefined));
  });

  it('changes when the version, the id or a statement changes', () => {
    const digests = [
      policy(unmanaged),
      { ...policy(unmanaged), Version: '2008-10-17' as const },
      { ...policy(unmanaged), Id: 'x' },
      policy(unmanaged, other),
      undefined,
    ].map(foreign);

    expect(new Set(digests).size).toBe(digests.length);
  });

  it('stays the same when statements change places', () => {
    expect(foreign(policy(unmanaged, other))).toBe(foreign(policy(other, unmanaged)));
  });
});

describe('the digests by Sid', () => {
  it('name managed statements only, in sixteen characters', () => {
    const { ownSids } = left({ policy: policy(own, unmanaged, other) });

    expect(ownSids).toEqual({ AccountOnboardingtestTokenRead: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  it('change when the statement changes or stands in another document', () => {
    const digests = [
      { one: policy(own) },
      { one: policy({ ...own, Effect: 'Deny' }) },
      { two: policy(own) },
      { one: policy(own), two: policy(own) },
    ].map((documents) => left(documents).ownSids.AccountOnboardingtestTokenRead);

    expect(new Set(digests).size).toBe(digests.length);
  });

  it('stay the same when documents come in another order, and contain the digests of the parts', () => {
    const one = policy(own, unmanaged);
    const two = policy(respelled);

    expect(left({ two, one }).ownSids).toEqual(left({ one, two }).ownSids);
    expect(left({ one })).toMatchObject(digestParts({ one }, 'test'));
  });
});
