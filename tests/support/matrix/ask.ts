import { randomUUID } from 'node:crypto';
import type t from 'tap';
import type { ApiParts } from '../../../src/api/parts.ts';
import { kebab } from '../../../src/api/paths.ts';
import type { Rights } from '../../../src/domain/access/access.ts';
import { ROLES, type Role } from '../../../src/domain/access/roles.ts';
import type { CaseRecord } from '../../../src/domain/kernel/case.ts';
import { baghdadDate } from '../../../src/domain/kernel/dates.ts';
import type { Command, Process, Stated } from '../../../src/domain/kernel/process.ts';
import type { Staff } from '../../../src/domain/staff/index.ts';
import { projectionsOf } from '../../../src/projections/index.ts';
import { ISSUER, startApi } from '../api.ts';
import { withReadModels } from '../apiReads.ts';
import { filesBeside, placeForFiles } from '../documents.ts';
import { silentLog } from '../postgres.ts';
import { sampleOf } from '../sample.ts';
import type { world } from '../scenario.ts';
import { type Cell, type Kind, kindOf, type Verdict } from './kinds.ts';
import { ME, matrixWorld, PLACES, type Place, secondsOf } from './prepared.ts';
import { type Route, routesOf } from './routesOf.ts';

/** So many requests are under way at once. */
const AT_A_TIME = 16;

export interface Found {
  readonly routes: number;
  readonly places: number;
  /** Addresses nobody has said an expectation for. */
  readonly nameless: readonly Route[];
  readonly cells: number;
  readonly tally: Readonly<Record<Verdict, number>>;
  readonly wrong: readonly string[];
}

/** Who asks: by name, in which role, with which rights. */
interface Asking {
  readonly name: string;
  readonly role?: Role;
  readonly rights: Rights;
}

interface Planned extends Route {
  readonly kind: Kind;
  readonly of: Process | undefined;
  readonly command: Command | undefined;
  readonly body: string | undefined;
}

/**
 * How much is asked. `whole`: every route in every place, as every role. `routes`: every route as every role, each role in the
 * next place. `permissions`: of the routes that lean on one permission of a process alike, each role asks the next one, so that
 * every role meets every permission, and every route some of the roles.
 */
export const EXTENTS = ['permissions', 'routes', 'whole'] as const;
export type Extent = (typeof EXTENTS)[number];

/** Every `of`-th route, beginning with the `nth`: what is too much for one run is asked in several, which together leave none out. */
export interface Slice {
  readonly nth: number;
  readonly of: number;
}

