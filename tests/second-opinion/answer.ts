/** What is known about one question. */
export type Answer = 'yes' | 'no' | 'unknown';

/** All must be so. */
export function every(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

/** One is enough. */
export function some(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

export function not(answer: Answer): Answer {
  if (answer === 'unknown') return 'unknown';
  return answer === 'yes' ? 'no' : 'yes';
}

export const whether = (fact: boolean): Answer => (fact ? 'yes' : 'no');
