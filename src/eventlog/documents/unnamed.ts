import { type Kysely, sql } from 'kysely';
import type { Tables } from './table.ts';

/** What one person holds of uploads that no case names; refused ones have no bytes. */
export interface Unnamed {
  readonly files: number;
  readonly unfinished: number;
  /** As announced. */
  readonly bytes: number;
}

/** What a person holds now. */
export const unnamedOf = (on: Kysely<Tables>, uploader: string): Promise<Unnamed> =>
  on
    .selectFrom('document')
    .select([
      sql<number>`count(*)::int`.as('files'),
      sql<number>`(count(*) filter (where state = 'uploading'))::int`.as('unfinished'),
      sql<number>`coalesce(sum(size), 0)::float8`.as('bytes'),
    ])
    .where('uploader', '=', uploader)
    .where('origin', '=', 'upload')
    .where('state', '<>', 'refused')
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('attachment').select('at').whereRef('attachment.document', '=', 'document.id'))),
    )
    .executeTakeFirstOrThrow();
