import type {
  GetRandomPasswordCommandInput,
  GetRandomPasswordCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import { makeRandomText } from '../world.ts';

/** Source: Secrets Manager API reference, "GetRandomPassword". */
export const randomPassword: ServiceOperations = {
  GetRandomPassword: defineOperation<GetRandomPasswordCommandInput, GetRandomPasswordCommandOutput>(
    (call) => {
      const { world, caller, region, input } = call;
      const resource = '*';
      const attempt = { resource, resourceAccount: caller.accountId, region };
      const denial = findDenial(world, caller, { action: 'secretsmanager:GetRandomPassword', ...attempt });
      if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
      const { PasswordLength = 32, RequireEachIncludedType = true } = input;
      const types = characterTypes(input);
      if (types.length === 0 || PasswordLength < (RequireEachIncludedType ? types.length : 1))
        throw createAwsError(
          'InvalidParameterException',
          'The password length is too short, or nothing is left in it.',
        );
      const required = RequireEachIncludedType ? types.map((type) => makeRandomText(world, 1, type)) : [];
      const rest = makeRandomText(world, PasswordLength - required.length, types.join(''));
      return { RandomPassword: `${required.join('')}${rest}` };
    },
  ),
};

/** The characters of each included type, without characters that are excluded one by one. */
function characterTypes(input: GetRandomPasswordCommandInput): readonly string[] {
  const types = [
    input.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    input.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    input.ExcludeNumbers ? '' : '0123456789',
    input.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    input.IncludeSpace ? ' ' : '',
  ];
  return types
    .map((type) => [...type].filter((each) => !input.ExcludeCharacters?.includes(each)).join(''))
    .filter((type) => type !== '');
}
