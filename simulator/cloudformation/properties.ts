import * as z from 'zod';

/** Schemas for properties that several IAM resources of a template have. */
export const documentSchema = z.record(z.string(), z.unknown()).transform((policy) => JSON.stringify(policy));
export const tagsSchema = z.array(z.object({ Key: z.string(), Value: z.string() })).default([]);
export const namesSchema = z.array(z.string()).default([]);
export const pathSchema = z.string().default('/');
