import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { type Unnamed, unnamedOf } from './unnamed.ts';

export type StoredState = 'uploading' | 'scanning' | 'ready' | 'refused';

/** Why the content of an upload was not accepted; `ABANDONED` when no case named it in time. */
export type DocumentRefusal = 'HASH_DIFFERS' | 'TYPE_NOT_ALLOWED' | 'INFECTED' | 'ABANDONED';

interface DocumentTable {
  id: string;
  uploader: string;
  organisation: string | null;
  office: string | null;
  origin: 'upload' | 'system';
  /** Digest of what was asked for, to know the same wish again. */
  wish: string;
  sealed_name: Buffer;
  size: number;
  received: number;
  declared_sha256: string | null;
  sha256: string | null;
  media_type: string | null;
  storage_key: string;
  state: StoredState;
  refusal: DocumentRefusal | null;
  finding: string | null;
  created_at: string;
  changed_at: string;
}

interface PartTable {
  storage_key: string;
  document: string;
  start: number;
  size: number;
  kept: boolean;
}

interface AttachmentTable {
  document: string;
  stream: string;
  confirmed: boolean;
  at: string;
}

/** The tables of files as they are asked. */
export interface Tables {
  document: DocumentTable;
  part: PartTable;
  attachment: AttachmentTable;
}

export type DocumentRow = Selectable<DocumentTable>;
export type NewDocument = Omit<DocumentRow, 'created_at' | 'changed_at'>;
export type PartRow = Selectable<PartTable>;

const changed = { changed_at: sql<string>`now()` };

