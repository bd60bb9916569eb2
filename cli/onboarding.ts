import { handleInterruptions } from './interruption.ts';
import { main } from './main.ts';
import { processIo } from './terminal.ts';

const onInterrupt = handleInterruptions(process);

process.exitCode = await main(process.argv.slice(2), { ...processIo(), onInterrupt });
