import { randomUUID } from 'node:crypto';
import { commandsOf, type Derived } from '../../../src/api/paths.ts';
import { ROLES } from '../../../src/domain/access/roles.ts';
import { personalPaths } from '../../../src/domain/kernel/privacy.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import type { Draft } from '../../../src/eventlog/codec.ts';
import { sampleOf } from '../sample.ts';
import { draftOf, PLACE, type Seeded, secretsOf } from './everyField.ts';
import { plant } from './planting.ts';

/** Events that make somebody a member of `PLACE` in every role there is. */
export function everyRole(staff: string, identity: { readonly issuer: string; readonly subject: string }): readonly Draft[] {
  const enrolled = { name: { ar: 'موظف' }, identity, synthetic: true };
  const granted = ROLES.map((role) => ({ membership: randomUUID(), role, ...PLACE, from: '2020-01-01' }));
  return [
    draftOf(`staff-${staff}`, 0, 'StaffEnrolled', enrolled),
    ...granted.map((data, at) => draftOf(`staff-${staff}`, at + 1, 'MembershipGranted', data)),
  ];
}

/** What became of the commands: how many were sent and done, with canaries in which fields, and what the server failed at. */
export interface Driven {
  sent: number;
  done: number;
  readonly fields: Set<string>;
  readonly failed: string[];
  readonly papers: string[];
}

export type Send = (path: string, body: object, revision?: number) => Promise<{ status: number; text: string }>;

/** An input with canaries in what is secret: by its own schema, or because an event of the command keeps it as such. */
function inputOf(process: Process, { command }: Derived, fields: Set<string>): object {
  const input = structuredClone(sampleOf(command.input)) as object;
  const own = personalPaths(command.input).flatMap(({ path, tier }) => (tier === 'T1' ? [] : [path]));
  const kept = command.emits.flatMap((type) => secretsOf(process, type));
  const paths = [...new Map([...own, ...kept].map((path) => [path.join('.'), path])).values()];
  for (const path of plant(command.input, input, paths)) fields.add(`${process.name}.${command.name}.${path}`);
  return input;
}

/** Processes of either store whose cases are given the kernel's commands too; they are the same in all others. */
const WITH_KERNELS: readonly string[] = ['person', 'clearance'];

/**
 * Gives every command of a process that a person may give, over HTTP: each on the cases whose state it takes, by `statusOf`, until
 * one is done; where there is none, on one that refuses it.
 */
export async function driveCommands(
  process: Process,
  cases: readonly Seeded[],
  statusOf: (id: string) => Promise<string>,
  send: Send,
  driven: Driven,
): Promise<void> {
  const revisions = new Map(cases.map(({ id, drafts }) => [id, drafts.length - 1]));
  for (const derived of commandsOf(process)) {
    const { command, path } = derived;
    if (command.kernel && !WITH_KERNELS.includes(process.name)) continue;
    const input = inputOf(process, derived, driven.fields);
    const statuses = await Promise.all(cases.map(({ id }) => statusOf(id)));
    const fits = cases.filter((_, at) => command.from === 'open' || command.from.includes(statuses[at] ?? ''));
    for (const { id } of command.from === 'new' || fits.length === 0 ? cases.slice(0, 1) : fits) {
      const revision = path.includes(':id') ? revisions.get(id) : undefined;
      const { status, text } = await send(path.replace(':id', id), input, command.effect ? revision : undefined);
      driven.sent += 1;
      if (status >= 500 && status !== 503) driven.failed.push(`${path}: ${status} ${text.slice(0, 200)}`);
      if (status >= 300) continue;
      driven.done += 1;
      if (path.includes(':id')) revisions.set(id, (JSON.parse(text) as { revision: number }).revision);
      if (command.name === 'print') driven.papers.push(`/v1/${process.plural}/${id}/prints`);
      break;
    }
  }
}
