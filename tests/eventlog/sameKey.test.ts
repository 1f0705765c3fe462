import { randomUUID } from 'node:crypto';
import t from 'tap';
import { z } from 'zod';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { createCases } from '../../src/eventlog/cases.ts';
import { type CommandRequest, createExecutor } from '../../src/eventlog/execute.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import { type EventLog, LogUnavailable, OutcomeUnknown, RevisionConflict } from '../../src/eventlog/port.ts';
import { routed } from '../../src/eventlog/stores.ts';
import { refused, world } from '../support/scenario.ts';

const BEFORE = '2026-03-01T23:59:59.999Z';
const AFTER = '2026-03-02T00:00:00.001Z';

const events = {
  ShopOpened: z.strictObject({}),
  ShopNamed: z.strictObject({}),
  CameEarly: z.strictObject({}),
  CameLate: z.strictObject({}),
};
const named = (text: string) => ({ en: text, ar: text });
const p = defineProcess({
  name: 'shop',
  plural: 'shops',
  store: 'general',
  tier: 'T1',
  events,
  initial: { status: 'none' } as { status: 'none' | 'open' | 'early' | 'late' },
  evolve: (_state, { type }: FoldEvent<typeof events>) => ({
    status: ({ ShopOpened: 'open', ShopNamed: 'open', CameEarly: 'early', CameLate: 'late' } as const)[type],
  }),
  waitsOn: { none: () => [], open: () => [], early: () => [], late: () => [] },
  ends: ['early', 'late'],
  labels: {
    name: named('Shop'),
    plural: named('Shops'),
    states: {},
    commands: {},
    events: {},
    waits: {},
    parties: {},
    refusals: {},
    fields: {},
    codes: {},
  },
});
const shop = p.withCommands({
  come: p.command({
    from: ['open'],
    permission: 'system',
    input: z.strictObject({ with: z.string().optional() }),
    emits: ['CameEarly', 'CameLate'],
    to: ['early', 'late'],
    decide: (_input, _state, { now }) => [{ type: now < '2026-03-02' ? 'CameEarly' : 'CameLate', data: {} }],
  }),
  name: p.command({
    from: ['open'],
    permission: 'system',
    input: z.strictObject({ name: z.string() }),
    reserves: (c) => [{ scope: 'shop.name', value: c.name }],
    emits: ['ShopNamed'],
    to: ['open'],
    decide: () => [{ type: 'ShopNamed', data: {} }],
  }),
});

/** Two servers over one log, one on either side of midnight, that have both read the case and are given a command with one key. */
async function atMidnight(under: (log: EventLog) => EventLog = (log) => log, store: 'general' | 'restricted' = 'general') {
  const w = world([shop], BEFORE, undefined, undefined, under(createMemoryLog()));
  const { log, codec, registry, rulebook, keyring } = w;
  const id = randomUUID();
  await w.given('shop', id, { type: 'ShopOpened', data: {} });
  const server = (now: string) => {
    const own = createCases(log, codec, registry);
    const { cases } = routed(registryOf([{ ...shop, store }]), { ...w, cases: own }, async () => ({ ...w, cases: own }));
    const rights = async () => Promise.reject(new Error('the system needs no rights'));
    const { execute } = createExecutor({ log, codec, cases, registry, rulebook, keyring, rights, now: () => now });
    const give = (command: string, input: object, key = 'one job') => {
      const principal: CommandRequest['principal'] = { kind: 'system', name: 'timer' };
      return execute({ process: 'shop', command, id, input, key, principal });
    };
    return { cases, give, come: (input: object, key?: string) => give('come', input, key) };
  };
  const servers = [server(BEFORE), server(AFTER)] as const;
  for (const { cases } of servers) await cases.load(shop, id);
  return { w, id, servers };
}

/** Logs that tell whether an append wrote what it names, and that never do. */
const tellings: ((log: EventLog) => EventLog)[] = [
  (log) => log,
  (log) => ({
    ...log,
    append: async (...append) => {
      const { wrote: _, ...told } = await log.append(...append);
      return told;
    },
  }),
];

t.test('of two servers given one command at once both tell, and keep, what the log says', async (t) => {
  for (const telling of tellings) {
    const { w, id, servers } = await atMidnight(telling);
    const answers = await Promise.all(servers.map(({ come }) => come({})));
    const anew = await createCases(w.log, w.codec, w.registry).load(shop, id);
    t.equal(anew.history.length, 2, 'one effect');
    t.same(
      answers.map(({ status, revision, replayed }) => [status, revision, replayed]),
      [
        [anew.record.status, 1, false],
        [anew.record.status, 1, true],
      ],
    );
    for (const { cases } of servers) {
      t.strictSame((await cases.load(shop, id)).history, anew.history);
      t.strictSame(await cases.glance(`shop-${id}`), anew.record);
    }
  }
});

