import * as z from 'zod';
import { regionsSchema, uniqueListSchema } from '../grants/grant-schema.ts';
import { nameOrArnPattern } from '../platform/aws/secret-arn.ts';
import { centralAccountNameSchema } from '../platform/central-accounts.ts';
import { objectSchema, regionSchema, textSchema } from '../platform/schema-fields.ts';
import type { PathFinding } from './messages.ts';

/** The form of ids of applications, environments and profiles (AppConfig API reference). */
export const appConfigIdPattern = /^[a-z0-9]{4,7}$/;

const appConfigId = textSchema(
  appConfigIdPattern,
  'an id of AppConfig: four to seven lower-case letters and digits',
);

const strategyId = textSchema(
  /^([a-z0-9]{4,7}|AppConfig\.[A-Za-z0-9]{9,40})$/,
  'the id of a deployment strategy, or a predefined one such as AppConfig.AllAtOnce',
);

/** The name or the ARN of a secret. */
export const secretPattern = textSchema(
  nameOrArnPattern,
  'the name of a secret, such as app/database, or its whole ARN, with the six characters at the end',
);

const shape = {
  secret: secretPattern,
  account: centralAccountNameSchema,
  /** Default: the central account's region. */
  region: regionSchema.optional(),
  application: appConfigId,
  environments: uniqueListSchema(appConfigId, 'must name at least one environment'),
  profile: appConfigId,
  /** The deployment strategy. Default: the `strategy` of all targets. */
  strategy: strategyId.optional(),
};

const target = objectSchema(shape);

export type SecretTarget = z.infer<typeof target>;

const secretDeploymentShape = {
  strategy: strategyId.default('AppConfig.AllAtOnce'),
  /** How many minutes a delivery waits while AppConfig is busy with another deployment of the environment. */
  startTimeoutMinutes: z.int().min(1).max(90).default(60),
  /**
   * How many minutes a run follows a deployment after its start. Together with `startTimeoutMinutes`, it must be less
   * than the time-out of an execution.
   */
  deploymentTimeoutMinutes: z.int().min(1).max(120).default(120),
  /**
   * More regions in which central accounts have secrets, besides the region of each account. Events from these regions
   * are forwarded, too. Default: none.
   */
  regions: regionsSchema,
  targets: z.array(target).default([]),
};

/** The settings under `rotation`: where a rotated secret is deployed, and how. */
export const secretDeployment = objectSchema(secretDeploymentShape);

export type SecretDeployment = z.infer<typeof secretDeployment>;

/** The settings under `rotation`, or the defaults if there are none. */
export const secretDeploymentOf = (configuration: {
  readonly secretDeployment?: SecretDeployment | undefined;
}): SecretDeployment => configuration.secretDeployment ?? secretDeployment.parse({});

interface Centrals {
  readonly secretDeployment?: SecretDeployment | undefined;
  readonly centralAccounts: Readonly<
    Record<string, { readonly id: string; readonly region: string } | undefined>
  >;
}

/** Targets whose secret is in another account or region. AppConfig cannot deploy such a secret. */
export const secretTargetFindings = (configuration: Centrals): readonly PathFinding[] =>
  secretDeploymentOf(configuration).targets.flatMap((target, index) => {
    const { account, secret } = target;
    const path = ['secretDeployment', 'targets', index];
    const central = configuration.centralAccounts[account];
    // `findMissingAccounts` reports a central account that does not exist.
    if (central === undefined) return [];
    const { region = central.region } = target;
    return !secret.startsWith('arn:') || secret.split(':').slice(3, 5).join() === [region, central.id].join()
      ? []
      : [
          {
            path: [...path, 'secret'],
            message: `must be a secret of account ${central.id} in ${region}, like the target: AppConfig deploys only secrets of its own account and region`,
          },
        ];
  });
