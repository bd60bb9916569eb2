import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand } from '@aws-sdk/client-sns';
import { isMember } from '../../accounts/membership.ts';
import { getConfiguration } from '../../configuration/active-configuration.ts';
import { ServiceUnavailableError } from '../../platform/aws/errors.ts';
import { limitLines } from '../../platform/bounded-lines.ts';
import { getTimestamp } from '../../platform/clock.ts';
import { toErrorRecord } from '../../platform/errors.ts';
import type {
  AnnouncementChannel,
  ChannelAnnouncement,
  RunAnnouncement,
  RunRecord,
} from '../../store/ports.ts';
import { isUnannounced } from '../../store/run-status.ts';
import type { NotificationTitle, RunEventField, RunEventTitle } from './events.ts';
import type { RecordServices } from './services.ts';

/** The source of the events about runs. */
export const runEventSource = 'account-onboarding';

/**
 * How many lines and bytes of each list an announcement contains. An EventBridge entry and an SNS message have at most
 * 256 KiB.
 */
const maxLines = { lines: 50, bytes: 80_000 };

/** How often one call of the function sends an event that EventBridge rejects. */
const maxAttempts = 3;

/** Error texts that are longer than this are cut. In characters. */
const longestError = 500;

/**
 * Stores how a run ended, announces it, and stores whether that succeeded. If an announcement fails, the result of the
 * run stays the same. The scheduled check tries the announcement again.
 * @param before the record before this step. If it says that a channel has already announced the same end, that channel
 * is skipped
 */
export async function recordAndAnnounce(
  services: RecordServices,
  run: RunRecord,
  before: RunRecord | undefined,
): Promise<void> {
  const { announcement: earlierAnnouncement, announcedAt } = before?.status === run.status ? before : {};
  const announced = announcedAt === undefined ? {} : { announcedAt };
  const announcement = earlierAnnouncement ?? (await newAnnouncement(services, run));
  const ended = { ...run, announcement, ...announced };
  // The end is stored before it is announced. If the function dies in between, the scheduled check finds the missing
  // announcement.
  await services.store.runs.put(ended);
  if (isUnannounced(ended)) await announcePending(services, ended);
}

async function newAnnouncement(services: RecordServices, run: RunRecord): Promise<RunAnnouncement> {
  const pending = { status: 'pending', at: getTimestamp(services.clock) } as const;
  return { title: await titleOf(services, run), bus: pending, topic: pending };
}

/**
 * Announces the end of a run on each channel where it is still missing. A channel may get it twice, if the function
 * dies before it stores the success.
 */
export async function announcePending(services: RecordServices, run: RunRecord): Promise<void> {
  if (run.announcement === undefined) return;
  const content = contentOf(run, run.announcement);
  const attempt = (channel: AnnouncementChannel) => announceOn(services, run, channel, content);
  const [bus, topic] = await Promise.all([attempt('bus'), attempt('topic')]);
  const { title } = run.announcement;
  const announcement = { title, bus: bus ?? run.announcement.bus, ...(topic === undefined ? {} : { topic }) };
  const announced = isUnannounced({ announcement }) ? {} : { announcedAt: getTimestamp(services.clock) };
  await services.store.runs.put({ ...run, announcement, ...announced });
}

/** @returns how the attempt ended; `undefined` if the configuration does not have the channel any more */
async function announceOn(
  services: RecordServices,
  { runId, announcement }: RunRecord,
  channel: AnnouncementChannel,
  content: Content,
): Promise<ChannelAnnouncement | undefined> {
  const channelState = announcement?.[channel];
  if (channelState?.status !== 'pending') return channelState;
  const at = getTimestamp(services.clock);
  try {
    const isAnnounced = await send[channel](services, content);
    return isAnnounced ? { status: 'announced', at } : undefined;
  } catch (thrown) {
    const { name, message } = toErrorRecord(thrown);
    const error = `${name}: ${message}`.slice(0, longestError);
    // Operators are alerted by these fields: a metric filter in `infrastructure/alarms.yml` counts log lines that have
    // them.
    const fields = { announcement: 'pending', runId, channel, error };
    services.logger.error('The end of the run is not announced', fields);
    return { status: 'pending', at, error };
  }
}

/** An announcement with its detail as JSON text. */
type Content = Omit<Notification, 'title' | 'detail'> & { readonly title: string; readonly detail: string };

/** How to send an announcement on each channel. Returns false if the configuration does not have the channel. */
const send: Readonly<
  Record<AnnouncementChannel, (services: RecordServices, content: Content) => Promise<boolean>>
> = {
  bus: async (services, { title, detail }) => {
    await putEvent(services, title, detail);
    return true;
  },
  topic: publish,
};

