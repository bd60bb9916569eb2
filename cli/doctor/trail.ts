import {
  type AdvancedFieldSelector,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  type GetEventSelectorsCommandOutput,
  GetTrailStatusCommand,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import { listSearchedKinds } from '../../shared/cloudformation/hub-rules.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { listCallEvents } from '../../shared/grants/kinds.ts';
import type { DoctorContext, Problem } from './prerequisite.ts';

export const createTrailCommand =
  'aws cloudtrail create-trail --is-organization-trail --is-multi-region-trail, then start-logging';

/**
 * EventBridge gets events about API calls only in a region in which a trail logs them (EventBridge user guide, "AWS service
 * events delivered via CloudTrail"). One such trail suffices.
 */
export async function findTrailProblems(context: DoctorContext): Promise<readonly Problem[]> {
  const { cloudTrail, region } = context.installation;
  // In member accounts, a trail of the organization appears as a shadow trail.
  const { trailList: trails = [] } = await cloudTrail.send(
    new DescribeTrailsCommand({ includeShadowTrails: true }),
  );
  if (trails.length === 0)
    return [
      {
        message: `no CloudTrail trail logs in ${region}, so no call about an account starts a run`,
        fix: createTrailCommand,
      },
    ];
  const problems = await Promise.all(trails.map((trail) => findTrailProblem(context, trail)));
  const found = problems.flatMap((problem) => problem ?? []);
  return found.length < trails.length ? [] : found.slice(0, 1);
}

async function findTrailProblem(
  { installation: { cloudTrail }, configuration }: DoctorContext,
  { Name, TrailARN }: Trail,
): Promise<Problem | undefined> {
  const { IsLogging } = await cloudTrail.send(new GetTrailStatusCommand({ Name: TrailARN }));
  if (IsLogging !== true)
    return {
      message: `trail ${Name} does not log`,
      fix: `aws cloudtrail start-logging --name ${TrailARN}`,
    };
  const selectors = await cloudTrail.send(new GetEventSelectorsCommand({ TrailName: TrailARN }));
  const lost = describeLostCalls(selectors, listSources(configuration));
  if (lost === undefined) return undefined;
  const wanted = JSON.stringify([{ ReadWriteType: 'All', IncludeManagementEvents: true }]);
  return {
    message: `trail ${Name} does not log ${lost}, so these calls start no run`,
    fix: `aws cloudtrail put-event-selectors --trail-name ${TrailARN} --event-selectors '${wanted}'`,
  };
}

/** The sources of calls that can start a run, as CloudTrail names them, such as `organizations.amazonaws.com`. */
const listSources = (configuration: Configuration): readonly string[] => [
  'organizations.amazonaws.com',
  ...listCallEvents(listSearchedKinds(configuration)).map(
    ({ source }) => `${source.replace(/^aws\./, '')}.amazonaws.com`,
  ),
];

/** Describes the calls that start runs and that the trail does not log. `undefined` if the trail logs all of them. */
function describeLostCalls(
  { EventSelectors: plain = [], AdvancedEventSelectors: advanced = [] }: GetEventSelectorsCommandOutput,
  sources: readonly string[],
): string | undefined {
  const lost = sources.filter(
    (source) =>
      !plain.some((selector) => logsWrites(selector, source)) &&
      !advanced.some(({ FieldSelectors = [] }) =>
        FieldSelectors.every((selector) => matchesWrite(selector, source)),
      ),
  );
  if (lost.length === 0) return undefined;
  return lost.length === sources.length
    ? 'management events that write'
    : `management events of ${lost.join(', ')}`;
}

/** By default, a selector logs management events, both reads and writes (CloudTrail API reference, "EventSelector"). */
const logsWrites = (
  { IncludeManagementEvents, ReadWriteType, ExcludeManagementEventSources: excluded = [] }: EventSelector,
  source: string,
): boolean => IncludeManagementEvents !== false && ReadWriteType !== 'ReadOnly' && !excluded.includes(source);

/**
 * Says whether an advanced selector logs a management event that writes (CloudTrail API reference,
 * "AdvancedFieldSelector"). A selector with a further field, such as the name of the event, may exclude the calls: then
 * the answer is no.
 */
function matchesWrite(selector: AdvancedFieldSelector, source: string): boolean {
  const { Field, Equals = [], NotEquals = [], StartsWith = [], EndsWith = [] } = selector;
  const values: Readonly<Record<string, string>> = {
    eventCategory: 'Management',
    readOnly: 'false',
    eventSource: source,
  };
  const value = values[Field ?? ''];
  if (value === undefined || NotEquals.includes(value)) return false;
  const admits = [
    ...Equals.map((text) => value === text),
    ...StartsWith.map((text) => value.startsWith(text)),
    ...EndsWith.map((text) => value.endsWith(text)),
  ];
  return admits.length === 0 || admits.includes(true);
}
