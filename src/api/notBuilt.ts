import type { ApiParts } from './parts.ts';
import { Problem } from './problem.ts';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

/**
 * What to tell of a failure: tables and columns that are not there appear when a read model that is still being built has come to
 * the end of the log. Where all are shown as this program asks them, it asked for what is nowhere, which is a fault like others.
 */
export async function toldOf({ isBuilt }: Pick<ApiParts, 'isBuilt'>, error: unknown): Promise<unknown> {
  const lacks = error instanceof Error && [UNDEFINED_TABLE, UNDEFINED_COLUMN].includes(String(Reflect.get(error, 'code')));
  if (!lacks || !isBuilt) return error;
  try {
    return (await isBuilt()) ? error : new Problem('NOT_BUILT_YET', { cause: error });
  } catch (unknown) {
    return unknown;
  }
}
