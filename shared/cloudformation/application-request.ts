import type { Application } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';

export interface ApplicationRequest {
  readonly configuration: Configuration;
  readonly application: Application;
  /** The JSON Schemas of its profiles, by their paths, in the form that AppConfig gets. */
  readonly schemas: ReadonlyMap<string, string>;
}
