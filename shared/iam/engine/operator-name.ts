import { memoizeByString } from '../../platform/memoize.ts';

/** The name of a condition operator, split into its parts. */
export interface OperatorName {
  /** The name in lower case, without the set operator (`ForAllValues:`) and without `IfExists`. */
  readonly base: string;
  readonly quantifier: 'all' | 'any' | undefined;
  readonly ifExists: boolean;
}

export const parseOperatorName = memoizeByString(100, (name): OperatorName => {
  const [, quantifier, base = '', ifExists] =
    /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
  return {
    base,
    quantifier: quantifier === 'forallvalues' ? 'all' : quantifier === 'foranyvalue' ? 'any' : undefined,
    ifExists: ifExists !== undefined,
  };
});
