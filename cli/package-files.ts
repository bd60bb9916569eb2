import { fileURLToPath } from 'node:url';

/** Files of this package. The compiled code is in `dist`, which is as deep in the package as this folder is. */
const packageFile = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The configuration that `onboarding demo` uses. */
export const exampleConfiguration = packageFile('examples/onboarding.yml');

export const packageDescription = packageFile('package.json');

/** The style and the script of the page that `onboarding report` writes. */
export const reportPageFolder = packageFile('cli/report/page');
