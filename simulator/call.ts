import type { Caller, SimulatedWorld } from './world.ts';

/** One call of one operation, as a service sees it. */
export interface ServiceCall<Input> {
  readonly world: SimulatedWorld;
  readonly caller: Caller;
  readonly region: string;
  readonly input: Input;
}

export type Operation = (call: ServiceCall<object>) => object;

/** The operations of one service, by name. */
export type ServiceOperations = Readonly<Record<string, Operation>>;

/** An operation that is typed by the SDK's own input and output. */
export const defineOperation =
  <Input extends object, Output extends object>(
    answer: (call: ServiceCall<Input>) => Omit<Output, '$metadata'>,
  ): Operation =>
  (call) =>
    // The SDK client has checked nothing, but its command's type is the input of this very operation.
    answer(call as ServiceCall<Input>);
