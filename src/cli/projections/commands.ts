import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { pause } from '../../eventlog/follow.ts';
import { checkProjection } from '../../projections/runtime/check.ts';
import type { Projection } from '../../projections/runtime/projection.ts';
import { type ProjectorParts, runnerParts, runProjector } from '../../projections/runtime/projector.ts';
import { type ProjectionStatus, projectionStatus } from '../../projections/runtime/status.queries.ts';

const USAGE = `npm run projections -- status
npm run projections -- rebuild NAME
npm run projections -- check [NAME …]
npm run projections -- skip NAME POSITION --by "WHO" --reason "WHY"

status   how far each read model is, and where and why one halted
rebuild  builds a read model anew beside the one shown, which is replaced when the new one has caught up;
         what was skipped is read again, and halts the new one where it is still unreadable
check    rebuilds into a scratch place and compares byte for byte; ends with 1 if anything differs
skip     passes over the one event a read model is halted at; WHO, when and WHY is kept until it is read again

--store restricted  the same of the restricted store`;

/** What looking after one store's read models needs: what a projector needs, and where to write. */
interface ProjectionTools extends ProjectorParts {
  readonly print: (line: string) => void;
}

export interface ProjectionStores {
  readonly general: ProjectorParts;
  /** Opened when it is asked for; absent where no restricted store is set up. */
  readonly restricted?: () => Promise<ProjectorParts>;
  readonly print: (line: string) => void;
}

/** Runs the command of these arguments; answers the exit code: 0, 1 for a difference or a refusal, 2 for a wrong call. */
export async function projectionsCommand(
  argv: readonly string[],
  stores: ProjectionStores,
  signal: AbortSignal,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { by: { type: 'string' }, reason: { type: 'string' }, store: { type: 'string', default: 'general' } },
    allowPositionals: true,
  });
  const { general, restricted, print } = stores;
  const parts = values.store === 'restricted' ? await restricted?.() : values.store === 'general' ? general : undefined;
  if (!parts) throw new Error(`there is no store ${values.store} here`);
  const tools: ProjectionTools = { ...parts, print };
  const [command, ...names] = positionals;
  const known = (name: string | undefined) => tools.projections.find((one) => one.name === name);
  const stranger = (command === 'skip' ? names.slice(0, 1) : names).find((name) => !known(name));
  if (stranger !== undefined)
    throw new Error(`no read model ${stranger}; there are ${tools.projections.map((one) => one.name).join(', ')}`);
  const projection = known(names[0]);
  if (command === 'status' && names.length === 0) return status(tools);
  if (command === 'rebuild' && projection && names.length === 1) return rebuild(tools, projection, signal);
  if (command === 'check')
    return check(tools, names.length === 0 ? tools.projections : names.flatMap((name) => known(name) ?? []), signal);
  // In a container the account is everybody's, so whoever it is says so.
  const [by, reason] = [values.by?.trim(), values.reason?.trim()];
  if (command === 'skip' && projection && names.length === 2 && /^\d+$/.test(names[1] ?? '') && by && reason) {
    return skip(tools, projection, { position: BigInt(names[1] ?? ''), by, reason });
  }
  tools.print(USAGE);
  return 2;
}

async function status(tools: ProjectionTools): Promise<number> {
  const { db } = runnerParts(tools);
  const all = await projectionStatus(db, tools.schema, await tools.log.head());
  const lines = [
    ['NAME', 'VERSION', 'STATE', 'EVENTS', 'POSITION', 'LAG', 'EVENTS/S', 'WORKED ON', 'SKIPPED'],
    ...all.map(lineOf),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const line of lines)
    tools.print(
      line
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  for (const { name, halted } of all) {
    if (!halted) continue;
    tools.print(`\n${name} halted at position ${halted.position}: ${halted.type} at ${halted.stream}/${halted.revision}`);
    tools.print(`  ${halted.kind.replace('_', ' ')}: ${halted.reason}, since ${halted.since}`);
  }
  return all.some((one) => one.halted) ? 1 : 0;
}

const lineOf = (one: ProjectionStatus): string[] => [
  one.name,
  String(one.version),
  one.halted ? 'halted' : one.state,
  String(one.events),
  one.position,
  one.behind ? `${one.lagSeconds} s` : 'none',
  String(one.rate),
  one.worked ? 'yes' : 'no',
  String(one.skipped),
];

/** Works on the new build itself, unless a running server takes it first. */
async function rebuild(tools: ProjectionTools, projection: Projection, signal: AbortSignal): Promise<number> {
  const { builds, db } = runnerParts(tools);
  await builds.ensure(projection);
  const fresh = await builds.rebuild(projection);
  const done = new AbortController();
  const running = runProjector({ ...tools, projections: [projection], superviseMs: 200 }, AbortSignal.any([signal, done.signal]));
  // What ends it early is told at the end.
  running.catch(() => undefined);
  const head = await tools.log.head();
  const bar = new SingleBar({ format: `${projection.name} {value}/{total} [{bar}] {duration_formatted}`, noTTYOutput: false });
  bar.start(Number(head), 0);
  try {
    for (;;) {
      const all = await projectionStatus(db, tools.schema, head);
      const build = (await builds.buildsOf(projection.name)).find((one) => one.id === fresh.id);
      if (!build || build.state === 'retired') throw new Error(`another rebuild of ${projection.name} was begun`);
      if (build.state === 'live') break;
      const halted = all.find((one) => one.name === projection.name && one.state === 'building')?.halted;
      if (halted) throw new Error(`${projection.name} halted at position ${halted.position}: ${halted.reason}`);
      bar.update(Number(all.find((one) => one.name === projection.name && one.state === 'building')?.position ?? 0));
      signal.throwIfAborted();
      await pause(200, signal);
    }
    bar.update(Number(head));
  } finally {
    bar.stop();
    done.abort();
    await running;
  }
  tools.print(`${projection.name} is rebuilt and shown`);
  return 0;
}

async function check(tools: ProjectionTools, projections: readonly Projection[], signal: AbortSignal): Promise<number> {
  const parts = runnerParts(tools);
  let same = true;
  for (const projection of projections) {
    const { tables, position } = await checkProjection(parts, projection, signal);
    for (const table of tables) {
      same &&= table.same;
      const verdict = table.same ? 'same' : 'DIFFERENT';
      tools.print(`${projection.name} at ${position}: ${table.table} ${table.rows} rows, md5 ${table.md5}, ${verdict}`);
      if (table.difference) {
        const { key, in: where } = table.difference;
        tools.print(`  first at ${JSON.stringify(key)}: ${typeof where === 'string' ? where : where.join(', ')}`);
      }
    }
  }
  return same ? 0 : 1;
}

interface Skip {
  readonly position: bigint;
  readonly by: string;
  readonly reason: string;
}

async function skip(tools: ProjectionTools, projection: Projection, { position, by, reason }: Skip): Promise<number> {
  const { builds } = runnerParts(tools);
  const done = await builds.skip(projection.name, position, by, reason);
  tools.print(
    done
      ? `${projection.name} passes over the event at position ${position}; it goes on by itself within seconds`
      : `${projection.name} is not halted at position ${position}: nothing was skipped`,
  );
  if (done) tools.logger.warn({ projection: projection.name, position: String(position), reason }, 'an operator skips an event');
  return done ? 0 : 1;
}
