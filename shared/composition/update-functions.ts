import * as z from 'zod';
import type { Services } from '../reconcile/services.ts';

const namesSchema = z.record(z.string(), z.string().min(1));

/**
 * Parses the environment variable that lists the deployed update functions.
 * @param text JSON: name of a central account → name of its update function. Default: none
 */
export function parseUpdateFunctions(text = '{}'): Services['findUpdateFunction'] {
  const names = new Map(Object.entries(namesSchema.parse(JSON.parse(text))));
  return (centralAccount) => names.get(centralAccount);
}
