import { readFileSync } from 'node:fs';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { metricUnits } from '../../shared/platform/metrics.ts';
import type { FixedParts } from './page.ts';

const read = (file: string): string =>
  readFileSync(new URL(`../../infrastructure/${file}`, import.meta.url), 'utf8');

/** The alarms and metrics of a hub with every rule, and with grants of every kind. */
export function countFixedParts(): FixedParts {
  const alarms = read('alarms.yml').match(/Type: AWS::CloudWatch::Alarm/g) ?? [];
  const rules = read('rules.yml').match(/Type: AWS::Events::Rule$/gm) ?? [];
  // Two metrics come from filters of the logs; one is counted for each kind, too.
  const metrics = Object.keys(metricUnits).length + 2 + grantKinds.length;
  return { alarms: alarms.length + rules.length, metrics };
}
