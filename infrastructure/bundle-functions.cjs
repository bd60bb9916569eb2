/**
 * A plugin of the Serverless Framework. It bundles the handlers of all functions in one run of esbuild, so that the SDK is parsed
 * once, and makes one archive for each handler. Functions with the same handler share the archive. The same sources make the same bytes.
 */
const { createWriteStream } = require('node:fs');
const { readFile, rm } = require('node:fs/promises');
const { basename, join, relative } = require('node:path');
const { pipeline } = require('node:stream/promises');

/** Where the bundles are made, and the archives that are deployed. */
const outputFolder = '.serverless';

module.exports = class BundleFunctions {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.bundle(),
      'before:package:function:package': () => this.bundle(),
    };
  }

  async bundle() {
    const { service, serviceDir } = this.serverless;
    const functions = Object.values(service.functions);
    const handlers = [...new Set(functions.map(({ handler }) => toFile(handler)))];
    const archives = await makeArchives(serviceDir, handlers, service.custom.esbuild);
    for (const each of functions) each.package = { artifact: archives.get(toFile(each.handler)) };
  }
};

/** `functions/plan-changes.handler` → `functions/plan-changes` */
const toFile = (handler) => handler.replace(/\.\w+$/, '');

/** @returns the path of each handler's archive */
async function makeArchives(root, handlers, options) {
  const bundles = join(root, outputFolder, 'bundles');
  await rm(bundles, { recursive: true, force: true });
  await build(root, bundles, handlers, options);
  const archives = new Map();
  for (const handler of handlers) {
    const archive = join(root, outputFolder, `${basename(handler)}.zip`);
    await zip(archive, bundles, [`${handler}.mjs`, `${handler}.mjs.map`]);
    archives.set(handler, relative(root, archive));
  }
  await rm(bundles, { recursive: true });
  return archives;
}

/** @param options of esbuild, as in `custom.esbuild` */
function build(root, outdir, handlers, options) {
  return require('esbuild').build({
    ...options,
    entryPoints: handlers.map((handler) => ({ in: `${handler}.ts`, out: handler })),
    absWorkingDir: root,
    outdir,
    logLevel: 'warning',
  });
}

/** Every file has the same time and mode, so that the archive depends on the contents alone. */
async function zip(archive, folder, files) {
  const { ZipFile } = require('yazl');
  const zipFile = new ZipFile();
  for (const file of files)
    zipFile.addBuffer(await readFile(join(folder, file)), file, { mtime: new Date(0), mode: 0o100644 });
  zipFile.end();
  await pipeline(zipFile.outputStream, createWriteStream(archive));
}
