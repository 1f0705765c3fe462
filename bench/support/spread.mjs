/**
 * Where the copies of a claim stand, since all are copied from a few that were played through alike: each, by its id, with one of
 * the committees of the country, at a stage, of a kind, for so many days. Some committees and stages have far more than others.
 * The law is the same for any number of copies: among more of them more combinations occur, as they would in life.
 */
import { built } from './built.mjs';
import { ID_MARK } from './made.mjs';

const COMMITTEES = 36;
const YEARS = 15;
const STAGES = [
  'registered',
  'security_check',
  'assessment',
  'session_scheduled',
  'contestation_open',
  'central_review',
  'final_at_subcommittee',
  'sent_to_finance',
  'awaiting_allocation',
  'batch_listed',
  'paid',
  'finally_rejected',
];
const KINDS = ['property', 'martyrdom', 'missing', 'injury', 'job_study'];
const PLACES = 50_000;

/** What the table of results says of it. */
export const SPREAD_OVER = `${COMMITTEES} committees, ${STAGES.length} stages, ${KINDS.length} kinds and the days of ${YEARS} years`;

/** Of the tables, those that say where a claim stands. */
export const SPREAD_TABLES = ['case_index', 'queue', 'queue_reach', 'board', 'board_wait'];

/**
 * Fills the temporary table `spread (place, words)`; answers the expression of `line` as it reads at a place: the words of the claims
 * that were played through, replaced by those of the place.
 */
export async function spreadClaims(client) {
  const { PLACES: all } = await built('src/domain/places/pcodes.js');
  const governorates = all.filter(({ level }) => level === 1).map(({ pcode }) => pcode);
  const { rows } = await client.query(
    `select distinct body, governorate, status, kind, cell from read.board
     where process = 'claim' and cell is not null and case_id like '${ID_MARK}%'`,
  );
  if (rows.length !== 1) throw new Error(`the claims that are copied stand in ${rows.length} cells`);
  const [{ body, governorate, status, kind, cell }] = rows;
  const { rows: days } = await client.query(
    `select distinct day[1] as day from (
       select t::text as line from read.board t where cell = $1 union select t::text from read.board_wait t where cell = $1
       union select opened_at from read.case_index join read.board using (process, case_id) where cell = $1) l,
     regexp_matches(line, '\\d{4}-\\d\\d-\\d\\d', 'g') day`,
    [cell],
  );
  const old = [body, governorate, status, kind, cell, ...days.map(({ day }) => day)];
  await client.query(
    `create temporary table spread as
     select place, array[body, governorate, status, kind, md5($1 || body || status || kind)] || array(
       select ((day::date - back)::text) from unnest($2::text[]) with ordinality d(day, nth) order by nth) as words
     from (select place, md5('committee ' || committee)::uuid::text as body, ($3::text[])[1 + committee % ${governorates.length}] as governorate,
         ($4::text[])[1 + floor(${STAGES.length} * power(${drawn(2)}, 2))::int] as status,
         ($5::text[])[1 + floor(${KINDS.length} * ${drawn(3)})::int] as kind, floor(${YEARS * 365} * ${drawn(4)})::int as back
       from (select place, floor(${COMMITTEES} * power(${drawn(1)}, 2))::int as committee
         from generate_series(0, ${PLACES - 1}) place) drawing) drawing`,
    [cell, days.map(({ day }) => day), governorates, STAGES, KINDS],
  );
  await client.query('create index on spread (place); analyze spread');
  return old.reduce((line, word, at) => `replace(${line}, '${word}', spread.words[${at + 1}])`, 'line');
}

/** The place of copy `n` of a line's case. */
export const PLACE_OF = `(hashtextextended(case_id, n) & 2147483647) % ${PLACES}`;

/** A number from 0 to 1 that a place has by itself. */
const drawn = (nth) => `((hashint4extended(place, ${nth}) & 65535) / 65536.0)`;
