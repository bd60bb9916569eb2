import { describe, expect, it } from '@jest/globals';
import { createPolicy, parsePolicy, serializePolicy } from '../../shared/iam/document.ts';
import { MalformedPolicyError } from '../../shared/iam/errors.ts';
import { casesOf } from '../fixtures/iam/cases.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly statements?: number;
  readonly findings?: readonly { readonly path: string; readonly message: string }[];
}

const cases = casesOf<readonly Case[]>('parse');

const findingsOf = (text: string) => {
  try {
    parsePolicy(text, 'bucket logs');
    return [];
  } catch (error) {
    if (error instanceof MalformedPolicyError) return error.findings;
    throw error;
  }
};

describe('parsePolicy', () => {
  it.each(cases.filter(({ findings }) => findings === undefined))(
    'parses the policy in the case "$name"',
    ({ text, statements }) => {
      const document = parsePolicy(text, 'bucket logs');
      expect(document.Statement).toHaveLength(statements ?? 0);
      expect(document).toEqual({ ...JSON.parse(text), Statement: [JSON.parse(text).Statement].flat() });
    },
  );

  it.each(cases.filter(({ findings }) => findings !== undefined))(
    'reports every finding of the malformed policy "$name"',
    ({ text, findings = [] }) => {
      const actual = findingsOf(text);
      expect(actual).toEqual(
        findings.map(({ path, message }) => ({ path, message: expect.stringContaining(message) })),
      );
    },
  );

  it('names the resource whose policy is malformed', () => {
    expect(() => parsePolicy('[]', 'bucket logs')).toThrow('The policy of bucket logs cannot be understood');
  });

  it('parses the text that it wrote', () => {
    expect(parsePolicy(serializePolicy(createPolicy()), 'new')).toEqual(createPolicy());
  });
});
