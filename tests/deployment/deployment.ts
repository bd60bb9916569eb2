import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { print } from './print.shared.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const readJson = (path: string): unknown => JSON.parse(readFileSync(`${root}${path}`, 'utf8'));

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});

const printed = z.looseObject({
  custom: z.looseObject({ esbuild: z.record(z.string(), z.unknown()) }),
  provider: z.looseObject({
    region: z.string(),
    logRetentionInDays: z.number(),
    environment: z.record(z.string(), z.unknown()),
  }),
  functions: z.record(
    z.string(),
    z.looseObject({ handler: z.string(), name: z.string(), role: z.string(), timeout: z.number() }),
  ),
  resources: z.looseObject({ Resources: z.record(z.string(), resource) }),
});

export type Deployment = Pick<z.infer<typeof printed>, 'custom' | 'provider' | 'functions'> & {
  readonly resources: Readonly<Record<string, z.infer<typeof resource>>>;
};

/**
 * What `serverless.yml` deploys for a configuration, with the framework's variables resolved and CloudFormation's
 * intrinsic functions as they are. Takes two seconds the first time in a worker, no network and no credentials.
 */
export async function deployment(configuration = 'examples/onboarding.yml'): Promise<Deployment> {
  const { custom, provider, functions, resources } = printed.parse(JSON.parse(await print(configuration)));
  return { custom, provider, functions, resources: resources.Resources };
}

export const resourcesOf = ({ resources }: Deployment, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** A statement of an IAM policy in the template: everything a list, ARNs as text. */
export interface TemplateStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

const policies = z.array(
  z.object({ PolicyDocument: z.object({ Statement: z.array(z.record(z.string(), z.unknown())) }) }),
);

/** The statements of a role's policies; of `Fn::If`, those where the condition holds. */
export const statementsOf = ({ resources }: Deployment, roleId: string): readonly TemplateStatement[] =>
  policies
    .parse(resources[roleId]?.Properties.Policies)
    .flatMap(({ PolicyDocument: { Statement } }) => Statement)
    .map((statement) => whereTheConditionHolds(statement))
    .map(({ Action, Resource, Condition }) => ({
      actions: list(Action).map(String),
      resources: list(Resource).map(arnText),
      condition: Condition,
    }));

const whereTheConditionHolds = (statement: Readonly<Record<string, unknown>>) =>
  Array.isArray(statement['Fn::If'])
    ? (statement['Fn::If'][1] as Readonly<Record<string, unknown>>)
    : statement;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** `{ 'Fn::GetAtt': ['Table', 'Arn'] }` as `Table.Arn`, `{ Ref: 'Table' }` as `Table`, `Fn::Sub` as its text. */
export function arnText(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = z
    .union([
      z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
      z.object({ 'Fn::Sub': z.string() }).transform((sub) => sub['Fn::Sub']),
      z.object({ 'Fn::GetAtt': z.array(z.string()) }).transform((get) => get['Fn::GetAtt'].join('.')),
    ])
    .safeParse(value);
  if (intrinsic.success) return intrinsic.data;
  throw new Error(`Not an ARN of a template: ${JSON.stringify(value)}`);
}

/** How the Serverless Framework names a function's resource: `plan-changes` → `PlanDashchangesLambdaFunction`. */
export const functionLogicalId = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}LambdaFunction`;

/** The token that stands for a function's ARN in a state machine: `plan-changes` → `PlanChangesFunctionArn`. */
export const functionToken = (name: string): string =>
  `${name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}FunctionArn`;
