import type { Kysely } from 'kysely';
import type pg from 'pg';
import { createPreparingKysely } from '../platform/preparedStatements.ts';
import type { BoardTables } from './boards.ts';
import type { CaseTables } from './cases.ts';
import type { DirectoryTables } from './directory.ts';
import type { DuplicateTables } from './duplicates.ts';
import type { MovementTables } from './movements.ts';
import type { NumberTables } from './numbers.ts';
import type { ProviderTables } from './providers.ts';
import type { RegisterTables } from './register.ts';
import { preparedNames } from './statements.ts';
import type { TimelineTables } from './timeline.ts';

/** The tables of every read model. */
export type ReadTables = BoardTables &
  CaseTables &
  TimelineTables &
  DirectoryTables &
  RegisterTables &
  DuplicateTables &
  NumberTables &
  ProviderTables &
  MovementTables;

/** Where the read models are. */
export interface Reads {
  readonly pool: pg.Pool;
  readonly schema: string;
}

const opened = new WeakMap<pg.Pool, Map<string, Kysely<ReadTables>>>();

/** Typed queries on the read models, for the functions of the `*.queries.ts` files; always the same for the same read models. */
export function readDb({ pool, schema }: Reads): Kysely<ReadTables> {
  const schemas = opened.get(pool) ?? new Map<string, Kysely<ReadTables>>();
  opened.set(pool, schemas);
  const db = schemas.get(schema) ?? createPreparingKysely<ReadTables>(pool, preparedNames).withSchema(schema);
  schemas.set(schema, db);
  return db;
}

export { BadCursor, type Page } from './keyset.ts';
export { type Sight, sightOf } from './visibility.ts';
