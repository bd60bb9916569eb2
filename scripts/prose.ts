/**
 * Measures the English of the documentation and of the messages: the length of sentences, the length of pages, and words
 * that docs/glossary.md replaces. Exits with 1 if a limit is exceeded.
 *
 * `--list` prints every sentence that is longer than the limit of the 95th percentile.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readMessageSentences } from './prose/messages.ts';
import { readMarkdownSentences, type Sentence } from './prose/sentences.ts';

const maxMedian = 16;
const maxPercentile95 = 28;
const maxPageWords = 1500;

/** Words with a plainer or an American form. Texts that AWS returns are in tests and in the simulator only. */
const replacedWords =
  /\b(?:whom|whoever|newcomers?|in force|set aside|left out|others'|organis\w+|normalis\w+|serialis\w+|behaviour\w*)(?!\w)/i;

const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } });

const listFiles = (...patterns: readonly string[]): readonly string[] =>
  execFileSync('git', ['ls-files', '--', ...patterns], { encoding: 'utf8' })
    .trim()
    .split('\n');

const read = (file: string): string => readFileSync(file, 'utf8');

function measure(name: string, sentences: readonly Sentence[]): readonly string[] {
  const lengths = sentences.map(({ words }) => words).sort((a, b) => a - b);
  const at = (fraction: number): number => lengths[Math.floor((lengths.length - 1) * fraction)] ?? 0;
  const [median, percentile95] = [at(0.5), at(0.95)];
  console.log(
    `${name}: ${sentences.length} sentences, median ${median} words, 95th percentile ${percentile95} words`,
  );
  if (values.list)
    for (const { file, text, words } of sentences)
      if (words > maxPercentile95) console.log(`  ${words}  ${file}: ${text}`);
  return [
    ...(median > maxMedian ? [`${name}: the median sentence has ${median} words; at most ${maxMedian}`] : []),
    ...(percentile95 > maxPercentile95
      ? [`${name}: 5 % of the sentences have more than ${percentile95 - 1} words; at most ${maxPercentile95}`]
      : []),
  ];
}

const findLongPages = (files: readonly string[]): readonly string[] =>
  files
    .map((file) => ({ file, words: read(file).split(/\s+/).length }))
    .filter(({ words }) => words > maxPageWords)
    .map(({ file, words }) => `${file} has ${words} words; at most ${maxPageWords}`);

const findReplacedWords = (files: readonly string[]): readonly string[] =>
  files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => {
        const word = replacedWords.exec(line)?.[0];
        return word === undefined ? [] : [`${file}:${index + 1} says "${word}"; see docs/glossary.md`];
      }),
  );

const pages = listFiles('docs/*.md', 'README.md');
const sources = listFiles('shared/*.ts', 'cli/*.ts', 'functions/*.ts');
const findings = [
  ...measure(
    'Documentation',
    pages.flatMap((file) => readMarkdownSentences(file, read(file))),
  ),
  ...measure(
    'Messages',
    sources.flatMap((file) => readMessageSentences(file, read(file))),
  ),
  ...findLongPages(pages),
  ...findReplacedWords([...pages, ...sources, ...listFiles('simulator/*.ts')]),
];
for (const finding of findings) console.error(finding);
process.exitCode = findings.length === 0 ? 0 : 1;
