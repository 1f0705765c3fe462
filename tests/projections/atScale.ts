/**
 * How long boards, the claim tracker and decisions out of order take on read tables of many made-up claims. They are written
 * by SQL in the shape in which the projections leave them, since only the queries are measured.
 *
 *   node dist/tests/projections/atScale.js            132,000 claims, a tenth of them decided
 *   CLAIMS=20000 DECIDED=100 node …                   so many, and that per cent of them decided
 *   EXPLAIN=1 node …                                  slow statements of each question with their plans (auto_explain)
 */
import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { boardSights } from '../../src/api/smallCells.ts';
import type { Rights } from '../../src/domain/access/access.ts';
import type { Role } from '../../src/domain/access/roles.ts';
import { hiddenFigures } from '../../src/domain/access/smallCells.ts';
import { registry } from '../../src/domain/index.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import {
  type BoardFilter,
  type BoardGroup,
  type BoardSights,
  boardLines,
  boardWaits,
} from '../../src/projections/boards.queries.ts';
import { boardsProjection } from '../../src/projections/boards.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { overtakings } from '../../src/projections/claimOrder.queries.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import { createTables } from '../../src/projections/runtime/tables.ts';
import { unseenOnBoard } from '../../src/projections/smallCells.queries.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';

const CLAIMS = Number(process.env.CLAIMS ?? 132_000);
const DECIDED = Number(process.env.DECIDED ?? 10);
const SCHEMA = 'read';
const DAY = '2026-03-01';
const NOW = `${DAY}T09:00:00.000Z`;

/**
 * Two thirds of the claims lie in one governorate with three sub-committees. Each was registered on a day of eleven years, has
 * three stages behind it as boards keep them, was corrected once, and waits on somebody.
 */
async function fill(pool: pg.Pool): Promise<void> {
  const db = createKysely<unknown>(pool);
  await createTables(
    db,
    SCHEMA,
    [...boardsProjection(registry).tables, ...casesProjection(registry).tables].filter(({ name }) => name !== 'timer'),
  );
  await pool.query(`
    create temporary table made as
    select n, 'c' || lpad(n::text, 35, '0') as id, 'CL-' || n as reference,
      (array['property', 'death', 'injury', 'missing', 'job_study'])[1 + (case when n % 10 < 6 then 0 else n % 5 end)] as kind,
      case when n % 3 < 2 then 'IQG15' else 'IQG' || lpad((1 + n % 17)::text, 2, '0') end as governorate,
      case when n % 3 < 2 then 'office-IQG15-' || n % 3 + n % 2 else 'office-IQG' || 1 + n % 17 end as body,
      day, hash % 100 < ${DECIDED} as decided, hash % 250 < ${DECIDED} as paid, hash % 97 = 0 as withdrawn
    from (select n, abs(hashint4(n)) as hash, '2015-01-01'::date + abs(hashint4(n + 7)) % 3600 as day
      from generate_series(1, ${CLAIMS}) n) drawn`);
  await pool.query(`
    insert into ${SCHEMA}.case_index (process, case_id, reference, status, owner_organisation, owner_office, owner_governorate,
      parties, party_since, offices, governorates, assignees, taken, shares, tier, households, persons, opened_at, changed_at,
      changed_by, revision, position, log_index)
    select 'claim', id, reference,
      case when withdrawn then 'withdrawn' when paid then 'paid' when decided then 'ratified' else 'registered' end,
      'ministry', body, governorate, array['ministry'], '{"ministry": "1"}', array[body], array[governorate], '{}', '[]', '[]',
      '${registry.byName('claim')?.tier}', '{}', array['p' || n], day || 'T08:00:00.000Z', day || 'T08:00:00.000Z', 'officer',
      5, n, n
    from made`);
  const measures = (submitted: number, finalised: number, paid: number) => `jsonb_build_object('submitted', ${submitted},
    'finalised', ${finalised}, 'annulled', 0, 'entitled', ${finalised}, 'paid', ${paid},
    'entitlementIQD', ${finalised} * 20000000, 'listedIQD', 0, 'paidIQD', ${paid} * 20000000)`;
  const stage = (status: string, at: number, to: number | undefined, figures: string, of: string, known = '(n * 10, null)') => `
    insert into ${SCHEMA}.board (process, case_id, reference, known_from, known_to, valid_from, valid_to, since, status, kind,
      governorate, area, body, measures)
    select 'claim', id, reference, ${known.slice(1).split(',')[0]} + ${at}, ${known.slice(0, -1).split(',')[1]}::bigint,
      (day + ${at})::text, ${to === undefined ? 'null' : `(day + ${to})::text`}, (day + ${at})::text, ${status}, kind,
      governorate, null, body, ${figures} from made where ${of}`;
  await pool.query(stage(`'preparing'`, 0, 30, measures(0, 0, 0), 'true'));
  await pool.query(stage(`'preparing'`, 1, 31, measures(0, 0, 0), 'true', '(n * 10, n * 10 + 5)'));
  await pool.query(stage(`'registered'`, 30, undefined, measures(1, 0, 0), 'not decided and not withdrawn'));
  await pool.query(stage(`'registered'`, 30, 400, measures(1, 0, 0), 'decided or withdrawn'));
  await pool.query(stage(`'withdrawn'`, 400, undefined, measures(1, 0, 0), 'withdrawn and not decided'));
  await pool.query(stage(`'ratified'`, 400, undefined, measures(1, 1, 0), 'decided and not paid'));
  await pool.query(stage(`'ratified'`, 400, 460, measures(1, 1, 0), 'paid and decided'));
  await pool.query(stage(`'paid'`, 460, undefined, measures(1, 1, 1), 'paid and decided'));
  await pool.query(`
    insert into ${SCHEMA}.queue (process, case_id, wait_key, from_index, from_at, reference, status, party, holder_office, since,
      since_revision, clock_start, due, level, discreet, priority, round)
    select 'claim', id, 'next', n * 10 + 30, day || 'T08:00:00.000Z', reference, 'registered',
      case when decided then 'governorateAccounts' else 'subcommitteeClerk' end, body, day || 'T08:00:00.000Z', 3,
      day || 'T08:00:00.000Z', (day + 400) || 'T08:00:00.000Z', 0, false, 2, 1
    from made where not paid and not withdrawn`);
  await pool.query('analyze');
}

