/**
 * The candidate that is most similar to the wanted text: it needs the fewest changes of letters. A `*` in the wanted
 * text matches for free. Another case costs less than another letter.
 * @param furthest how many changes are allowed. Default: any number
 */
export function findNearest(
  wanted: string,
  candidates: Iterable<string>,
  furthest = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: { readonly candidate: string; readonly changes: number } | undefined;
  for (const candidate of candidates) {
    const changes = measureDistance(wanted, candidate);
    if (changes <= furthest && (best === undefined || changes < best.changes)) best = { candidate, changes };
  }
  return best?.candidate;
}

/** For a choice among a few words: returns a word only if the wanted text is a misspelled or shortened form of it. */
export function findNearestWord(wanted: string, words: readonly string[]): string | undefined {
  if (wanted.length > longestWord) return undefined;
  const furthest = Math.min(wanted.length - 1, Math.max(2, Math.floor(wanted.length / 3)));
  return findNearest(wanted, words, furthest) ?? findNearest(wanted, words.filter(isShortenedTo(wanted)));
}

/** Whether the text is a word with some of its letters left away. */
const isShortenedTo =
  (text: string) =>
  (word: string): boolean => {
    let at = 0;
    for (const letter of word) if (letter === text[at]) at += 1;
    return text.length > 2 && at === text.length;
  };

const longestWord = 100;

/** Levenshtein's distance, computed row by row. A letter that the wanted text lacks costs less than other changes. */
export function measureDistance(wanted: string, candidate: string): number {
  let row = Array.from({ length: candidate.length + 1 }, (_, index) => index * costOfMissing);
  for (const letter of wanted) row = letter === '*' ? afterStar(row) : afterLetter(row, letter, candidate);
  return row.at(-1) ?? 0;
}

function afterLetter(before: readonly number[], letter: string, candidate: string): number[] {
  const row = [(before[0] ?? 0) + 1];
  for (let at = 1; at < before.length; at += 1)
    row.push(
      Math.min(
        (before[at] ?? 0) + 1,
        (row[at - 1] ?? 0) + costOfMissing,
        (before[at - 1] ?? 0) + costOf(letter, candidate[at - 1] ?? ''),
      ),
    );
  return row;
}

/** The lowest cost so far, because a `*` matches any number of letters for free. */
function afterStar(before: readonly number[]): number[] {
  let least = Number.POSITIVE_INFINITY;
  return before.map((changes) => {
    least = Math.min(least, changes);
    return least;
  });
}

/** The cost of a letter that the wanted text lacks. It is low, because people often shorten names. */
const costOfMissing = 0.3;

const costOf = (one: string, other: string): number => {
  if (one === other) return 0;
  return one.toLowerCase() === other.toLowerCase() ? 0.1 : 1;
};
