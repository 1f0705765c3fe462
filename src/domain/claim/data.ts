import type { z } from 'zod';
import type { DuplicateGround, Objector } from './codes.ts';
import type { events } from './events.ts';

/** What a claim says from its preparation on. */
export type Prepared = z.output<typeof events.ClaimPrepared>;
export type ObjectorName = z.output<typeof Objector>;
export type DuplicateGroundName = z.output<typeof DuplicateGround>;
