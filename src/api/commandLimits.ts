import type { Limited } from '../platform/limits/settings.ts';

/** Commands that give out much at once, alone and in a bulk: a file that is read tells of each of its rows who may be on record. */
const LIMITS: Readonly<Record<string, Limited>> = { 'importRun.upload': 'imports' };

/** What a command counts as beside a request. */
export const limitOf = (process: string, command: string): Limited | undefined => LIMITS[`${process}.${command}`];

const NUMBERS_TRIED: Readonly<Record<string, string>> = {
  'household.assignFileNumber': 'fileNo',
  'household.recordFileTransfer': 'fileNo',
};

/**
 * The member of a command's input whose number is answered for when the command is only tried: that another case has it. Given, the
 * command is in the log; tried, it is a lookup, counted and on record as one.
 */
export const numberTriedIn = (process: string, command: string): string | undefined => NUMBERS_TRIED[`${process}.${command}`];
