import type { Application } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';

export interface ApplicationRequest {
  readonly configuration: Configuration;
  readonly application: Application;
  /** The JSON Schemas of the application's profiles as AppConfig gets them, by their paths in the configuration. */
  readonly schemas: ReadonlyMap<string, string>;
}
