/** The values of a secret that a step may need. They must never be in logs, errors or events. */
export interface SecretValues {
  /** The value that readers use now. */
  readonly current: string;
  /** The value that becomes current at the end of the rotation. */
  readonly pending: string;
  /** The value before the current one. `undefined` if there was none. */
  readonly previous: string | undefined;
}

/**
 * How one type of secret is rotated. Each function may be called again after a failure, whatever it had done before.
 */
export interface Rotator {
  /**
   * Makes the next value. Called once for a rotation, and again only if its value could not be stored.
   * @param current the value that readers use now
   */
  generate(current: string): Promise<string>;
  /**
   * Makes the system that uses the secret accept the pending value. Absent if there is no such system, for example
   * because the application itself checks the keys.
   */
  set?(values: SecretValues): Promise<void>;
  /**
   * Uses the pending value as a reader would, and throws if the system does not accept it. Absent if there is no test.
   */
  test?(pending: string): Promise<void>;
}
