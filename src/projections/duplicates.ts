import { blockingKeys } from '../domain/household/matching.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import type { Stated } from '../domain/kernel/process.ts';
import { descriptorOf, type PersonState } from '../domain/person/index.ts';
import { createFolds } from './runtime/folds.ts';
import type { Projection } from './runtime/projection.ts';

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
  version: 1,
  categories: ['person'],
  opening: 'T2',
  tables: [
    {
      name: 'duplicate_key',
      columns: { hash: 'text', person: 'text', names_only: 'boolean' } satisfies Record<keyof DuplicateKeyRow, string>,
      key: ['hash', 'person'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context);
    return async (batch) =>
      (await fold(batch)).flatMap(({ before, record }) => [
        { table: 'duplicate_key', remove: rowsOf(before, mac) },
        { table: 'duplicate_key', put: rowsOf(record, mac) },
      ]);
  },
});

/** A record folded into another, withdrawn or erased is compared no more. */
function rowsOf(record: CaseRecord<Stated>, mac: Mac): readonly DuplicateKeyRow[] {
  if (!record.exists || record.retracted || record.status === 'merged_into') return [];
  const descriptor = descriptorOf(record.state as PersonState);
  if (!descriptor) return [];
  const hashes = keysOf(descriptor, mac);
  return hashes.map((hash) => ({ hash, person: record.id, names_only: descriptor.birth === undefined }));
}
