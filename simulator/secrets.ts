import { buildSecretLabelUpdated } from './secret-events.ts';
import type { SecretVersion, SimulatedSecret } from './simulated-resources.ts';
import { announce, type SimulatedWorld } from './world.ts';
/** The version with a staging label. */
export const findVersion = (secret: SimulatedSecret, stage: string): SecretVersion | undefined =>
  [...secret.versions.values()].find(({ stages }) => stages.has(stage));

/**
 * Staging labels for which Secrets Manager sends no event when they move (Secrets Manager user guide, "Secret Label
 * Updated event").
 */
const silent: ReadonlySet<string> = new Set(['AWSPENDING', 'AWSPREVIOUS']);

/**
 * Attaches a staging label to a version and removes it from the version that had it. A version that loses AWSCURRENT
 * gets AWSPREVIOUS (Secrets Manager API reference, "UpdateSecretVersionStage"). Does nothing if the version has the
 * label already.
 */
export function moveStage(
  world: SimulatedWorld,
  secret: SimulatedSecret,
  stage: string,
  to: SecretVersion,
): void {
  const holder = findVersion(secret, stage);
  if (holder === to) return;
  holder?.stages.delete(stage);
  to.stages.add(stage);
  if (stage === 'AWSCURRENT' && holder !== undefined) moveStage(world, secret, 'AWSPREVIOUS', holder);
  if (!silent.has(stage))
    announce(world, buildSecretLabelUpdated(world, secret, { label: stage, versionId: to.id }));
}

/** Removes a label. Versions without labels are no longer listed, and AWS deletes them at some later time. */
export function dropStage(secret: SimulatedSecret, stage: string): void {
  findVersion(secret, stage)?.stages.delete(stage);
}
