import type { PolicyDocument } from '../iam/document.ts';
import { deepFreeze } from '../platform/deep-freeze.ts';
import { memoizeByObject, memoizeByString } from '../platform/memoize.ts';

/** A document in which one statement is known by its Sid, and stands without it where it is kept. */
export interface TaggedDocument {
  readonly document: PolicyDocument;
  /** That Sid. Default: each statement has its own there, too. */
  readonly taggedSid?: string;
}

interface Tag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

const sidTag = 'account-onboarding:sid';

/**
 * The tag that a policy is made with, and keeps. A tag takes no room in a document: the Sid that it has is as long as what one
 * account takes (docs/decisions/0019).
 */
export const createSidTags = ({ taggedSid }: TaggedDocument): { Key: string; Value: string }[] =>
  taggedSid === undefined ? [] : [{ Key: sidTag, Value: taggedSid }];

/** The characters that this saves. */
export const countSidCharacters = (sid: string): number => `"Sid":"${sid}",`.length;

/** The document as it is sent, and counted. */
export function toSentDocument({ document, taggedSid }: TaggedDocument): PolicyDocument {
  if (taggedSid === undefined) return document;
  const Statement = document.Statement.map(({ Sid, ...rest }) =>
    Sid === undefined || Sid === taggedSid ? rest : { Sid, ...rest },
  );
  return { ...document, Statement };
}

/** What was sent, with the Sid in its place. */
export function parseSentDocument(document: PolicyDocument, tags: readonly Tag[]): TaggedDocument {
  const taggedSid = tags.find(({ Key }) => Key === sidTag)?.Value;
  return taggedSid === undefined ? { document } : { document: completed(document)(taggedSid), taggedSid };
}

/** The first statement without a Sid gets this one, unless another has it. Kept, since the same is read again and again. */
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
