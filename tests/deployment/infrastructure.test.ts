import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { root } from '../fixtures/deployment/deployment.ts';
import { sourceOf } from '../fixtures/source/imports.ts';

const serverless = sourceOf('serverless.yml');
const parts = readdirSync(`${root}infrastructure`).map((file) => `infrastructure/${file}`);

describe('serverless.yml', () => {
  test('keeps serverless.yml under 320 lines', () => {
    expect(serverless.split('\n').length).toBeLessThan(320);
  });

  test.each(parts)('deploys %s through an include of serverless.yml', (part) => {
    const including = [serverless, ...parts.map(sourceOf)];
    expect(including.some((text) => text.includes(`file(${part})`) || text.includes(`- ./${part}`))).toBe(
      true,
    );
  });

  test.each(parts)('describes the content of %s in its first lines', (part) => {
    expect(sourceOf(part)).toMatch(part.endsWith('.cjs') ? /^\/\*\*\n \* \w/ : /^# \w/);
  });
});
