import type { PolicyDocument } from '../iam/document.ts';
import { deepFreeze } from '../platform/deep-freeze.ts';
import { memoizeByObject, memoizeByString } from '../platform/memoize.ts';

/** A document that omits one Sid. A tag of the policy keeps the Sid. */
export interface TaggedDocument {
  readonly document: PolicyDocument;
  /** The Sid that the document omits. Default: the document has every Sid. */
  readonly taggedSid?: string;
}

interface Tag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

const sidTag = 'account-onboarding:sid';

/**
 * The tag that a policy gets when it is created, and keeps. A tag takes no space in a document. The Sid in it is as
 * long as the entry of one account (docs/decisions/0019).
 */
export const createSidTags = ({ taggedSid }: TaggedDocument): { Key: string; Value: string }[] =>
  taggedSid === undefined ? [] : [{ Key: sidTag, Value: taggedSid }];

/** The number of characters that the tag saves. */
export const countSidCharacters = (sid: string): number => `"Sid":"${sid}",`.length;

/** The document as it is sent and counted. */
export function toSentDocument({ document, taggedSid }: TaggedDocument): PolicyDocument {
  if (taggedSid === undefined) return document;
  const Statement = document.Statement.map(({ Sid, ...rest }) =>
    Sid === undefined || Sid === taggedSid ? rest : { Sid, ...rest },
  );
  return { ...document, Statement };
}

/** The sent document, with the Sid added again. */
export function parseSentDocument(document: PolicyDocument, tags: readonly Tag[]): TaggedDocument {
  const taggedSid = tags.find(({ Key }) => Key === sidTag)?.Value;
  return taggedSid === undefined ? { document } : { document: completed(document)(taggedSid), taggedSid };
}

/**
 * The first statement without a Sid gets this Sid, unless another statement has it. Cached, because runs read equal
 * documents repeatedly.
 */
const completed = memoizeByObject((document: PolicyDocument) =>
  memoizeByString(2, (taggedSid): PolicyDocument => {
    if (document.Statement.some(({ Sid }) => Sid === taggedSid)) return document;
    const place = document.Statement.findIndex(({ Sid }) => Sid === undefined);
    const Statement = document.Statement.map((statement, index) =>
      index === place ? { Sid: taggedSid, ...statement } : statement,
    );
    return deepFreeze({ ...document, Statement });
  }),
);
