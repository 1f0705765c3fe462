import type { Kysely } from 'kysely';
import { blockingKeys } from '../domain/household/matching.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import type { Stated } from '../domain/kernel/process.ts';
import { descriptorOf, type PersonState } from '../domain/person/index.ts';
import { createFolds, ofRecord } from './runtime/folds.ts';
import type { Change, Projection } from './runtime/projection.ts';

/** That a person is found under a blocking key. The key is a keyed hash: it says nothing to who has only the table. */
export interface DuplicateKeyRow {
  hash: string;
  person: string;
  /** Neither a birth year nor anything else than the names is known of the person. */
  names_only: boolean;
}

export interface DuplicateTables {
  duplicate_key: DuplicateKeyRow;
}

/** HMAC of a text within a scope: a keyring's `mac`. */
export type Mac = (scope: string, text: string) => string;

const SCOPE = 'duplicates';

/** Hashes of a person's own blocking keys, and of the names alone, which with the district of origin are one more key. */
export function keysOf(descriptor: Parameters<typeof blockingKeys>[0], mac: Mac): readonly string[] {
  const { originAdm2: _, ...own } = descriptor;
  return [...new Set([...blockingKeys(own), ...blockingKeys({ names: own.names })])].map((key) => mac(SCOPE, key));
}

/** Hash of the names alone. */
export const namesKeyOf = ({ names }: Parameters<typeof blockingKeys>[0], mac: Mac): string | undefined => {
  const [key] = blockingKeys({ names });
  return key === undefined ? undefined : mac(SCOPE, key);
};

/**
 * Under which keys persons are compared with others. The national number is opened to be hashed and is not kept.
 */
export const duplicatesProjection = (mac: Mac): Projection => ({
  name: 'duplicates',
  version: 3,
  categories: ['person', 'erasure'],
  opening: 'T2',
  tables: [
    {
      name: 'duplicate_key',
      columns: { hash: 'text', person: 'text', names_only: 'boolean' } satisfies Record<keyof DuplicateKeyRow, string>,
      key: ['hash', 'person'],
      indexes: ['(person)'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context, ['person']);
    const db = context.db as Kysely<DuplicateTables>;
    const rows = ofRecord((record) => rowsOf(record, mac));
    return async (batch) => {
      const changes: Change[] = [];
      for (const { before, record, erased } of await fold(batch)) {
        // What an erased record was compared by cannot be worked out any more.
        const written = erased ? await db.selectFrom('duplicate_key').selectAll().where('person', '=', record.id).execute() : [];
        const coming = erased ? putFor(record.id, changes) : [];
        changes.push(
          { table: 'duplicate_key', remove: [...written, ...coming, ...rows(before)] },
          { table: 'duplicate_key', put: rows(record) },
        );
      }
      return changes;
    };
  },
});

const putFor = (person: string, changes: readonly Change[]): readonly DuplicateKeyRow[] =>
  changes.flatMap((one) => (one.put ?? []) as readonly DuplicateKeyRow[]).filter((row) => row.person === person);

/** A record folded into another, withdrawn or erased is compared no more. */
function rowsOf(record: CaseRecord<Stated>, mac: Mac): readonly DuplicateKeyRow[] {
  if (!record.exists || record.retracted || record.status === 'merged_into') return [];
  const descriptor = descriptorOf(record.state as PersonState);
  if (!descriptor) return [];
  const hashes = keysOf(descriptor, mac);
  return hashes.map((hash) => ({ hash, person: record.id, names_only: descriptor.birth === undefined }));
}
