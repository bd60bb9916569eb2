import { registerHooks } from 'node:module';

/** As a preload of `simulation/main.ts`: what it plays loses statements without a Sid, so that promises break. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === './play.ts' && context.parentURL?.endsWith('/simulation/main.ts')
      ? next('../tests/simulation/broken-play.ts', context)
      : next(specifier, context),
});
