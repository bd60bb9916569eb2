import { documentOf, type Statement } from '../oracle/policies.ts';
import { clashSid, isManaged } from '../oracle/sids.ts';
import { listPolicyResources, type PolicyResource } from '../policy-resources.ts';
import type { Draw } from '../random.ts';
import { epoch } from '../time.ts';
import type { Action } from './action.ts';
import type { ManagedEdits } from './context.ts';

export function createManagedEdits(): ManagedEdits {
  const times = new Map<string, number>();
  const open = new Set<string>();
  const written = new Set<string>();
  return {
    times,
    open,
    done: (arn) => {
      times.set(arn, (times.get(arn) ?? 0) + 1);
      open.add(arn);
      written.delete(arn);
    },
    written: (arn) => void written.add(arn),
    settled: (arn = '') => {
      if (written.has(arn)) open.delete(arn);
    },
  };
}

/** Another tool or a person changes managed statements, or adds a statement that looks managed. */
export const editManagedStatement: Action = (happening) => {
  const { organization, configuration, draw } = happening;
  const ours = listPolicyResources(organization.world).filter(
    (each) => oursOn(each, configuration.installation).length > 0,
  );
  // Few resources, so that one resource is changed repeatedly.
  const resource = ours.length === 0 ? undefined : draw.pick(ours.slice(0, 2));
  if (resource === undefined) return;
  const how = draw.pick(['all', 'one', 'one', 'narrow', 'clash'] as const);
  if (how === 'clash') toggleClash(happening, resource);
  else change(happening, resource, changes[how](draw));
};

/** Removes a managed statement, as a tool does that writes the document from its own file. */
export const removeManagedStatement = (stage: Parameters<Action>[0], resource: PolicyResource): void =>
  change(stage, resource, (ours) => ours.slice(1));

const oursOn = (resource: PolicyResource, installation: string): readonly Statement[] =>
  documentOf(resource.read()).Statement.filter(({ Sid }) => isManaged(Sid, installation));

type Change = (ours: readonly Statement[]) => readonly Statement[];

const changes = {
  all: (): Change => () => [],
  one:
    (draw: Draw): Change =>
    (ours) => {
      const gone = draw.pick(ours);
      return ours.filter((each) => each !== gone);
    },
  narrow:
    (draw: Draw): Change =>
    (ours) => {
      const narrowed = draw.pick(ours);
      const Condition = { ...narrowed.Condition, Null: { 'aws:PrincipalTag/theirs': 'false' } };
      return ours.map((each) => (each === narrowed ? { ...each, Condition } : each));
    },
};

type ManagedEditContext = Pick<Parameters<Action>[0], 'configuration' | 'watch' | 'managedEdits' | 'history'>;

function change(
  { configuration, managedEdits, history }: ManagedEditContext,
  resource: PolicyResource,
  by: Change,
): void {
  const document = documentOf(resource.read());
  const { installation } = configuration;
  const ours = document.Statement.filter(({ Sid }) => isManaged(Sid, installation));
  const others = document.Statement.filter(({ Sid }) => !isManaged(Sid, installation));
  resource.write(JSON.stringify({ ...document, Statement: [...others, ...by(ours)] }));
  managedEdits.done(resource.arn);
  history.push(`${Date.now() - epoch} trespass on ${resource.arn}`);
}

/** A statement with the installation's mark that the installation never wrote. The next call removes it again. */
function toggleClash({ watch, managedEdits }: ManagedEditContext, resource: PolicyResource): void {
  const document = documentOf(resource.read());
  const without = document.Statement.filter(({ Sid }) => Sid !== clashSid);
  const clash: Statement = { Sid: clashSid, ...clashing(resource) };
  const Statement = without.length < document.Statement.length ? without : [...without, clash];
  resource.write(JSON.stringify({ ...document, Statement }));
  watch.edited(resource);
  managedEdits.done(resource.arn);
}

const clashing = ({ arn, service }: PolicyResource): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: `${service === 'iam' ? 'sts' : service}:Tag*`,
  ...(service === 'ecr' || service === 'iam' ? {} : { Resource: service === 's3' ? `${arn}/theirs` : '*' }),
});

/** An operator removes every statement that only looks managed. */
export function removeClashes(stage: ManagedEditContext & Pick<Parameters<Action>[0], 'organization'>): void {
  for (const resource of listPolicyResources(stage.organization.world))
    if (documentOf(resource.read()).Statement.some(({ Sid }) => Sid === clashSid))
      toggleClash(stage, resource);
}
