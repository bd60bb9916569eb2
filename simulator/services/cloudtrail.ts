import type {
  DescribeTrailsCommandInput,
  DescribeTrailsCommandOutput,
  GetEventSelectorsCommandInput,
  GetEventSelectorsCommandOutput,
  GetTrailStatusCommandInput,
  GetTrailStatusCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedTrail } from '../simulated-resources.ts';

/** AWS CloudTrail: trails of the organization, which every account sees. Source: API reference, "DescribeTrails". */
export const cloudTrail: ServiceOperations = {
  DescribeTrails: defineOperation<DescribeTrailsCommandInput, DescribeTrailsCommandOutput>((call) => {
    authorize(call, 'DescribeTrails');
    const trailList = [...call.world.trails.keys()].map((Name) => ({
      Name,
      TrailARN: toArn(call, Name),
      IsOrganizationTrail: true,
      IsMultiRegionTrail: true,
    }));
    return { trailList };
  }),

  GetTrailStatus: defineOperation<GetTrailStatusCommandInput, GetTrailStatusCommandOutput>((call) => {
    authorize(call, 'GetTrailStatus');
    return { IsLogging: expectTrail(call, call.input.Name).isLogging };
  }),

  GetEventSelectors: defineOperation<GetEventSelectorsCommandInput, GetEventSelectorsCommandOutput>(
    (call) => {
      authorize(call, 'GetEventSelectors');
      const { selectors } = expectTrail(call, call.input.TrailName);
      return selectors ?? { EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true }] };
    },
  ),
};

function expectTrail(call: ServiceCall<object>, wanted = ''): SimulatedTrail {
  const trail = [...call.world.trails].find(([name]) => [name, toArn(call, name)].includes(wanted))?.[1];
  if (trail === undefined) throw createAwsError('TrailNotFoundException', `Unknown trail: ${wanted}`, 400);
  return trail;
}

const toArn = ({ world, region }: ServiceCall<object>, name: string): string =>
  `arn:${world.settings.partition}:cloudtrail:${region}:${world.settings.managementAccountId}:trail/${name}`;

function authorize({ world, caller, region }: ServiceCall<object>, name: string): void {
  const request = { action: `cloudtrail:${name}`, resource: '*', resourceAccount: caller.accountId, region };
  const denial = findDenial(world, caller, request);
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial, 400);
}
