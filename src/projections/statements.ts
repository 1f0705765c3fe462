import { type Compilable, CompiledQuery, type Kysely } from 'kysely';
import type { Rights } from '../domain/access/access.ts';
import { forgetOldest } from './runtime/kept.ts';
import type { Sight } from './visibility.ts';

/** No text of Postgres holds it, so nothing that is asked for can be taken for a place. */
const MARK = '\u0000';
const PLACES = new RegExp(`${MARK}([^${MARK}]+)${MARK}`, 'g');

/**
 * Values of one request that its statement only passes on, told by name. What builds a statement is given places in their stead, so that
 * one statement serves everybody who stands alike: its text and the rest of its values depend on nothing of a person, a moment or a
 * cursor but on what is there at all.
 */
export class Places {
  readonly values = new Map<string, string>();

  /** The place of a text; of what is absent, none. */
  of<T extends string | undefined>(name: string, text: T): T | string {
    if (text === undefined) return text;
    this.values.set(name, text);
    return `${MARK}${name}${MARK}`;
  }

  /** Rights with a place for whose they are, when, and where: the roles are kept. */
  rights(name: string, { staff, behalf, day, at, posts }: Rights): Rights {
    return {
      staff: this.of(`${name}.staff`, staff),
      behalf: this.of(`${name}.behalf`, behalf),
      day: this.of(`${name}.day`, day),
      ...(at === undefined ? {} : { at: this.of(`${name}.at`, at) }),
      posts: posts.map(({ role, organisation, office, governorate }, index) => ({
        id: '',
        role,
        organisation: this.of(`${name}.${index}.organisation`, organisation),
        office: this.of(`${name}.${index}.office`, office),
        governorate: this.of(`${name}.${index}.governorate`, governorate),
        from: '',
      })),
    };
  }

  /** What rights see, with their places. */
  sight({ rights, groups }: Sight, name = 'sight'): Sight {
    const stood = this.rights(name, rights);
    return {
      rights: stood,
      groups: groups.map(({ processes, reach }) => ({
        processes,
        reach: reach.map((one) => {
          const post = stood.posts[rights.posts.indexOf(one.post)];
          if (post === undefined) throw new TypeError('a way of a sight is by a post that its rights do not have');
          return { ...one, post };
        }),
      })),
    };
  }
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** How often it was asked. */
  uses: number;
}

/** Enough for every role that asks in a day, with the filters people use; a statement is some ten thousand characters. */
const KEPT_STATEMENTS = 500;
const kept = new WeakMap<object, Map<string, Statement>>();

/** To read and plan a statement of ten thousand characters takes Postgres longer than to answer it: those asked often are prepared. */
const OFTEN = 50;
/** Half a megabyte or so each for every connection in use. */
const MOST_PREPARED = 24;

/** The statements that connections prepare, by their text, with their names; one that is outdated gets another name. */
export const preparedNames = new Map<string, string>();

function prepare({ sql, uses }: Statement): void {
  if (uses < OFTEN || preparedNames.size >= MOST_PREPARED || preparedNames.has(sql)) return;
  preparedNames.set(sql, `masar_${preparedNames.size + 1}`);
}

/**
 * The rows of a statement that is built and compiled when it is first asked for. `asked` is all that `build` looks at, with places for what
 * `values` says; statements of one database that are built from the same are the same. `steady` is a statement whose best plan does not
 * depend on its values: it is prepared once it is asked often.
 */
export async function rowsOf<Tables, Row>(
  db: Kysely<Tables>,
  asked: object,
  values: Places['values'],
  build: () => Compilable<Row>,
  steady = false,
): Promise<Row[]> {
  const statement = statementOf(db, JSON.stringify(asked), () => build().compile());
  if (steady) prepare(statement);
  const { sql, values: passed } = statement;
  const { rows } = await db.executeQuery<Row>(
    CompiledQuery.raw(
      sql,
      passed.map((one) => filled(one, values)),
    ),
  );
  return rows;
}

function statementOf(db: object, key: string, compile: () => CompiledQuery): Statement {
  const statements = kept.get(db) ?? new Map<string, Statement>();
  kept.set(db, statements);
  let statement = statements.get(key);
  if (statement === undefined) {
    const { sql, parameters } = compile();
    statement = { sql, values: parameters, uses: 0 };
  }
  statement.uses += 1;
  // In order of last use: the first is the one to forget.
  statements.delete(key);
  statements.set(key, statement);
  forgetOldest(statements, KEPT_STATEMENTS);
  return statement;
}

/** A value of a statement with what stands in its places. */
function filled(value: unknown, values: Places['values']): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, values));
  if (typeof value !== 'string' || !value.includes(MARK)) return value;
  return value.replace(PLACES, (_, name: string) => {
    const text = values.get(name);
    if (text === undefined) throw new TypeError(`nothing was given for ${name}`);
    return text;
  });
}