/** A slice as it is written, `3/8`: everything when nothing is written, an error when it says no slice. */
export function sliceOf(text = '1/1'): Slice {
  const [, nth = 0, of = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (nth < 1 || nth > of) throw new Error(`${text} is no slice: 3/8 is the third of eight`);
  return { nth, of };
}

/** A world to ask in: its cases by place, and which addresses are about them. */
export interface Setting {
  readonly w: ReturnType<typeof world>;
  /** Those whose cases are asked for. */
  readonly processes: readonly Process[];
  readonly places: readonly string[];
  /** In so many places a route is asked as one role, unless the whole is. */
  readonly atOnce: number;
  /** Every case that may be shown. */
  readonly records: readonly CaseRecord<Stated>[];
  readonly isAsked: (route: Route) => boolean;
  /** The case of a process in a place as one role meets it; undefined where there is none. */
  readonly idAt: (process: string, place: string, role: Role | undefined) => string | undefined;
  /** Whether the paper says that a case of a process in a place is opened by a role; undefined where that is left to the table. */
  readonly opens?: (process: string, place: string, role: Role) => boolean | undefined;
  /** What makes the API one over this world. */
  readonly besides: (parts: ApiParts) => Promise<Partial<ApiParts>>;
}

/** The general store alone. */
export async function generalSetting(): Promise<Setting> {
  const { w, processes, cases } = await matrixWorld();
  const streams = [...cases].flatMap(([name, ids]) =>
    Object.entries(ids).flatMap(([place, id]) => (place === 'absent' ? [] : [`${name}-${id}`])),
  );
  return {
    ...{ w, processes, places: PLACES, atOnce: 1, isAsked: () => true },
    records: await Promise.all([...streams, `staff-${ME.id}`].map((one) => w.cases.glance(one))),
    idAt: (process, place) => cases.get(process)?.[place as Place],
    besides: async () => ({}),
  };
}

/**
 * Asks a running API as these roles, in the last second of each role and in the first without it; once a right has ended, every
 * eighth of the routes unless the whole is asked, others with every role.
 */
export async function askMatrix(
  test: Pick<typeof t, 'teardown'>,
  setting: Setting,
  roles: readonly Role[],
  extent: Extent,
  slice: Slice,
): Promise<Found> {
  const whole = extent === 'whole';
  const { w, processes, places, atOnce, records: all, idAt } = setting;
  const api = await startApi(w, async (parts) => {
    const reads = await withReadModels(test)(parts);
    const names = projectionsOf(w.registry, parts.mac).map((one) => one.name);
    if (!(await reads.waitFor?.(names, await w.log.head(), 60_000))) throw new Error('the read models lag behind');
    const besides = await setting.besides(parts);
    const { executor } = { ...parts, ...besides };
    return {
      ...reads,
      logger: silentLog,
      documents: await filesBeside(w, await placeForFiles(test)),
      tokens: { verify: async () => ({ issuer: ISSUER, subject: ME.subject }) },
      ...besides,
      // Up to the decision, and nothing written: every cell meets the same world.
      executor: { execute: (request) => executor.execute({ ...request, dryRun: true }) },
    };
  });
  test.teardown(() => api.close());

  const routes = routesOf(api.app).filter(setting.isAsked);
  const sliced = routes.filter((_route, at) => at % slice.of === slice.nth - 1);
  const plans = sliced.flatMap((one) => {
    const kind = kindOf(one);
    return kind ? [plan(one, kind, processes)] : [];
  });
  const recordOf = new Map(all.map((one) => [one.id, one]));
  const processOf = (record: { readonly process: string }): Process => {
    const process = processes.find((one) => one.name === record.process) ?? w.registry.byName(record.process);
    if (!process) throw new Error(`nobody knows ${record.process}`);
    return process;
  };

  const alike = new Map<string, Planned[]>();
  for (const one of plans) alike.set(leaningOn(one), [...(alike.get(leaningOn(one)) ?? []), one]);
  const isNext = (one: Planned, turn: number): boolean => {
    const others = alike.get(leaningOn(one)) ?? [];
    return extent !== 'permissions' || others[turn % others.length] === one;
  };

  let cells = 0;
  const wrong: string[] = [];
  const tally: Record<Verdict, number> = { passes: 0, FORBIDDEN: 0, NOT_FOUND: 0 };

  async function ask(one: Planned, who: Asking, place: string | undefined): Promise<void> {
    const { rights } = who;
    const id = (place && one.of && idAt(one.of.name, place, who.role)) ?? randomUUID();
    const record = place === undefined ? undefined : recordOf.get(id);
    const cell: Cell = { rights, process: one.of, command: one.command, record, all, processOf };
    const wanted = one.kind.expected(cell);
    const answer = await api.app.inject({
      method: one.method as 'GET',
      url: addressOf(one, id),
      headers: headersOf(one),
      ...(one.body === undefined ? {} : { payload: one.body }),
    });
    cells++;
    tally[wanted]++;
    const isProblem = String(answer.headers['content-type']).startsWith('application/problem');
    const { code } = isProblem ? answer.json<{ code: string }>() : { code: '' };
    const verdict: Verdict = code === 'FORBIDDEN' || code === 'NOT_FOUND' ? code : 'passes';
    const differs = (): string | undefined => {
      const isOpened = one.kind.opens && one.of && place && who.role ? setting.opens?.(one.of.name, place, who.role) : undefined;
      const may = isOpened === true && rights.posts.length > 0;
      if (isOpened !== undefined && may !== (verdict === 'passes')) return `${verdict}, and the paper says otherwise`;
      if (verdict !== wanted) return `${verdict} (${answer.statusCode} ${code}), not ${wanted}`;
      // A cell that never came as far as rights says nothing.
      if (one.kind.leans && code === 'UNAVAILABLE') return undefined;
      if (answer.statusCode >= 500 || (answer.statusCode === 400 && code !== 'IF_MATCH_REQUIRED'))
        return `${answer.statusCode} ${answer.body}`;
      if (!one.kind.shows || answer.statusCode !== 200) return undefined;
      const items = idsIn(answer.json<{ items: readonly { id: string }[] }>().items);
      const expected = one.kind.shows(cell).toSorted();
      return items.join() === expected.join() ? undefined : `shows ${items.length} cases, not these ${expected.length}`;
    };
    const difference = differs();
    if (difference) wrong.push(`${one.method} ${one.url} as ${who.name}, ${place ?? 'no case'}: ${difference}`);
  }

  async function round(who: Asking, turn: number, every = 1): Promise<void> {
    const asked = plans.flatMap((one, at): readonly { readonly one: Planned; readonly place: string | undefined }[] => {
      if (one.kind.public || !isNext(one, turn) || (!whole && (at + turn) % every !== 0)) return [];
      if (!one.kind.ofCase) return [{ one, place: undefined }];
      const next = Array.from({ length: atOnce }, (_, also) => places[(at + turn * atOnce + also) % places.length]);
      return (whole ? places : next).map((place) => ({ one, place }));
    });
    const left = asked.values();
    const worker = async () => {
      for (const { one, place } of left) await ask(one, who, place);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  // Whatever the role: whoever asks as the first one asks these for all.
  for (const one of roles.includes(ROLES[0]) ? plans.filter((each) => each.kind.public) : []) {
    await ask(one, { name: 'nobody', rights: { staff: '', day: baghdadDate(w.now()), posts: [] } }, undefined);
  }
  const { memberships } = (await w.cases.glance(`staff-${ME.id}`)).state as Staff;
  for (const role of roles) {
    const { valid, ended } = secondsOf(role);
    const posts = memberships.filter((one) => one.role === role);
    const turn = ROLES.indexOf(role);
    w.at(valid);
    const at = (instant: string) => ({ staff: ME.id, day: baghdadDate(instant), at: instant });
    await round({ name: role, role, rights: { ...at(valid), posts } }, turn);
    w.at(ended);
    await round({ name: `${role} until a second ago`, role, rights: { ...at(ended), posts: [] } }, turn, 8);
  }
  return { routes: routes.length, places: places.length, nameless: routes.filter((one) => !kindOf(one)), cells, tally, wrong };
}

/** What the answer of a route hangs on: routes with the same have the same row of the matrix. */
const leaningOn = ({ kind, of, command, method, url }: Planned): string =>
  command ? `${kind.name} ${command.permission}` : kind.ofCase ? `${kind.name} ${of?.name}` : `${method} ${url}`;

const idsIn = (items: readonly { readonly id: string }[]): readonly string[] => items.map((one) => one.id).sort();

function plan(route: Route, kind: Kind, processes: readonly Process[]): Planned {
  const [, , plural = '', ...rest] = route.url.split('/');
  const of = processes.find((one) => one.plural === plural);
  const command = route.method === 'POST' && of ? commandAt(of, rest.at(-1)) : undefined;
  const body = kind.body ?? (of && command && inputOf(of, command));
  return { ...route, kind, of, command, body: body === undefined ? undefined : JSON.stringify(body) };
}

/** The command an address is that of: by its last part, or the one that opens a case. */
function commandAt(process: Process, last: string | undefined): Command | undefined {
  const commands = Object.values(process.commands).filter((one) => one.permission !== 'system');
  return commands.find((one) => kebab(one.name) === last) ?? commands.find((one) => one.from === 'new' && !one.kernel);
}

/** What a sample of a schema alone does not come to. */
const BESIDES: Readonly<Record<string, object>> = {
  'duplicate detect': { candidates: [randomUUID(), randomUUID()] },
};
const inputOf = (process: Process, command: Command): object => ({
  ...(sampleOf(command.input) as object),
  ...BESIDES[`${process.name} ${command.name}`],
});

const headersOf = ({ kind, method, body }: Planned): Record<string, string> => ({
  ...(kind.public ? {} : { authorization: 'Bearer matrix' }),
  'idempotency-key': 'the-same-every-time',
  ...(method === 'PATCH' ? { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' } : {}),
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
});

const addressOf = ({ url, kind }: Planned, id: string): string => {
  const path = url
    .replace(':id', id)
    .replace(':document', '01890a5d-ac96-774b-bcce-b302099a8057')
    .replace(':number', '1')
    .replace(':month', '2026-01')
    .replace(':leaf', '0')
    .replace(':name', 'household')
    .replace(':section', 'mine')
    .replace(':file', 'households.csv')
    .replace('*', 'index.html');
  return kind.query === undefined ? path : `${path}?${kind.query}`;
};
