import type { PolicyDocument } from '../iam/document.ts';
import { deepFreeze } from '../platform/deep-freeze.ts';
import { memoizeByObject, memoizeByString } from '../platform/memoize.ts';

/** A policy document in which one Sid is omitted to save space. A tag of the managed policy has the Sid instead. */
export interface TaggedDocument {
  readonly document: PolicyDocument;
  /** The Sid in the tag. Absent if every statement has its Sid. */
  readonly taggedSid?: string;
}

interface Tag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

const sidTag = 'account-onboarding:sid';

/**
 * The tag that stores the Sid. It is set when the policy is created. A tag takes no space in the document, and a Sid is
 * as long as the entry of one account. So the policy has room for one account more (docs/decisions/0019).
 */
export const createSidTags = ({ taggedSid }: TaggedDocument): { Key: string; Value: string }[] =>
  taggedSid === undefined ? [] : [{ Key: sidTag, Value: taggedSid }];

/** How many characters the document saves without this Sid. */
export const countSidCharacters = (sid: string): number => `"Sid":"${sid}",`.length;

/** The document as it is sent to AWS: without the Sid that is in the tag. */
export function toSentDocument({ document, taggedSid }: TaggedDocument): PolicyDocument {
  if (taggedSid === undefined) return document;
  const Statement = document.Statement.map(({ Sid, ...rest }) =>
    Sid === undefined || Sid === taggedSid ? rest : { Sid, ...rest },
  );
  return { ...document, Statement };
}

/** Adds the Sid in the tag to a document from AWS. */
export function parseSentDocument(document: PolicyDocument, tags: readonly Tag[]): TaggedDocument {
  const taggedSid = tags.find(({ Key }) => Key === sidTag)?.Value;
  return taggedSid === undefined ? { document } : { document: completed(document)(taggedSid), taggedSid };
}

/**
 * Adds the Sid to the first statement without one, unless another statement already has this Sid. The result is cached,
 * because runs often read equal documents.
 */
const completed = memoizeByObject((document: PolicyDocument) =>
  memoizeByString(2, (taggedSid): PolicyDocument => {
    if (document.Statement.some(({ Sid }) => Sid === taggedSid)) return document;
    const unnamedIndex = document.Statement.findIndex(({ Sid }) => Sid === undefined);
    const Statement = document.Statement.map((statement, index) =>
      index === unnamedIndex ? { Sid: taggedSid, ...statement } : statement,
    );
    return deepFreeze({ ...document, Statement });
  }),
);
