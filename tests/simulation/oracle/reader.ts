import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { IsFull } from './capacity.ts';
import type { Entry } from './entry.ts';
import type { Document } from './policies.ts';
import type { Request } from './requests.ts';
import type { Ref } from './resources.ts';

/** An account as a request shows it. */
export interface Subject {
  readonly id: string;
  /** From the root to its parent; `undefined` for an account outside the organization. */
  readonly parentIds: readonly string[] | undefined;
}

/** What one grant on one resource means for one account. */
export interface Case {
  readonly entry: Entry;
  readonly ref: Ref;
  readonly subject: Subject;
  readonly organizationId: string;
}

/** Something that a pattern may match. */
export interface Candidate {
  readonly accountId: string;
  readonly region: string;
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** How a pattern of an entry is written: globs on names, or tags. */
export interface Patterns {
  readonly names: readonly string[];
  readonly tags: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** What stands on a resource under the mark of one grant, or of an unknown one. */
interface Holding {
  /** A Sid, or the name of a grant on a key; empty on an image. */
  readonly mark: string;
  /** The accounts that it names. */
  readonly ids: readonly string[];
}

/** How much of a grant an account has. */
export type Has = 'everything' | 'something' | 'nothing';

/** What the oracle knows of one grant kind. */
export interface Reader {
  /** The ids of the resources that an entry names. */
  readonly named: (entry: Entry) => readonly string[];
  readonly patterns: (entry: Entry) => Patterns;
  /** Every resource of the kind that there is. */
  readonly all: (world: SimulatedWorld) => readonly Candidate[];
  /** Those that a pattern may match. Default: all. */
  readonly findable?: (world: SimulatedWorld) => readonly Candidate[];
  /** What is managed on a resource; of one grant, if one is given. */
  readonly holdings: (
    world: SimulatedWorld,
    ref: Ref,
    installation: string,
    grant?: string,
  ) => readonly Holding[];
  /** What the account has by the grant, under the mark of `grant` or of any. */
  readonly has: (world: SimulatedWorld, grantCase: Case, installation: string, grant?: string) => Has;
  /** Whether the account can do it without any grant. Default: never. */
  readonly needsNothing?: (grantCase: Case) => boolean;
  readonly isFull: IsFull;
  /** What the grant gives to the account beyond its meaning. */
  readonly tooMuch: (world: SimulatedWorld, grantCase: Case, installation: string) => readonly string[];
}

/** What an access is made of, and what it must never include. */
export interface Probes {
  readonly allowed: readonly Request[];
  readonly refused: readonly Request[];
}

/** Policies that apply to a resource, each with a Sid on each managed statement. */
export type Documents = (world: SimulatedWorld, ref: Ref) => readonly Document[];
