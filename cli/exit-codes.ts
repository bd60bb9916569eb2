import { OnboardingError } from '../shared/platform/errors.ts';
import { isAwsError } from './aws-errors.ts';

/** The meaning of the exit codes, equal for every command. From 64 on as in `sysexits.h`. */
export const exitCodes = {
  succeeded: 0,
  failed: 1,
  /** A command that compares has found a difference. */
  changesPending: 2,
  usage: 64,
  malformedInput: 65,
  unavailable: 69,
  unexpected: 70,
  /** `EX_TEMPFAIL`: the same command may succeed later. */
  timeout: 75,
  configuration: 78,
  /** 128 plus the number of SIGINT, as shells do. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeTable: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCodes.succeeded, 'success; also if there was nothing to do'],
  [exitCodes.failed, 'a run, a prerequisite or a comparison failed, or an access is denied or pending'],
  [
    exitCodes.changesPending,
    'changes are pending, a resource has drifted, a run waits for approval, or access is unproven',
  ],
  [exitCodes.usage, 'a command, an option or a file does not exist'],
  [
    exitCodes.malformedInput,
    'the event, input, plan file, approval, account or content is invalid or out of date',
  ],
  [exitCodes.unavailable, 'AWS was not reached, refused the credentials or denied the access'],
  [exitCodes.unexpected, 'unexpected error: please report it'],
  [exitCodes.timeout, '`wait`: the time is over, and the account is not ready'],
  [exitCodes.configuration, 'the configuration or a setting is invalid, missing, or not the active one'],
  [
    exitCodes.interrupted,
    'interrupted by Ctrl-C. `apply` and `publish` finish writes in progress, and print and record what was not written',
  ],
];

const byErrorName: Readonly<Record<string, ExitCode>> = {
  InterruptedError: exitCodes.interrupted,
  UsageError: exitCodes.usage,
  MalformedEventError: exitCodes.malformedInput,
  MalformedPlanError: exitCodes.malformedInput,
  StalePlanError: exitCodes.malformedInput,
  InvalidContentError: exitCodes.malformedInput,
  AccountNotMemberError: exitCodes.malformedInput,
  ApprovalClosedError: exitCodes.malformedInput,
  ConfigurationError: exitCodes.configuration,
  ConfigurationMismatchError: exitCodes.configuration,
  RegistryNotReadyError: exitCodes.configuration,
  SettingMissingError: exitCodes.configuration,
  ResourceMissingError: exitCodes.configuration,
  AccessDeniedError: exitCodes.unavailable,
  ServiceUnavailableError: exitCodes.unavailable,
  ThrottledError: exitCodes.unavailable,
  ConcurrentUpdateError: exitCodes.unavailable,
};

/** The exit code for an error that stopped the command. A run that failed is no such error. */
export function getExitCode(error: unknown): ExitCode {
  if (error instanceof OnboardingError) return byErrorName[error.name] ?? exitCodes.failed;
  return isAwsError(error) ? exitCodes.unavailable : exitCodes.unexpected;
}
