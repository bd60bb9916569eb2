import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderApplicationTemplate } from '../../shared/cloudformation/application.ts';
import { renderManagementTemplate } from '../../shared/cloudformation/management-template.ts';
import { renderMemberTemplate } from '../../shared/cloudformation/member-template.ts';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import { getApplications } from '../../shared/configuration/applications.ts';
import { getDefaultHubRegion } from '../../shared/configuration/hub-options.ts';
import { type ConfigurationAndSchemas, loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { listMemberStackSets } from '../../shared/configuration/member-stack-sets.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import type { WrittenTemplate } from './linters.ts';

/** Writes the templates that the commands create from a configuration. @param folder where */
export async function writeTemplates(file: string, folder: string): Promise<readonly WrittenTemplate[]> {
  const loaded = await loadWithSchemas(file);
  const region = getDefaultHubRegion(loaded.configuration);
  const made = [
    ...spokes(loaded.configuration),
    ...applicationsMade(loaded),
    ...memberTemplates(loaded.configuration),
    ...managementTemplates(loaded.configuration),
  ];
  return made.map(({ name, template }) => {
    const path = join(folder, `${file} ${name}.json`.replaceAll(/[ /]/g, '-'));
    writeFileSync(path, JSON.stringify(template, null, 2));
    return { path, file: `${name} (${file})`, region };
  });
}

/** The template of each central account, from `onboarding spoke-template`. */
function spokes(configuration: Configuration) {
  const hub = {
    accountId: configuration.organization.managementAccount,
    region: getDefaultHubRegion(configuration),
  };
  return Object.entries(configuration.centralAccounts).map(([name, { id: accountId }]) => {
    const { template } = renderSpokeTemplate({ configuration, accountId, hub });
    return { name: `spoke template of ${name}`, template };
  });
}

/** From `onboarding member-template`. */
function memberTemplates(configuration: Configuration) {
  const hubAccountId = configuration.organization.managementAccount;
  return listMemberStackSets(configuration).map((stackSet) => ({
    name: `member template ${stackSet.name}`,
    template: renderMemberTemplate({ configuration, stackSet, hubAccountId }),
  }));
}

/** From `onboarding management-template`, for a hub in the account 123456789012. */
function managementTemplates(configuration: Configuration) {
  const hub = { accountId: '123456789012', region: getDefaultHubRegion(configuration) };
  const made = renderManagementTemplate({ configuration, hub });
  return made === undefined ? [] : [{ name: 'management template', template: made.template }];
}

/** From `onboarding application-template`. */
function applicationsMade({ configuration, schemas }: ConfigurationAndSchemas) {
  return getApplications(configuration).map((application) => ({
    name: `application template of ${application.name}`,
    template: renderApplicationTemplate({ configuration, application, schemas }).template,
  }));
}
