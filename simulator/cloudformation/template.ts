import * as yaml from 'yaml';
import * as z from 'zod';
import { shortForms } from './short-forms.ts';

const fields = z.record(z.string(), z.unknown());

const resourceSchema = z.object({
  Type: z.string(),
  Properties: fields.default({}),
  Condition: z.string().optional(),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
});

const templateSchema = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })).default({}),
  Conditions: fields.default({}),
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() }))
    .default({}),
});

export type StackTemplate = z.infer<typeof templateSchema>;

export interface StackResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** The inputs of a template's functions. */
export interface TemplateContext extends Place {
  /** Default: `aws`. */
  readonly partition?: string;
  readonly stackName?: string;
  /** Values of parameters. Default: the defaults of the template. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The value of `Ref` for a resource of the template. */
  readonly ref: (logicalId: string) => unknown;
  /** The value of `Fn::GetAtt` for a resource of the template. */
  readonly attribute: (logicalId: string, name: string) => unknown;
}

/**
 * Reads a template, JSON or YAML.
 * @throws Error if it is no template
 */
export function parseTemplate(template: string | object): StackTemplate {
  const given = typeof template === 'string' ? yaml.parse(template, { customTags: shortForms }) : template;
  const parsed = templateSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`Template format error: ${z.prettifyError(parsed.error)}`);
}

/** The resources whose conditions are true, with their functions evaluated. */
export function resolveResources(
  template: StackTemplate,
  context: TemplateContext,
): Readonly<Record<string, StackResource>> {
  const resolve = createResolver(template, context);
  const resolved = Object.keys(template.Resources).flatMap((id) => {
    const resource = resolveResource(template, resolve, id);
    return resource === undefined ? [] : [[id, resource] as const];
  });
  return Object.fromEntries(resolved);
}

/** One resource, with its functions evaluated. `undefined` if its condition is false. */
export function resolveResource(
  { Resources }: StackTemplate,
  resolve: Resolve,
  logicalId: string,
): StackResource | undefined {
  const resource = Resources[logicalId];
  if (resource === undefined || !holds(resource, resolve)) return undefined;
  return { Type: resource.Type, Properties: fields.parse(resolve(resource.Properties)) };
}

/** The outputs whose conditions are true. */
export const resolveOutputs = (
  { Outputs }: StackTemplate,
  resolve: Resolve,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(Outputs)
      .filter(([, output]) => holds(output, resolve))
      .map(([name, { Value }]) => [name, String(resolve(Value))]),
  );

const holds = ({ Condition }: { readonly Condition?: string | undefined }, resolve: Resolve): boolean =>
  Condition === undefined || resolve({ Condition }) === true;

export type Resolve = (given: unknown) => unknown;

/** The value of `AWS::NoValue`: the resource does not have the property. */
const noValue = Symbol('AWS::NoValue');

/** Evaluates the functions in a value ("Intrinsic function reference", CloudFormation template reference). */
export function createResolver(template: StackTemplate, context: TemplateContext): Resolve {
  const reference = createReference(template, context);
  const resolve: Resolve = (given) => {
    if (Array.isArray(given)) return given.map(resolve).filter((each) => each !== noValue);
    if (typeof given !== 'object' || given === null) return given;
    const [[name = '', argument] = [], ...others] = Object.entries(given);
    const work = others.length === 0 ? functionOf(name) : undefined;
    if (work !== undefined) return work(argument);
    if (others.length === 0 && /^Fn::/.test(name)) throw new Error(`The function ${name} is not simulated`);
    const entries = Object.entries(given).map(([key, inner]) => [key, resolve(inner)] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== noValue));
  };
  const functions = { ...createTextFunctions(resolve, reference), ...createLogic(resolve, template) };
  const functionOf = (name: string) => (name in functions ? functions[name] : undefined);
  return resolve;
}

type Reference = ReturnType<typeof createReference>;

