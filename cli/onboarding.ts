import { main } from './main.ts';
import { processIo } from './terminal.ts';

/** In `onboarding run | head` the reader ends first. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), processIo());
