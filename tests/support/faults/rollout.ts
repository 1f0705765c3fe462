import { randomUUID } from 'node:crypto';
import type tap from 'tap';
import { idOf } from '../../../src/domain/kernel/envelope.ts';
import { noFiles } from '../../../src/eventlog/documents/attaching.ts';
import { createMemoryLog } from '../../../src/eventlog/memory/memoryLog.ts';
import { migrateQueue } from '../../../src/platform/queue.ts';
import { casesProjection } from '../../../src/projections/cases.ts';
import type { Reactor } from '../../../src/workers/runtime/reactor.ts';
import { readModels } from '../../projections/support.ts';
import { workersFor } from '../../workers/support.ts';
import { type Answer, startApi } from '../api.ts';
import { testDatabase } from '../postgres.ts';
import { world } from '../scenario.ts';
import { box } from './box.ts';

export type ReleaseName = keyof typeof box;
export type RoleName = 'projector' | 'api' | 'worker';

/** What people and workers met while releases came. */
export interface Met {
  /** Answers by status. */
  readonly answers: Map<number, number>;
  /** Boxes by the stored version of the event that packed them. */
  readonly packed: Map<string, number>;
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A process of one role and one release. */
interface Started {
  readonly stop: () => Promise<unknown>;
  /** Of an API: asks it, and counts its answer. */
  readonly ask?: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Of an API: what it takes a box to weigh. */
  readonly weight?: object;
  /** Of a worker: resolves when everything has been followed. */
  readonly settled?: () => Promise<void>;
}

/** An installation whose processes are replaced role by role, the new beside the old one, while it is used. */
export async function startRollout(t: Pick<typeof tap, 'teardown'>, first: ReleaseName, roles: readonly RoleName[]) {
  const log = createMemoryLog();
  const place = { organisation: randomUUID(), office: randomUUID() };
  const { url, pool: tables } = await testDatabase(t);
  const queue = { kind: 'postgres', url, schema: 'jobs' } as const;
  await migrateQueue(queue);
  const worldOf = (release: ReleaseName) => world([box[release]], undefined, 'as brought', noFiles, log);
  const models = await readModels(t, worldOf(first));
  const weight = (release: ReleaseName, kilos: number) => (release === 'next' ? { grams: kilos * 1_000 } : { kilos });
  const met: Met = { answers: new Map(), packed: new Map() };

  async function startOne(role: RoleName, release: ReleaseName): Promise<Started> {
    const w = worldOf(release);
    if (role === 'projector') return { stop: models.run([casesProjection(w.registry)], { ...w, leaseMs: 300 }) };
    if (role === 'worker') {
      // For every box that is sent another is packed, in the version of this release.
      const packing: Reactor = {
        name: 'packing',
        start: 'beginning',
        categories: ['box'],
        react: ({ type }) => (type === 'BoxSent' ? [{ step: 'pack', ids: {} }] : []),
        perform: async (_, context) => {
          await context.command({ process: 'box', command: 'pack', input: weight(release, 1) });
        },
      };
      const crew = await workersFor(t, w, queue, {}, tables);
      const { stop } = await crew.start([packing]);
      return { stop, settled: crew.settled };
    }
    const api = await startApi(w);
    t.teardown(() => api.close());
    const person = api.person('registrar', place);
    return {
      stop: () => api.close(),
      weight: weight(release, 3),
      ask: async (method, path, body) => {
        const answer = await api.call(method, path, { as: person, ...(body === undefined ? {} : { body }) });
        count(met.answers, answer.status);
        return answer;
      },
    };
  }
  const running = new Map<RoleName, Started[]>();
  for (const role of roles) running.set(role, [await startOne(role, first)]);

  /** Everybody who runs is used once, and looks at all that was ever written. */
  async function use(): Promise<void> {
    const apis = (running.get('api') ?? []).flatMap(({ ask, weight }) => (ask ? [{ ask, weight }] : []));
    for (const [at, { ask, weight }] of apis.entries()) {
      const packed = await ask('POST', '/v1/boxes', weight);
      // What one packed is sent by another, where there is another.
      const { ask: other } = apis[(at + 1) % apis.length] ?? { ask };
      await other('POST', `/v1/boxes/${packed.json.id}/send`, {});
    }
    for (const { settled } of running.get('worker') ?? []) await settled?.();
    const { events } = await log.readAll(0n, 10_000);
    const opened = events.filter(({ type }) => type.startsWith('box.BoxPacked.'));
    met.packed.clear();
    for (const { type } of opened) count(met.packed, type);
    for (const { ask } of apis) for (const { stream } of opened) await ask('GET', `/v1/boxes/${idOf(stream)}`);
  }

  return {
    log,
    models,
    met,
    use,
    /** Brings a release role by role in this order; it is used while both run, and when the old one has gone. */
    bring: async (release: ReleaseName): Promise<void> => {
      for (const role of roles) {
        const before = running.get(role) ?? [];
        const fresh = await startOne(role, release);
        running.set(role, [...before, fresh]);
        await use();
        for (const each of before) await each.stop();
        running.set(role, [fresh]);
        await use();
      }
    },
  };
}
