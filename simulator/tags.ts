import type { Tags } from './simulated-resources.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Tags in the form that the services list. */
export const toTagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
