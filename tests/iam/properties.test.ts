import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findAccountIds } from '../../shared/iam/accounts.ts';
import type { PolicyKind } from '../../shared/iam/applied-policy.ts';
import { diffPolicies } from '../../shared/iam/difference.ts';
import {
  type PolicyDocument,
  parsePolicy,
  type Statement,
  serializePolicy,
} from '../../shared/iam/document.ts';
import { isSamePolicy } from '../../shared/iam/equality.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import {
  createManagedSid,
  installationOf,
  listManagedStatements,
  replaceManagedStatements,
} from '../../shared/iam/managed-statements.ts';
import { normalizePolicy } from '../../shared/iam/normalize.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import { measurePolicy } from '../../shared/iam/size.ts';
import * as any from '../fixtures/iam/arbitraries.ts';
import { choices, respelled } from '../fixtures/iam/respelling.ts';

fc.configureGlobal({ seed: 20_260_101, numRuns: 500 });

const document = any.documentOf(any.foreignStatement);
const installationId = 'prod';
const where = 'bucket logs';

/** What one run may want: a few statements of ours, each Sid once. */
const wanted: fc.Arbitrary<readonly Statement[]> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('read', 'write', 'list', 'use'), any.statement), {
    selector: ([part]) => part,
  })
  .map((list) =>
    list.map(([part, statement]) => ({
      ...statement,
      Sid: createManagedSid({ installationId, grant: 'logs', part }),
    })),
  );

const sidsOf = (statements: readonly Statement[]) => statements.map(({ Sid = '' }) => Sid);

const isForeign = ({ Sid }: Statement) => installationOf(Sid) !== installationId;

const anyKind = fc.constantFrom<PolicyKind>('identity', 'bucket', 'trust', 'rcp');

describe('owned statements', () => {
  it('writes the desired statements, and changes nothing when they are replaced again', () => {
    fc.assert(
      fc.property(document, wanted, (before, statements) => {
        const once = replaceManagedStatements({
          document: before,
          where,
          installationId,
          wanted: statements,
          remembered: [],
        });
        const remembered = sidsOf(statements);
        const twice = replaceManagedStatements({
          document: once,
          where,
          installationId,
          wanted: statements,
          remembered,
        });
        expect(diffPolicies(once, twice)).toEqual([]);
        expect(twice).toEqual(once);
        expect(listManagedStatements(once, installationId)).toEqual(statements);
      }),
    );
  });

  it('keeps unmanaged statements as they were when managed statements are added and removed', () => {
    fc.assert(
      fc.property(document, fc.array(wanted, { maxLength: 6 }), (before, runs) => {
        let current: PolicyDocument | undefined = before;
        let remembered: readonly string[] = [];
        for (const statements of [...runs, []]) {
          current = replaceManagedStatements({
            document: current,
            where,
            installationId,
            wanted: statements,
            remembered,
          });
          remembered = sidsOf(statements);
          const foreign: readonly Statement[] = (current?.Statement ?? []).filter(isForeign);
          expect(foreign).toHaveLength(before.Statement.length);
          expect(foreign.every((statement, index) => statement === before.Statement[index])).toBe(true);
        }
        expect(current ?? []).toEqual(before.Statement.length === 0 ? [] : before);
      }),
    );
  });

  it('never counts a Sid of another installation as managed, even with a similar id', () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}$/);
    fc.assert(
      fc.property(id, name, name, (installation, grant, part) => {
        expect(installationOf(createManagedSid({ installationId: installation, grant, part }))).toBe(
          installation,
        );
      }),
    );
  });
});

describe('meaning', () => {
  it('returns the same document when it is normalized a second time', () => {
    fc.assert(
      fc.property(document, (given) => {
        const once = normalizePolicy(given);
        expect(JSON.stringify(normalizePolicy(once))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('returns the same normal form for any order and spelling of a document', () => {
    fc.assert(
      fc.property(document, choices, (given, pick) => {
        const other = respelled(given, pick);
        expect(isSamePolicy(given, other)).toBe(true);
        expect(diffPolicies(given, other)).toEqual([]);
      }),
    );
  });

  it('finds two policies different exactly when the printed difference has a line', () => {
    const similar = fc.tuple(document, document, fc.nat(4)).map(([a, b, count]) => {
      const Statement = [...a.Statement.slice(0, count), ...b.Statement.slice(0, 1)];
      return [a, { ...a, Statement }] as const;
    });
    fc.assert(
      fc.property(fc.oneof(similar, fc.tuple(document, document)), ([a, b]) => {
        const differences = diffPolicies(a, b);
        expect(differences.length === 0).toBe(isSamePolicy(a, b));
        for (const { lines } of differences) expect(lines.some(({ sign }) => sign !== ' ')).toBe(true);
      }),
    );
  });

  it('returns the same document after writing and parsing it, and the size of its text', () => {
    fc.assert(
      fc.property(document, (given) => {
        const text = serializePolicy(given);
        expect(parsePolicy(text, where)).toEqual(given);
        expect(measurePolicy(given, 'bytes')).toBe(Buffer.byteLength(text));
        expect(measurePolicy(given, 'characters')).toBe(text.length);
      }),
    );
  });

  it('decides every request alike for a document, its normal form and other spellings of it', () => {
    fc.assert(
      fc.property(document, any.anyRequest, choices, anyKind, (given, request, pick, kind) => {
        const { decision } = evaluatePolicy(given, request, kind);
        expect(evaluatePolicy(normalizePolicy(given), request, kind).decision).toBe(decision);
        expect(evaluatePolicy(respelled(given, pick), request, kind).decision).toBe(decision);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('accounts', () => {
  it('finds every account that a statement names', () => {
    fc.assert(
      fc.property(any.statement, (statement) => {
        const written = JSON.stringify(statement).match(/\b\d{12}\b/g) ?? [];
        expect(findAccountIds(statement)).toEqual(new Set(written));
      }),
    );
  });

  it('never admits an outside account when a statement counts as safe', () => {
    const allowed = { accountIds: new Set(any.insideIds), organizationId: any.organizationId };
    const isSafe = (each: Statement) => findExposures([each], allowed).length === 0;
    const named = any.statement.filter((each) => each.Effect === 'Allow' && each.Principal !== undefined);
    const safe = fc.oneof(named, any.wideStatement).filter(isSafe);
    fc.assert(
      fc.property(safe, any.outsidersRequest, (statement, request) => {
        const policy = { Version: '2012-10-17', Statement: [statement] };
        const kind = statement.Resource === undefined ? 'repository' : 'bucket';
        expect(evaluatePolicy(policy, request, kind).decision).toBe('none');
      }),
      { numRuns: 3000 },
    );
  });
});
