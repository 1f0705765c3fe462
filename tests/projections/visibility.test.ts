import { type Kysely, sql } from 'kysely';
import t from 'tap';
import { covers, mayI, type Reach, type Rights, type Target } from '../../src/domain/access/access.ts';
import type { Membership } from '../../src/domain/access/membership.ts';
import { POLICY, type PolicyRow, type Scope } from '../../src/domain/access/policy/index.ts';
import { ROLES } from '../../src/domain/access/roles.ts';
import { TIERS } from '../../src/domain/kernel/privacy.ts';
import { createKysely } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrations.ts';
import type { CaseTables } from '../../src/projections/cases.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { mayReach, reachedBy } from '../../src/projections/reachedBy.ts';
import { createBuilds } from '../../src/projections/runtime/builds.ts';
import { projectionMigrations } from '../../src/projections/runtime/migrations.ts';
import { statementsOf } from '../../src/projections/runtime/tables.ts';
import { type Sight, sightOf, visibleTo } from '../../src/projections/visibility.ts';
import { testDatabase } from '../support/postgres.ts';
import { logWith, parcel, readModels, SCHEMA, seeded } from './support.ts';

const SCOPES: readonly Scope[] = ['own', 'assigned', 'shared', 'party', 'office', 'organisation', 'governorate', 'all'];
/** What somebody may look at many cases by: a verb of each process, or one permission for all. */
const LOOKS = ['find', 'read', 'timeline', 'board', 'print', 'queue:read', 'dwell:read', 'audit:read', 'listExport:make'];
const TARGETS = 400;
const SIGHTS = 120;

/** The case once the office that it was offered to takes part for good. */
const accepted = ({ offeredTo: _, ...one }: Target): Target => one;

// Many thousands of pairs, on a machine that may be busy.
t.setTimeout(240_000);

