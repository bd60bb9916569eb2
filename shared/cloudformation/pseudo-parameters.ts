type TemplateValue = Readonly<Record<string, unknown>>;

/** Turns texts with pseudo parameters into `Fn::Sub`. There, a policy variable of IAM is written `${!…}`. */
export const substitutePseudoParameters = (template: TemplateValue): TemplateValue =>
  Object.fromEntries(Object.entries(template).map(([key, value]) => [key, substituted(value)]));

function substituted(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('${AWS::') ? { 'Fn::Sub': escaped(value) } : value;
  if (Array.isArray(value)) return value.map(substituted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituted(inner)]));
}

const escaped = (text: string): string => text.replaceAll(/\$\{(?!AWS::)/g, '${!');

/** Replaces the fixed partition in ARNs by the partition of the stack. */
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
