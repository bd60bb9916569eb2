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

/** What the parts of a play share. */
export interface RotationContext extends RotationScenario {
  readonly draw: Draw;
  readonly inner: Store;
  readonly faults: Faults;
  /** Of the rotation function; it does not wake up, since Lambda ends what has timed out. */
  readonly functionCrashes: FunctionCrashes;
  readonly watch: RotationObserver;
  readonly logger: Logger;
  readonly history: string[];
  readonly hub: boolean;
  readonly rotationFunction: FunctionUnderTest;
  /** Starts an execution, of config-deployment if nothing else is said. @returns its name, when it is over */
  start(input: unknown, machine?: DeployedMachine): Promise<string>;
  /** A person makes a configuration the one in force that names the targets as they are now. */
  configure(): Promise<void>;
  readonly active: { configuration: Configuration };
  /** ARNs of secrets that could not be looked at for some time, each time, or may be told of again. */
  readonly denials: string[];
  note(what: string): void;
}

/** What a rotation function does with an event. */
export type FunctionUnderTest = (
  tools: RotationTools,
  event: RotationEvent,
  stage: RotationContext,
  secret: RotatedSecret,
) => Promise<void>;
