import { parseDocument } from 'yaml';
import { memoizeByString } from '../shared/platform/memoize.ts';
import { shortForms } from './cloudformation/short-forms.ts';
import { matchesPattern } from './event-pattern.ts';

/** A rule of EventBridge, as a template declares it. */
export interface EventRule {
  /** The resource's logical id in the template. */
  readonly ruleId: string;
  readonly pattern: unknown;
  /** Whether EventBridge sends read-only management events of CloudTrail to the rule. */
  readonly receivesReadOnly: boolean;
  readonly targets: readonly unknown[];
}

export interface RuleMatch {
  readonly ruleId: string;
  readonly target: unknown;
}

/**
 * The enabled rules with an event pattern in a template. Cached: parsing takes a tenth of a second, and the command
 * line and many tests need one template repeatedly.
 * @throws Error if the text is not YAML
 */
export const getRules = memoizeByString(8, readRules);

/**
 * Reads the rules of a template, such as `infrastructure/rules.yml`. Intrinsic functions are not resolved: `!Ref x`
 * becomes `{ Ref: 'x' }`. Variables of the Serverless Framework are kept too.
 */
function readRules(yamlText: string): readonly EventRule[] {
  const document = parseDocument(yamlText, { customTags: shortForms, logLevel: 'error' });
  if (document.errors.length > 0)
    throw new Error(`The template of the rules: ${document.errors[0]?.message}`);
  return Object.entries(asFields(field(document.toJS(), 'Resources')))
    .filter(([, resource]) => isEnabledRule(resource))
    .map(([ruleId, resource]) => ({
      ruleId,
      pattern: field(field(resource, 'Properties'), 'EventPattern'),
      receivesReadOnly:
        field(field(resource, 'Properties'), 'State') === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      targets: asList(field(field(resource, 'Properties'), 'Targets')),
    }));
}

/**
 * Each target of each rule that the event reaches and matches, in the order of the template. Source: EventBridge user
 * guide, "Receiving read-only management events from AWS services".
 */
export const findMatchingRules = (rules: readonly EventRule[], event: unknown): readonly RuleMatch[] =>
  rules
    .filter(({ receivesReadOnly }) => receivesReadOnly || !isReadOnly(event))
    .filter(({ pattern }) => matchesPattern(pattern, event))
    .flatMap(({ ruleId, targets }) => targets.map((target) => ({ ruleId, target })));

/** Whether an event is a read-only management event from CloudTrail. Data events have `managementEvent: false`. */
function isReadOnly(event: unknown): boolean {
  const detail = field(event, 'detail');
  return (
    String(field(event, 'detail-type')).endsWith(' via CloudTrail') &&
    field(detail, 'readOnly') === true &&
    field(detail, 'managementEvent') !== false
  );
}

function isEnabledRule(resource: unknown): boolean {
  const properties = field(resource, 'Properties');
  return (
    field(resource, 'Type') === 'AWS::Events::Rule' &&
    field(properties, 'State') !== 'DISABLED' &&
    field(properties, 'EventPattern') !== undefined
  );
}

const field = (value: unknown, name: string): unknown => asFields(value)[name];

const asFields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const asList = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
