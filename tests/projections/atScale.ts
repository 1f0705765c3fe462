/**
 * How long boards, the claim tracker, decisions out of order, queue pages and searches by name take on read tables of many
 * made-up cases (see filling.ts): the median of five.
 *
 *   node dist/tests/projections/atScale.js            132,000 claims, a tenth of them decided
 *   CLAIMS=20000 DECIDED=100 node …                   so many, and that per cent of them decided
 *   CLAIMS=10000,1000000 node …                       one size after another, each with as many persons, and the ratios
 *   SLOW=0 node …                                     without what looks at every claim: the past, and decisions out of order
 *   EXPLAIN=1 node …                                  slow statements of each question with their plans (auto_explain)
 */
import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { boardSights } from '../../src/api/smallCells.ts';
import type { Rights } from '../../src/domain/access/access.ts';
import type { Role } from '../../src/domain/access/roles.ts';
import { hiddenFigures } from '../../src/domain/access/smallCells.ts';
import { createPool } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { type BoardFilter, type BoardGroup, boardLines, boardWaits } from '../../src/projections/boards.queries.ts';
import { overtakings } from '../../src/projections/claimOrder.queries.ts';
import { queuePage } from '../../src/projections/queuePage.queries.ts';
import { readDb, sightOf } from '../../src/projections/reads.queries.ts';
import { searchRegister } from '../../src/projections/register.queries.ts';
import { countedUnseen, unseenOnBoard } from '../../src/projections/smallCells.queries.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';
import { DAY, fillReadTables, NOW, nameWord } from './filling.ts';

const SIZES = (process.env.CLAIMS ?? '132000').split(',').map(Number);
const DECIDED = Number(process.env.DECIDED ?? 10);

const LARGE_OFFICE = 'office-IQG15-1';
/** A fiftieth of the claims. */
const SMALL_OFFICE = 'office-IQG5';

const rightsOf = (role: Role, office = LARGE_OFFICE, organisation = 'ministry'): Rights => ({
  staff: 'officer',
  day: DAY,
  posts: [{ id: 'post', role, organisation, office, governorate: 'IQG15', from: '2015-01-01' }],
});

