import * as z from 'zod';
import { accountIdPattern } from '../../platform/account.ts';

/**
 * Schemas for fields of items. They check more than the type. For example, an invalid time would make every comparison
 * false: a grace period would end at once, or a lease would never end.
 */

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

const isTime = (text: string): boolean => timePattern.test(text) && !Number.isNaN(Date.parse(text));

/** A time in UTC as `getTimestamp` writes it (ISO 8601). */
export const timeSchema = z.string().refine(isTime, 'expected a time such as 2026-03-01T10:00:00.000Z');

/** The last time that JavaScript's `Date` can hold, in milliseconds since the epoch. */
const lastMoment = 8.64e15;

/** A time in milliseconds since the epoch. */
export const momentSchema = z.number().min(0).max(lastMoment);

export const countSchema = z.int().nonnegative();

/** A revision or version number. The first is 1. */
export const ordinalSchema = z.int().positive();

export const accountIdSchema = z.string().regex(accountIdPattern, 'expected an account id of 12 digits');

/** The id of an activation, as `getActivationId` writes it: a SHA-256 in hexadecimal, and a time. */
export const activationIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}@\d{4}-[\dT:.-]+Z$/, 'expected a SHA-256 in hexadecimal, and a time');
