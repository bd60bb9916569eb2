import type { Denial } from '../permissions.ts';
import { findMatchingRules } from '../rules.ts';
import { makeRandomUuid, type SimulatedWorld } from '../world.ts';
import { type Actor, accountOf, assume, findDenialOnBehalf, regionOf } from './authorize-call.ts';
import type { DeployedRule, RuleTarget } from './deployed-state.ts';
import { sendMessage } from './send-message.ts';

/** What EventBridge did with an event for one target of one rule. */
export interface Delivery {
  readonly ruleArn: string;
  readonly targetArn: string;
  /** `kept`: the event is in the dead-letter queue. `lost`: the event reached neither its target nor a queue. */
  readonly status: 'delivered' | 'kept' | 'lost';
  /** Why the event did not reach the target or the queue. */
  readonly reason?: string;
}

/** A default event bus. */
export interface Bus {
  readonly accountId: string;
  readonly region: string;
}

/**
 * Puts an event on a bus, and delivers it to the targets of the rules there. If a target is another bus, the rules
 * there get the event, too. No function is really called: the event only counts as delivered.
 */
export function deliverEvent(world: SimulatedWorld, bus: Bus, event: object): readonly Delivery[] {
  const rules = [...world.deployed.rules.values()].filter(
    ({ arn, pattern }) =>
      pattern !== undefined && accountOf(arn) === bus.accountId && regionOf(arn) === bus.region,
  );
  const matching = findMatchingRules(
    rules.map(({ arn, pattern, receivesReadOnly }) => ({
      ruleId: arn,
      pattern,
      receivesReadOnly,
      targets: [arn],
    })),
    event,
  );
  return rules
    .filter(({ arn }) => matching.some(({ ruleId }) => ruleId === arn))
    .flatMap((rule) => deliverByRule(world, rule, event));
}

/** Runs the schedule of a rule once. */
export function runSchedule(world: SimulatedWorld, ruleArn: string): readonly Delivery[] {
  const rule = world.deployed.rules.get(ruleArn);
  if (rule === undefined || rule.pattern !== undefined) throw new Error(`There is no schedule ${ruleArn}`);
  const { accountId: account, region } = { accountId: accountOf(ruleArn), region: regionOf(ruleArn) };
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', account, region, detail: {} };
  return deliverByRule(world, rule, event);
}

const deliverByRule = (world: SimulatedWorld, rule: DeployedRule, event: object): readonly Delivery[] =>
  rule.targets.flatMap((target) => deliverToTarget(world, rule, target, event));

/**
 * Whether EventBridge can reach the target: by the rights of the rule's role, or by the policy of the target. Sources:
 * EventBridge user guide, "Using resource-based policies for Amazon EventBridge", "Using dead-letter queues to process
 * undelivered events in EventBridge" (missing permissions are not tried again).
 */
function deliverToTarget(
  world: SimulatedWorld,
  { arn: ruleArn }: DeployedRule,
  target: RuleTarget,
  event: object,
): readonly Delivery[] {
  const actor = { service: 'events.amazonaws.com', sourceArn: ruleArn, roleArn: target.roleArn };
  const body = target.input ?? JSON.stringify(event);
  const delivery = { ruleArn, targetArn: target.arn };
  const denial = reachTarget(world, actor, target, body);
  if (denial === undefined)
    return [{ ...delivery, status: 'delivered' }, ...deliverOnward(world, target, event)];
  const attributes = {
    RULE_ARN: ruleArn,
    TARGET_ARN: target.arn,
    ERROR_CODE: 'denial' in assume(world, actor) ? 'FAILED_TO_ASSUME_ROLE' : 'NO_PERMISSIONS',
    ERROR_MESSAGE: denial,
  };
  const lost =
    target.deadLetterArn === undefined
      ? 'The target has no dead-letter queue'
      : // For the dead-letter queue, EventBridge uses its own service principal and no role.
        sendMessage(world, { ...actor, roleArn: undefined }, target.deadLetterArn, { body, attributes });
  const reason = [denial, ...(lost === undefined ? [] : [lost])].join('; ');
  return [{ ...delivery, status: lost === undefined ? 'kept' : 'lost', reason }];
}

/** The action that EventBridge calls for each kind of target. */
const actions: Readonly<Record<string, string>> = {
  events: 'events:PutEvents',
  lambda: 'lambda:InvokeFunction',
  states: 'states:StartExecution',
};

function reachTarget(world: SimulatedWorld, actor: Actor, { arn }: RuleTarget, body: string): Denial {
  const service = arn.split(':')[2] ?? '';
  if (service === 'sqs') return sendMessage(world, actor, arn, { body });
  const action = actions[service];
  if (action === undefined) throw new Error(`Targets of ${service} are not simulated: ${arn}`);
  const denial = findDenialOnBehalf(world, actor, { action, resource: arn });
  if (denial === undefined && service === 'states') startExecution(world, arn, body);
  return denial;
}

function startExecution(world: SimulatedWorld, stateMachineArn: string, input: string): void {
  const name = makeRandomUuid(world);
  const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  const startedAt = world.settings.clock.now();
  world.executions.set(arn, { arn, stateMachineArn, name, input, startedAt, status: 'RUNNING' });
}

/** A bus delivers the event to the targets of its own rules. */
const deliverOnward = (world: SimulatedWorld, { arn }: RuleTarget, event: object): readonly Delivery[] =>
  arn.includes(':event-bus/')
    ? deliverEvent(world, { accountId: accountOf(arn), region: regionOf(arn) }, event)
    : [];