/** What is asked, each answering something of what it found. */
function questions(pool: pg.Pool, schema: string, claims: number): Readonly<Record<string, () => Promise<string>>> {
  const db = readDb({ pool, schema });
  const filter: BoardFilter = { process: 'claim' };
  const open = boardSights(rightsOf('branchesAffairs'), 'claim');
  const closed = boardSights(rightsOf('planning'), 'claim');
  const waiting = sightOf(rightsOf('branchesAffairs'), 'queue:read', ['claim']);
  const registrar = rightsOf('registrar');
  const register = {
    find: sightOf(registrar, 'find', ['person', 'household']),
    read: sightOf(registrar, 'read', ['person', 'household']),
    numbers: sightOf(registrar, 'read', ['person', 'household']),
  };
  const moment = { now: NOW, day: DAY };

  /** What the tracker asks for somebody to whom every claim is open. */
  const tracker = async (groups: readonly BoardGroup[]) => {
    const [lines, stages, waits] = await Promise.all([
      boardLines(db, open.board, filter, groups, DAY),
      boardLines(db, open.board, filter, [...groups, 'status'], DAY),
      boardWaits(db, open.board, filter, groups, NOW),
    ]);
    return `${lines.length} lines, ${stages.length} stages, ${waits.length} waits of ${lines.reduce((sum, one) => sum + one.cases, 0)}`;
  };
  /** The same of the end of a period, with what is left out. */
  const closedTracker = async (groups: readonly BoardGroup[]) => {
    const then = { ...filter, asOf: String(claims * 20), effectiveOn: '2026-02-28' };
    const unseen = countedUnseen(closed);
    const [lines, figures] = await Promise.all([
      boardLines(db, closed.board, then, groups, DAY),
      unseenOnBoard(db, closed, then, groups, NOW),
      ...[closed.board, unseen].flatMap((seen) => [
        boardLines(db, seen, then, [...groups, 'status'], DAY),
        boardWaits(db, seen, then, groups, NOW),
      ]),
      boardLines(db, unseen, then, groups, DAY),
    ]);
    const hidden = hiddenFigures([...figures.values()], 10).reduce((sum, one) => sum + one.size, 0);
    return `${lines.length} lines, ${hidden} figures left out`;
  };
  const page = async (cursor?: string, sight = waiting) =>
    queuePage(db, sight, {}, moment, { order: 'since', limit: 50, cursor });
  const ofOffice = (office: string) => sightOf(rightsOf('subcommitteeClerk', office, 'compensation'), 'queue:read', ['claim']);
  const cursorAt = (share: number): string => {
    const since = new Date(Date.parse('2015-01-01T08:00:00.000Z') + Math.floor(3_600 * share) * 86_400_000).toISOString();
    return Buffer.from(JSON.stringify(['since,process,case_id,wait_key', since, 'claim', '', ''])).toString('base64url');
  };
  const name = (...at: readonly number[]) => searchRegister(db, register, { name: at.map(nameWord).join(' ') }, { limit: 50 });
  const named = { name: nameWord(7), birthYear: 1980 };
  const slow = {
    'tracker by governorate, of a finished period': () => closedTracker(['governorate']),
    'decided out of order': async () => `${(await overtakings(db, open, {}, { limit: 50 })).items.length}`,
  };
  return {
    'tracker by governorate': () => tracker(['governorate']),
    'tracker by committee and type': () => tracker(['body', 'kind']),
    'queue, first page': async () => `${(await page()).items.length}`,
    'queue, a deep page': async () => `${(await page(cursorAt(0.7))).items.length}`,
    'queue of a large office': async () => `${(await page(undefined, ofOffice(LARGE_OFFICE))).items.length}`,
    'queue of a large office, a deep page': async () => `${(await page(cursorAt(0.7), ofOffice(LARGE_OFFICE))).items.length}`,
    'queue of a small office': async () => `${(await page(undefined, ofOffice(SMALL_OFFICE))).items.length}`,
    'queue of a small office, a deep page': async () => `${(await page(cursorAt(0.7), ofOffice(SMALL_OFFICE))).items.length}`,
    'name of two words': async () => `${(await name(7, 33)).items.length}`,
    'name of three words': async () => `${(await name(7, 33, 52)).items.length}`,
    'name of one word and a year of birth': async () =>
      `${(await searchRegister(db, register, named, { limit: 50 })).items.length}`,
    ...(process.env.SLOW === '0' ? {} : slow),
  };
}

async function measured(what: string, work: () => Promise<string>): Promise<number> {
  const times: number[] = [];
  let told = await work();
  for (let round = 0; round < 5; round += 1) {
    const start = performance.now();
    told = await work();
    times.push(performance.now() - start);
  }
  const ms = times.sort((a, b) => a - b)[2]!;
  process.stdout.write(`${ms.toFixed(1).padStart(9)} ms  ${what}: ${told}\n`);
  return ms;
}

const directory = temporaryDirectory();
const server = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
const pool = createPool(server.url, { applicationName: 'reads at scale', statementTimeoutMs: 600_000 });
if (process.env.EXPLAIN) {
  pool.on('connect', (client) => {
    client.on('notice', ({ message }) => process.stdout.write(`${message}\n`));
    void client.query(`load 'auto_explain'; set auto_explain.log_min_duration = ${Number(process.env.EXPLAIN)}; set auto_explain.log_analyze = on;
      set client_min_messages = log`);
  });
}
try {
  const first = new Map<string, number>();
  for (const claims of SIZES) {
    const schema = `read_${claims}`;
    const start = performance.now();
    await fillReadTables({ pool, schema, claims, decided: DECIDED, persons: claims });
    process.stdout.write(`\n${claims} claims and persons, filled in ${Math.round((performance.now() - start) / 1_000)} s\n`);
    for (const [what, work] of Object.entries(questions(pool, schema, claims))) {
      const ms = await measured(what, work);
      const before = first.get(what);
      if (before === undefined) first.set(what, ms);
      else process.stdout.write(`${''.padStart(13)}= ${(ms / before).toFixed(2)} × that of ${SIZES[0]}\n`);
    }
  }
} finally {
  await pool.end();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
