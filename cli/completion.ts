import type { Command, Option } from 'commander';

/** What completion needs to know about a command: its options, and the words that it accepts as argument. */
interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly words: readonly string[];
}

interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  /** What must follow the option. */
  readonly value: 'none' | 'text' | 'file' | readonly string[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** The completion script of a shell, for the loaded commands of a program. */
export function createCompletionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map(toCompleted);
  const create = { bash: createBashScript, zsh: createZshScript, fish: createFishScript }[shell];
  return `${create(commands).join('\n')}\n`;
}

const toCompleted = (command: Command): CompletedCommand => ({
  name: command.name(),
  description: command.description(),
  options: command.createHelp().visibleOptions(command).map(toOption),
  words: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
});

const toOption = (option: Option): CompletedOption => ({
  flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
  description: option.description,
  value: getValue(option),
});

function getValue({ required, optional, flags, argChoices }: Option): CompletedOption['value'] {
  if (argChoices !== undefined) return argChoices;
  if (!required && !optional) return 'none';
  return /<(file|folder)>/.test(flags) ? 'file' : 'text';
}

const header = (shell: Shell): string => `# Completes commands and options of onboarding in ${shell}.`;

const createBashScript = (commands: readonly CompletedCommand[]): readonly string[] => [
  header('bash'),
  '_onboarding() {',
  '  local word="${COMP_WORDS[COMP_CWORD]}" words=""',
  '  COMPREPLY=()',
  '  if [ "$COMP_CWORD" -eq 1 ]; then',
  `    words="${commands.map(({ name }) => name).join(' ')}"`,
  '  else',
  '    case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}" in',
  ...commands.flatMap(bashValues),
  '      *)',
  '        case "${COMP_WORDS[1]}" in',
  ...commands.map(
    ({ name, options, words }) =>
      `          ${name}) words="${[...words, ...options.flatMap(({ flags }) => flags)].join(' ')}" ;;`,
  ),
  '        esac ;;',
  '    esac',
  '  fi',
  '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
  '}',
  'complete -o default -F _onboarding onboarding',
];

const bashValues = ({ name, options }: CompletedCommand): readonly string[] =>
  options.flatMap(({ flags, value }) => {
    if (value === 'none') return [];
    const pattern = flags.map((flag) => `"${name} ${flag}"`).join('|');
    if (value === 'text' || value === 'file') return [`      ${pattern}) return 0 ;;`];
    return [`      ${pattern}) words="${value.join(' ')}" ;;`];
  });

const createZshScript = (commands: readonly CompletedCommand[]): readonly string[] => [
  '#compdef onboarding',
  header('zsh'),
  '_onboarding() {',
  '  if (( CURRENT == 2 )); then',
  '    local -a commands=(',
  ...commands.map(({ name, description }) => `      ${quote(`${name}:${description}`)}`),
  '    )',
  '    _describe command commands',
  '    return',
  '  fi',
  '  local command="${words[2]}"',
  '  shift words',
  '  (( CURRENT -= 1 ))',
  '  case "$command" in',
  ...commands.map(({ name, options, words }) => {
    const given = words.length === 0 ? [] : [`1:word:(${words.join(' ')})`];
    return `    ${name}) _arguments ${[...given, ...options.flatMap(zshOptions)].map(quote).join(' ')} ;;`;
  }),
  '  esac',
  '}',
  'if [ "${funcstack[1]}" = _onboarding ]; then _onboarding "$@"; else compdef _onboarding onboarding; fi',
];

function zshOptions({ flags, description, value }: CompletedOption): readonly string[] {
  const text = description.replace(/[[\]\\:]/g, '\\$&');
  const values = typeof value === 'string' ? zshValues[value] : `:value:(${value.join(' ')})`;
  return flags.map((flag) => `*${flag}[${text}]${values}`);
}

const zshValues = { none: '', text: ':value: ', file: ':file:_files' } as const;

const createFishScript = (commands: readonly CompletedCommand[]): readonly string[] => [
  header('fish'),
  'complete -c onboarding -f',
  ...commands.flatMap(({ name, description, options, words }) => {
    const within = `complete -c onboarding -n ${quote(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c onboarding -n __fish_use_subcommand -a ${name} -d ${fishQuote(description)}`,
      ...(words.length === 0 ? [] : [`${within} -a ${quote(words.join(' '))}`]),
      ...options.map((option) => `${within} ${fishOption(option)}`),
    ];
  }),
];

function fishOption({ flags, description, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values = typeof value === 'string' ? fishValues[value] : ` -x -a ${quote(value.join(' '))}`;
  return `${names.join(' ')} -d ${fishQuote(description)}${values}`;
}

const fishValues = { none: '', text: ' -x', file: ' -r -F' } as const;

/** Quotes a text for bash and zsh. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const fishQuote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
