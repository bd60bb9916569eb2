import { stripTypeScriptTypes } from 'node:module';

/** Jest's transformer: Node's own type stripping, so that tests run what the functions run. */
export default {
  canInstrument: false,
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
};
