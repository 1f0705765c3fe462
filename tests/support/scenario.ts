import { randomUUID } from 'node:crypto';
import type { Membership } from '../../src/domain/access/membership.ts';
import type { Role } from '../../src/domain/access/roles.ts';
import { baghdadDate } from '../../src/domain/kernel/dates.ts';
import { Refused } from '../../src/domain/kernel/errors.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { reservation } from '../../src/domain/reservation/index.ts';
import { rule } from '../../src/domain/rule/index.ts';
import { createCases } from '../../src/eventlog/cases.ts';
import { createCodec } from '../../src/eventlog/codec.ts';
import { type Attaching, noFiles } from '../../src/eventlog/documents/attaching.ts';
import { type CommandRequest, createExecutor, type Outcome } from '../../src/eventlog/execute.ts';
import { InvalidInput, Stale } from '../../src/eventlog/failures.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { rightsFrom } from '../../src/eventlog/rights.ts';
import { createRulebook } from '../../src/eventlog/rulebook.ts';
import { memoryKeyring } from '../../src/platform/keyring.ts';

/** A synthetic person in one post, for tests. */
export interface Person {
  readonly id: string;
  readonly post: Membership;
}

/** Somebody in this role; the same place arguments mean colleagues. */
export function someone(role: Role, at: { organisation?: string; office?: string; governorate?: string } = {}): Person {
  const post = {
    id: randomUUID(),
    role,
    organisation: at.organisation ?? randomUUID(),
    office: at.office ?? randomUUID(),
    governorate: at.governorate ?? 'IQG15',
    from: '2000-01-01',
  };
  return { id: randomUUID(), post };
}

/** A colleague of somebody, in another or the same role. */
export const colleague = (of: Person, role: Role = of.post.role): Person => ({
  id: randomUUID(),
  post: { ...of.post, id: randomUUID(), role },
});

export interface GivenEvent {
  readonly type: string;
  readonly data: object;
  readonly by?: Person;
  readonly occurredAt?: string;
}

/**
 * A world of real parts, on a memory log unless given another: executor, codec, policy, rules. Time stands still until `at`
 * moves it. People have the post they bring along; with rights `from the log` they have what their staff stream says, and
 * nothing else. Commands name no files unless something is given that lets them.
 */
export function world(
  processes: readonly Process[],
  start = '2026-03-01T08:00:00.000Z',
  rights: 'as brought' | 'from the log' = 'as brought',
  files: Attaching = noFiles,
  log: EventLog = createMemoryLog(),
) {
  let now = start;
  const registry = registryOf([...new Set([...processes, rule, reservation])]);
  const keyring = memoryKeyring();
  const codec = createCodec(registry, keyring);
  const cases = createCases(log, codec, registry, () => Date.parse(now));
  const rulebook = createRulebook(registry, cases, () => Date.parse(now));
  const people = new Map<string, Person>();
  const executor = createExecutor({
    log,
    codec,
    cases,
    registry,
    rulebook,
    keyring,
    files,
    now: () => now,
    rights: async (staff, at, onBehalfOf) => {
      if (rights === 'from the log') return rightsFrom(cases)(staff, at, onBehalfOf);
      const known = people.get(staff);
      if (!known) throw new Refused('NOT_ENROLLED');
      return { staff, day: baghdadDate(now), at: now, posts: [known.post] };
    },
  });

  async function given(process: string, id: string, ...events: readonly GivenEvent[]): Promise<void> {
    const stream = `${process}-${id}`;
    const before = await log.read(stream);
    const drafts = events.map((event, index) => {
      const by = event.by ?? someone('registrar');
      const { organisation, office, governorate, role } = by.post;
      return {
        id: randomUUID(),
        stream,
        revision: before.length + index,
        type: event.type,
        recordedAt: now,
        data: event.data,
        metadata: {
          commandId: randomUUID(),
          command: 'given',
          inputMac: '',
          correlationId: 'test',
          channel: 'in_person' as const,
          occurredAt: event.occurredAt ?? now,
          actor: { id: by.id, organisation, ...(office ? { office } : {}), ...(governorate ? { governorate } : {}), post: role },
        },
      };
    });
    await log.append(stream, before.length === 0 ? 'none' : before.length - 1, await codec.encode(drafts));
  }

  type Extra = Partial<Pick<CommandRequest, 'record' | 'key' | 'ifMatch' | 'correlationId' | 'causationId'>>;

  /** Gives a command as a person (or, with a string, as that part of the system) and answers what was written. */
  async function when(
    by: Person | string,
    process: string,
    command: string,
    id: string | undefined,
    input: object,
    extra: Extra = {},
  ) {
    if (typeof by !== 'string') people.set(by.id, by);
    const principal = typeof by === 'string' ? ({ kind: 'system', name: by } as const) : ({ kind: 'staff', id: by.id } as const);
    const spec = registry.byName(process)?.commands[command];
    const current = id === undefined ? undefined : (await log.read(`${process}-${id}`)).length - 1;
    const ifMatch = spec?.effect && current !== undefined && current >= 0 ? { ifMatch: current } : {};
    const outcome = await executor.execute({ process, command, id, input, principal, key: randomUUID(), ...ifMatch, ...extra });
    const { record, history } = await cases.load(registry.byName(process)!, outcome.id);
    const fresh = history.slice((current ?? -1) + 1);
    return { outcome, record, events: fresh.map(({ type, data }) => ({ type, data })), meta: fresh.map((one) => one.meta) };
  }

  return {
    log,
    codec,
    cases,
    registry,
    executor,
    rulebook,
    keyring,
    given,
    when,
    at: (instant: string) => {
      now = instant;
    },
    now: () => now,
  };
}

/** Holds a command to a refusal with this code. */
export async function refused(
  test: { equal(found: unknown, wanted: unknown): unknown },
  promise: Promise<unknown>,
  code: string,
): Promise<void> {
  const answer = await promise.then(
    (done) => `done: ${JSON.stringify((done as { outcome?: Outcome }).outcome?.status)}`,
    (error: unknown) => {
      if (error instanceof Refused) return error.code;
      if (error instanceof InvalidInput) return `INVALID_INPUT ${error.issues.map((one) => one.path.join('.')).join(' ')}`.trim();
      if (error instanceof Stale) return 'STALE';
      throw error;
    },
  );
  test.equal(answer.startsWith('INVALID_INPUT') && code === 'INVALID_INPUT' ? 'INVALID_INPUT' : answer, code);
}
