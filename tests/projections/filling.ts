import type pg from 'pg';
import { registry } from '../../src/domain/index.ts';
import { nameTokens } from '../../src/domain/kernel/names.ts';
import { createKysely } from '../../src/platform/database.ts';
import { boardsProjection } from '../../src/projections/boards.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { directoryProjection } from '../../src/projections/directory.ts';
import { registerProjection } from '../../src/projections/register.ts';
import { createTables } from '../../src/projections/runtime/tables.ts';

/**
 * Read tables of many made-up cases, written by SQL in the shape in which the projections leave them: for measuring queries
 * alone. Nothing here is random: the same sizes give the same rows.
 */
export interface Filling {
  readonly pool: pg.Pool;
  /** Schema of the read tables; it must not exist yet. */
  readonly schema: string;
  readonly claims: number;
  /** Per cent of the claims that are decided; 10 when absent. */
  readonly decided?: number;
  /** Persons in the register, each alone in a household; none when absent. */
  readonly persons?: number;
}

/** The day and the moment up to which what is made up goes. */
export const DAY = '2026-03-01';
export const NOW = `${DAY}T09:00:00.000Z`;

/** Creates and fills the read tables that queues, boards, the tracker and searches by name ask. */
export async function fillReadTables({ pool, schema, claims, decided = 10, persons = 0 }: Filling): Promise<void> {
  const projections = [boardsProjection(registry), casesProjection(registry), directoryProjection, registerProjection];
  const tables = projections.flatMap((one) => one.tables);
  // Indexes over rows that are there are made in a fraction of the time it takes to keep them up.
  const bare = tables.map((table) => ({ ...table, indexes: [] }));
  await createTables(createKysely<unknown>(pool), schema, bare);
  const client = await pool.connect();
  try {
    await client.query(`set search_path to "${schema}"; set synchronous_commit = off; set work_mem = '64MB';
      set maintenance_work_mem = '128MB'`);
    for (const statement of [...claimCases(claims, decided), ...COUNTS]) await client.query(statement);
    if (persons > 0) await fillRegister(client, persons);
    for (const { name, indexes = [] } of tables) {
      for (const index of indexes) await client.query(`create index on ${name} ${index}`);
      await client.query(`analyze ${name}`);
    }
    await client.query('drop table made; reset all');
  } finally {
    client.release();
  }
}

/**
 * Two thirds of the claims lie in one governorate with three sub-committees. Each was registered on a day of eleven years, has
 * three stages behind it as boards keep them, was corrected once, and waits on somebody.
 */
