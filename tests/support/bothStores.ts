import type t from 'tap';
import type { ApiParts } from '../../src/api/parts.ts';
import { registry as everything } from '../../src/domain/index.ts';
import type { Registry } from '../../src/domain/kernel/registry.ts';
import { auditMigrations } from '../../src/eventlog/audit/migrations.ts';
import { auditReads } from '../../src/eventlog/audit/reads.ts';
import { createExecutor } from '../../src/eventlog/execute.ts';
import { createRulebook } from '../../src/eventlog/rulebook.ts';
import { registryFor, routed } from '../../src/eventlog/stores.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { caseIdsOf } from '../../src/projections/caseIds.queries.ts';
import { restrictedProjectionsOf } from '../../src/projections/index.ts';
import { readModels, SCHEMA } from '../projections/support.ts';
import { world } from './scenario.ts';

type World = ReturnType<typeof world>;

/**
 * The restricted store beside a general world, with a log, keys and read models of its own: what is given there, and what makes
 * an API one over both stores. `registry` has the processes of both.
 */
export async function restrictedBeside(test: Pick<typeof t, 'teardown'>, general: World, registry: Registry = everything) {
  const { given, ...own } = world(registry.all.filter((one) => one.store === 'restricted'));
  const ofRestricted = registryFor(registry, 'restricted');
  const models = await readModels(test, { ...own, registry: ofRestricted });
  const projections = restrictedProjectionsOf(ofRestricted);
  models.run(projections);
  await migrate(models.pool, { schema: 'audit', migrations: auditMigrations });
  const rulebook = createRulebook(registry, general.cases, () => Date.parse(general.now()));

  /** Both stores behind the parts of an API over the general one. */
  function over(parts: ApiParts): Partial<ApiParts> {
    const { rights, now } = parts;
    const executor = createExecutor({
      ...own,
      cases: { load: (...one) => both.cases.load(...one), glance: (stream) => both.cases.glance(stream) },
      registry: ofRestricted,
      rulebook,
      rights,
      restrictedStore: true,
      now,
    });
    const both = routed(registry, { ...general, executor: parts.executor }, async () => ({ ...own, executor }));
    const reads = { pool: models.pool, schema: SCHEMA };
    return {
      registry,
      rulebook,
      executor: both.executor,
      cases: both.cases,
      codec: both.codec,
      restricted: {
        reads,
        waitFor: models.waitFor,
        idsOf: caseIdsOf(reads),
        auditTree: auditReads(models.pool, 'audit'),
        positionOf: (logIndex) => both.positionOf('restricted', logIndex),
      },
    };
  }
  const caughtUp = async (): Promise<boolean> =>
    models.waitFor(
      projections.map((one) => one.name),
      await own.log.head(),
      90_000,
    );
  return { given, glance: own.cases.glance, over, caughtUp };
}
