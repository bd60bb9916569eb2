import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isAlias, parseDocument, visit } from 'yaml';
import { root } from '../fixtures/deployment/deployment.ts';

// "YAML aliases are not allowed in CloudFormation templates", says ValidateTemplate of them; cfn-lint resolves them.
test.each(readdirSync(`${root}templates`))(
  'contains no YAML alias in %s, because CloudFormation refuses aliases',
  (file) => {
    const aliases: string[] = [];
    visit(
      parseDocument(readFileSync(`${root}templates/${file}`, 'utf8'), { logLevel: 'error' }),
      (_, node) => {
        if (isAlias(node)) aliases.push(node.source);
      },
    );
    expect(aliases).toEqual([]);
  },
);
