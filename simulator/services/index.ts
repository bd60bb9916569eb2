import type { ServiceOperations } from '../call.ts';
import { appConfig } from './app-config.ts';
import { appConfigData } from './app-config-data.ts';
import { cloudFormationStackInstances } from './cloudformation-stack-instances.ts';
import { cloudFormationStackSets } from './cloudformation-stack-sets.ts';
import { cloudFormationStacks } from './cloudformation-stacks.ts';
import { cloudTrail } from './cloudtrail.ts';
import { ec2 } from './ec2.ts';
import { ecr } from './ecr.ts';
import { eventbridge } from './eventbridge.ts';
import { iam } from './iam.ts';
import { kms } from './kms.ts';
import { organizations } from './organizations.ts';
import { s3 } from './s3.ts';
import { secretsManager } from './secrets-manager.ts';
import { sns } from './sns.ts';
import { sqs } from './sqs.ts';
import { stepFunctions } from './step-functions.ts';
import { stepFunctionsExecutions } from './step-functions-executions.ts';
import { sts } from './sts.ts';
import { tagging } from './tagging.ts';

/** By the client's name in lower case, without `Client`. */
export const services: Readonly<Record<string, ServiceOperations>> = {
  appconfig: appConfig,
  appconfigdata: appConfigData,
  cloudformation: { ...cloudFormationStacks, ...cloudFormationStackSets, ...cloudFormationStackInstances },
  cloudtrail: cloudTrail,
  ec2,
  ecr,
  eventbridge,
  iam,
  kms,
  organizations,
  s3,
  resourcegroupstaggingapi: tagging,
  secretsmanager: secretsManager,
  sfn: { ...stepFunctions, ...stepFunctionsExecutions },
  sns,
  sqs,
  sts,
};
