import { accountIdPattern } from '../shared/platform/account.ts';
import { UsageError } from './usage-error.ts';

const operatorPattern = /^arn:[\w-]+:iam::\d{12}:(role|user)\/([\w+=,.@-]+\/)*[\w+=,.@-]+$/;

/** @throws UsageError if one is not the ARN of a role or user */
export function requireOperators(operators: readonly string[]): void {
  const wrong = operators.find((arn) => !operatorPattern.test(arn));
  if (wrong !== undefined)
    throw new UsageError(
      `--operator ${wrong}: must be the ARN of a role or user, such as ` +
        'arn:aws:iam::111122223333:role/operators/OnboardingOperator',
    );
}

/** @throws UsageError */
export function requireAccountId(option: string, id: string): void {
  if (!accountIdPattern.test(id)) throw new UsageError(`${option} ${id}: must be an account id of 12 digits`);
}