function contentOf(run: RunRecord, { title }: RunAnnouncement): Content {
  const { runId, status, accountIds, cause, reason, counts, accessChanges, startedAt, finishedAt } = run;
  const where = (count: number | 'all') =>
    `the record of run ${runId} in the table has ${count} of the missing lines`;
  const unresolved = run.unresolved && limitLines(run.unresolved, maxLines, where);
  const warnings = run.warnings && limitLines(run.warnings, maxLines, where);
  const { ready, counts: accesses, reasons, signIns } = run.readiness ?? {};
  const detail = JSON.stringify({
    runId,
    status,
    accountIds,
    cause,
    reason,
    unresolved,
    warnings,
    ready,
    accesses,
    notVerified: reasons && limitLines(reasons, maxLines, where),
    signIns,
    counts,
    accessChanges,
    startedAt,
    finishedAt,
  } satisfies Record<RunEventField, unknown>);
  const subject = [title, ...accountIds].join(', ').replace(', ', ': ').slice(0, 100);
  return { title, detail, subject, message: detail, deduplicationId: `${runId}-${status}` };
}

/** A message to operators during a run, such as a request for approval. */
export interface Notification {
  /** The detail type of the EventBridge event. */
  readonly title: NotificationTitle;
  readonly detail: object;
  readonly subject: string;
  /** The text for the SNS topic. */
  readonly message: string;
  /** The deduplication id, for a FIFO topic. */
  readonly deduplicationId: string;
}

/**
 * Sends a message to EventBridge's default event bus and to the SNS topic of the configuration. If one of them fails,
 * the other is still tried.
 * @throws the first error, after both were tried
 */
export const notify = (services: RecordServices, telling: Notification): Promise<void> =>
  notifyAll(services, { ...telling, detail: JSON.stringify(telling.detail) });

async function notifyAll(services: RecordServices, telling: Content): Promise<void> {
  const results = await Promise.allSettled([
    putEvent(services, telling.title, telling.detail),
    publish(services, telling),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function publish(
  services: RecordServices,
  { subject, message, deduplicationId }: Pick<Notification, 'subject' | 'message' | 'deduplicationId'>,
): Promise<boolean> {
  const topic = await topicOf(services);
  if (topic === undefined) return false;
  // SNS rejects a message to a FIFO topic without these fields (SNS API reference, Publish).
  const fifo = topic.endsWith('.fifo')
    ? { MessageGroupId: 'account-onboarding', MessageDeduplicationId: deduplicationId }
    : {};
  await services.hub.sns.send(
    new PublishCommand({ TopicArn: topic, Subject: subject, Message: message, ...fifo }),
  );
  return true;
}

/**
 * Sends an event, and repeats it if EventBridge rejects the entry. PutEvents succeeds even if it rejects an entry
 * (EventBridge API reference), so its answer is checked.
 */
async function putEvent(services: RecordServices, title: string, detail: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const refusal = await putOnce(services, title, detail);
    if (refusal === undefined) return;
    if (attempt === maxAttempts)
      throw new ServiceUnavailableError(`EventBridge did not accept the event "${title}": ${refusal}`);
    await services.clock.sleep(attempt * 1_000);
  }
}

/**
 * Sends an event once.
 * @returns why EventBridge rejected it, or `undefined`
 */
async function putOnce({ hub }: RecordServices, title: string, detail: string): Promise<string | undefined> {
  const { FailedEntryCount, Entries } = await hub.eventBridge.send(
    new PutEventsCommand({ Entries: [{ Source: runEventSource, DetailType: title, Detail: detail }] }),
  );
  const [entry] = Entries ?? [];
  return (FailedEntryCount ?? 0) === 0 ? undefined : `${entry?.ErrorCode} ${entry?.ErrorMessage}`;
}

/** Causes of the runs that deploy secrets and configurations (shared/secrets/deployment/event.ts). */
const deploymentCauses: ReadonlySet<string> = new Set([
  'rotated',
  'rotation-failed',
  'deployment',
  'scheduled',
]);

async function titleOf(
  { store }: RecordServices,
  { status, accountIds, cause }: RunRecord,
): Promise<RunEventTitle> {
  if (cause === 'sweep') return status === 'failed' ? 'Organization Sweep Failed' : 'Organization Swept';
  if (cause === 'resource') return status === 'failed' ? 'Resource Update Failed' : 'Resources Updated';
  if (deploymentCauses.has(cause ?? ''))
    return status === 'failed' ? 'Configuration Deployment Failed' : 'Configuration Deployed';
  if (status === 'failed') return 'Account Onboarding Failed';
  const accounts = await Promise.all(accountIds.map((id) => store.registry.getAccount(id)));
  return accounts.some((account) => account !== undefined && isMember(account))
    ? 'Account Onboarded'
    : 'Account Offboarded';
}

/**
 * The SNS topic of the active configuration. `undefined` if there is none, or if the configuration is invalid: a
 * failure must then be announced at least by EventBridge.
 * @throws retryable errors, for example if DynamoDB does not answer
 */
async function topicOf({ store, logger }: RecordServices): Promise<string | undefined> {
  try {
    return (await getConfiguration(store)).notifications?.topic;
  } catch (error) {
    if (toErrorRecord(error).retryable) throw error;
    logger.warn('The SNS topic is unknown, because the active configuration cannot be read', { error });
    return undefined;
  }
}
