import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { IsFull } from './capacity.ts';
import type { Entry } from './entry.ts';
import type { Document } from './policies.ts';
import type { Request } from './requests.ts';
import type { Ref } from './resources.ts';

/** The fields of an account that requests contain. */
export interface Subject {
  readonly id: string;
  /** From the root to its parent; `undefined` for an account outside the organization. */
  readonly parentIds: readonly string[] | undefined;
}

/** The access of one account by one grant on one resource. */
export interface Case {
  readonly entry: Entry;
  readonly ref: Ref;
  readonly subject: Subject;
  readonly organizationId: string;
}

/** A resource that a pattern may match. */
export interface Candidate {
  readonly accountId: string;
  readonly region: string;
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The two forms of an entry's pattern: globs on names, or tags. */
export interface Patterns {
  readonly names: readonly string[];
  readonly tags: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** Content on a resource with the mark of one grant, or of an unknown one. */
interface Holding {
  /** A Sid, or the name of a grant on a key. Empty on an image. */
  readonly mark: string;
  /** The accounts that it names. */
  readonly ids: readonly string[];
}

/** Which part of a grant an account has. */
export type Has = 'everything' | 'something' | 'nothing';

/** The oracle's knowledge of one grant kind. */
export interface Reader {
  /** The ids of the resources that an entry names. */
  readonly named: (entry: Entry) => readonly string[];
  readonly patterns: (entry: Entry) => Patterns;
  /** Every existing resource of the kind. */
  readonly all: (world: SimulatedWorld) => readonly Candidate[];
  /** The resources that a pattern may match. Default: all. */
  readonly findable?: (world: SimulatedWorld) => readonly Candidate[];
  /** Managed content on a resource, of one grant if one is given. */
  readonly holdings: (
    world: SimulatedWorld,
    ref: Ref,
    installation: string,
    grant?: string,
  ) => readonly Holding[];
  /** The account's access by the grant, under the mark of `grant` or of any. */
  readonly has: (world: SimulatedWorld, grantCase: Case, installation: string, grant?: string) => Has;
  /** Whether the account has the access without any grant. Default: never. */
  readonly needsNothing?: (grantCase: Case) => boolean;
  readonly isFull: IsFull;
  /** Access of the account by the grant's statements that the grant is not meant to give. */
  readonly tooMuch: (world: SimulatedWorld, grantCase: Case, installation: string) => readonly string[];
}

/** The requests of an access, and the requests that it must never allow. */
export interface Probes {
  readonly allowed: readonly Request[];
  readonly refused: readonly Request[];
}

/** Policies that apply to a resource, each with a Sid on each managed statement. */
export type Documents = (world: SimulatedWorld, ref: Ref) => readonly Document[];
