import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MalformedEventError } from '../../../shared/platform/errors.ts';
import { parseRotationEvent } from '../../../shared/secrets/deployment/event.ts';

interface Case {
  readonly name: string;
  readonly input: unknown;
  readonly request?: object;
  readonly error?: string;
}

const cases = JSON.parse(readFileSync('tests/cases/rotation/events.json', 'utf8')) as readonly Case[];

describe('what asks for a deployment', () => {
  test.each(cases.filter(({ request }) => request !== undefined))(
    'reads the deployment request "$name"',
    ({ input, request }) => {
      expect(parseRotationEvent(input)).toEqual(request);
    },
  );

  test.each(cases.filter(({ error }) => error !== undefined))(
    'refuses the deployment request "$name"',
    ({ input, error }) => {
      const read = () => parseRotationEvent(input);
      expect(read).toThrow(MalformedEventError);
      expect(read).toThrow(error);
    },
  );
});