t.test('a key that says two things at once is refused to the one that came second', async (t) => {
  for (const telling of tellings) {
    const { w, id, servers } = await atMidnight(telling);
    const [first, second] = servers;
    await Promise.all([first.come({ with: 'a horse' }), refused(t, second.come({ with: 'a cart' }), 'IDEMPOTENCY_KEY_REUSED')]);
    t.equal((await w.log.read(`shop-${id}`)).length, 2);
  }
});

t.test('an answer that got lost is no other server: what is sent again is told as done just now', async (t) => {
  let lost = 0;
  const { servers } = await atMidnight((log) => ({
    ...log,
    append: async (...append) => {
      const written = await log.append(...append);
      if (append[1] === 'none' || lost > 0) return written;
      lost += 1;
      throw new OutcomeUnknown('the answer is lost');
    },
  }));
  t.match(await servers[0].come({}), { status: 'early', revision: 1, replayed: false });
  t.equal(lost, 1);
});

t.test('where what was there first cannot be read, or not yet, nobody is told that nothing was written', async (t) => {
  for (const answer of [() => Promise.reject(new LogUnavailable('gone')), () => Promise.resolve([])]) {
    let asks = false;
    const { servers } = await atMidnight((log) => ({
      ...log,
      append: async (...append) => {
        const result = await log.append(...append);
        if (append[1] !== 'none' && result.wrote === false) asks = true;
        return result;
      },
      read: (...read) => {
        if (!asks) return log.read(...read);
        asks = false;
        return answer();
      },
    }));
    const [first, second] = servers;
    const [, late] = await Promise.allSettled([first.come({}), second.come({})]);
    t.match(late, { status: 'rejected', reason: { name: 'OutcomeUnknown' } });
    t.match(await second.come({}), { status: 'early', revision: 1, replayed: true }, 'the same key tells it');
  }
});

t.test('a log that is away when a lost append is sent again is not told as one to which nothing was written', async (t) => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  for (const away of [new LogUnavailable('it starts up again'), refused]) {
    const faults: Error[] = [];
    const { w, id, servers } = await atMidnight((log) => ({
      ...log,
      append: async (...append) => {
        const fault = faults.shift();
        if (fault === away) throw away;
        const written = await log.append(...append);
        if (fault) throw fault;
        return written;
      },
    }));
    faults.push(new OutcomeUnknown('the server died after its commit'), away);
    await t.rejects(servers[0].come({}), { name: 'OutcomeUnknown', cause: away });
    t.equal((await w.log.read(`shop-${id}`)).length, 2, 'it was written');
    t.match(await servers[0].come({}), { status: 'early', revision: 1, replayed: true }, 'the same key tells it');
  }
});

t.test('what is away when an append is sent for the first time has written nothing, and says so', async (t) => {
  let away = false;
  const { w, id, servers } = await atMidnight((log) => ({
    ...log,
    append: async (...append) => (away ? Promise.reject(new LogUnavailable('gone')) : log.append(...append)),
  }));
  away = true;
  await t.rejects(servers[0].come({}), { name: 'LogUnavailable' });
  t.equal((await w.log.read(`shop-${id}`)).length, 1);
});

t.test('what is away after a command was written does not say that nothing was', async (t) => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  for (const away of [new LogUnavailable('gone'), refused]) {
    for (const what of ['append to reservation', 'append to shop', 'read of reservation', 'read of shop'] as const) {
      let named = false;
      const faulty = async <T>(now: string, work: () => Promise<T>): Promise<T> => {
        if (named && now.startsWith(what)) throw away;
        return work();
      };
      const { w, id, servers } = await atMidnight((log) => ({
        ...log,
        append: async (...append) => {
          const result = await faulty(`append to ${append[0]}`, () => log.append(...append));
          if (append[0].startsWith('shop') && append[1] !== 'none') named = true;
          return result;
        },
        read: (...read) => faulty(`read of ${read[0]}`, () => log.read(...read)),
      }));
      const name = () => servers[0].give('name', { name: 'At the bridge' });
      await t.rejects(name(), { name: 'OutcomeUnknown', cause: away }, what);
      named = false;
      t.match(await name(), { status: 'open', replayed: true }, 'the same key tells it');
      t.equal((await w.log.read(`shop-${id}`))[1]?.type, 'shop.ShopNamed.v1');
    }
  }
});

