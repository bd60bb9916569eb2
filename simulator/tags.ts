import type { Tags } from './world.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Tags as the services list them. */
export const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
