import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type t from 'tap';
import type { ApiParts } from '../../../src/api/parts.ts';
import { ROLES } from '../../../src/domain/access/roles.ts';
import { registry } from '../../../src/domain/index.ts';
import { auditMigrations } from '../../../src/eventlog/audit/migrations.ts';
import { auditReads } from '../../../src/eventlog/audit/reads.ts';
import { createExecutor } from '../../../src/eventlog/execute.ts';
import { signerFrom } from '../../../src/platform/merkle/signerKey.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { projectionsOf } from '../../../src/projections/index.ts';
import { type SignedIn, startApi } from '../api.ts';
import { withReadModels } from '../apiReads.ts';
import { restrictedBeside } from '../bothStores.ts';
import { filesBeside, placeForFiles } from '../documents.ts';
import { type Person, world } from '../scenario.ts';

export interface Known {
  readonly process: string;
  readonly id: string;
  revision: number;
}

/**
 * The whole API on a world in which every process has cases at several points of their way, made from the golden samples of
 * their events, with read models and files; the restricted ones in a store of their own.
 */
export async function fuzzedApi(test: Pick<typeof t, 'teardown'>) {
  const w = world(registry.all.filter((one) => one.store === 'general'));
  const place = await placeForFiles(test);
  const files = await filesBeside({ ...w, registry }, place);
  const restricted = await restrictedBeside(test, w);
  await migrate(place.pool, { schema: 'audit', migrations: auditMigrations });
  let waitFor: ApiParts['waitFor'] | undefined;
  const api = await startApi(w, async (parts) => {
    const reads = await withReadModels(test)(parts);
    waitFor = reads.waitFor;
    const executor = createExecutor({ ...parts, keyring: w.keyring, files: files.attaching, restrictedStore: true });
    return {
      ...reads,
      documents: files,
      auditTree: auditReads(place.pool, 'audit'),
      signer: signerFrom('masar.test', join(place.root, 'signing.key'), true),
      ...restricted.over({ ...parts, executor }),
    };
  });
  test.teardown(() => api.close());

  // As the samples have it: the organisation that takes part.
  const organisation = '01890a5d-ac96-774b-bcce-b302099a8057';
  const office = randomUUID();
  const people: SignedIn[] = ROLES.map((role) => api.person(role, { organisation, office, governorate: 'IQG15' }));
  people.push(api.person('registrar', { governorate: 'IQG01' }));

  const known: Known[] = [];
  for (const process of registry.all) {
    const samples = Object.keys(process.events).flatMap((type) => sampleEvent(process.name, type));
    for (const length of new Set([Math.min(1, samples.length), Math.ceil(samples.length / 2), samples.length])) {
      if (length === 0) continue;
      const id = randomUUID();
      const by: Person = people[0]!;
      const { given } = process.store === 'restricted' ? restricted : w;
      await given(process.name, id, ...samples.slice(0, length).map((one) => ({ ...one, by })));
      known.push({ process: process.name, id, revision: length - 1 });
    }
  }
  const names = projectionsOf(w.registry, w.keyring.mac).map((one) => one.name);
  if (!(await waitFor?.(names, await w.log.head(), 90_000)))
    throw new Error('the read models did not come to the end of the log');
  if (!(await restricted.caughtUp())) throw new Error('the read models of the restricted store lag behind');
  return { api, people, known };
}

/** The golden sample of an event, as it was given. */
function sampleEvent(process: string, type: string): { readonly type: string; readonly data: object }[] {
  const path = `tests/golden/${process}/${type}.v1.json`;
  if (!existsSync(path)) return [];
  return [{ type, data: (JSON.parse(readFileSync(path, 'utf8')) as { readonly stored: object }).stored }];
}
