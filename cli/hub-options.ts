import { getDefaultHubRegion } from '../shared/configuration/hub-options.ts';
import { describeRegionMistake } from '../shared/configuration/regions.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { accountIdPattern } from '../shared/platform/account.ts';
import { UsageError } from './usage-error.ts';

const operatorPattern = /^arn:[\w-]+:iam::\d{12}:(role|user)\/([\w+=,.@-]+\/)*[\w+=,.@-]+$/;

/** @throws UsageError if a value is not the ARN of a role or user */
export function requireOperators(operators: readonly string[]): void {
  const wrong = operators.find((arn) => !operatorPattern.test(arn));
  if (wrong !== undefined)
    throw new UsageError(
      `--operator ${wrong}: must be the ARN of a role or user, such as ` +
        'arn:aws:iam::111122223333:role/operators/OnboardingOperator',
    );
}

/** @throws UsageError if the value is not an account id */
export function requireAccountId(option: string, id: string): void {
  if (!accountIdPattern.test(id)) throw new UsageError(`${option} ${id}: must be an account id of 12 digits`);
}

/** @throws UsageError if the value is not a region of the configuration's partition */
export function requireRegion(option: string, region: string, configuration: Configuration): void {
  const mistake = describeRegionMistake(region, configuration);
  if (mistake !== undefined) throw new UsageError(`${option} ${region}: ${mistake}`);
}

/**
 * The region of the hub: of the option, or else the region of Organizations.
 * @throws UsageError if it is not a region of the configuration's partition
 */
export function getHubRegion(configuration: Configuration, given: string | undefined): string {
  if (given === undefined) return getDefaultHubRegion(configuration);
  requireRegion('--hub-region', given, configuration);
  return given;
}
