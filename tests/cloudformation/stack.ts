import type { Template } from '../../shared/cloudformation/template.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

export interface StackResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** What CloudFormation would make of a spoke template in one place: conditions decided, functions worked out. */
export function stackOf(template: Template, place: Place): Readonly<Record<string, StackResource>> {
  const { Conditions, Resources } = template as { Conditions: Fields; Resources: Record<string, Fields> };
  const value = evaluator(place, Conditions);
  return Object.fromEntries(
    Object.entries(Resources)
      .filter(([, { Condition }]) => Condition === undefined || value({ Condition }) === true)
      .map(([id, { Type, Properties }]) => [id, { Type, Properties: value(Properties) } as StackResource]),
  );
}

function evaluator(place: Place, conditions: Fields) {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Partition': 'aws',
    'AWS::Region': place.region,
    'AWS::AccountId': place.accountId,
  };
  const value = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(value);
    if (typeof given !== 'object' || given === null) return given;
    const [[name = '', argument] = []] = Object.entries(given);
    const work = Object.keys(given).length === 1 ? functions[name] : undefined;
    if (work !== undefined) return work(argument);
    return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, value(inner)]));
  };
  const functions: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (name) => pseudo[String(name)] ?? `<${String(name)}>`,
    'Fn::GetAtt': (path) => `<${(path as string[]).join('.')}>`,
    'Fn::Sub': (text) =>
      String(text).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
        const known = pseudo[name];
        if (known === undefined) throw new Error(`Fn::Sub knows no ${name}`);
        return known;
      }),
    'Fn::Equals': (both) => new Set(value(both) as unknown[]).size === 1,
    'Fn::Or': (all) => (value(all) as unknown[]).includes(true),
    'Fn::If': (parts) => {
      const [name, yes, no] = parts as [string, unknown, unknown];
      return value(conditions[name]) === true ? value(yes) : value(no);
    },
  };
  return (given: unknown): unknown => {
    const { Condition } = (given ?? {}) as Fields;
    return typeof Condition === 'string' ? value(conditions[Condition]) : value(given);
  };
}

/** Trust and permissions of the spoke role in its home region. */
export function spokeRoleOf(template: Template, place: Place) {
  const resources = stackOf(template, place);
  const role = resources.SpokeRole?.Properties ?? {};
  const documents = Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')
    .map(({ Properties }) => Properties.PolicyDocument as PolicyDocument);
  return {
    arn: `arn:aws:iam::${place.accountId}:role${role.Path}${role.RoleName}`,
    trust: role.AssumeRolePolicyDocument as PolicyDocument,
    permissions: {
      Version: '2012-10-17',
      Statement: documents.flatMap(({ Statement }) => Statement),
    } satisfies PolicyDocument,
    documents,
  };
}
