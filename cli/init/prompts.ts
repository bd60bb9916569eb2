import { Readable, Writable } from 'node:stream';
import { autocomplete, autocompleteMultiselect, isCancel, multiselect, text } from '@clack/prompts';
import type { Session } from '../command.ts';
import { canAsk } from '../confirm.ts';
import { InterruptedError } from '../usage-error.ts';

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

/** Questions on a terminal. Each throws InterruptedError at Ctrl-C. */
export interface Prompts {
  askText(
    question: string,
    suggested: string,
    findMistake: (answer: string) => string | undefined,
  ): Promise<string>;
  chooseOne(question: string, choices: readonly Choice[]): Promise<string>;
  /** Lets the operator choose from a list that may be long: typing shortens the list. At least one must be chosen. */
  chooseSome(question: string, choices: readonly Choice[]): Promise<readonly string[]>;
  /** @param suggested values that are chosen at the start */
  chooseAny(
    question: string,
    choices: readonly Choice[],
    suggested: readonly string[],
  ): Promise<readonly string[]>;
}

/** `undefined` if nobody can answer: there is no terminal, or `--json` was given. */
export function createPrompts(session: Session): Prompts | undefined {
  const { stdin: input, stdout: output } = session.io;
  if (!canAsk(session) || !(input instanceof Readable) || !(output instanceof Writable)) return undefined;
  const streams = { input, output };
  return {
    askText: async (message, initialValue, findMistake) =>
      answered(
        await text({ ...streams, message, initialValue, validate: (answer = '') => findMistake(answer) }),
      ),
    chooseOne: async (message, choices) =>
      answered(await autocomplete<string>({ ...streams, message, options: [...choices], maxItems })),
    chooseSome: async (message, choices) =>
      answered(
        await autocompleteMultiselect<string>({
          ...streams,
          message,
          options: [...choices],
          maxItems,
          required: true,
        }),
      ),
    chooseAny: async (message, choices, initialValues) =>
      answered(
        await multiselect<string>({
          ...streams,
          message,
          options: [...choices],
          initialValues,
          maxItems,
          required: false,
        }),
      ),
  };
}

const maxItems = 12;

function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new InterruptedError('Interrupted. Nothing was written');
  return answer as Exclude<T, symbol>;
}
