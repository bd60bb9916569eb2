import type { Configuration } from '../../../shared/configuration/schema.ts';
import { validateConfiguration } from '../../../shared/configuration/validate.ts';
import { drawGrant } from '../draw-configuration.ts';
import { type GrantForm, grantForms } from '../grant-forms.ts';
import type { Draw } from '../random.ts';

/** Another configuration, or `undefined` if this change is impossible. */
type Change = (before: Configuration, draw: Draw) => object | undefined;

/** The later configurations of the play, in their order. Sometimes the last equals an earlier one. */
export function drawConfigurationChanges(draw: Draw, first: Configuration): readonly Configuration[] {
  const all = [first];
  for (let count = draw.between(1, 3); count > 0; count -= 1) {
    const last = all.at(-1) ?? first;
    all.push(all.length > 1 && draw.chance(0.3) ? (all.at(-2) ?? first) : drawNext(draw, last));
  }
  return all.slice(1);
}

/** Several changes at once, without impossible ones. */
function drawNext(draw: Draw, before: Configuration): Configuration {
  let next = before;
  for (let count = draw.pick([1, 1, 2, 4]); count > 0; count -= 1) {
    const changed = draw.pick(changes)(next, draw);
    if (changed !== undefined) next = validateConfiguration(plain({ ...next, ...changed }), 'the simulation');
  }
  return next;
}

/** A present but undefined field is not absent. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));

const another: Change = ({ grants }, draw) => {
  const others = grantForms.filter((form) => !grants.some((entry) => formOf(entry) === form));
  return others.length === 0 ? undefined : { grants: [...grants, drawGrant(draw, draw.pick(others))] };
};

const oneLess: Change = ({ grants }, draw) => {
  const gone = draw.pick(grants);
  return grants.length === 1 ? undefined : { grants: grants.filter((entry) => entry !== gone) };
};

type Entry = Configuration['grants'][number];

/** A change of one of the grants. */
const ofGrant =
  (change: (entry: Entry, form: GrantForm, draw: Draw) => object | undefined): Change =>
  ({ grants }, draw) => {
    const entry = draw.pick(grants);
    const form = formOf(entry);
    const changed = form && change(entry, form, draw);
    return changed && { grants: grants.map((each) => (each === entry ? changed : each)) };
  };

/** Other accounts, another match, other resources or another pattern. */
const anew = ofGrant(({ name }, form, draw) => ({ ...drawGrant(draw, form), name }));

const elsewhere = ofGrant((entry, { elsewhere: other }) => {
  if (other === undefined || Object.keys(other).some((field) => !(field in entry))) return undefined;
  return { ...entry, ...other };
});

const packed = ofGrant((entry, { packable = false }) => {
  if (!packable || (entry.match ?? 'accounts') !== 'accounts') return undefined;
  return { ...entry, accountsIn: entry.accountsIn === 'condition' ? 'principals' : 'condition' };
});

/** Its marks then differ. No name is a prefix of another. */
const renaming = 'renamed-';

const renamed = ofGrant((entry) => ({
  ...entry,
  name: entry.name.startsWith(renaming) ? entry.name.slice(renaming.length) : `${renaming}${entry.name}`,
}));

const formOf = ({ name }: { readonly name: string }): GrantForm | undefined =>
  grantForms.find(({ grant }) => grant.name === name || `${renaming}${grant.name}` === name);

const otherGrace: Change = ({ graceHours }) => ({
  graceHours: graceHours === 0 ? 1 : 0,
});

const otherRemovals: Change = ({ removalLimits }) => ({
  removalLimits: { ...removalLimits, accounts: removalLimits.accounts === 5 ? 1 : 5 },
});

const otherApproval: Change = ({ approval }) => ({
  approval: approval === undefined ? { for: { all: true }, timeLimitHours: 1 } : undefined,
});

/** Quotas as AWS has raised them, and with their defaults. */
const otherLimits: Change = ({ limits }, draw) => ({
  limits: {
    ...limits,
    managedPolicyCharacters: draw.pick([1_024, 2_048]),
    grantsPerKey: draw.between(3, 16),
    launchPermissionsPerImage: draw.between(3, 16),
  },
});

const changes: readonly Change[] = [
  another,
  another,
  oneLess,
  anew,
  anew,
  anew,
  elsewhere,
  packed,
  renamed,
  otherGrace,
  otherRemovals,
  otherApproval,
  otherLimits,
];
