import type pg from 'pg';

/** What a naive projector reads. `position` is what the sequence gave. */
export interface NaiveEvent {
  readonly position: number;
  readonly category: string;
  readonly name: string;
}

/**
 * A log and a projector as one writes them in an afternoon: positions from a sequence, and a read model of how often each event
 * was seen, whose rows and checkpoint are committed one after the other. Its parts are here, so that a test can stop between
 * any two; the functions below make a projector of them, each with one mistake of its own.
 */
export interface Naive {
  /** Appends in a transaction of its own, or in one that the caller holds. */
  append(name: string, category?: string, on?: pg.PoolClient): Promise<void>;
  /** What stands behind the checkpoint, in order. */
  read(limit?: number): Promise<readonly NaiveEvent[]>;
  /** Counts events into the rows. */
  show(events: readonly NaiveEvent[]): Promise<void>;
  checkpoint(): Promise<number>;
  moveTo(position: number): Promise<void>;
  /** The highest position there is. */
  head(): Promise<number>;
  /** The read model: how often each event was seen. */
  shown(): Promise<Readonly<Record<string, number>>>;
  /** Takes all rows away. */
  empty(): Promise<void>;
  /** Puts the log back to what it was at a position, as an older copy does. */
  restore(position: number): Promise<void>;
}

/** Makes an empty log and read model in the schema `naive`. */
export async function createNaive(pool: pg.Pool): Promise<Naive> {
  await pool.query(`
    create schema naive;
    create table naive.events (position bigserial primary key, category text not null, name text not null);
    create table naive.shown (name text primary key, times integer not null);
    create table naive.checkpoint (position bigint not null);
    insert into naive.checkpoint values (0)`);
  const one = async (text: string): Promise<number> => {
    const { rows } = await pool.query<{ value: string | null }>(text);
    return Number(rows[0]?.value ?? 0);
  };
  const checkpoint = () => one('select position as value from naive.checkpoint');
  return {
    checkpoint,
    append: async (name, category = 'parcel', on) => {
      await (on ?? pool).query('insert into naive.events (category, name) values ($1, $2)', [category, name]);
    },
    read: async (limit = 1_000) => {
      const { rows } = await pool.query<{ position: string; category: string; name: string }>(
        'select * from naive.events where position > $1 order by position limit $2',
        [await checkpoint(), limit],
      );
      return rows.map((row) => ({ ...row, position: Number(row.position) }));
    },
    show: async (events) => {
      await pool.query(
        `insert into naive.shown as s (name, times) select name, count(*) from unnest($1::text[]) as e(name) group by name
         on conflict (name) do update set times = s.times + excluded.times`,
        [events.map(({ name }) => name)],
      );
    },
    moveTo: async (position) => {
      await pool.query('update naive.checkpoint set position = $1', [position]);
    },
    head: () => one('select max(position) as value from naive.events'),
    shown: async () => {
      const { rows } = await pool.query<{ name: string; times: number }>('select name, times from naive.shown');
      return Object.fromEntries(rows.map(({ name, times }) => [name, times]));
    },
    empty: async () => {
      await pool.query('truncate naive.shown');
    },
    restore: async (position) => {
      await pool.query('delete from naive.events where position > $1', [position]);
      await pool.query(`select setval('naive.events_position_seq', $1)`, [position]);
    },
  };
}

/** Mistake: takes it that nothing appears below a position that was seen. */
export async function poll(naive: Naive, limit?: number): Promise<void> {
  const events = await naive.read(limit);
  await naive.show(events);
  await naive.moveTo(events.at(-1)?.position ?? (await naive.checkpoint()));
}

/** Mistake: reads the events it wants and the end of the log in two statements. `between` happens between them. */
export async function pollThenAskHead(naive: Naive, category: string, between: () => Promise<unknown>): Promise<void> {
  const events = await naive.read();
  await between();
  const head = await naive.head();
  await naive.show(events.filter((event) => event.category === category));
  await naive.moveTo(head);
}

/** Mistake: builds the shown rows anew, and asks where the log ends when done. `between` happens before that. */
export async function rebuildInPlace(naive: Naive, between: () => Promise<unknown>): Promise<void> {
  await naive.empty();
  await naive.moveTo(0);
  await naive.show(await naive.read());
  await between();
  await naive.moveTo(await naive.head());
}

/** Mistake: does not go past a gap before it has waited `staleMs` since it last went on. `now` is its clock, in milliseconds. */
export function createGapWatcher(naive: Naive, staleMs: number, now: () => number): () => Promise<void> {
  let wentOn = now();
  return async () => {
    const from = await naive.checkpoint();
    const events = await naive.read();
    const whole = events.filter(({ position }, at) => position === from + at + 1);
    const taken = now() - wentOn > staleMs ? events : whole;
    const last = taken.at(-1);
    if (!last) return;
    await naive.show(taken);
    await naive.moveTo(last.position);
    wentOn = now();
  };
}

/** Mistake: forgives a batch that it cannot show, and goes on behind it. */
export async function pollForgivingly(naive: Naive, bad: string): Promise<void> {
  const events = await naive.read();
  if (!events.some(({ name }) => name === bad)) await naive.show(events);
  await naive.moveTo(events.at(-1)?.position ?? 0);
}

/** Mistake: moves its checkpoint by what it wants alone, so that a page without any is the end of the log to it. */
export async function pollCategory(naive: Naive, category: string, limit: number): Promise<void> {
  const wanted = (await naive.read(limit)).filter((event) => event.category === category);
  const last = wanted.at(-1);
  if (!last) return;
  await naive.show(wanted);
  await naive.moveTo(last.position);
}
