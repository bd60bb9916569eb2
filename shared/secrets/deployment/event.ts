import * as z from 'zod';
import { parseSecretArn } from '../../platform/aws/secret-arn.ts';
import { MalformedEventError } from '../../platform/errors.ts';
import { toFindings } from '../../platform/findings.ts';
import { regionSchema } from '../../platform/schema-fields.ts';

/**
 * What a run has to deploy. For a secret, the request names only the secret. The run itself reads which version is
 * current.
 */
export type RotationRequest =
  | {
      readonly type: 'secret';
      readonly cause: 'rotated' | 'deployment';
      /** The ARN of the secret. An operator may also give a name for which the configuration has a target. */
      readonly secretId: string;
      /** The version that the event or the operator names. */
      readonly versionId?: string;
    }
  | {
      readonly type: 'hosted';
      readonly cause: 'deployment';
      /**
       * The name of a central account in the configuration. Default: the account of the application under
       * `applications`, otherwise the account `configuration`.
       */
      readonly account?: string;
      /** Default: the region of the application under `applications`, otherwise the region of the central account. */
      readonly region?: string;
      /** The id or name of the application. The profile and the environments are also given by id or name. */
      readonly application: string;
      readonly profile: string;
      readonly version: string;
      /** Absent for all environments of the application. */
      readonly environments?: readonly string[];
    }
  | { readonly type: 'rotation-failed'; readonly cause: 'rotation-failed'; readonly secretId: string }
  | { readonly type: 'look'; readonly cause: 'scheduled' }
  | { readonly type: 'ignored'; readonly reason: string };

/**
 * Parses an EventBridge event of Secrets Manager, or an operator's input: `{"secretId": "…", "versionId"?: "…"}`,
 * `{"application": "…", "profile": "…", "version": "…"}`, or `{"resumePending": true}`.
 * @throws MalformedEventError with all findings
 */
export function parseRotationEvent(input: unknown): RotationRequest {
  if (isEvent(input)) return parseEvent(input);
  const result = manual.safeParse(input);
  if (result.success) return result.data;
  throw new MalformedEventError('The input', [
    {
      path: '',
      message:
        'must be an event of aws.secretsmanager, {"secretId": "…"} with "versionId" or without, {"application": "…", ' +
        '"profile": "…", "version": "…"} with "environments", "account" and "region" or without, or {"resumePending": true}',
    },
  ]);
}

const isEvent = (input: unknown): input is object =>
  typeof input === 'object' && input !== null && ('detail' in input || 'source' in input);

/** AppConfig allows names of at most 64 or 128 characters, depending on the resource (AppConfig API reference). */
const idOrName = z.string().min(1).max(128);
const version = z.string().min(1).max(1024);

const manual = z.union([
  z.strictObject({ secretId: z.string().min(1), versionId: z.string().min(1).optional() }).transform(
    ({ secretId, versionId }): RotationRequest => ({
      type: 'secret',
      cause: 'deployment',
      secretId,
      ...(versionId === undefined ? {} : { versionId }),
    }),
  ),
  z
    .strictObject({
      application: idOrName,
      profile: idOrName,
      version: z.union([version, z.int().positive().transform(String)]),
      environments: z.array(idOrName).min(1).optional(),
      account: z.string().exactOptional(),
      region: regionSchema.exactOptional(),
    })
    .transform(
      ({ environments, ...given }): RotationRequest => ({
        type: 'hosted',
        cause: 'deployment',
        ...given,
        ...(environments === undefined ? {} : { environments: [...new Set(environments)] }),
      }),
    ),
  z
    .strictObject({ resumePending: z.literal(true) })
    .transform((): RotationRequest => ({ type: 'look', cause: 'scheduled' })),
]);

const secretArn = z
  .string({ error: 'must be the ARN of a secret' })
  .refine((arn) => parseSecretArn(arn) !== undefined, { error: 'must be the ARN of a secret' });

/** The event that a label has moved to another version (Secrets Manager user guide, "Secret Label Updated event"). */
const labelUpdated = z.looseObject({
  resources: z.tuple([secretArn], { error: 'must contain the ARN of the secret' }).rest(z.string()),
  detail: z.looseObject({ labelUpdated: z.string(), versionId: z.string().min(1) }),
});

/**
 * The CloudTrail event that a rotation has ended. Its detail type is not checked, because published rules use both of
 * CloudTrail's detail types. Source: Secrets Manager user guide, "Log AWS Secrets Manager events with AWS CloudTrail".
 */
const rotationEnded = z.looseObject({
  detail: z.looseObject({ additionalEventData: z.looseObject({ SecretId: secretArn }) }),
});

const kind = z.looseObject({
  source: z.string(),
  'detail-type': z.string().optional(),
  detail: z.looseObject({ eventName: z.string().optional(), errorCode: z.string().nullish() }),
});

/** Events at the end of a rotation. The first starts a deployment. For the second, the run reports a failure. */
export const rotationEventNames = ['RotationSucceeded', 'RotationFailed'] as const;

function parseEvent(input: object): RotationRequest {
  const { source, 'detail-type': detailType, detail } = parsed(kind, input);
  const { eventName } = detail;
  if (source === rotatedEvent.source && detailType === rotatedEvent.detailType) return parseRotated(input);
  if (source !== 'aws.secretsmanager') return ignored(`an event of ${source}, which names no secret`);
  if (detailType === 'Secret Label Updated') return parseLabel(input);
  if (eventName === 'RotationFailed')
    return { type: 'rotation-failed', cause: 'rotation-failed', secretId: secretIdOf(input) };
  if (eventName === 'RotationSucceeded')
    return { type: 'secret', cause: 'rotated', secretId: secretIdOf(input) };
  return ignored(`${eventName ?? detailType ?? 'an event'} of ${source} deploys nothing`);
}

/**
 * The event with which the rotation functions of this project request a deployment
 * (shared/secrets/rotation-function/request-deployment.ts).
 */
export const rotatedEvent = { source: 'account-onboarding.rotation', detailType: 'Secret Rotated' } as const;

const rotatedFields = { secretId: secretArn, versionId: z.string().min(1) };

/** The detail that this version sends: only ids. */
export const rotatedEventDetail = z.strictObject(rotatedFields);

/** A later version of the rotation function may send more fields. */
const rotated = z.looseObject({ detail: z.looseObject(rotatedFields) });

function parseRotated(input: object): RotationRequest {
  const { secretId, versionId } = parsed(rotated, input).detail;
  return { type: 'secret', cause: 'rotated', secretId, versionId };
}

function parseLabel(input: object): RotationRequest {
  const { resources, detail } = parsed(labelUpdated, input);
  if (detail.labelUpdated !== 'AWSCURRENT')
    return ignored(`the label ${detail.labelUpdated} has moved, and only AWSCURRENT is deployed`);
  return { type: 'secret', cause: 'rotated', secretId: resources[0], versionId: detail.versionId };
}

const secretIdOf = (input: object): string =>
  parsed(rotationEnded, input).detail.additionalEventData.SecretId;

const ignored = (reason: string): RotationRequest => ({ type: 'ignored', reason });

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new MalformedEventError('The event', toFindings(result.error.issues));
}
