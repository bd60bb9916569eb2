import * as z from 'zod';
import { accountIdPattern } from '../../platform/account.ts';

/**
 * The valid values of an item's fields. A value of the right type can still be no valid time or count. Each comparison
 * with an unreadable time is false. So it would end a grace period at once, or never end a lease.
 */

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

const isTime = (text: string): boolean => timePattern.test(text) && !Number.isNaN(Date.parse(text));

/** ISO 8601 in UTC, in the form of `timestamp`. */
export const timeSchema = z.string().refine(isTime, 'expected a time such as 2026-03-01T10:00:00.000Z');

/** The bounds of JavaScript's own `Date`. */
const lastMoment = 8.64e15;

/** Milliseconds since the epoch. */
export const momentSchema = z.number().min(0).max(lastMoment);

export const countSchema = z.int().nonnegative();

/** Revision of an item or of the registry. The first is 1. */
export const ordinalSchema = z.int().positive();

export const accountIdSchema = z.string().regex(accountIdPattern, 'expected an account id of 12 digits');

/** As `getActivationId`: a SHA-256 in hexadecimal, and a time. */
export const activationIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}@\d{4}-[\dT:.-]+Z$/, 'expected a SHA-256 in hexadecimal, and a time');
