import { type Context, createContext } from 'node:vm';

/** What a suite may change in the process of its worker, as it was before. */
const globalsNow = (): (() => void) => {
  const { console } = globalThis;
  const { env, exit, exitCode } = process;
  const variables = { ...env };
  return () => {
    globalThis.console = console;
    process.exit = exit;
    process.exitCode = exitCode ?? undefined;
    process.env = env;
    for (const name of Object.keys(env)) if (!(name in variables)) delete env[name];
    Object.assign(env, variables);
  };
};

/**
 * Jest's environment without a realm of its own: suites run in the worker's own, so that `run.js` can share modules
 * between them. What a suite changes of the globals that it is given is put back when it ends.
 */
export default class WorkerEnvironment {
  global = globalThis;
  /** Jest asks for one; no code runs in it. */
  context = createContext();
  /** Jest's runtime asks for one; no suite mocks modules. */
  moduleMocker = { clearAllMocks() {}, resetAllMocks() {}, restoreAllMocks() {} };
  restore = globalsNow();

  async setup(): Promise<void> {}

  async teardown(): Promise<void> {
    this.restore();
  }

  getVmContext(): Context {
    return this.context;
  }
}
