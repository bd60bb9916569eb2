import { type Played, type PlayOptions, play as playWell } from '../../simulation/play.ts';
import { withoutSidLost } from './planted.ts';

export { ready } from '../../simulation/play.ts';

export const play = (options: PlayOptions): Promise<Played> => playWell({ ...options, ...withoutSidLost() });
