import { randomUUID } from 'node:crypto';
import { caseEvents } from '../../../src/domain/kernel/caseEvents.ts';
import { personalPaths } from '../../../src/domain/kernel/privacy.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import type { Draft } from '../../../src/eventlog/codec.ts';
import { sampleOf } from '../sample.ts';
import { CANARY, CANARY_DIGITS } from './marks.ts';

/** An event with a canary in each field of T2 and T3 that takes free text or a number, and the paths of those fields. */
export interface Seeded {
  readonly draft: Draft;
  readonly fields: readonly string[];
}

let planted = 0;
const candidates = (): readonly string[] => {
  planted += 1;
  const number = String(planted).padStart(4, '0');
  return [`${CANARY}${number}X`, `${CANARY_DIGITS}${number}`];
};

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Every text below a place, as the object that holds it and its key there. */
function texts(holder: Node, key: string): readonly (readonly [Node, string])[] {
  const value = holder[key];
  if (typeof value === 'string') return [[holder, key]];
  return isNode(value) ? Object.keys(value).flatMap((inner) => texts(value, inner)) : [];
}

/** The holders of a path's last step; `*` stands for every item. */
const holders = (from: unknown, path: readonly string[]): readonly Node[] => {
  if (!isNode(from)) return [];
  const [step = '', ...rest] = path;
  if (rest.length === 0) return [from];
  return (step === '*' ? Object.values(from) : [from[step]]).flatMap((one) => holders(one, rest));
};

/** One event of every type of a process that has fields of T2 or T3, each beginning a stream of its own. */
export function seededEvents(process: Process): readonly Seeded[] {
  const events = process.name === 'person' ? { ...caseEvents, ...process.events } : process.events;
  return Object.entries(events).flatMap(([type, schema]) => {
    const secret = personalPaths(schema).filter(({ tier }) => tier !== 'T1');
    if (secret.length === 0) return [];
    const data = structuredClone(sampleOf(schema)) as Node;
    const fields = secret.flatMap(({ path }) => {
      const key = path.at(-1) ?? '';
      const places = holders(data, path).flatMap((holder) =>
        (key === '*' ? Object.keys(holder) : [key]).flatMap((one) => texts(holder, one)),
      );
      const taken = places.filter(([holder, at]) => {
        const before = holder[at];
        const fits = candidates().find((one) => {
          holder[at] = one;
          return schema.safeParse(data).success;
        });
        if (fits === undefined) holder[at] = before;
        return fits !== undefined;
      });
      return taken.length > 0 ? [`${process.name}.${type}.${path.join('.')}`] : [];
    });
    return fields.length === 0 ? [] : [{ draft: draftOf(process, type, data), fields }];
  });
}

function draftOf(process: Process, type: string, data: unknown): Draft {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    stream: `${process.name}-${randomUUID()}`,
    revision: 0,
    type,
    recordedAt: now,
    data,
    metadata: {
      commandId: randomUUID(),
      command: 'canary',
      inputMac: '',
      correlationId: randomUUID(),
      actor: { id: randomUUID(), post: 'registrar' },
      channel: 'in_person',
      occurredAt: now,
    },
  };
}
