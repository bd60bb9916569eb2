import { getPartitionFacts } from '../../shared/platform/partitions.ts';
import { type Denial, findDenial } from '../permissions.ts';
import { createKeyAttempt } from '../services/kms-keys.ts';
import { makeRandomUuid, type SimulatedWorld } from '../world.ts';
import { type Actor, accountOf, assume, findDenialOnBehalf, regionOf } from './authorize-call.ts';

/**
 * Puts a message into a queue. SQS uses the key of the queue on behalf of the sender. Source: SQS developer guide, "Key
 * management". @returns why AWS refuses it. `undefined` if the message is in the queue
 */
export function sendMessage(
  world: SimulatedWorld,
  actor: Actor,
  queueArn: string,
  message: { readonly body: string; readonly attributes?: Readonly<Record<string, string>> },
): Denial {
  const url = toQueueUrl(world, queueArn);
  const messages = world.queues.get(url);
  if (messages === undefined) return `The queue ${queueArn} does not exist`;
  const denial =
    findDenialOnBehalf(world, actor, { action: 'sqs:SendMessage', resource: queueArn }) ??
    findKeyDenial(world, actor, queueArn);
  if (denial !== undefined) return denial;
  const { body, attributes = {} } = message;
  const sentAt = world.settings.clock.now();
  messages.push({ id: makeRandomUuid(world), body, attributes, sentAt, hiddenUntil: 0 });
  return undefined;
}

export function toQueueUrl({ settings }: SimulatedWorld, queueArn: string): string {
  const { dnsSuffix } = getPartitionFacts(settings.partition);
  const name = queueArn.split(':').at(-1);
  return `https://sqs.${regionOf(queueArn)}.${dnsSuffix}/${accountOf(queueArn)}/${name}`;
}

function findKeyDenial(world: SimulatedWorld, actor: Actor, queueArn: string): Denial {
  const keyArn = world.deployed.queueKeys.get(queueArn);
  if (keyArn === undefined) return undefined;
  const key = world.keys.get(keyArn);
  if (key === undefined) return `The key ${keyArn} does not exist`;
  const assumed = assume(world, actor);
  if ('denial' in assumed) return assumed.denial;
  const { dnsSuffix } = getPartitionFacts(world.settings.partition);
  const context = {
    'kms:ViaService': `sqs.${regionOf(queueArn)}.${dnsSuffix}`,
    'kms:EncryptionContext:aws:sqs:arn': queueArn,
    'kms:EncryptionContextKeys': ['aws:sqs:arn'],
  };
  const denials = ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) =>
    findDenial(world, assumed.caller, { ...createKeyAttempt(key, action, key.policy), context }),
  );
  return denials.find((denial) => denial !== undefined);
}
