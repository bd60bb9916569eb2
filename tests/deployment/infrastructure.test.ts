import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { root } from '../fixtures/deployment/deployment.ts';
import { sourceOf } from '../fixtures/source/imports.ts';

const serverless = sourceOf('serverless.yml');
const parts = readdirSync(`${root}infrastructure`).map((file) => `infrastructure/${file}`);

describe('serverless.yml', () => {
  test('stays under 320 lines when parts are added', () => {
    expect(serverless.split('\n').length).toBeLessThan(320);
  });

  test.each(parts)('deploys %s when it is included there or by a part', (part) => {
    const including = [serverless, ...parts.map(sourceOf)];
    expect(including.some((text) => text.includes(`file(${part})`) || text.includes(`- ./${part}`))).toBe(
      true,
    );
  });

  test.each(parts)('says on top what %s holds', (part) => {
    expect(sourceOf(part)).toMatch(part.endsWith('.cjs') ? /^\/\*\*\n \* \w/ : /^# \w/);
  });
});
