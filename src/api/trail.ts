import type { Rights } from '../domain/access/access.ts';
import { ROLE_LABELS } from '../domain/access/labels.ts';
import type { Role } from '../domain/access/roles.ts';
import { caseEvents, isCaseEvent } from '../domain/kernel/caseEvents.ts';
import { wordFor } from '../domain/kernel/caseLabels.ts';
import { personalPaths, type Tier } from '../domain/kernel/privacy.ts';
import type { Process } from '../domain/kernel/process.ts';
import type { Page } from '../projections/reads.queries.ts';
import type { TimelineEntry } from '../projections/timeline.queries.ts';
import { openingTier, shown } from './caseView.ts';
import type { ApiParts } from './parts.ts';

/** The page with words, and with values only as far as the caller may open the case each entry stands in. */
export async function opened(parts: ApiParts, rights: Rights, page: Page<TimelineEntry>) {
  const streams = [...new Set(page.items.map(streamOf))];
  const tiers = new Map(
    await Promise.all(
      streams.map(async (stream): Promise<[string, Tier | undefined]> => {
        const record = await parts.cases.glance(stream);
        return [stream, openingTier(parts.registry.ofStream(stream), record, rights)];
      }),
    ),
  );
  const items = await Promise.all(page.items.map((entry) => worded(parts, entry, tiers.get(streamOf(entry)))));
  return { ...page, items };
}

const streamOf = (entry: TimelineEntry): string => `${entry.process}-${entry.id}`;

async function worded({ registry, codec }: ApiParts, entry: TimelineEntry, tier: Tier | undefined) {
  const process = registry.byName(entry.process);
  const mayOpen = tier !== undefined && process !== undefined && (tier !== 'T0' || !isPersonal(process, entry.type));
  const values = mayOpen ? await codec.open({ data: entry.data, changes: entry.changes }, tier) : undefined;
  const changes = values ? values.changes : entry.changes.map(({ field }) => ({ field }));
  return {
    ...entry,
    label: process && wordFor(process, 'events', entry.type),
    postLabel: ROLE_LABELS[entry.post as Role],
    data: values && shown(values.data),
    changes: changes.map((change) => ({
      ...(shown(change) as { readonly field: string }),
      label: process && wordFor(process, 'fields', change.field),
    })),
  };
}

/** T1 values lie open in the read model, so they are told by the shape of the event. */
function isPersonal(process: Process, type: string): boolean {
  // A correction carries the fields of the event it corrects.
  if (type === 'CaseCorrected' || type === 'CorrectionProposed') return true;
  const shape = isCaseEvent(type) ? caseEvents[type] : process.events[type];
  return shape === undefined || personalPaths(shape).length > 0;
}
