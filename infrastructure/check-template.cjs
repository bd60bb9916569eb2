/**
 * A plugin of the Serverless Framework. It refuses a template that CloudFormation would not accept because of its size, before
 * anything is uploaded. Twenty central accounts with their functions, roles and rules stay far below the quotas.
 */
module.exports = class CheckTemplate {
  constructor(serverless) {
    // Later than `compileFunctions`: only now does the template have `resources` of serverless.yml, and it is not saved yet.
    this.hooks = {
      'after:aws:package:finalize:stripNullPropsFromTemplateResources': () =>
        this.check(serverless.service.provider),
    };
  }

  async check({ compiledCloudFormationTemplate: template }) {
    const { findSizeMistake } = await import('../shared/cloudformation/template-size.ts');
    const mistake = findSizeMistake(JSON.stringify(template), Object.keys(template.Resources).length);
    if (mistake === undefined) return;
    const message = `${mistake}. Nothing was deployed. Divide the central accounts among two installations`;
    // The framework prints the stack in place of the message.
    throw Object.assign(new Error(message), { stack: message });
  }
};
