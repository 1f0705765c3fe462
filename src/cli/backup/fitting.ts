import { join } from 'node:path';
import type pg from 'pg';
import { readLines } from '../../platform/backup/lines.ts';
import { unknownIn } from '../../platform/backup/tables.ts';
import { type Manifest, PlaceRefused } from './manifest.ts';
import { inOne, KEPT, type Places, tableIn } from './places.ts';

/** Columns that a migration took away and whose values say nothing any more: an older backup has them still. */
const TAKEN_AWAY: ReadonlySet<string> = new Set(['audit.halt.kept']);

/**
 * Sees that all that a backup holds has a place in today's tables. What an older release lacked has its default; what only a newer
 * one has would be lost.
 * @throws PlaceRefused
 */
export async function refuseUnknown(places: Places, from: string, { files }: Manifest): Promise<void> {
  for (const file of Object.keys(files)) {
    const name = tableIn(file);
    const pool = name && poolOf(places, name.store, name.schema);
    if (!pool) continue;
    for await (const line of readLines(join(from, file))) {
      const columns = await inOne(pool, (client) => unknownIn(client, name, line));
      const unknown = columns.map((column) => `${name.schema}.${name.table}.${column}`).find((one) => !TAKEN_AWAY.has(one));
      if (unknown) {
        throw new PlaceRefused(`this release has no ${unknown}, and the backup does: restore it with the release that made it`);
      }
      break;
    }
  }
}

function poolOf(places: Places, store: string, schema: string): pg.Pool | undefined {
  if (store === 'restricted') return places.restricted;
  if (KEPT.access.some((one) => one === schema)) return places.access;
  return KEPT.keys.some((one) => one === schema) ? places.keys : places.general;
}
