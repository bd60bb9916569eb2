/** Dollars in us-east-1, without free tiers. The pricing page of each service has the present price. */
export const prices = {
  transition: {
    name: 'Step Functions, state transition',
    dollars: 0.025 / 1_000,
    page: 'AWS Step Functions Pricing',
  },
  invocation: { name: 'Lambda, request', dollars: 0.2 / 1_000_000, page: 'AWS Lambda Pricing' },
  gigabyteSecond: { name: 'Lambda on Arm, GB-second', dollars: 0.0000133334, page: 'AWS Lambda Pricing' },
  readUnit: {
    name: 'DynamoDB on demand, read unit',
    dollars: 0.125 / 1_000_000,
    page: 'Pricing for On-Demand Capacity',
  },
  writeUnit: {
    name: 'DynamoDB on demand, write unit',
    dollars: 0.625 / 1_000_000,
    page: 'Pricing for On-Demand Capacity',
  },
  logGigabyte: { name: 'CloudWatch Logs, GB collected', dollars: 0.5, page: 'Amazon CloudWatch Pricing' },
  trace: { name: 'X-Ray, trace', dollars: 5 / 1_000_000, page: 'AWS X-Ray pricing' },
  alarm: { name: 'CloudWatch, alarm for a month', dollars: 0.1, page: 'Amazon CloudWatch Pricing' },
  metric: { name: 'CloudWatch, custom metric for a month', dollars: 0.3, page: 'Amazon CloudWatch Pricing' },
  dashboard: { name: 'CloudWatch, dashboard for a month', dollars: 3, page: 'Amazon CloudWatch Pricing' },
  key: {
    name: 'KMS, customer managed key for a month',
    dollars: 1,
    page: 'AWS Key Management Service Pricing',
  },
} as const;
