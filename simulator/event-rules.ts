import { readFileSync } from 'node:fs';
import packageFile from '../package.json' with { type: 'json' };
import { renderSpokeTemplate, templateTag } from '../shared/cloudformation/template.ts';
import { installationName } from '../shared/configuration/installation-names.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { getSpokeRole } from '../shared/platform/central-accounts.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * Adds parts of the hub that are no rules: the version tag of its state machine, an organization trail that logs, and the tags
 * of the central roles, which say from which template they are.
 */
export function deployHub(
  { settings, stateMachineTags, trails, roles }: SimulatedWorld,
  configuration: Configuration,
): void {
  const { partition, homeRegion, hubAccountId } = settings;
  const name = installationName(configuration);
  const arn = `arn:${partition}:states:${homeRegion}:${hubAccountId}:stateMachine:${name}`;
  stateMachineTags.set(arn, { 'account-onboarding:version': packageFile.version });
  trails.set('organization', { isLogging: true });
  const hub = { accountId: hubAccountId, region: homeRegion };
  for (const { id: accountId } of Object.values(configuration.centralAccounts)) {
    const role = `arn:${partition}:iam::${accountId}:role/${getSpokeRole(configuration, accountId)}`;
    const { digest } = renderSpokeTemplate({ configuration, accountId, hub });
    Object.assign(roles.get(role)?.tags ?? {}, { [templateTag]: digest });
  }
}

/** Deploys the named rules of `infrastructure/rules.yml`, enabled. */
export function deployEventRules({ eventRules }: SimulatedWorld, installation: string): void {
  const text = readFileSync(new URL('../infrastructure/rules.yml', import.meta.url), 'utf8');
  for (const [, name] of text.matchAll(/Name: \$\{self:custom\.name\}(-hub-[\w-]+)$/gm))
    eventRules.set(`${installation}${name}`, 'ENABLED');
}