const sightsOf = (role: Role): BoardSights => {
  const post = { id: 'post', role, organisation: 'ministry', office: 'office-IQG15-1', governorate: 'IQG15', from: '2015-01-01' };
  const rights: Rights = { staff: 'officer', day: DAY, posts: [post] };
  return boardSights(rights, 'claim');
};

async function timed(what: string, work: () => Promise<string>): Promise<void> {
  const start = performance.now();
  const told = await work().catch((error: Error) => error.message);
  const ms = Math.round(performance.now() - start);
  process.stdout.write(`${String(ms).padStart(7)} ms  ${what}: ${told}\n`);
}

async function measure(pool: pg.Pool): Promise<void> {
  const db = readDb({ pool, schema: SCHEMA });
  const filter: BoardFilter = { process: 'claim' };
  const byStatus: readonly BoardGroup[] = ['governorate', 'status'];
  for (const role of ['branchesAffairs', 'planning', 'subcommitteeClerk'] as const) {
    const sights = sightsOf(role);
    const hidden = async (groups: readonly BoardGroup[], stagesAt?: string) => {
      const unseen = [...(await unseenOnBoard(db, sights, filter, groups, stagesAt)).values()];
      return hiddenFigures(unseen, 10).reduce((sum, one) => sum + one.size, 0);
    };
    const tracker = (groups: readonly BoardGroup[]) =>
      Promise.all([
        boardLines(db, sights.board, filter, groups, DAY),
        boardLines(db, sights.board, filter, [...groups, 'status'], DAY),
        boardWaits(db, sights.board, filter, groups, NOW),
        hidden(groups, NOW),
      ]);
    const lines = async (groups: readonly BoardGroup[]) => {
      const found = await boardLines(db, sights.board, filter, groups, DAY);
      return `${found.length} lines of ${found.reduce((sum, one) => sum + one.cases, 0)} claims`;
    };
    await timed(`${role}, lines by governorate`, () => lines(['governorate']));
    await timed(`${role}, lines by governorate and status`, () => lines(byStatus));
    await timed(
      `${role}, waits`,
      async () => `${(await boardWaits(db, sights.board, filter, ['governorate'], NOW)).length} lines`,
    );
    await timed(`${role}, small figures`, async () => `${await hidden(['governorate'], NOW)} left out`);
    await timed(`${role}, tracker by governorate`, async () => `${(await tracker(['governorate']))[0].length} lines`);
    await timed(`${role}, tracker by committee and type`, async () => `${(await tracker(['body', 'kind']))[0].length} lines`);
    for (const [what, more] of [
      ['now', {}],
      ['as of an index and a day', { asOf: String(CLAIMS * 5), effectiveOn: '2022-01-01' }],
    ] as const) {
      await timed(`${role}, decided out of order, ${what}`, async () => {
        const { items } = await overtakings(db, sights, more, { limit: 50 });
        return `${items.length}, overtaking ${items.reduce((sum, one) => sum + one.overtaken, 0)}`;
      });
    }
  }
}

const directory = temporaryDirectory();
const server = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
const pool = createPool(server.url, { applicationName: 'boards at scale', statementTimeoutMs: 120_000 });
if (process.env.EXPLAIN) {
  pool.on('connect', (client) => {
    client.on('notice', ({ message }) => process.stdout.write(`${message}\n`));
    void client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 100; set auto_explain.log_analyze = on;
      set client_min_messages = log`);
  });
}
try {
  await fill(pool);
  await measure(pool);
} finally {
  await pool.end();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
