import type { Limited } from '../platform/limits/settings.ts';

/** Commands that give out much at once, alone and in a bulk: a file that is read tells of each of its rows who may be on record. */
const LIMITS: Readonly<Record<string, Limited>> = { 'importRun.upload': 'imports' };

/** What a command counts as beside a request. */
export const limitOf = (process: string, command: string): Limited | undefined => LIMITS[`${process}.${command}`];