function claimCases(claims: number, decided: number): readonly string[] {
  const measures = (submitted: number, finalised: number, paid: number) => `jsonb_build_object('submitted', ${submitted},
    'finalised', ${finalised}, 'annulled', 0, 'entitled', ${finalised}, 'paid', ${paid},
    'entitlementIQD', ${finalised} * 20000000, 'listedIQD', 0, 'paidIQD', ${paid} * 20000000)`;
  const stage = (status: string, at: number, to: number | undefined, figures: string, of: string, known = ['n * 10', 'null']) => `
    insert into board (process, case_id, reference, known_from, known_to, valid_from, valid_to, since, status, kind, governorate,
      area, body, measures)
    select 'claim', id, reference, ${known[0]} + ${at}, ${known[1]}::bigint, (day + ${at})::text,
      ${to === undefined ? 'null' : `(day + ${to})::text`}, (day + ${at})::text, '${status}', kind, governorate, null, body,
      ${figures} from made where ${of}`;
  return [
    `create temporary table made as
    select n, 'c' || lpad(n::text, 35, '0') as id, 'CL-' || n as reference,
      (array['property', 'death', 'injury', 'missing', 'job_study'])[1 + (case when n % 10 < 6 then 0 else n % 5 end)] as kind,
      case when n % 3 < 2 then 'IQG15' else 'IQG' || lpad((1 + n % 17)::text, 2, '0') end as governorate,
      case when n % 3 < 2 then 'office-IQG15-' || n % 3 + n % 2 else 'office-IQG' || 1 + n % 17 end as body,
      day, hash % 100 < ${decided} as decided, hash % 250 < ${decided} as paid, hash % 97 = 0 as withdrawn
    from (select n, abs(hashint4(n)) as hash, '2015-01-01'::date + abs(hashint4(n + 7)) % 3600 as day
      from generate_series(1, ${claims}) n) drawn`,
    `insert into case_index (process, case_id, reference, status, owner_organisation, owner_office, owner_governorate,
      parties, party_since, offices, governorates, assignees, taken, shares, reached_by, tier, households, persons, opened_at, changed_at,
      changed_by, revision, position, log_index)
    select 'claim', id, reference,
      case when withdrawn then 'withdrawn' when paid then 'paid' when decided then 'ratified' else 'registered' end,
      'ministry', body, governorate, array['ministry'], '{"ministry": "1"}', array[body], array[governorate], '{}', '[]', '[]',
      array['owner ministry', 'party ministry', 'office ' || body, 'area ' || governorate],
      '${registry.byName('claim')?.tier}', '{}', array['p' || n], day || 'T08:00:00.000Z', day || 'T08:00:00.000Z', 'officer',
      5, n, n
    from made`,
    stage('preparing', 0, 30, measures(0, 0, 0), 'true'),
    stage('preparing', 1, 31, measures(0, 0, 0), 'true', ['n * 10', 'n * 10 + 5']),
    stage('registered', 30, undefined, measures(1, 0, 0), 'not decided and not withdrawn'),
    stage('registered', 30, 400, measures(1, 0, 0), 'decided or withdrawn'),
    stage('withdrawn', 400, undefined, measures(1, 0, 0), 'withdrawn and not decided'),
    stage('ratified', 400, undefined, measures(1, 1, 0), 'decided and not paid'),
    stage('ratified', 400, 460, measures(1, 1, 0), 'paid and decided'),
    stage('paid', 460, undefined, measures(1, 1, 1), 'paid and decided'),
    `insert into queue (process, case_id, wait_key, from_index, from_at, reference, status, party, holder_organisation,
      holder_office, holder_governorate, since, since_revision, clock_start, due, level, discreet, priority, round)
    select 'claim', id, 'next', n * 10 + 30, day || 'T08:00:00.000Z', reference, 'registered',
      case when decided then 'governorateAccounts' else 'subcommitteeClerk' end, 'ministry', body, governorate,
      day || 'T08:00:00.000Z', 3, day || 'T08:00:00.000Z', (day + 400) || 'T08:00:00.000Z', 0, false, 2, 1
    from made where not paid and not withdrawn`,
    `insert into queue_reach (word, since, process, case_id, wait_key, priority, due)
    select word, since, process, case_id, wait_key, priority, coalesce(due, '9999')
    from queue join case_index using (process, case_id), unnest(reached_by) word`,
  ];
}

const SUMS = ['submitted', 'finalised', 'annulled', 'entitled', 'paid', 'entitlementIQD', 'listedIQD', 'paidIQD'];
const LIVE = `select board.process, board.case_id, board.since, board.status, board.kind, board.governorate, board.area, board.body,
    board.measures, c.tier, c.owner_organisation, c.owner_office, c.owner_governorate, c.parties, c.offices,
    c.offered_to, c.governorates,
    md5(row(board.status, board.kind, board.governorate, board.body, c.owner_office)::text) as cell
  from board join case_index c using (process, case_id) where board.known_to is null and board.valid_to is null`;
/** The year, the month and the day of a column, each with what it is in. */
const spans = (column: string) => `lateral (values ('', left(${column}, 4)), (left(${column}, 4), left(${column}, 7)),
    (left(${column}, 7), left(${column}, 10))) span(parent, bucket)`;

