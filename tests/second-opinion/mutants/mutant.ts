/** A small fault of the policy engine: a text of one file, and what stands there instead. */
export interface Mutant {
  /** What the command calls it. */
  readonly name: string;
  /** What is wrong with the engine then. */
  readonly title: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly replace: string;
  readonly by: string;
}