t.test('what a query shows is exactly what access covers, for any rights and any case', { timeout: 240_000 }, async (t) => {
  const random = seeded('visibility');
  const { pick, next } = random;
  // Few names, so that most pairs touch; organisations, offices and people may even share one.
  const names = ['a', 'b', 'c'];
  const some = () => names.filter(() => next() < 0.4);
  const maybe = <T>(value: T): T | undefined => (next() < 0.4 ? undefined : value);
  // Shares hold through a day; grants until an instant, in the same day, at that very instant, or past it.
  const [noon, evening] = ['2026-03-02T09:00:00.000Z', '2026-03-02T15:00:00.000Z'];
  const day = () => pick(['2026-03-01', '2026-03-02', '2026-03-03']);
  const until = () => (next() < 0.5 ? day() : pick(['2026-03-02T08:59:59.999Z', noon, '2026-03-02T09:00:00.001Z', evening]));
  const asked = () => ({ day: '2026-03-02', ...(next() < 0.2 ? {} : { at: pick([noon, noon, evening]) }) });
  // Of some cases one of the offices is there only because the case was offered to it.
  const target = (): Target => {
    const one = standing();
    const offeredTo = next() < 0.5 ? undefined : one.offices[Math.floor(next() * one.offices.length)];
    return offeredTo === undefined ? one : { ...one, offeredTo };
  };
  const standing = (): Target => ({
    owner: maybe({
      organisation: pick(names),
      ...(next() < 0.6 ? { office: pick(names) } : {}),
      ...(next() < 0.6 ? { governorate: pick(names) } : {}),
    }),
    parties: some(),
    offices: some(),
    governorates: some(),
    taken: some().map((staff) => ({
      staff,
      holder: maybe({
        ...(next() < 0.4 ? { organisation: pick(names) } : {}),
        ...(next() < 0.4 ? { office: pick(names) } : {}),
        ...(next() < 0.4 ? { role: pick(['registrar', 'verifier']) } : {}),
        ...(next() < 0.4 ? { governorate: pick(names) } : {}),
      }),
    })),
    own: maybe(pick(names)),
    shares: Array.from({ length: Math.floor(next() * 3) }, () => ({
      reader: { kind: pick(['staff', 'office', 'organisation'] as const), id: pick(names) },
      until: until(),
    })),
    tier: pick(TIERS),
  });
  const post = (): Membership => ({
    id: 'm',
    role: pick(['registrar', 'verifier'] as const),
    organisation: pick(names),
    office: maybe(pick(names)),
    governorate: maybe(pick(names)),
    from: '2026-01-01',
  });
  const sight = (): { rights: Rights; reach: Reach[] } => {
    const posts = [post(), post()];
    const reach = Array.from({ length: Math.floor(next() * 4) }, () => ({
      scope: pick(SCOPES),
      tier: pick(TIERS),
      post: pick(posts),
      ...(next() < 0.5 ? { offered: true as const } : {}),
    }));
    return { rights: { staff: pick(names), behalf: maybe(pick(names)), ...asked(), posts }, reach };
  };

  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'read', migrations: projectionMigrations });
  const db = createKysely<CaseTables>(pool).withSchema('read') as Kysely<CaseTables>;
  const projection = casesProjection(logWith([parcel]).registry);
  const builds = createBuilds(createKysely<unknown>(pool), 'read');
  await builds.ensure(projection);
  const targets = Array.from({ length: TARGETS }, target);
  const rows = targets.map((one, at) => ({
    process: at % 2 === 0 ? 'household' : 'claim',
    case_id: String(at),
    owner_organisation: one.owner?.organisation ?? null,
    owner_office: one.owner?.office ?? null,
    owner_governorate: one.owner?.governorate ?? null,
    parties: one.parties,
    offices: one.offices,
    offered_to: one.offeredTo ?? null,
    governorates: one.governorates,
    assignees: one.taken.map((each) => each.staff),
    taken: one.taken,
    own_staff: one.own ?? null,
    shares: one.shares,
    reached_by: reachedBy(one),
    tier: one.tier,
  }));
  const [build] = await builds.buildsOf('cases');
  for (const write of statementsOf(build!.schema, projection.tables, [{ table: 'case_index', put: rows }])) {
    await write(createKysely<unknown>(pool));
  }

  let shown = 0;
  for (let round = 0; round < SIGHTS; round++) {
    const { rights, reach } = sight();
    // The other process is reached in another way, or not at all.
    const other = next() < 0.5 ? sight().reach.map((one) => ({ ...one, post: pick(rights.posts) })) : [];
    const seen: Sight = {
      rights,
      groups: [
        { processes: ['household'], reach },
        { processes: ['claim'], reach: other },
      ],
    };
    const found = await db
      .selectFrom('case_index')
      .select('case_id')
      .where(mayReach(seen))
      .where(visibleTo(seen))
      .orderBy(sql`case_id::int`)
      .execute();
    const wanted = targets.flatMap((one, at) =>
      (at % 2 === 0 ? reach : other).some((way) => covers(way, one, rights)) ? [{ case_id: String(at) }] : [],
    );
    shown += wanted.length;
    if (JSON.stringify(found) !== JSON.stringify(wanted)) t.strictSame(found, wanted, JSON.stringify(seen));
    const hidden = await db
      .selectFrom('case_index')
      .select(sql<number>`count(*)::int`.as('rows'))
      .where(sql<boolean>`not ${visibleTo(seen)}`)
      .executeTakeFirstOrThrow();
    t.equal(hidden.rows, TARGETS - wanted.length, 'the condition is never null');
  }
  await t.test('and of the policy table itself, for every role and what it may look at', { timeout: 240_000 }, async (t) => {
    let [pairs, allowed, closed] = [0, 0, 0];
    for (const role of ROLES) {
      for (const verb of LOOKS) {
        const rights: Rights = {
          staff: pick(names),
          behalf: maybe(pick(names)),
          ...asked(),
          posts: [{ ...post(), role }, ...(next() < 0.3 ? [{ ...post(), role: pick(ROLES) }] : [])],
        };
        const seen = sightOf(rights, verb, ['household', 'claim']);
        const found = await db.selectFrom('case_index').select('case_id').where(mayReach(seen)).where(visibleTo(seen)).execute();
        const ids = new Set(found.map((one) => one.case_id));
        const differing = targets.filter((one, at) => {
          const permission = verb.includes(':') ? verb : `${at % 2 === 0 ? 'household' : 'claim'}:${verb}`;
          const may = mayI(rights, permission, one).allowed;
          if (!may && one.offeredTo !== undefined && mayI(rights, permission, accepted(one)).allowed) closed++;
          return may !== ids.has(String(at));
        });
        t.equal(differing.length, 0, `${role} ${verb}: ${JSON.stringify(rights)}`);
        pairs += targets.length;
        allowed += ids.size;
      }
    }
    t.ok(pairs > 10_000 && allowed > 1_000, `${pairs} pairs, ${allowed} of them allowed`);
    t.ok(closed > 50, `${closed} of them closed only because the case is no more than offered`);
    t.comment(
      `${pairs} pairs decided alike by commands and by queries: ${allowed} allowed, ${closed} closed for being an offer alone`,
    );
  });
  t.ok(shown > TARGETS && shown < TARGETS * SIGHTS * 0.9, `${shown} of ${TARGETS * SIGHTS} pairs are covered`);
});

