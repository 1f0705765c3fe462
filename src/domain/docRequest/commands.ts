import { authorising } from './authorising.ts';
import { court } from './court.ts';
import { ending, filing } from './filing.ts';
import { needing } from './need.ts';
import { p } from './process.ts';

/** One paper of one person or family: from the need to its use (domain.md §5). */
export const docRequest = p.withCommands({ ...needing, ...authorising, ...court, ...filing, ...ending });
