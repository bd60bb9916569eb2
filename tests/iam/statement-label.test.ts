import { expect, it } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { labelStatement } from '../../shared/iam/statement-label.ts';

const cases: readonly (readonly [Partial<Statement>, string])[] = [
  [{ Sid: 'PartnerAudit', Action: 's3:GetObject' }, 'PartnerAudit'],
  [{ Sid: '', Action: 's3:GetObject' }, 'Allow s3:GetObject'],
  [{ Action: ['s3:GetObject', 's3:PutObject'] }, 'Allow s3:GetObject and 1 more'],
  [{ NotAction: 's3:*', Effect: 'Deny' }, 'Deny all but s3:*'],
  [{ NotAction: ['a:B', 'a:C', 'a:D'] }, 'Allow all but a:B and 2 more'],
  [{ Action: [] }, 'Allow nothing'],
];

it.each(cases)('labels a statement by its Sid, or by its actions when it has none: %j', (part, label) => {
  expect(labelStatement({ Effect: 'Allow', ...part })).toBe(label);
});
