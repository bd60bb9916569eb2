import * as z from 'zod';
import type { Services } from '../reconcile/services.ts';

const namesSchema = z.record(z.string(), z.string().min(1));

/**
 * Reads the environment variable that the deployment gives to plan-changes.
 * @param text JSON: central account name → name of its update function. Default: no functions
 */
export function parseUpdateFunctions(text = '{}'): Services['findUpdateFunction'] {
  const names = new Map(Object.entries(namesSchema.parse(JSON.parse(text))));
  return (centralAccount) => names.get(centralAccount);
}
