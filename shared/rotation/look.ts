import type { ActiveConfiguration, Services } from '../services.ts';
import { claimAbandoned } from './claim.ts';
import { claimSecret } from './claim-secret.ts';
import { type Found, together } from './found.ts';
import { secretPlace } from './secret-arn.ts';
import { configuredSecrets, configuredTargets, namedSecrets } from './targets.ts';

/**
 * What runs have left behind, and the current versions of the secrets whose events may not have come: those that the
 * configuration names, and those that were deployed before. Trouble with the former was told by a run that an event or a
 * person has started, and would be told every quarter of an hour here, so it is logged only.
 */
export async function lookAround(
  services: Services,
  active: ActiveConfiguration,
  runId: string,
): Promise<Found> {
  const { outbox } = services.store;
  const deliveries = await claimAbandoned(services, runId);
  const look = (secrets: ReturnType<typeof configuredSecrets>) =>
    together(secrets.map((secret) => claimSecret(services, active, { secret, runId, again: 'never' })));
  const named = await look(configuredSecrets(active.configuration));
  for (const problem of named.problems)
    services.logger.warn('A named secret cannot be deployed', { problem });
  const others = (await outbox.watched()).filter((arn) => !isNamed(arn, active));
  const watched = await look(others.flatMap((arn) => namedSecrets(active.configuration, arn)));
  return together([{ deliveries, problems: [] }, { ...named, problems: [] }, watched]);
}

function isNamed(arn: string, { configuration }: ActiveConfiguration): boolean {
  const place = secretPlace(arn);
  return place !== undefined && configuredTargets(configuration, place).length > 0;
}
