import { type PolicyDocument, parsePolicy } from '../shared/iam/document.ts';
import * as iam from './iam-makers.ts';
import * as make from './makers.ts';
import { deletePrincipal, deleteRole } from './orphans.ts';
import type { SimulatedResource, SimulatedTopic } from './simulated-resources.ts';
import type { SimulatedWorld } from './world.ts';

/** The resources that have one policy document each. */
export type ResourceKind = 'bucket' | 'key' | 'repository' | 'secret';

/** The resources of an organization in memory. Each `add…` method returns the ARN. */
export class OrganizationResources {
  /** All data of the simulation. Tests read it, and change what no method changes. */
  readonly world: SimulatedWorld;

  constructor(world: SimulatedWorld) {
    this.world = world;
  }

  addBucket(bucket: Parameters<typeof make.makeBucket>[1]): string {
    return kept(this.world.buckets, bucket.name, make.makeBucket(this.world, bucket));
  }

  addKey(key: Parameters<typeof make.makeKey>[1]): string {
    return keptByArn(this.world.keys, make.makeKey(this.world, key));
  }

  addImage(image: Parameters<typeof make.makeImage>[1]): string {
    return kept(this.world.images, image.id, make.makeImage(this.world, image));
  }

  addRepository(repository: Parameters<typeof make.makeRepository>[1]): string {
    return keptByArn(this.world.repositories, make.makeRepository(this.world, repository));
  }

  addSecret(secret: Parameters<typeof make.makeSecret>[1]): string {
    return keptByArn(this.world.secrets, make.makeSecret(this.world, secret));
  }

  addRole(role: iam.RoleInput): string {
    return keptByArn(this.world.roles, iam.makeRole(this.world, role));
  }

  addUser(user: iam.UserInput): string {
    return keptByArn(this.world.users, iam.makeUser(this.world, user));
  }

  addInstanceProfile(profile: Parameters<typeof iam.makeInstanceProfile>[1]): string {
    return keptByArn(this.world.instanceProfiles, iam.makeInstanceProfile(this.world, profile));
  }

  addGroup(group: Parameters<typeof iam.makeGroup>[1]): string {
    return keptByArn(this.world.groups, iam.makeGroup(this.world, group));
  }

  addManagedPolicy(policy: iam.ManagedPolicyInput): string {
    return keptByArn(this.world.managedPolicies, iam.makeManagedPolicy(this.world, policy));
  }

  addTopic(topic: Parameters<typeof make.makeTopic>[1] & SimulatedTopic): string {
    const arn = make.makeTopic(this.world, topic);
    this.world.topics.set(arn, topic.keyArn === undefined ? {} : { keyArn: topic.keyArn });
    return arn;
  }

  /**
   * Deletes a role. From now on, policies and grants contain its unique id in place of its ARN, and no write accepts
   * this id.
   */
  deleteRole(arn: string): void {
    deleteRole(this.world, arn);
  }

  /** Like `deleteRole`, but for a user, or for a role of an account outside the organization. */
  deletePrincipal(arn: string): void {
    deletePrincipal(this.world, arn);
  }

  deleteRepository(arn: string): void {
    if (!this.world.repositories.delete(arn)) throw new Error(`There is no repository ${arn}`);
  }

  /** @param id an image's id; the ARN of a key or a secret. A tag that is `undefined` is removed */
  tagResource(
    kind: 'image' | 'key' | 'secret',
    id: string,
    tags: Readonly<Record<string, string | undefined>>,
  ): void {
    const { images, keys, secrets } = this.world;
    const resource = { image: images, key: keys, secret: secrets }[kind].get(id);
    if (resource === undefined) throw new Error(`There is no ${kind} ${id}`);
    for (const [key, value] of Object.entries(tags))
      if (value === undefined) delete resource.tags[key];
      else resource.tags[key] = value;
  }

  // Methods that read and change policies directly, without an API call.

  /** @param id a bucket's name; the ARN of any other resource */
  policyOf(kind: ResourceKind, id: string): PolicyDocument | undefined {
    const { policy, arn } = this.#resource(kind, id);
    return policy === undefined ? undefined : parsePolicy(policy, arn);
  }

  /** The policy as text, as a read of the service returns it. */
  policyTextOf(kind: ResourceKind, id: string): string | undefined {
    return this.#resource(kind, id).policy;
  }

  /** Changes a policy as another tool would. `undefined` removes the policy. The text is not checked. */
  editPolicy(kind: ResourceKind, id: string, policy: make.PolicyInput | undefined): void {
    this.#resource(kind, id).policy = policy === undefined ? undefined : make.toPolicyText(policy);
  }

  #resource(kind: ResourceKind, id: string): SimulatedResource {
    const { buckets, keys, repositories, secrets } = this.world;
    const resource = { bucket: buckets, key: keys, repository: repositories, secret: secrets }[kind].get(id);
    if (resource === undefined) throw new Error(`There is no ${kind} ${id}`);
    return resource;
  }
}

function kept<T extends { readonly arn: string }>(map: Map<string, T>, key: string, item: T): string {
  map.set(key, item);
  return item.arn;
}

const keptByArn = <T extends { readonly arn: string }>(map: Map<string, T>, item: T): string =>
  kept(map, item.arn, item);
