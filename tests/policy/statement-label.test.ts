import { expect, it } from '@jest/globals';
import { labelOf } from '../../shared/policy/difference.ts';
import type { Statement } from '../../shared/policy/document.ts';
import { statementLabel } from '../../shared/policy/statement-label.ts';

const cases: readonly (readonly [Partial<Statement>, string, string])[] = [
  [{ Sid: 'PartnerAudit', Action: 's3:GetObject' }, '"PartnerAudit"', 'PartnerAudit'],
  [{ Sid: '', Action: 's3:GetObject' }, 'number 3 (Allow s3:GetObject)', 'Allow s3:GetObject'],
  [
    { Action: ['s3:GetObject', 's3:PutObject'] },
    'number 3 (Allow s3:GetObject, …)',
    'Allow s3:GetObject and 1 more',
  ],
  [{ NotAction: 's3:*', Effect: 'Deny' }, 'number 3 (Deny all but s3:*)', 'Deny all but s3:*'],
  [{ NotAction: ['a:B', 'a:C', 'a:D'] }, 'number 3 (Allow all but a:B, …)', 'Allow all but a:B and 2 more'],
  [{ Action: [] }, 'number 3 (Allow nothing)', 'Allow nothing'],
];

it.each(cases)(
  'names the statement by its Sid, or by what it does when it has none: %j',
  (part, numbered, short) => {
    const statement: Statement = { Effect: 'Allow', ...part };

    expect(statementLabel(statement, 2)).toBe(numbered);
    expect(labelOf(statement)).toBe(short);
  },
);
