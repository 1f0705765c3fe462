import { coarseFor, covers, type Rights, reachOf, targetOf } from '../domain/access/access.ts';
import { ROLE_LABELS } from '../domain/access/labels.ts';
import type { Role } from '../domain/access/roles.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import { caseEvents, isCaseEvent } from '../domain/kernel/caseEvents.ts';
import { wordFor } from '../domain/kernel/caseLabels.ts';
import { type Coarse, calledToAll, isTold, tellsMore, UNTOLD, UNTOLD_LABEL } from '../domain/kernel/discretion.ts';
import { personalPaths, type Tier, withinTier } from '../domain/kernel/privacy.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { Page } from '../projections/reads.queries.ts';
import type { ChangeNotice, TimelineEntry } from '../projections/timeline.queries.ts';
import { openingTier, shown } from './caseView.ts';
import type { Opener } from './opener.ts';
import type { ApiParts } from './parts.ts';
import { type Withheld, withheldIn } from './partyView.ts';

interface Opening {
  /** The case itself, to name who looked at it. */
  readonly record: CaseRecord<Stated>;
  /** Up to which tier values are opened. */
  readonly values: Tier | undefined;
  /** Up to which tier one is told what happened. */
  readonly names: Tier | undefined;
  /** What is not for them even so. */
  readonly withheld: Withheld;
  /** How entries are told where not as they are. */
  readonly coarse: Coarse | undefined;
}

/** The page with words, and with values only as far as the caller may open the case each entry stands in. */
export async function opened(parts: ApiParts, rights: Rights, opener: Opener, page: Page<TimelineEntry>) {
  const openings = await openingsOf(parts, rights, page.items);
  const items = await Promise.all(
    page.items.map((entry) => {
      const opening = openings.get(streamOf(entry));
      return opening ? worded(parts, opener, entry, opening) : untold(entry);
    }),
  );
  return { ...page, items };
}

type Noticed = Pick<ChangeNotice, 'process' | 'id' | 'type'> & { readonly command?: string };

/** Notices of changes, without the names of entries and commands that are not told to the caller, or not as they are. */
export async function noticesFor<Notice extends Noticed>(
  parts: ApiParts,
  rights: Rights,
  notices: readonly Notice[],
): Promise<readonly Notice[]> {
  const tells = ({ process, command = '' }: Noticed) => tellsMore(parts.registry.byName(process), command);
  const isDiscreet = (one: Noticed) => tells(one) || calledToAll(parts.registry.byName(one.process), one.type) !== one.type;
  const openings = await openingsOf(parts, rights, notices.filter(isDiscreet));
  return notices.map((one) => {
    const opening = openings.get(streamOf(one));
    if (!isTold(parts.registry.byName(one.process), one.type, opening?.names)) return { ...one, type: UNTOLD };
    const { coarse } = opening ?? {};
    return coarse ? { ...one, type: coarse.entries[one.type]?.as ?? one.type, ...(tells(one) ? { command: '' } : {}) } : one;
  });
}

async function openingsOf({ cases, registry }: ApiParts, rights: Rights, entries: readonly { process: string; id: string }[]) {
  const streams = [...new Set(entries.map(streamOf))];
  return new Map(
    await Promise.all(
      streams.map(async (stream): Promise<[string, Opening]> => {
        const [process, record] = [registry.ofStream(stream), await cases.glance(stream)];
        const values = openingTier(process, record, rights);
        const names = higher(values, followedTo(process, record, rights));
        const [withheld, coarse] = [withheldIn(process, record, rights), coarseFor(process, record, rights)];
        return [stream, { record, values, names, withheld, coarse }];
      }),
    ),
  );
}

/** Who follows what is done in a case without opening it is told what was done (domain.md §14, auditor: audit logs only). */
const followedTo = (process: Process, record: CaseRecord<Stated>, rights: Rights): Tier | undefined =>
  reachOf(rights, `${process.name}:timeline`)
    .filter((reach) => covers(reach, targetOf(process, record), rights))
    .map((reach) => reach.tier)
    .reduce<Tier | undefined>(higher, undefined);

const higher = (one: Tier | undefined, other: Tier | undefined): Tier | undefined =>
  one === undefined || (other !== undefined && withinTier(one, other)) ? other : one;

const streamOf = (entry: { readonly process: string; readonly id: string }): string => `${entry.process}-${entry.id}`;

async function worded({ registry }: ApiParts, opener: Opener, whole: TimelineEntry, opening: Opening) {
  const full = coarsely(registry.byName(whole.process), whole, opening);
  const entry = partOf(full, opening);
  if (!entry) return untold(full);
  const process = registry.byName(entry.process);
  const tier = opening.values;
  if (!isTold(process, entry.type, opening.names)) return untold(entry);
  const mayOpen = tier !== undefined && process !== undefined && (tier !== 'T0' || !isPersonal(process, entry.type));
  if (mayOpen) for (const one of tiersOf(process, opening.record, entry.type)) opener.showed(opening.record, one);
  const values = mayOpen ? await opener.open(opening.record, { data: entry.data, changes: entry.changes }, tier) : undefined;
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

/** The entry without what is withheld in it; undefined where all it says is withheld from who opens the case. */
function partOf(entry: TimelineEntry, { values, withheld }: Opening): TimelineEntry | undefined {
  if (values === undefined || !isObject(entry.data)) return entry;
  const data = withheld.from(entry.data);
  const part = (value: unknown) => Object.values(withheld.from({ value }) ?? {})[0];
  const changes = entry.changes
    .filter(({ field }) => !withheld.isKept(field))
    .map(({ field, before, after }) => ({ field, before: part(before), after: part(after) }));
  return data && { ...entry, data, changes };
}

/** The entry in coarse words for who is not told it as it is; of what put it right, the fields that are not told are missing. */
function coarsely(process: Process | undefined, entry: TimelineEntry, { coarse }: Opening): TimelineEntry {
  if (!coarse) return entry;
  const told = coarse.entries[entry.type];
  const command = tellsMore(process, entry.command) ? '' : entry.command;
  if (told) {
    const from = { letter: null, evidence: [], legalBasis: null };
    return { ...entry, ...from, command, type: told.as, data: told.data(entry.data as never) };
  }
  return { ...entry, command, changes: entry.changes.filter(({ field }) => !coarse.fields.includes(field)) };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What the entry itself tells, whether or not values in it are sealed. */
const tiersOf = (process: Process, record: CaseRecord<Stated>, type: string): readonly Tier[] => [
  targetOf(process, record).tier,
  process.discreet?.[type] ?? 'T0',
];

/** That something was entered, by whom and when. */
const untold = (entry: TimelineEntry) => ({
  ...entry,
  type: UNTOLD,
  command: '',
  label: UNTOLD_LABEL,
  postLabel: ROLE_LABELS[entry.post as Role],
  letter: null,
  evidence: [],
  legalBasis: null,
  data: undefined,
  changes: [],
});

/** Told by the shape of the event, since a value that was erased is no token any more. */
function isPersonal(process: Process, type: string): boolean {
  // A correction carries the fields of the event it corrects.
  if (type === 'CaseCorrected' || type === 'CorrectionProposed') return true;
  const shape = isCaseEvent(type) ? caseEvents[type] : process.events[type];
  return shape === undefined || personalPaths(shape).length > 0;
}
