import { AppConfigClient } from '@aws-sdk/client-appconfig';
import {
  type Application,
  locateApplication,
  resolveKeyArn,
} from '../../shared/configuration/applications.ts';
import type { ConfigurationAndSchemas } from '../../shared/configuration/load-schemas.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { addApplication, type ProfileInput } from '../../simulator/app-config.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
};

/** The role that publishes in a simulated organization. */
const authorRole = 'author';

/** Creates the resources of an application's template, and the role of an author. */
export function addConfiguredApplication(
  organization: SimulatedOrganization,
  { configuration, schemas }: Pick<ConfigurationAndSchemas, 'configuration' | 'schemas'>,
  application: Application,
): void {
  const { accountId = '', region = '' } = locateApplication(application, configuration) ?? {};
  const toKey = (key: string): string => {
    const arn = resolveKeyArn(key, { configuration, application, partition: configuration.partition });
    return organization.world.keys.has(arn)
      ? arn
      : organization.addKey({ accountId, region, id: arn.split('/').at(-1) ?? '' });
  };
  addApplication(organization.world, {
    accountId,
    region,
    name: application.name,
    environments: application.environments.map(({ name, alarms = [] }) => ({ name, monitors: alarms })),
    profiles: application.profiles.map(({ name, schema, secret, key }): ProfileInput => {
      const content = schemas.get(schema ?? '');
      return {
        name,
        ...(secret === undefined ? {} : { locationUri: `secretsmanager://${secret}` }),
        ...(content === undefined ? {} : { validators: [JSON.parse(content)] }),
        ...(key === undefined || secret !== undefined ? {} : { kmsKeyArn: toKey(key) }),
      };
    }),
  });
  organization.addRole({ accountId, name: authorRole, trust: everything, permissions: everything });
}

/** A client of AppConfig with the credentials of the author. */
export const createAuthorClient = (
  organization: SimulatedOrganization,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): AppConfigClient =>
  withPlugins(
    new AppConfigClient({ region, credentials: organization.credentialsOf(accountId, authorRole) }),
    [organization.plugin()],
  );