/** What is known of files, in the schema that `documentMigrations` made. Every method is one transaction. */
export function documentTable(untyped: Kysely<unknown>, schema: string) {
  const db = (untyped as Kysely<Tables>).withSchema(schema);

  const find = (id: string): Promise<DocumentRow | undefined> =>
    db.selectFrom('document').selectAll().where('id', '=', id).executeTakeFirst();

  /** Locks a file while something about it is decided; nobody attaches it meanwhile. */
  const locked = (trx: Transaction<Tables>, id: string) =>
    trx.selectFrom('document').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();

  const insert = async (on: Kysely<Tables>, row: NewDocument): Promise<void> => {
    await on
      .insertInto('document')
      .values({ ...row, created_at: sql`now()`, changed_at: sql`now()` })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  };

  return {
    find,

    /** A file that is there already stays as it is. */
    insert: (row: NewDocument): Promise<void> => insert(db, row),

    unnamedOf: (uploader: string): Promise<Unnamed> => unnamedOf(db, uploader),

    /** Inserts an upload unless `admit` throws at what its person holds; those who announce many at once come one after another. */
    insertUpload: (row: NewDocument, admit: (held: Unnamed) => void): Promise<void> =>
      db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(hashtextextended(${`uploads ${row.uploader}`}, 0))`.execute(trx);
        admit(await unnamedOf(trx, row.uploader));
        await insert(trx, row);
      }),

    /** Says where bytes are about to lie, so that they are found again whatever happens next. */
    announcePart: async (part: Omit<PartRow, 'kept'>): Promise<void> => {
      await db
        .insertInto('part')
        .values({ ...part, kept: false })
        .execute();
    },

    /**
     * Counts bytes that lie in the store: from here on they are acknowledged. With the last of them the file waits for its scan.
     * @returns false when somebody else's bytes came first.
     */
    keepPart: (part: Omit<PartRow, 'kept'>): Promise<boolean> =>
      db.transaction().execute(async (trx) => {
        const end = part.start + part.size;
        const moved = await trx
          .updateTable('document')
          .set({
            received: end,
            state: sql<StoredState>`case when size = ${end} then 'scanning' else 'uploading' end`,
            ...changed,
          })
          .where('id', '=', part.document)
          .where('state', '=', 'uploading')
          .where('received', '=', part.start)
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return false;
        await trx.updateTable('part').set({ kept: true }).where('storage_key', '=', part.storage_key).execute();
        return true;
      }),

    partsOf: (document: string): Promise<PartRow[]> =>
      db
        .selectFrom('part')
        .select(['storage_key', 'document', 'start', 'size', 'kept'])
        .where('document', '=', document)
        .orderBy('start')
        .execute(),

    forgetParts: async (keys: readonly string[]): Promise<void> => {
      if (keys.length > 0) await db.deleteFrom('part').where('storage_key', 'in', keys).execute();
    },

    /** Ends the wait for the scan; false when it had ended already. */
    settle: async (
      id: string,
      outcome:
        | { readonly state: 'ready'; readonly sha256: string; readonly media_type: string }
        | { readonly state: 'refused'; readonly refusal: DocumentRefusal; readonly finding?: string },
    ): Promise<boolean> => {
      const done = await db
        .updateTable('document')
        .set({ ...outcome, ...changed })
        .where('id', '=', id)
        .where('state', '=', 'scanning')
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    },

    /** Puts a scan that could not be had to the end of the line. */
    postpone: async (id: string): Promise<void> => {
      await db.updateTable('document').set(changed).where('id', '=', id).where('state', '=', 'scanning').execute();
    },

    unscanned: async (limit: number): Promise<string[]> => {
      const rows = await db
        .selectFrom('document')
        .select('id')
        .where('state', '=', 'scanning')
        .orderBy('changed_at')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    /** Notes that a stream is about to name a file; false unless the file is ready. */
    attach: (document: string, stream: string): Promise<boolean> =>
      db.transaction().execute(async (trx) => {
        const row = await locked(trx, document);
        if (row?.state !== 'ready') return false;
        await trx
          .insertInto('attachment')
          .values({ document, stream, confirmed: false, at: sql`now()` })
          .onConflict((conflict) =>
            conflict.columns(['document', 'stream']).doUpdateSet({ at: sql`now()` }).where('attachment.confirmed', '=', false),
          )
          .execute();
        return true;
      }),

    attachmentsOf: async (document: string): Promise<string[]> => {
      const rows = await db.selectFrom('attachment').select('stream').where('document', '=', document).execute();
      return rows.map((row) => row.stream);
    },

    /** Files that some of these streams name and no others. */
    onlyOf: async (streams: readonly string[]): Promise<string[]> => {
      const rows = await db
        .selectFrom('attachment')
        .select('document')
        .groupBy('document')
        .having((eb) => eb.fn('bool_and', [eb('stream', 'in', [...streams, ''])]), '=', true)
        .where('document', 'in', (eb) =>
          eb
            .selectFrom('attachment as own')
            .select('own.document')
            .where('own.stream', 'in', [...streams, '']),
        )
        .orderBy('document')
        .execute();
      return rows.map((row) => row.document);
    },

    /** Attachments noted before an instant and not confirmed since. */
    unconfirmed: (before: string, limit: number) =>
      db
        .selectFrom('attachment')
        .select(['document', 'stream', 'at'])
        .where('confirmed', '=', false)
        .where('at', '<', before)
        .orderBy('at')
        .limit(limit)
        .execute(),

    confirm: async (one: { document: string; stream: string }): Promise<void> => {
      await db
        .updateTable('attachment')
        .set({ confirmed: true })
        .where('document', '=', one.document)
        .where('stream', '=', one.stream)
        .execute();
    },

    /** Forgets a note whose event never came, unless it was renewed meanwhile. */
    detach: async (one: { document: string; stream: string; at: string }): Promise<void> => {
      await db
        .deleteFrom('attachment')
        .where('document', '=', one.document)
        .where('stream', '=', one.stream)
        .where('at', '=', one.at)
        .execute();
    },

    /** Uploads that nobody changed since an instant and that no stream names. */
    unattached: async (before: string, limit: number): Promise<string[]> => {
      const rows = await db
        .selectFrom('document')
        .select('id')
        .where('origin', '=', 'upload')
        .where('changed_at', '<', before)
        .where((eb) =>
          eb.not(eb.exists(eb.selectFrom('attachment').select('at').whereRef('attachment.document', '=', 'document.id'))),
        )
        .orderBy('changed_at')
        .limit(limit)
        .execute();
      return rows.map((row) => row.id);
    },

    /** Closes a file for good unless a stream names it: from here on it can be removed. */
    abandon: (id: string): Promise<boolean> =>
      db.transaction().execute(async (trx) => {
        if (!(await locked(trx, id))) return false;
        const named = await trx.selectFrom('attachment').select('at').where('document', '=', id).executeTakeFirst();
        if (named) return false;
        await trx
          .updateTable('document')
          .set({ state: 'refused', refusal: sql<DocumentRefusal>`coalesce(refusal, 'ABANDONED')` })
          .where('id', '=', id)
          .execute();
        return true;
      }),

    remove: async (id: string): Promise<void> => {
      await db.deleteFrom('document').where('id', '=', id).execute();
    },

    /** Parts of files that no longer need them, and bytes announced long ago that never counted. */
    leftovers: (before: string, limit: number): Promise<PartRow[]> =>
      db
        .selectFrom('part')
        .innerJoin('document', 'document.id', 'part.document')
        .select(['part.storage_key', 'part.document', 'part.start', 'part.size', 'part.kept'])
        .where((eb) =>
          eb.or([
            eb('document.state', 'in', ['ready', 'refused']),
            eb.and([eb('part.kept', '=', false), eb(sql<string>`part.at`, '<', before)]),
          ]),
        )
        .limit(limit)
        .execute(),
  };
}

export type DocumentTableAccess = ReturnType<typeof documentTable>;
