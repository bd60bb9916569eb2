type TemplateValue = Readonly<Record<string, unknown>>;

/** Converts texts with pseudo parameters to `Fn::Sub`. A policy variable of IAM must then be written as `${!…}`. */
export const substitutePseudoParameters = (template: TemplateValue): TemplateValue =>
  Object.fromEntries(Object.entries(template).map(([key, value]) => [key, substituted(value)]));

function substituted(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('${AWS::') ? { 'Fn::Sub': escaped(value) } : value;
  if (Array.isArray(value)) return value.map(substituted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituted(inner)]));
}

const escaped = (text: string): string => text.replaceAll(/\$\{(?!AWS::)/g, '${!');

/** In ARNs, replaces the partition of the configuration by the partition of the stack. */
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
