import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseTemplate, resolveResources } from '../../simulator/cloudformation/template.ts';
import { readJson, root } from '../fixtures/deployment/deployment.ts';

interface Container {
  readonly Name: string;
  readonly Environment?: readonly { readonly Name: string; readonly Value: string }[];
  readonly MountPoints?: readonly {
    readonly SourceVolume: string;
    readonly ContainerPath: string;
    readonly ReadOnly?: boolean;
  }[];
  readonly VolumesFrom?: readonly unknown[];
  readonly Privileged?: boolean;
  readonly ReadonlyRootFilesystem?: boolean;
}

interface Task {
  readonly Volumes: readonly object[];
  readonly ContainerDefinitions: readonly Container[];
}

const { TaskDefinition } = resolveResources(
  parseTemplate(readFileSync(`${root}templates/appconfig-agent.yml`, 'utf8')),
  {
    accountId: '555566667777',
    region: 'eu-west-1',
    ref: (id) => id,
    attribute: (id, name) => `${id}.${name}`,
  },
);
const task = TaskDefinition?.Properties as unknown as Task;
const containers = task.ContainerDefinitions;
const agent = containers.find(({ Name }) => Name === 'appconfig-agent');

/** Containers that mount a folder, with what they may do there. ECS mounts for writing unless it is told otherwise. */
const accessTo = (folder: string) =>
  Object.fromEntries(
    containers.flatMap(({ Name, MountPoints = [] }) =>
      MountPoints.filter(({ ContainerPath }) => ContainerPath === folder).map(({ ReadOnly = false }) => [
        Name,
        ReadOnly ? 'reads' : 'writes',
      ]),
    ),
  );

const backup = agent?.Environment?.find(({ Name }) => Name === 'BACKUP_DIRECTORY')?.Value ?? '';

test("mounts the backup volume only in the AppConfig Agent's container", () => {
  expect(backup).toBe('/appconfig/backup');
  expect(accessTo(backup)).toEqual({ 'appconfig-agent': 'writes' });
});

test('lets only the AppConfig Agent write the configuration volume, and only the application read it', () => {
  expect(accessTo('/appconfig/configuration')).toEqual({ 'appconfig-agent': 'writes', reader: 'reads' });
});

test('mounts each volume at one path, and no volume of the host or of another container', () => {
  const mounts = containers.flatMap(({ MountPoints = [] }) => MountPoints);

  expect(
    new Set(mounts.map(({ SourceVolume, ContainerPath }) => `${SourceVolume} ${ContainerPath}`)),
  ).toEqual(new Set(['backup /appconfig/backup', 'configuration /appconfig/configuration']));
  expect(task.Volumes).toEqual([{ Name: 'backup' }, { Name: 'configuration' }]);
  expect(containers.filter(({ VolumesFrom }) => VolumesFrom !== undefined)).toEqual([]);
});

test("runs no privileged container, and mounts the application's root file system read-only", () => {
  expect(containers.map(({ Name }) => Name)).toEqual(['appconfig-agent', 'reader']);
  for (const { Privileged = false } of containers) expect(Privileged).toBe(false);
  expect(containers.find(({ Name }) => Name === 'reader')?.ReadonlyRootFilesystem).toBe(true);
});

test("writes the manifest's files to the configuration folder", () => {
  const manifest = readJson('examples/applications/agent-manifest.json') as Readonly<
    Record<string, { readonly writeTo: { readonly path: string } }>
  >;

  for (const { writeTo } of Object.values(manifest))
    expect(writeTo.path).toMatch(/^\/appconfig\/configuration\/[^/]+$/);
});