t.test(
  'an office looks at a case it was offered and counts and prints none before it accepts',
  { timeout: 120_000 },
  async (t) => {
    // The parcel is no process of Masar, so its row stands beside the real table.
    (POLICY as PolicyRow[]).push({ role: 'registrar', scope: 'office', tier: 'T2', allow: ['parcel:*'] });
    const world = logWith([parcel], 'offers');
    const [erbil, to] = ['erbil', 'mosul'].map((office) => ({ organisation: 'ministry', office, governorate: 'IQG15' }));
    const stories = {
      offered: [{ type: 'TransferOffered', data: { to, reason: 'they moved' } }],
      declined: [
        { type: 'TransferOffered', data: { to, reason: 'they moved' } },
        { type: 'TransferDeclined', data: { reason: 'not here' } },
      ],
      accepted: [
        { type: 'TransferOffered', data: { to, reason: 'they moved' } },
        { type: 'TransferAccepted', data: { to } },
      ],
      theirs: [],
    };
    const names = new Map<string, string>();
    for (const [name, story] of Object.entries(stories)) {
      const id = world.random.uuid();
      names.set(id, name);
      await world.write('parcel', id, {
        type: 'ParcelRequested',
        data: { to: 'carrier', urgency: 'normal', name: 'x', contents: 'y' },
      });
      await world.write('parcel', id, { type: 'TransferAccepted', data: { to: erbil } });
      for (const one of story) await world.write('parcel', id, one);
    }
    const models = await readModels(t, world);
    await models.catchUp([casesProjection(world.registry)]);
    const db = createKysely<CaseTables>(models.pool).withSchema(SCHEMA);
    const post: Membership = { id: 'm', role: 'registrar', from: '2020-01-01', ...to! };
    const rights: Rights = { staff: 'me', day: '2026-03-02', posts: [post] };
    for (const verb of ['find', 'read', 'timeline', 'board', 'print', 'export', 'queue:read']) {
      const condition = visibleTo(sightOf(rights, verb, ['parcel']));
      const rows = await db.selectFrom('case_index').select('case_id').where(condition).execute();
      const looks = ['find', 'read', 'timeline', 'queue:read'].includes(verb);
      t.strictSame(
        rows.map((one) => names.get(one.case_id)).sort(),
        looks ? ['accepted', 'offered'] : ['accepted'],
        `${verb} of an office with an offer`,
      );
    }
  },
);
