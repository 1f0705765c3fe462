import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { baghdadDate } from '../../../../src/domain/kernel/dates.ts';
import { registryOf } from '../../../../src/domain/kernel/registry.ts';
import { office } from '../../../../src/domain/office/index.ts';
import { reservation } from '../../../../src/domain/reservation/index.ts';
import { rule } from '../../../../src/domain/rule/index.ts';
import { type Cases, createCases } from '../../../../src/eventlog/cases.ts';
import { createCodec } from '../../../../src/eventlog/codec.ts';
import { createExecutor, type Executor } from '../../../../src/eventlog/execute.ts';
import { createMemoryLog } from '../../../../src/eventlog/memory/memoryLog.ts';
import { type AppendResult, type EventLog, LogUnavailable, OutcomeUnknown } from '../../../../src/eventlog/port.ts';
import { migrations as logMigrations } from '../../../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../../../src/eventlog/postgres/postgresLog.ts';
import { createRulebook } from '../../../../src/eventlog/rulebook.ts';
import { memoryKeyring } from '../../../../src/platform/keyring.ts';
import { migrate } from '../../../../src/platform/migrations.ts';
import { casesProjection } from '../../../../src/projections/cases.ts';
import { projectionMigrations } from '../../../../src/projections/runtime/migrations.ts';
import { runnerParts } from '../../../../src/projections/runtime/projector.ts';
import { writerOf } from '../../../projections/support.ts';
import { silentLog } from '../../postgres.ts';
import { someone } from '../../scenario.ts';
import { crate } from '../crate.ts';
import type { Fault } from './actions.ts';
import { officeOf } from './model.ts';

const NOW = '2026-03-01T08:00:00.000Z';

/** The process died: nothing it had in memory is left, and nobody was answered. */
export class Crashed extends Error {}

/** A server in hand: what it keeps in memory, and what is to go wrong with its next appends. */
export interface Server {
  readonly executor: Executor;
  readonly cases: Cases;
  plan(fault: Fault | undefined, overtake?: () => Promise<void>): void;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Two offices with two officers each, a log that stays from run to run, and the read models of it on Postgres. */
export async function openStage(pool: pg.Pool, kind: 'memory' | 'postgres') {
  const schema = `read_${kind}`;
  await migrate(pool, { schema, migrations: projectionMigrations });
  if (kind === 'postgres') await migrate(pool, { schema: 'log', migrations: logMigrations });
  const log = kind === 'memory' ? createMemoryLog() : createPostgresLog({ pool, schema: 'log', listen: false });
  const registry = registryOf([crate, office, reservation, rule]);
  const keyring = memoryKeyring();
  const codec = createCodec(registry, keyring);
  const organisation = randomUUID();
  const offices = [randomUUID(), randomUUID()];
  const officers = [0, 1, 2, 3].map((one) => someone('registrar', { organisation, office: offices[officeOf(one)]! }));
  const { write } = writerOf(log, codec, `offices of ${kind}`);
  for (const id of offices) {
    const names = { ar: 'مكتب', en: 'Office' };
    const data = { organisation, names, kind: 'branch', governorate: 'IQG15', from: '2020-01-01' };
    await write('office', id, { type: 'OfficeOpened', data });
  }

  function server(): Server {
    const faulty = faultyLog(log);
    const cases = createCases(faulty.log, codec, registry, () => Date.parse(NOW));
    const rulebook = createRulebook(registry, cases, () => Date.parse(NOW));
    const rights = async (staff: string) => {
      const posts = officers.filter((one) => one.id === staff).map((one) => one.post);
      return { staff, day: baghdadDate(NOW), at: NOW, posts };
    };
    const parts = { log: faulty.log, codec, cases, registry, rulebook, keyring, rights, now: () => NOW };
    return { executor: createExecutor(parts), cases, plan: faulty.plan };
  }

  const projection = casesProjection(registry);
  const settings = { pool, schema, log, codec, registry, projections: [projection], logger: silentLog, batch: 5 };
  const runner = runnerParts(settings);
  await runner.builds.ensure(projection);
  return { kind, pool, schema, log, codec, registry, organisation, offices, officers, server, projection, runner };
}

/** The log as one server sees it through its faults. Appends are counted from the moment a fault is planned. */
function faultyLog(log: EventLog): { readonly log: EventLog; plan: Server['plan'] } {
  let planned: Fault | undefined;
  let overtake: (() => Promise<void>) | undefined;
  let appends = 0;

  async function goWrong(kind: Fault['kind'], send: () => Promise<AppendResult>): Promise<AppendResult> {
    switch (kind) {
      case 'crash before':
        throw new Crashed();
      case 'crash after':
        await send();
        throw new Crashed();
      case 'reply lost':
        await send();
        throw new OutcomeUnknown('the reply is lost');
      case 'never arrived':
        throw new OutcomeUnknown('the reply never came');
      case 'unavailable':
        throw new LogUnavailable('the log is away');
      case 'twice':
        await send();
        return send();
      case 'overtaken':
        await overtake?.();
        return send();
      case 'swallowed':
        return { revision: 0, position: 1n };
    }
  }

  const append: EventLog['append'] = (stream, expected, events) => {
    const send = () => log.append(stream, expected, events);
    return planned?.at === appends++ ? goWrong(planned.kind, send) : send();
  };
  return {
    log: {
      kind: log.kind,
      append,
      read: (stream, from) => log.read(stream, from),
      readAll: (after, limit, filter) => log.readAll(after, limit, filter),
      subscribe: (after, filter, signal) => log.subscribe(after, filter, signal),
      head: () => log.head(),
      positionOf: (logIndex) => log.positionOf(logIndex),
      close: () => log.close(),
    },
    plan: (fault, meanwhile) => {
      planned = fault;
      overtake = meanwhile;
      appends = 0;
    },
  };
}
