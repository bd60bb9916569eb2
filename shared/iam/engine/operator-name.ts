import { memoizeByString } from '../../platform/memoize.ts';

/** The parts of an operator's name. */
export interface OperatorName {
  /** In lower case, without prefix and suffix. */
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
