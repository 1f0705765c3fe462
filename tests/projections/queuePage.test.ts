import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import type { Membership } from '../../src/domain/access/membership.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { directoryProjection } from '../../src/projections/directory.ts';
import type { Page } from '../../src/projections/keyset.ts';
import {
  pageIn,
  type QueueFilter,
  type QueueItem,
  type QueuePaging,
  waiting,
  withPlaces,
} from '../../src/projections/queue.queries.ts';
import { queuePage } from '../../src/projections/queuePage.queries.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import { Places } from '../../src/projections/statements.ts';
import type { Sight } from '../../src/projections/visibility.ts';
import { myWork, WORK_SECTIONS, workPage } from '../../src/projections/work.queries.ts';
import { parcelStories } from './parcels.ts';
import { logWith, parcel, readModels, SCHEMA, seeded } from './support.ts';

const ASKERS = 160;
const { pick, next } = seeded('askers');
const some = <T>(values: readonly T[], likelihood: number): T[] => values.filter(() => next() < likelihood);

/** Somebody with one or two posts, who sees parcels in up to four ways; few see everything. */
function asker(): Sight {
  const post = (): Membership => ({
    id: 'post',
    role: pick(['registrar', 'providerManager', 'auditor'] as const),
    organisation: pick(['ministry', 'carrierA', 'carrierB', 'nobody']),
    office: pick(['mosul', 'erbil', undefined]),
    governorate: pick(['IQG15', 'IQG11', undefined]),
    from: '2020-01-01',
  });
  const posts = [post(), ...some([post()], 0.3)];
  const scopes = ['office', 'party', 'office', 'party', 'organisation', 'governorate', 'assigned', 'shared', 'own'] as const;
  const reach = [...some(scopes, 0.3), ...some(['all' as const], 0.05)].map((scope) => ({
    scope,
    tier: pick(['T1', 'T2'] as const),
    post: pick(posts),
    ...(next() < 0.5 ? { offered: true as const } : {}),
  }));
  return {
    rights: { staff: pick(['zahra', 'karim', 'salma']), behalf: pick([undefined, 'zahra']), day: '2026-03-01', posts },
    groups: reach.length === 0 ? [] : [{ processes: ['parcel'], reach }],
  };
}

const moment = { now: '2026-03-01T15:00:00.000Z', day: '2026-03-01' };

function filterOf(): QueueFilter {
  return pick<QueueFilter>([
    {},
    {},
    {},
    { process: 'parcel', wait: pick(['send', 'deliver', 'weigh']) },
    { process: 'claim' },
    { urgency: pick(['emergency', 'urgent']) },
    { assignee: pick(['nobody', 'karim']) },
    { overdue: next() < 0.5 },
    { escalated: true },
    { status: pick(['sent', 'requested']) },
    { office: pick(['mosul', 'erbil']) },
    { role: 'providerManager' },
    { dueBefore: '2026-03-01T14:00:00.000Z' },
  ]);
}

t.test('a page that is found by words is the page of all that waits, for any asker, filter, order and place', async (t) => {
  const world = logWith([parcel], 'by words');
  await parcelStories(world, 90);
  const models = await readModels(t, world);
  await models.catchUp([casesProjection(world.registry), directoryProjection], { batch: 23 });
  const { pool } = models;
  const db = readDb({ pool, schema: SCHEMA });

  await t.test('everything open stands once under each word of its case, and nothing else does', async (t) => {
    const { rows } = await pool.query<{ rows: number; differing: number }>(`with wanted as (
        select word, since, process, case_id, wait_key, priority, coalesce(due, '9999') as due
        from read.queue join read.case_index using (process, case_id), unnest(reached_by) word where to_index is null),
      found as (select word, since, process, case_id, wait_key, priority, due from read.queue_reach)
      select (select count(*)::int from found) as rows, (select count(*)::int from
        ((table wanted except all table found) union all (table found except all table wanted)) one) as differing`);
    t.ok((rows[0]?.rows ?? 0) > 150, `${rows[0]?.rows} rows`);
    t.equal(rows[0]?.differing, 0);
  });

  /** The page of all that waits, and the page as it is found. */
  async function both(sight: Sight, filter: QueueFilter, paging: QueuePaging): Promise<[Page<QueueItem>, Page<QueueItem>]> {
    const places = new Places();
    const asked = { what: 'all that waits', ...withPlaces(places, sight, filter, moment) };
    const whole = pageIn(db, places, asked, paging, (one) => waiting(db, one));
    return Promise.all([whole, queuePage(db, sight, filter, moment, paging)]);
  }

  /** Asks everybody page by page; answers how many pages there were, and what was asked of those that differ. */
  async function asked(askers: number) {
    let pages = 0;
    let deep = 0;
    const differing: object[] = [];
    for (let round = 0; round < askers; round += 1) {
      const [sight, filter] = [asker(), filterOf()];
      const order = pick(['priority', 'due', 'since'] as const);
      const limit = pick([1, 3, 10, 40]);
      let cursor: string | undefined;
      do {
        const [wanted, found] = await both(sight, filter, { order, limit, cursor });
        if (!isDeepStrictEqual(found, wanted)) differing.push({ sight, filter, order, limit, cursor, wanted, found });
        if (cursor !== undefined) deep += 1;
        pages += 1;
        cursor = wanted.next;
      } while (cursor !== undefined && next() < 0.8);
    }
    return { pages, deep, differing };
  }

  await t.test('with those rows every page is the same', async (t) => {
    const { pages, deep, differing } = await asked(ASKERS);
    t.strictSame(differing, []);
    t.ok(deep > 60, `${pages} pages, ${deep} of them behind a cursor`);
  });

  await t.test('my work tells of every section what its own pages tell, for any asker', async (t) => {
    const soon = '2026-03-01T18:00:00.000Z';
    const differing: object[] = [];
    const shown = new Set<string>();
    for (let round = 0; round < ASKERS / 4; round += 1) {
      const sight = asker();
      const limit = pick([1, 3, 10]);
      const work = await myWork(db, sight, sight.rights, moment, { soon, limit });
      for (const section of WORK_SECTIONS) {
        const whole = await workPage(db, sight, sight.rights, section, moment, { soon, limit: 1_000 });
        const wanted = { count: whole.items.length, items: whole.items.slice(0, limit) };
        if (!isDeepStrictEqual(work[section], wanted)) differing.push({ sight, section, limit, wanted, found: work[section] });
        if (wanted.count > limit) shown.add(section);
      }
    }
    t.strictSame(differing, []);
    t.ok(shown.size >= 3, `more than a page of ${[...shown].join(', ')}`);
  });

  await t.test('without them pages would come short, so it is by them that pages are found', async (t) => {
    await pool.query('delete from read.queue_reach');
    const { pages, differing } = await asked(ASKERS / 4);
    t.ok(differing.length > 20, `${differing.length} of ${pages} pages differ`);
  });
});