t.test('what was written in the same moment is not told as unwritten when it cannot be looked up, in either store', async (t) => {
  for (const store of ['general', 'restricted'] as const) {
    let isTheirs = false;
    let looks = 0;
    const { servers } = await atMidnight(
      (log) => ({
        ...log,
        append: async (...append) => {
          const result = await log.append(...append);
          if (append[1] !== 'none' && result.wrote === false) isTheirs = true;
          return result;
        },
        read: async (...read) => {
          // The first look is at what the log met; the next one begins a new round.
          if (isTheirs && read[0].startsWith('shop')) looks += 1;
          if (looks === 2) throw new LogUnavailable('gone');
          return log.read(...read);
        },
      }),
      store,
    );
    const [first, second] = servers;
    const [, late] = await Promise.allSettled([first.come({}), second.come({})]);
    t.match(late, { status: 'rejected', reason: { name: 'OutcomeUnknown' } }, store);
    t.match(await second.come({}), { status: 'early', revision: 1, replayed: true });
  }
});

t.test('what another server wrote when the last attempt was made is told, and no conflict', async (t) => {
  for (const besides of [false, true]) {
    const between: (() => Promise<unknown>)[] = [];
    let isBetween = false;
    const { servers } = await atMidnight((log) => ({
      ...log,
      append: async (...append) => {
        const step = isBetween ? undefined : between.shift();
        if (step) {
          isBetween = true;
          await step();
          isBetween = false;
        }
        return log.append(...append);
      },
    }));
    const [first, second] = servers;
    const named = (name: string) => first.give('name', { name }, name);
    for (const name of ['At the bridge', 'At the gate', 'At the well']) between.push(() => named(name));
    between.push(async () => {
      if (besides) await named('At the tree');
      await first.come({});
    });
    t.match(await second.come({}), { status: 'early', replayed: true }, besides ? 'after one event more' : 'at that revision');
    t.same(between, [], 'three others and the twin came between');
  }
});

t.test('a node that lags behind what another server wrote decides nothing anew, and nobody is told a conflict', async (t) => {
  for (const later of ['it goes on to lag', 'it goes away'] as const) {
    let appends = 0;
    let looks = 0;
    const { servers } = await atMidnight((log) => ({
      ...log,
      append: async (...append) => {
        if (appends > 0) appends += 1;
        if (appends > 1) throw new RevisionConflict(append[0], append[1], 1);
        const result = await log.append(...append);
        if (append[1] !== 'none' && result.wrote === false) appends = 1;
        return result;
      },
      read: async (...read) => {
        if (appends > 0 && read[0].startsWith('shop')) looks += 1;
        if (looks > 2 && later === 'it goes away') throw new LogUnavailable('gone');
        const there = await log.read(...read);
        return looks > 1 ? there.filter(({ revision }) => revision < 1) : there;
      },
    }));
    const [first, second] = servers;
    const [, late] = await Promise.allSettled([first.come({}), second.come({})]);
    t.match(late, { status: 'rejected', reason: { name: 'OutcomeUnknown' } }, later);
    t.equal(appends, 1);
    t.ok(looks > 2);
  }
});

t.test('a last look that does not come as far as what overtook the command is told as open, and no conflict', async (t) => {
  const between: (() => Promise<unknown>)[] = [];
  let isBetween = false;
  let lags = false;
  const { servers } = await atMidnight((log) => ({
    ...log,
    append: async (...append) => {
      const step = isBetween ? undefined : between.shift();
      if (step) {
        isBetween = true;
        await step();
        isBetween = false;
        lags = between.length === 0;
      }
      return log.append(...append);
    },
    read: async (...read) => (lags && read[0].startsWith('shop') ? [] : log.read(...read)),
  }));
  const [first, second] = servers;
  const named = (name: string) => first.give('name', { name }, name);
  for (const name of ['At the bridge', 'At the gate', 'At the well']) between.push(() => named(name));
  between.push(async () => {
    await named('At the tree');
    await first.come({});
  });
  await t.rejects(second.come({}), { name: 'OutcomeUnknown' });
  lags = false;
  t.match(await second.come({}), { status: 'early', replayed: true }, 'the same key tells it');
});

t.test('a log that goes away after something overtook the command is not told as one to which nothing was written', async (t) => {
  let overtaken = false;
  const { servers } = await atMidnight((log) => ({
    ...log,
    append: async (...append) => {
      if (append[1] !== 'none' && !overtaken) {
        overtaken = true;
        await log.append(append[0], append[1], append[2]);
        throw new RevisionConflict(append[0], append[1], 2);
      }
      return log.append(...append);
    },
    read: async (...read) => (overtaken ? Promise.reject(new LogUnavailable('gone')) : log.read(...read)),
  }));
  await t.rejects(servers[0].come({}), { name: 'OutcomeUnknown' });
});
