/** What `@jest/globals` names in a suite: `run.js` loads this file anew for each. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = globalThis;
