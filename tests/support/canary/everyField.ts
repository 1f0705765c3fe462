import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { caseEvents } from '../../../src/domain/kernel/caseEvents.ts';
import { personalPaths } from '../../../src/domain/kernel/privacy.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import type { Draft } from '../../../src/eventlog/codec.ts';
import { sampleOf } from '../sample.ts';
import { plant } from './planting.ts';

/** Where the people of the canary test work, and whose the seeded cases are. */
export const PLACE = { organisation: '01890a5d-ac96-774b-bcce-b302099a8057', office: randomUUID(), governorate: 'IQG15' };

/** A case at some point of its way, with a canary in each field of T2 and T3 that takes free text or a number. */
export interface Seeded {
  readonly id: string;
  readonly drafts: readonly Draft[];
  readonly fields: readonly string[];
}

/** Paths of T2 and T3 in the events of a process, the kernel's with them. */
export const secretsOf = ({ events }: Process, type: string): readonly (readonly string[])[] => {
  const schema = events[type] ?? caseEvents[type as keyof typeof caseEvents];
  return schema ? personalPaths(schema).flatMap(({ path, tier }) => (tier === 'T1' ? [] : [path])) : [];
};

/** Cases of a process after its first event, after half of all the kinds there are, and after each once; none without secrets. */
export function seededCases(process: Process): readonly Seeded[] {
  const kernels = Object.entries(caseEvents).filter(([type]) => secretsOf(process, type).length > 0);
  const all = Object.entries(process.events);
  if (all.every(([type]) => secretsOf(process, type).length === 0)) return [];
  const half = all.slice(0, Math.ceil(all.length / 2));
  return [all.slice(0, 1), half, [...all, ...kernels]].map((kinds) => {
    const id = randomUUID();
    const made = kinds.map(([type, schema], revision) => {
      const data = namingAProcess(schema, structuredClone(sampleOf(schema)));
      const fields = plant(schema, data, secretsOf(process, type)).map((path) => `${process.name}.${type}.${path}`);
      return { draft: draftOf(`${process.name}-${id}`, revision, type, data), fields };
    });
    return { id, drafts: made.map((one) => one.draft), fields: made.flatMap((one) => one.fields) };
  });
}

/** Where an event names a process, no command lets in the name of none. */
function namingAProcess(schema: z.ZodType, data: unknown): unknown {
  const named = { ...(data as object), process: 'clearance' };
  return schema.safeParse(named).success ? named : data;
}

/** An event as somebody in `PLACE` would have recorded it. */
export function draftOf(stream: string, revision: number, type: string, data: unknown): Draft {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    stream,
    revision,
    type,
    recordedAt: now,
    data,
    metadata: {
      commandId: randomUUID(),
      command: 'canary',
      inputMac: '',
      correlationId: randomUUID(),
      actor: { id: randomUUID(), post: 'registrar', ...PLACE },
      channel: 'in_person',
      occurredAt: now,
    },
  };
}
