import { describe, expect, it } from '@jest/globals';
import { parseOperatorName } from '../../../shared/iam/engine/operator-name.ts';

describe('parseOperatorName', () => {
  it.each([
    ['StringEquals', 'stringequals', undefined, false],
    ['StringEqualsIfExists', 'stringequals', undefined, true],
    ['ForAllValues:StringLike', 'stringlike', 'all', false],
    ['FORANYVALUE:ArnLikeIFEXISTS', 'arnlike', 'any', true],
    ['ForSomeValues:StringLike', 'forsomevalues:stringlike', undefined, false],
    ['xForAllValues:StringLike', 'xforallvalues:stringlike', undefined, false],
    ['IfExistsString', 'ifexistsstring', undefined, false],
    ['', '', undefined, false],
  ])('parses the operator name %p', (name, base, quantifier, ifExists) => {
    expect(parseOperatorName(name)).toEqual({ base, quantifier, ifExists });
  });
});
