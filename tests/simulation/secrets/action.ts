import type { RotationContext } from './context.ts';
import type { RotatedSecret } from './scenario.ts';

export const minute = 60_000;

/** Where the actions of a play happen. */
export interface ActionContext extends RotationContext {
  /** ARNs of secrets under change: Secrets Manager allows one rotation at a time, and people wait for it. */
  readonly busy: Set<string>;
  /** An execution that must be over before the end. */
  run(execution: Promise<unknown>): void;
}

export type Action = (scene: ActionContext, secret: RotatedSecret) => void | Promise<void>;

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
