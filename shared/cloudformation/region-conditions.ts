import type { Forwarding } from './forwarding.ts';

/** Conditions with which a template creates a resource in some regions only. */
export interface RegionConditions {
  /** The `Conditions` section of the template. */
  readonly conditions: Readonly<Record<string, object>>;
  /** The name of the condition for these regions. They must be the regions of a rule, or the home region alone. */
  nameOf(regions: readonly string[]): string;
}

/** Makes one condition for each set of regions. If two sets are equal, both use the first name. */
export function createRegionConditions(home: string, forwarding: Forwarding | undefined): RegionConditions {
  const wanted = [
    { name: 'IsHome', regions: [home] },
    ...(forwarding === undefined ? [] : [{ name: 'Forwards', regions: forwarding.regions }]),
    ...(forwarding?.rules ?? []).map(({ condition: name, regions }) => ({ name, regions })),
  ];
  const keyOf = (regions: readonly string[]) => regions.join();
  const sets = [...Map.groupBy(wanted, ({ regions }) => keyOf(regions)).values()].flatMap(
    ([first]) => first ?? [],
  );
  return {
    conditions: Object.fromEntries(sets.map(({ name, regions }) => [name, oneOf(regions.map(isRegion))])),
    nameOf: (regions) => sets.find((set) => keyOf(set.regions) === keyOf(regions))?.name ?? '',
  };
}

const isRegion = (region: string) => ({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] });

/** `Fn::Or` accepts two to ten conditions, so longer lists are nested (CloudFormation, "Condition functions"). */
function oneOf(conditions: readonly object[]): object {
  if (conditions.length > 10) return oneOf([oneOf(conditions.slice(0, 10)), ...conditions.slice(10)]);
  const [only = {}] = conditions;
  return conditions.length === 1 ? only : { 'Fn::Or': conditions };
}
