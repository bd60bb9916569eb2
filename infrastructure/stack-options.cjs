/**
 * A plugin of the Serverless Framework. It applies `stacks` of the configuration to the whole template, so that the functions and
 * log groups that the framework adds get boundary, tags and retention too.
 */
module.exports = class StackOptions {
  constructor(serverless) {
    // The same moment as in check-template.cjs, which comes after.
    this.hooks = {
      'after:aws:package:finalize:stripNullPropsFromTemplateResources': () => this.apply(serverless.service),
    };
  }

  async apply({ provider, custom }) {
    const { loadConfiguration } = await import('../shared/configuration/load.ts');
    const { applyStackOptions } = await import('../shared/cloudformation/stack-options.ts');
    const configuration = await loadConfiguration(custom.configuration);
    provider.compiledCloudFormationTemplate = applyStackOptions(
      provider.compiledCloudFormationTemplate,
      configuration,
    );
  }
};
