/** The result of a task that waits for its token. */
type TaskEnd =
  | { readonly type: 'succeeded'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: string; readonly cause: string };

/** The tasks of all executions that wait, or waited, for their tokens. */
export interface TaskTokens {
  /** Adds a waiting task. Returns its token, and a promise of its result. */
  open(): { readonly token: string; readonly ended: Promise<TaskEnd> };
  /** Whether the task with this token still waits. `undefined` for an unknown token. */
  isOpen(token: string): boolean | undefined;
  /** Ends a task. @returns whether it was open */
  end(token: string, end: TaskEnd): boolean;
  /** Waiting tasks, in the order in which they began to wait. */
  waiting(): readonly string[];
  /** Ends all waiting tasks as timed out, because tests do not wait in real time. */
  timeOut(): void;
}

export function createTaskTokens(): TaskTokens {
  const tasks = new Map<string, ((end: TaskEnd) => void) | undefined>();
  const waiting = () => [...tasks].filter(([, settle]) => settle !== undefined).map(([token]) => token);
  const end = (token: string, how: TaskEnd): boolean => {
    const settle = tasks.get(token);
    tasks.set(token, undefined);
    settle?.(how);
    return settle !== undefined;
  };
  return {
    open: () => {
      const token = `task-token-${tasks.size + 1}`;
      const { promise, resolve } = Promise.withResolvers<TaskEnd>();
      tasks.set(token, resolve);
      return { token, ended: promise };
    },
    isOpen: (token) => (tasks.has(token) ? tasks.get(token) !== undefined : undefined),
    end,
    waiting,
    timeOut: () => {
      for (const token of waiting()) end(token, { type: 'failed', error: 'States.Timeout', cause: '' });
    },
  };
}
