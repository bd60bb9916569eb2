export const applicationLocations = [
  { name: 'shared', accountId: '444444444444', region: 'eu-west-1' },
  { name: 'security', accountId: '333333333333', region: 'us-east-1' },
] as const;

export type ApplicationLocation = (typeof applicationLocations)[number];
