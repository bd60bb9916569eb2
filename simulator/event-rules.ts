import { readFileSync } from 'node:fs';
import type { SimulatedWorld } from './world.ts';

/** Deploys the named rules of `infrastructure/rules.yml`, enabled. */
export function deployEventRules({ eventRules }: SimulatedWorld, installation: string): void {
  const text = readFileSync(new URL('../infrastructure/rules.yml', import.meta.url), 'utf8');
  for (const [, name] of text.matchAll(/Name: \$\{self:custom\.name\}(-hub-[\w-]+)$/gm))
    eventRules.set(`${installation}${name}`, 'ENABLED');
}
