import { readFileSync } from 'node:fs';
import packageFile from '../package.json' with { type: 'json' };
import type { SimulatedWorld } from './world.ts';

/**
 * Adds parts of the hub that are no rules: the version tag of its state machine, and an organization trail that logs.
 */
export function deployHub(
  { settings, stateMachineTags, trails }: SimulatedWorld,
  installation: string,
): void {
  const { partition, homeRegion, hubAccountId } = settings;
  const arn = `arn:${partition}:states:${homeRegion}:${hubAccountId}:stateMachine:${installation}`;
  stateMachineTags.set(arn, { 'account-onboarding:version': packageFile.version });
  trails.set('organization', { isLogging: true });
}

/** Deploys the named rules of `infrastructure/rules.yml`, enabled. */
export function deployEventRules({ eventRules }: SimulatedWorld, installation: string): void {
  const text = readFileSync(new URL('../infrastructure/rules.yml', import.meta.url), 'utf8');
  for (const [, name] of text.matchAll(/Name: \$\{self:custom\.name\}(-hub-[\w-]+)$/gm))
    eventRules.set(`${installation}${name}`, 'ENABLED');
}
