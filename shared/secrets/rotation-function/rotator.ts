/** The values of a secret that a step may need. They are in no log, no error and no event. */
export interface SecretValues {
  /** The value that readers have now. */
  readonly current: string;
  /** The value that is to become current. */
  readonly pending: string;
  /** The value before the current one, where there is one. */
  readonly previous: string | undefined;
}

/** What one sort of secret needs for its rotation. Each part may be called again after a failure, at any point. */
export interface Rotator {
  /**
   * Makes the next value. Called once for a rotation, unless its value was not stored.
   * @param current the value that readers have now
   */
  generate(current: string): Promise<string>;
  /** Makes the pending value valid where it is used. Absent if nothing has to be told, as with keys of our own. */
  set?(values: SecretValues): Promise<void>;
  /** Uses the pending value as a reader would; throws if it is not accepted. If absent, nothing is tried. */
  test?(pending: string): Promise<void>;
}