/** What boards count of the cases, told by counting them. */
const COUNTS: readonly string[] = [
  `create temporary table live as ${LIVE}`,
  `insert into board_cell (cell, process, status, kind, governorate, area, body, tier, owner_organisation, owner_office,
    owner_governorate, parties, offices, offered_to, governorates, taken, shares, own_staff, cases, measures)
  select cell, process, status, kind, governorate, area, body, tier, owner_organisation, owner_office, owner_governorate, parties,
    offices, offered_to, governorates, '[]', '[]', null, count(*),
    jsonb_build_object(${SUMS.map((name) => `'${name}', sum((measures ->> '${name}')::bigint)`).join()})
  from live group by cell, process, status, kind, governorate, area, body, tier, owner_organisation, owner_office,
    owner_governorate, parties, offices, offered_to, governorates`,
  `insert into board_age (cell, parent, bucket, cases)
  select cell, parent, bucket, count(*) from live, ${spans('since')} group by cell, parent, bucket`,
  `insert into board_wait (process, case_id, party, cell, since, due)
  select process, case_id, party, live.cell, queue.since, due from queue join live using (process, case_id)`,
  `insert into board_waiting (cell, party, parent, bucket, cases)
  select cell, party, 'all', 'all', count(*) from board_wait group by cell, party
  union all select cell, party, parent, bucket, count(*) from board_wait, ${spans('due')} group by cell, party, parent, bucket`,
  'drop table live',
];

const SYLLABLES = ['ba', 'di', 'fu', 'ga', 'ji', 'ku', 'la', 'mi', 'nu', 'ra', 'si', 'tu', 'wa', 'zi'];
/** Made-up words, as many as there are: nobody is called so. */
export const nameWord = (index: number): string =>
  [index % 14, Math.floor(index / 14) % 14, Math.floor(index / 196) % 14].map((one) => SYLLABLES[one]).join('');

/** Persons with names of four made-up words: 200 first names, fathers and grandfathers, 2,000 families. */
async function fillRegister(client: pg.PoolClient, persons: number): Promise<void> {
  const words = Array.from({ length: 2_000 }, (_, index) => nameWord(index));
  if (words.some((word) => nameTokens(word).join() !== word)) throw new Error('a made-up word is not its own fold');
  await client.query(
    'create temporary table word as select word, at - 1 as at from unnest($1::text[]) with ordinality w(word, at)',
    [words],
  );
  await client.query('create unique index on word (at)');
  for (const statement of [
    `create temporary table named as
    select n, 'p' || lpad(n::text, 35, '0') as person, 'h' || lpad(n::text, 35, '0') as household, a.word as first, b.word as father,
      c.word as grandfather, d.word as family
    from (select n, abs(hashint4(n)) as one, abs(hashint4(n + 11)) as two, abs(hashint4(n + 23)) as three,
        abs(hashint4(n + 41)) as four from generate_series(1, ${persons}) n) drawn
      join word a on a.at = one % 200 join word b on b.at = two % 200 join word c on c.at = three % 200
      join word d on d.at = four % 2000`,
    `insert into register_person (id, reference, status, name, sort_name, sex, birth_year, deceased)
    select person, 'PE-' || n, 'active', jsonb_build_object('ar', jsonb_build_object('first', first, 'father', father,
      'grandfather', grandfather, 'family', family)), first || ' ' || father || ' ' || grandfather || ' ' || family, 'female',
      1950 + n % 60, false from named`,
    `insert into register_token (kind, token, sort_name, person)
    select distinct 'name', token, first || ' ' || father || ' ' || grandfather || ' ' || family, person
    from named, lateral (values (first), (father), (grandfather), (family)) t(token)`,
    `insert into register_household (id, reference, status, file_no, legacy_numbers, head, members_count, branch_organisation,
      branch_office, branch_governorate, origin_adm1, place_adm1)
    select household, 'HH-' || n, 'active', n::text, '{}', person, 1, 'ministry', 'office-' || n % 40, 'IQG15', 'IQG15', 'IQG15'
    from named`,
    `insert into register_member (household, person, relation, deceased) select household, person, 'head', false from named`,
    ...(['person', 'household'] as const).map(
      (process) => `insert into case_index (process, case_id, reference, status, owner_organisation, owner_office,
        owner_governorate, parties, party_since, offices, governorates, assignees, taken, shares, reached_by, tier, households, persons,
        opened_at, changed_at, changed_by, revision, position, log_index)
      select '${process}', ${process}, '${process}-' || n, 'active', 'ministry', 'office-' || n % 40, 'IQG15', '{}', '{}', '{}',
        '{}', '{}', '[]', '[]', array['owner ministry', 'office office-' || n % 40, 'area IQG15'],
        'T1', array[household], array[person], '2020-01-01T08:00:00.000Z', '2020-01-01T08:00:00.000Z',
        'officer', 1, n, n from named`,
    ),
    'drop table named; drop table word',
  ])
    await client.query(statement);
}
