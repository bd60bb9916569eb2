import * as z from 'zod';
import { accountIdPattern } from '../platform/account.ts';
/** An account id in an input or event. It must be a string: as a number it would lose leading zeros. */
export const accountIdSchema = z
  .string({ error: 'must be an account id: a string of 12 digits, in quotes' })
  .regex(accountIdPattern, { error: 'must be an account id: exactly 12 digits' });

/** The id of a root or OU (Organizations API reference, data types Root and OrganizationalUnit). */
export const parentIdPattern = /^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/;
