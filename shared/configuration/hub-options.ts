import { getPartitionFacts } from '../platform/partitions.ts';
import { describeRegionMistake } from './regions.ts';
import type { Configuration } from './schema.ts';

/** Options of `serverless package` and `serverless deploy`. */
interface DeployOptions {
  readonly region?: string | undefined;
  readonly stage?: string | undefined;
}

/** The region of the hub, unless an option names another one. */
export const getDefaultHubRegion = ({ partition }: Pick<Configuration, 'partition'>): string =>
  getPartitionFacts(partition).organizationsRegion;

/** The first option that does not fit the configuration, and why. Pure. */
export function findDeployOptionMistake(
  configuration: Configuration,
  { region, stage }: DeployOptions,
): string | undefined {
  const { installation } = configuration;
  const regionMistake = region === undefined ? undefined : describeRegionMistake(region, configuration);
  if (regionMistake !== undefined) return `--region ${region}: ${regionMistake}`;
  if (stage === undefined || stage === installation) return undefined;
  return `--stage ${stage}: the stage is the \`installation\` of the configuration, ${installation}. Call the command without --stage`;
}
