import type t from 'tap';
import type { ApiParts } from '../../src/api/parts.ts';
import { createKysely } from '../../src/platform/database.ts';
import { caseIdsOf } from '../../src/projections/caseIds.queries.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import { areShown, projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { readModels, SCHEMA } from '../projections/support.ts';
import type { Answer } from './api.ts';

/** Gives an API under test read models of its own, kept up with its log by a projector. */
export const withReadModels =
  (test: Pick<typeof t, 'teardown'>) =>
  async (parts: ApiParts): Promise<Partial<ApiParts>> => {
    const models = await readModels(test, parts);
    const projections = projectionsOf(parts.registry, parts.mac);
    models.run(projections);
    const reads = { pool: models.pool, schema: SCHEMA };
    return {
      reads,
      idsOf: caseIdsOf(reads),
      isBuilt: () => areShown(readDb(reads), SCHEMA, projections),
      waitFor: models.waitFor,
      projections: async () => projectionStatus(createKysely(models.pool), SCHEMA, await parts.log.head()),
    };
  };

/** The answer to a question once the read models have come to where it asks for: each try waits as long as the API does. */
export async function caughtUp(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask();
    if (!answer.headers.has('masar-stale') || tries === 30) return answer;
  }
}
