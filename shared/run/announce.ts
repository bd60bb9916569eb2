import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand } from '@aws-sdk/client-sns';
import { timestamp } from '../clock.ts';
import { ServiceUnavailableError } from '../errors.ts';
import { isMember } from '../organization/account.ts';
import { configurationInForce, type Services } from '../services.ts';
import type { RunRecord } from '../store/ports.ts';

export const eventSource = 'account-onboarding';

/** What is left is cut to this many lines: an EventBridge entry takes 256 KiB, and the record has them all. */
const mostLines = 50;

/**
 * Records how a run ended, announces it, and records that it was announced. The record comes first: what was
 * announced can be looked up, and what could not be announced is tried again by whoever ends the run next.
 */
export async function recordAndAnnounce(
  services: Services,
  run: RunRecord,
  /** What the record says until it is announced. */
  meanwhile: RunRecord = run,
): Promise<void> {
  await services.store.runs.put(meanwhile);
  await announce(services, run);
  await services.store.runs.put({ ...run, announcedAt: timestamp(services.clock) });
}

/**
 * Tells EventBridge's default bus, and the configured SNS topic, how a run ended. At least once; one that is out of
 * order does not silence the other.
 * @throws the first error, after both were tried
 */
async function announce(services: Services, run: RunRecord): Promise<void> {
  const title = await titleOf(services, run);
  const { runId, status, accountIds, cause, reason, counts, access, startedAt, finishedAt } = run;
  const left = run.left?.slice(0, mostLines);
  const warnings = run.warnings?.slice(0, mostLines);
  const detail = JSON.stringify({
    runId,
    status,
    accountIds,
    cause,
    reason,
    left,
    warnings,
    counts,
    access,
    startedAt,
    finishedAt,
  });
  const subject = [title, ...accountIds].join(', ').replace(', ', ': ').slice(0, 100);
  await tellAll(services, { title, detail, subject, message: detail, deduplicationId: `${runId}-${status}` });
}

/** What is told of a run before its end. */
export interface Telling {
  /** The detail type of the event. */
  readonly title: string;
  readonly detail: object;
  readonly subject: string;
  /** For the topic. */
  readonly message: string;
  /** For a FIFO topic. */
  readonly deduplicationId: string;
}

/**
 * Tells EventBridge's default bus and the configured SNS topic; one that is out of order does not silence the other.
 * @throws the first error, after both were tried
 */
export const tell = (services: Services, telling: Telling): Promise<void> =>
  tellAll(services, { ...telling, detail: JSON.stringify(telling.detail) });

async function tellAll(
  services: Services,
  telling: Omit<Telling, 'detail'> & { readonly detail: string },
): Promise<void> {
  const told = await Promise.allSettled([
    putEvent(services, telling.title, telling.detail),
    publish(services, telling),
  ]);
  for (const result of told) if (result.status === 'rejected') throw result.reason;
}

async function publish(
  services: Services,
  { subject, message, deduplicationId }: Pick<Telling, 'subject' | 'message' | 'deduplicationId'>,
): Promise<void> {
  const topic = await topicOf(services);
  if (topic === undefined) return;
  // A FIFO topic takes no message without these (SNS API reference, Publish).
  const fifo = topic.endsWith('.fifo')
    ? { MessageGroupId: 'account-onboarding', MessageDeduplicationId: deduplicationId }
    : {};
  await services.hub.sns.send(
    new PublishCommand({ TopicArn: topic, Subject: subject, Message: message, ...fifo }),
  );
}

/** PutEvents succeeds even when an entry was refused (EventBridge API reference), so the answer is looked at. */
async function putEvent({ hub }: Services, title: string, detail: string): Promise<void> {
  const { FailedEntryCount, Entries } = await hub.eventBridge.send(
    new PutEventsCommand({ Entries: [{ Source: eventSource, DetailType: title, Detail: detail }] }),
  );
  if ((FailedEntryCount ?? 0) === 0) return;
  const [entry] = Entries ?? [];
  throw new ServiceUnavailableError(
    `EventBridge did not take the event "${title}": ${entry?.ErrorCode} ${entry?.ErrorMessage}`,
  );
}

/** Causes of the runs that deploy secrets and configurations (shared/rotation/event.ts). */
const deploymentCauses: ReadonlySet<string> = new Set([
  'rotated',
  'rotation-failed',
  'deployment',
  'unfinished',
]);

async function titleOf({ store }: Services, { status, accountIds, cause }: RunRecord): Promise<string> {
  if (cause === 'sweep') return status === 'failed' ? 'Organization Sweep Failed' : 'Organization Swept';
  if (cause === 'resource') return status === 'failed' ? 'Resource Update Failed' : 'Resources Updated';
  if (deploymentCauses.has(cause ?? ''))
    return status === 'failed' ? 'Configuration Deployment Failed' : 'Configuration Deployed';
  if (status === 'failed') return 'Account Onboarding Failed';
  const accounts = await Promise.all(accountIds.map((id) => store.registry.account(id)));
  return accounts.some((account) => account !== undefined && isMember(account))
    ? 'Account Onboarded'
    : 'Account Offboarded';
}

/** A failure must be announced even where no configuration can be read; then only to EventBridge. */
async function topicOf({ store, logger }: Services): Promise<string | undefined> {
  try {
    return (await configurationInForce(store)).notifications?.topic;
  } catch (error) {
    logger.warn('No SNS topic is known, since the configuration in force cannot be read', { error });
    return undefined;
  }
}
