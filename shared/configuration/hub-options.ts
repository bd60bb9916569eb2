import { getPartitionFacts } from '../platform/partitions.ts';
import { describeRegionMistake } from './regions.ts';
import type { Configuration } from './schema.ts';
import { describeKeyRegionMistake } from './stack-options.ts';

/** The options of `serverless package` and `serverless deploy`. */
interface DeployOptions {
  readonly region?: string | undefined;
  readonly stage?: string | undefined;
}

/** The region of the hub, unless an option names another. */
export const getDefaultHubRegion = ({ partition }: Pick<Configuration, 'partition'>): string =>
  getPartitionFacts(partition).organizationsRegion;

/** The first option that contradicts the configuration, with the reason. Pure. */
export function findDeployOptionMistake(
  configuration: Configuration,
  { region, stage }: DeployOptions,
): string | undefined {
  const { installation } = configuration;
  const hubRegion = region ?? getDefaultHubRegion(configuration);
  const regionMistake = region === undefined ? undefined : describeRegionMistake(region, configuration);
  if (regionMistake !== undefined) return `--region ${region}: ${regionMistake}`;
  const keyMistake = describeKeyRegionMistake(configuration, [hubRegion]);
  if (keyMistake !== undefined) return `stacks.key: ${keyMistake}`;
  if (stage === undefined || stage === installation) return undefined;
  return `--stage ${stage}: the stage is the \`installation\` of the configuration, ${installation}. Call the command without --stage`;
}
