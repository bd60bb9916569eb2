import type { Conditions } from './document.ts';
import { createRequirements, meetsAll } from './engine/conditions.ts';
import { toContextEntries } from './engine/context-entry.ts';
import type { Verdict } from './engine/verdict.ts';
import type { ContextValues } from './request.ts';

/** Whether the given keys satisfy the conditions. All other keys count as absent, and `${…}` is no variable here. */
export function judgeConditions(conditions: Conditions, context: ContextValues): Verdict {
  const entries = toContextEntries(context);
  return meetsAll(createRequirements(conditions, false), { get: (key) => entries.get(key) ?? 'absent' });
}
