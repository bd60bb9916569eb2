import { parseOuEntry, splitOuPath } from '../accounts/ou-path.ts';
import type { MemberStackSet } from '../configuration/member-stack-sets.ts';
import { getPartitionFacts } from '../platform/partitions.ts';

export interface StackSetScriptRequest {
  readonly stackSet: MemberStackSet;
  /** The file name of the template. It is in the same folder as the script. */
  readonly templateFile: string;
  readonly templateBytes: number;
  readonly partition: string;
}

/**
 * How large a template may be, in bytes, if it is sent as text (CloudFormation user guide, "Understand CloudFormation
 * quotas").
 */
const longestTemplate = 51_200;

/**
 * A bash script that manages one StackSet, with the commands `create`, `update`, `failures` and `remove`. Sources:
 * CloudFormation user guide, "StackSets with service-managed permissions", "Enable or disable automatic deployments for
 * StackSets in AWS Organizations".
 */
export function renderStackSetScript(request: StackSetScriptRequest): string {
  const { stackSet, templateBytes } = request;
  const { name } = stackSet;
  const isLong = templateBytes > longestTemplate;
  return [
    '#!/usr/bin/env bash',
    ...header(request, isLong),
    'set -euo pipefail',
    'cd "$(dirname "$0")"',
    `NAME=${name}`,
    'CALL_AS=${CALL_AS:-SELF}',
    `REGION=\${REGION:-${getPartitionFacts(request.partition).organizationsRegion}}`,
    ...(isLong ? [': "${TEMPLATE_URL:?copy the template to a bucket and name its URL}"'] : []),
    '',
    ...targetLines(stackSet),
    '',
    ...templateOptions(request, isLong),
    '',
    ...commands,
    '',
  ].join('\n');
}

/** The commands of the script. `create` first finds the OUs, so that it creates nothing if one does not exist. */
const commands: readonly string[] = [
  'COMMON=(--stack-set-name "$NAME" --region "$REGION" --call-as "$CALL_AS")',
  'PREFERENCES=(--operation-preferences FailureTolerancePercentage=100,MaxConcurrentPercentage=100)',
  '',
  'case "${1:-}" in',
  '  create)',
  '    ous=$(targets)',
  '    aws cloudformation create-stack-set "${COMMON[@]}" "${TEMPLATE[@]}"',
  '    aws cloudformation create-stack-instances "${COMMON[@]}" "${PREFERENCES[@]}" \\',
  '      --deployment-targets "OrganizationalUnitIds=$ous" --regions "$REGION"',
  '    ;;',
  '  update)',
  '    aws cloudformation update-stack-set "${COMMON[@]}" "${TEMPLATE[@]}" "${PREFERENCES[@]}"',
  '    ;;',
  '  failures)',
  '    aws cloudformation list-stack-instances "${COMMON[@]}" --filters Name=DETAILED_STATUS,Values=FAILED \\',
  "      --query 'Summaries[].[Account,StatusReason]' --output text",
  '    ;;',
  '  remove)',
  '    ous=$(aws cloudformation describe-stack-set "${COMMON[@]}" \\',
  "      --query 'StackSet.OrganizationalUnitIds' --output text | tr '[:space:]' ',')",
  '    aws cloudformation delete-stack-instances "${COMMON[@]}" "${PREFERENCES[@]}" \\',
  '      --deployment-targets "OrganizationalUnitIds=${ous%,}" --regions "$REGION" --no-retain-stacks',
  '    echo "When the operation has ended, delete the StackSet:"',
  '    echo "  aws cloudformation delete-stack-set ${COMMON[*]}"',
  '    ;;',
  '  *)',
  '    echo "usage: $0 create|update|failures|remove" >&2',
  '    exit 64',
  '    ;;',
  'esac',
];

const header = ({ stackSet, templateFile }: StackSetScriptRequest, isLong: boolean): readonly string[] =>
  [
    `The StackSet ${stackSet.name} makes these roles of member accounts: ${stackSet.roles.map(({ name }) => name).join(', ')}.`,
    `It makes them in ${stackSet.ous === undefined ? 'every account of the organization' : `every account of ${stackSet.ous.join(', ')}, and of the OUs below`}, accounts that`,
    'come later included. It never reaches the management account: deploy the template there by itself.',
    '',
    `  create    makes the StackSet from ${templateFile}, and the stacks`,
    '  update    changes the StackSet and its stacks after a change of onboarding.yml',
    '  failures  prints the accounts whose stack failed, with the reason',
    '  remove    deletes the stacks and so the roles. Programs that use a role lose their access at once',
    '',
    'An account that leaves the OUs loses the stack and its roles.',
    '',
    'Run it in the management account, or with CALL_AS=DELEGATED_ADMIN in a delegated administrator account of StackSets. Before',
    'the first time, let StackSets work with Organizations: aws cloudformation activate-organizations-access',
    ...(isLong
      ? ['', 'The template is longer than a command can pass. Copy it to a bucket, and set TEMPLATE_URL.']
      : []),
  ].map((line) => `# ${line}`.trimEnd());

function templateOptions(
  { stackSet, templateFile }: StackSetScriptRequest,
  isLong: boolean,
): readonly string[] {
  return [
    'TEMPLATE=(',
    isLong ? '  --template-url "$TEMPLATE_URL"' : `  --template-body ${quoted(`file://${templateFile}`)}`,
    `  --description ${quoted(`${stackSet.name}: roles of member accounts`)}`,
    '  --permission-model SERVICE_MANAGED',
    '  --auto-deployment Enabled=true,RetainStacksOnAccountRemoval=false',
    '  --capabilities CAPABILITY_NAMED_IAM',
    ')',
  ];
}

/**
 * A shell function that prints the ids of the OUs. If an OU is given by its path, it reads the id from Organizations.
 */
function targetLines({ ous }: MemberStackSet): readonly string[] {
  const paths = (ous ?? []).filter((ou) => 'names' in parseOuEntry(ou));
  const lookUp = [
    'ou() { # id of the parent, name of the OU as JMESPath has it',
    '  local id',
    '  id=$(aws organizations list-organizational-units-for-parent --parent-id "$1" \\',
    `    --query "OrganizationalUnits[?Name=='$2'].Id" --output text | tr -d '[:space:]')`,
    '  [ -n "$id" ] || { echo "There is no OU $2 in $1. Nothing was changed" >&2; return 1; }',
    `  printf '%s' "$id"`,
    '}',
  ];
  const root = `$(aws organizations list-roots --query 'Roots[0].Id' --output text)`;
  if (ous === undefined) return ['targets() {', `  printf '%s' "${root}"`, '}'];
  const steps = ous.flatMap((ou, index) => [
    ...('names' in parseOuEntry(ou)
      ? [
          `  id${index}=$root`,
          ...splitOuPath(ou).map((name) => `  id${index}=$(ou "$id${index}" ${quotedName(name)})`),
        ]
      : [`  id${index}=${ou}`]),
  ]);
  return [
    ...(paths.length === 0 ? [] : lookUp),
    'targets() {',
    '  set -e',
    ...(paths.length === 0 ? [] : ['  local root', `  root=${root}`]),
    ...steps,
    `  printf '%s' "${ous.map((_, index) => `$id${index}`).join(',')}"`,
    '}',
  ];
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Escapes a name for single quotes in JMESPath. */
const quotedName = (name: string): string => quoted(name.replaceAll('\\', '\\\\').replaceAll("'", "\\'"));
