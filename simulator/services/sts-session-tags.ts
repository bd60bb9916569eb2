import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import type { Tags } from '../simulated-resources.ts';
import type { SessionFacts } from '../world.ts';
import { fromTagList, toRequestTags } from './iam-entities.ts';

type AssumeCall = ServiceCall<AssumeRoleCommandInput>;

/** Tags that a call may pass (STS API reference, "AssumeRole", `Tags`). */
const mostTags = 50;

/**
 * The tags of the new session: tags of the call, and tags that the role chain passes on. Source: IAM user guide, "Pass
 * session tags in AWS STS".
 * @throws ServiceException `ValidationError`
 */
export function readSessionTags({
  input,
  caller,
}: AssumeCall): Pick<SessionFacts, 'tags' | 'transitiveTagKeys'> {
  const passed = fromTagList((input.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value })));
  const { tags = {}, transitiveTagKeys = [] } = caller.session ?? {};
  const inherited = Object.fromEntries(transitiveTagKeys.map((key) => [key, tags[key] ?? '']));
  expectTags(input, passed, inherited);
  const all = { ...inherited, ...passed };
  if (Object.keys(all).length === 0) return {};
  return { tags: all, transitiveTagKeys: [...transitiveTagKeys, ...(input.TransitiveTagKeys ?? [])] };
}

function expectTags(
  { Tags = [], TransitiveTagKeys = [] }: AssumeRoleCommandInput,
  passed: Tags,
  inherited: Tags,
): void {
  const keys = Tags.map(({ Key = '' }) => Key.toLowerCase());
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  const taken = Object.keys(inherited).find((key) => keys.includes(key.toLowerCase()));
  const absent = TransitiveTagKeys.find((key) => passed[key] === undefined);
  if (Tags.length > mostTags) throw createInvalid(`tags must have at most ${mostTags} entries`);
  if (repeated !== undefined) throw createInvalid(`Duplicate tag key ${repeated}`);
  if (taken !== undefined) throw createInvalid(`The tag ${taken} is inherited and cannot be passed again`);
  if (absent !== undefined) throw createInvalid(`The transitive tag key ${absent} is not in Tags`);
}

const createInvalid = (message: string) => createAwsError('ValidationError', message);

/**
 * The condition keys for the tags of a session ("Actions, resources, and condition keys for AWS Security Token
 * Service").
 */
export const toTagContext = ({
  Tags = [],
  TransitiveTagKeys = [],
}: AssumeRoleCommandInput): ContextValues => ({
  ...toRequestTags(fromTagList(Tags.map(({ Key = '', Value = '' }) => ({ Key, Value })))),
  'sts:TransitiveTagKeys': TransitiveTagKeys,
});