function createReference(template: StackTemplate, context: TemplateContext) {
  const { accountId, region, partition = 'aws', stackName = 'stack', parameters = {} } = context;
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': accountId,
    'AWS::NoValue': noValue,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': suffix,
  };
  const expectResource = (id: string): string => {
    if (id in template.Resources) return id;
    throw new Error(`Template format error: Unresolved resource dependencies [${id}] in the template`);
  };
  return {
    ref: (name: string): unknown => {
      if (name in pseudo) return pseudo[name];
      if (name in template.Parameters) return parameters[name] ?? template.Parameters[name]?.Default;
      return context.ref(expectResource(name));
    },
    attribute: (id: string, name: string): unknown => context.attribute(expectResource(id), name),
  };
}

type Functions = Readonly<Record<string, (argument: unknown) => unknown>>;

const createTextFunctions = (resolve: Resolve, { ref, attribute }: Reference): Functions => {
  const named = (name: string): unknown => {
    const [id = '', ...path] = name.split('.');
    return path.length === 0 ? ref(name) : attribute(id, path.join('.'));
  };
  return {
    Ref: (name) => ref(String(name)),
    'Fn::GetAtt': (path) => named(Array.isArray(path) ? path.join('.') : String(path)),
    'Fn::Join': (parts) => {
      const [separator, list] = pair(parts);
      return [resolve(list)].flat(2).join(String(separator));
    },
    'Fn::Select': (parts) => {
      const [index, list] = pair(parts);
      return [resolve(list)].flat()[Number(index)];
    },
    'Fn::Split': (parts) => {
      const [separator, text] = pair(parts);
      return String(resolve(text)).split(String(separator));
    },
    'Fn::Sub': (given) => {
      const [text, values] = Array.isArray(given) ? pair(given) : [given, {}];
      const own = fields.parse(resolve(values));
      return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) =>
        literal === '!' ? `\${${name}}` : String(name in own ? own[name] : named(name)),
      );
    },
  };
};

const createLogic = (resolve: Resolve, { Conditions }: StackTemplate): Functions => {
  const list = (argument: unknown): readonly unknown[] => [resolve(argument)].flat();
  const isTrue = (name: unknown): boolean => resolve(Conditions[String(name)]) === true;
  return {
    Condition: (name) => (typeof name === 'string' ? isTrue(name) : { Condition: resolve(name) }),
    'Fn::And': (all) => list(all).every((each) => each === true),
    'Fn::Equals': (both) => new Set(list(both)).size === 1,
    'Fn::If': (parts) => {
      const [name, yes, no] = Array.isArray(parts) ? parts : [];
      return resolve(isTrue(name) ? yes : no);
    },
    'Fn::Not': (one) => list(one)[0] !== true,
    'Fn::Or': (all) => list(all).includes(true),
  };
};

const pair = (argument: unknown): readonly [unknown, unknown] => {
  const [first, second] = Array.isArray(argument) ? argument : [];
  return [first, second];
};

/** Logical ids in CloudFormation's order of creation: each after the resources that it names. */
export function orderResources(template: StackTemplate): readonly string[] {
  const ordered = new Set<string>();
  const visit = (id: string, under: readonly string[]): void => {
    if (under.includes(id)) throw new Error(`Circular dependency between resources: [${under.join(', ')}]`);
    const resource = template.Resources[id];
    if (resource === undefined || ordered.has(id)) return;
    for (const other of listNamed(resource)) visit(other, [...under, id]);
    ordered.add(id);
  };
  for (const id of Object.keys(template.Resources)) visit(id, []);
  return [...ordered];
}

const listNamed = ({ DependsOn = [], Properties }: StackTemplate['Resources'][string]): readonly string[] => [
  ...[DependsOn].flat(),
  ...listReferences(Properties),
];

function listReferences(given: unknown): readonly string[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    if (name === 'Ref') return [String(value)];
    if (name === 'Fn::GetAtt') return [String([value].flat()[0]).split('.')[0] ?? ''];
    if (name !== 'Fn::Sub') return listReferences(value);
    const names = [...String([value].flat()[0]).matchAll(/\$\{([^}!]+)\}/g)];
    return [...names.map(([, reference = '']) => reference.split('.')[0] ?? ''), ...listReferences(value)];
  });
}
