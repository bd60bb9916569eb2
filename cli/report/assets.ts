import { readFileSync } from 'node:fs';
import { reportPageFolder } from '../package-files.ts';
import type { PageAssets } from './page.ts';

/** Reads the style and the script of the page from this package. */
export const readAssets = (): PageAssets => ({
  css: readFileSync(`${reportPageFolder}/report.css`, 'utf8'),
  script: readFileSync(`${reportPageFolder}/report.js`, 'utf8'),
});
