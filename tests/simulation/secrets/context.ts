import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { Logger } from '../../../shared/platform/logger.ts';
import type { RotationTools } from '../../../shared/secrets/rotation-function/index.ts';
import type { Store } from '../../../shared/store/ports.ts';
import type { DeployedMachine } from '../../../simulator/deployed-machines.ts';
import type { RotationEvent } from '../../../simulator/rotation.ts';
import type { Faults } from '../faults.ts';
import type { FunctionCrashes } from '../function-crashes.ts';
import type { Draw } from '../random.ts';
import type { RotationObserver } from './observer.ts';
import type { RotatedSecret, RotationScenario } from './scenario.ts';

/** The state that the parts of a play share. */
export interface RotationContext extends RotationScenario {
  readonly draw: Draw;
  readonly inner: Store;
  readonly faults: Faults;
  /** For the rotation function. It does not wake up, since Lambda ends a function after its time-out. */
  readonly functionCrashes: FunctionCrashes;
  readonly watch: RotationObserver;
  readonly logger: Logger;
  readonly history: string[];
  readonly hub: boolean;
  readonly rotationFunction: FunctionUnderTest;
  /** Starts an execution, by default of config-deployment. @returns its name, when it is over */
  start(input: unknown, machine?: DeployedMachine): Promise<string>;
  /** An operator activates a configuration that names the present targets. */
  configure(): Promise<void>;
  readonly active: { configuration: Configuration };
  /** ARNs of secrets that could not be checked for some time, once for each time, or may be reported again. */
  readonly denials: string[];
  note(what: string): void;
}

/** The rotation function's handling of an event. */
export type FunctionUnderTest = (
  tools: RotationTools,
  event: RotationEvent,
  stage: RotationContext,
  secret: RotatedSecret,
) => Promise<void>;
