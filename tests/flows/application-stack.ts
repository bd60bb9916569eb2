import type { ApplicationTemplate } from '../../shared/cloudformation/application.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { addApplication } from '../../simulator/app-config.ts';
import type { SimulatedApplication } from '../../simulator/app-config-state.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

interface Environment {
  readonly Name: string;
  readonly Monitors?: readonly { readonly AlarmArn: string }[];
}

interface Profile {
  readonly Name: string;
  readonly LocationUri: string;
  readonly RetrievalRoleArn?: unknown;
  readonly KmsKeyIdentifier?: unknown;
  readonly Validators?: readonly { readonly Content: string }[];
}

/** What CloudFormation would make of an application's template: its roles, the application, its environments and profiles. */
export function deployApplication(
  organization: SimulatedOrganization,
  { template, accountId, region }: ApplicationTemplate,
): { readonly application: SimulatedApplication; readonly roles: Readonly<Record<string, string>> } {
  const resources = (template as { Resources: Readonly<Record<string, Resource>> }).Resources;
  const all = Object.entries(resources);
  const ofType = <T>(type: string) =>
    all
      .filter(([, { Type }]) => Type === `AWS::AppConfig::${type}`)
      .map(([, { Properties }]) => Properties as T);
  const roles: Record<string, string> = {};
  const value = (given: unknown) => resolved(given, { accountId, region, roles });
  const text = (given: unknown) => (given === undefined ? undefined : String(value(given)));
  for (const [id, { Type, Properties }] of all)
    if (Type === 'AWS::IAM::Role')
      roles[id] = addRole(organization, { accountId, id, properties: value(Properties) });
  const [{ Name: name } = { Name: '' }] = ofType<{ readonly Name: string }>('Application');
  const application = addApplication(organization.world, {
    accountId,
    region,
    name,
    environments: ofType<Environment>('Environment').map(({ Name, Monitors = [] }) => ({
      name: Name,
      monitors: Monitors.map(({ AlarmArn }) => AlarmArn),
    })),
    profiles: ofType<Profile>('ConfigurationProfile').map((profile) => ({
      name: profile.Name,
      locationUri: profile.LocationUri,
      validators: (profile.Validators ?? []).map(({ Content }) => JSON.parse(Content)),
      ...given('retrievalRoleArn', text(profile.RetrievalRoleArn)),
      ...given('kmsKeyArn', text(profile.KmsKeyIdentifier)),
    })),
  });
  return { application, roles };
}

const given = <Key extends string>(key: Key, text: string | undefined): { readonly [K in Key]?: string } =>
  (text === undefined ? {} : { [key]: text }) as { readonly [K in Key]?: string };

interface RoleProperties {
  readonly RoleName?: string;
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
}

function addRole(
  organization: SimulatedOrganization,
  { accountId, id, properties }: { accountId: string; id: string; properties: unknown },
): string {
  const { RoleName = `stack-${id}`, AssumeRolePolicyDocument, Policies } = properties as RoleProperties;
  return organization.addRole({
    accountId,
    name: RoleName,
    trust: AssumeRolePolicyDocument,
    permissions: {
      Version: '2012-10-17',
      Statement: Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    },
  });
}

interface Stack {
  readonly accountId: string;
  readonly region: string;
  readonly roles: Readonly<Record<string, string>>;
}

/** Functions worked out. The application's id, which is made after the roles, stands for any. */
function resolved(given: unknown, stack: Stack): unknown {
  if (Array.isArray(given)) return given.map((each) => resolved(each, stack));
  if (typeof given !== 'object' || given === null) return given;
  if ('Fn::GetAtt' in given) return stack.roles[(given['Fn::GetAtt'] as readonly string[])[0] ?? ''];
  if ('Fn::Sub' in given)
    return String(given['Fn::Sub'])
      .replaceAll('${AWS::Partition}', 'aws')
      .replaceAll('${AWS::Region}', stack.region)
      .replaceAll('${AWS::AccountId}', stack.accountId)
      .replaceAll('${Application}', '*');
  return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, resolved(inner, stack)]));
}
