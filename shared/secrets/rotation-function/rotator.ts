/** The values of a secret that a step may need. No log, error or event contains them. */
export interface SecretValues {
  /** The value that readers use now. */
  readonly current: string;
  /** The value that is to become current. */
  readonly pending: string;
  /** The value before the current one, if there is one. */
  readonly previous: string | undefined;
}

/** What one sort of secret needs for its rotation. Each function may be called again after a failure, at any point. */
export interface Rotator {
  /**
   * Creates the next value. Called once for a rotation, unless its value was not stored.
   * @param current the value that readers use now
   */
  generate(current: string): Promise<string>;
  /**
   * Makes the pending value valid in the system that uses it. Absent if no system needs it, such as for keys that the
   * application itself checks.
   */
  set?(values: SecretValues): Promise<void>;
  /** Uses the pending value as a reader would, and throws if it is not accepted. If absent, there is no test. */
  test?(pending: string): Promise<void>;
}
