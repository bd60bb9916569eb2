/** Limits: CloudFormation user guide, "Understand CloudFormation quotas". */
const maxTemplateBytes = 1_048_576;
const maxDirectBytes = 51_200;
const maxResources = 500;

/** Why CloudFormation rejects the template because of its size. `undefined` if it does not. Pure. */
export function findSizeMistake(text: string, resourceCount: number): string | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxTemplateBytes)
    return `The template has ${format(bytes)} bytes, and CloudFormation accepts ${format(maxTemplateBytes)}`;
  if (resourceCount > maxResources)
    return `The template has ${resourceCount} resources, and CloudFormation accepts ${maxResources}`;
  return undefined;
}

/** Whether the template is too large to be sent as text. It must first be uploaded to a bucket. */
export const needsBucket = (text: string): boolean => Buffer.byteLength(text) > maxDirectBytes;

const format = (count: number): string => count.toLocaleString('en-US');
