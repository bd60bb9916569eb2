import type { Caller, SimulatedWorld } from './world.ts';

/** One call of one operation, in the form that a service gets. */
export interface ServiceCall<Input> {
  readonly world: SimulatedWorld;
  readonly caller: Caller;
  readonly region: string;
  readonly input: Input;
}

export type Operation = (call: ServiceCall<object>) => object;

/** The operations of one service, by name. */
export type ServiceOperations = Readonly<Record<string, Operation>>;

/** An operation with the types of the SDK's own input and output. */
export const defineOperation =
  <Input extends object, Output extends object>(
    answer: (call: ServiceCall<Input>) => Omit<Output, '$metadata'>,
  ): Operation =>
  (call) =>
    // These types are right, because the plugin calls each operation only with the input of the operation's own
    // command.
    answer(call as ServiceCall<Input>);
