type TemplateValue = Readonly<Record<string, unknown>>;

/** Texts with pseudo parameters become `Fn::Sub`, in which a policy variable of IAM begins with `${!`. */
export const substitutePseudoParameters = (template: TemplateValue): TemplateValue =>
  Object.fromEntries(Object.entries(template).map(([key, value]) => [key, substituted(value)]));

function substituted(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('${AWS::') ? { 'Fn::Sub': escaped(value) } : value;
  if (Array.isArray(value)) return value.map(substituted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituted(inner)]));
}

const escaped = (text: string): string => text.replaceAll(/\$\{(?!AWS::)/g, '${!');

/** ARNs with the partition of the stack instead of a fixed one. */
export function withPartitionOfStack<T>(value: T, partition: string): T;
export function withPartitionOfStack(value: unknown, partition: string): unknown {
  if (typeof value === 'string')
    return value.startsWith(`arn:${partition}:`)
      ? `arn:\${AWS::Partition}:${value.slice(`arn:${partition}:`.length)}`
      : value;
  if (Array.isArray(value)) return value.map((each) => withPartitionOfStack(each, partition));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withPartitionOfStack(each, partition)]),
  );
}
