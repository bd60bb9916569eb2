import { authorize } from '../../shared/iam/authorize.ts';
import { type EngineCase, toAuthorizationInput } from '../fixtures/iam/engine-cases.ts';
import { type Judgement, judge } from './judge.ts';
import type { Case } from './shapes.ts';

/** What both say of one case. */
export interface Answers {
  readonly engine: Judgement;
  readonly secondOpinion: Judgement;
}

export const askBoth = (drawn: Case): Answers => ({ engine: askEngine(drawn), secondOpinion: judge(drawn) });

export const agree = ({ engine, secondOpinion }: Answers): boolean =>
  engine.outcome === secondOpinion.outcome && engine.explicit === secondOpinion.explicit;

/** The case as the engine's cases are written: in JSON. */
function askEngine(drawn: Case): Judgement {
  const input: EngineCase['input'] = JSON.parse(JSON.stringify(drawn));
  const { outcome, explicit } = authorize(toAuthorizationInput({ input }));
  return { outcome, explicit };
}
