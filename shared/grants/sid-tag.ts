import type { PolicyDocument } from '../iam/document.ts';
import { deepFreeze } from '../platform/deep-freeze.ts';
import { memoizeByObject, memoizeByString } from '../platform/memoize.ts';

/** A policy document that omits one Sid to save space. A tag of the managed policy stores that Sid. */
export interface TaggedDocument {
  readonly document: PolicyDocument;
  /** The omitted Sid. Absent if every statement has its Sid. */
  readonly taggedSid?: string;
}

interface Tag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

const sidTag = 'account-onboarding:sid';

/**
 * The tag that stores the Sid. A policy gets it when it is created. A tag takes no space in the document, and the Sid
 * is as long as the entry of one account (docs/decisions/0019).
 */
export const createSidTags = ({ taggedSid }: TaggedDocument): { Key: string; Value: string }[] =>
  taggedSid === undefined ? [] : [{ Key: sidTag, Value: taggedSid }];

/** How many characters the document saves by omitting the Sid. */
export const countSidCharacters = (sid: string): number => `"Sid":"${sid}",`.length;

/** The document as AWS gets it: without the Sid that the tag stores. */
export function toSentDocument({ document, taggedSid }: TaggedDocument): PolicyDocument {
  if (taggedSid === undefined) return document;
  const Statement = document.Statement.map(({ Sid, ...rest }) =>
    Sid === undefined || Sid === taggedSid ? rest : { Sid, ...rest },
  );
  return { ...document, Statement };
}

/** The document that AWS returned, with the Sid from the tag added again. */
export function parseSentDocument(document: PolicyDocument, tags: readonly Tag[]): TaggedDocument {
  const taggedSid = tags.find(({ Key }) => Key === sidTag)?.Value;
  return taggedSid === undefined ? { document } : { document: completed(document)(taggedSid), taggedSid };
}

/**
 * Gives the Sid to the first statement without one, unless another statement has the Sid already. The result is cached,
 * because runs read equal documents repeatedly.
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
