import { main } from './main.ts';
import { processIo } from './terminal.ts';

/** `onboarding run | head` ends the reader first. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2), processIo());
