import type { Application } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';

export interface ApplicationRequest {
  readonly configuration: Configuration;
  readonly application: Application;
  /** The JSON Schemas of its profiles, by their paths, each as AppConfig gets it. */
  readonly schemas: ReadonlyMap<string, string>;
}
