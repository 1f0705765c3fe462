import { AS_PARTY, coarseFor, covers, type Reach, type Rights, reachOf, targetOf } from '../../domain/access/access.ts';
import { type CaseRecord, changesThePast, foldCase, noCase, step } from '../../domain/kernel/case.ts';
import { documentsIn } from '../../domain/kernel/documents.ts';
import { withinTier } from '../../domain/kernel/privacy.ts';
import type { Stated } from '../../domain/kernel/process.ts';
import type { LoadedCase } from '../cases.ts';

/** A file as a case names it first: in which entry, when recorded. */
export interface NamedDocument {
  readonly document: string;
  readonly sha256: string;
  readonly revision: number;
  readonly recordedAt: string;
}

/** Every file the history of a case names, each once, in the order recorded. */
export function documentsOf({ history }: Pick<LoadedCase, 'history'>): readonly NamedDocument[] {
  const named = new Map<string, NamedDocument>();
  for (const { data, meta } of history) {
    for (const { document, sha256 } of [...documentsIn(data), ...documentsIn(meta.evidence)]) {
      if (named.has(document)) continue;
      named.set(document, { document, sha256, revision: meta.revision, recordedAt: meta.recordedAt });
    }
  }
  return [...named.values()];
}

/**
 * The files of a case that these rights may open: whoever may read it at T2 opens all; who is reached only as one that takes
 * part, those that were named since. Undefined for who may not open any.
 */
export function openableIn(loaded: LoadedCase, rights: Rights): readonly NamedDocument[] | undefined {
  const { process, record } = loaded;
  if (!record.exists) return undefined;
  const target = targetOf(process, record);
  const ways = reachOf(rights, `${process.name}:read`).filter(
    (reach) => withinTier('T2', reach.tier) && covers(reach, target, rights),
  );
  if (ways.length === 0) return undefined;
  const first = Math.min(...ways.map((reach) => firstEntry(reach, loaded)));
  const coarse = coarseFor(process, record, rights);
  const history = loaded.history.filter(({ type }) => coarse?.entries[type] === undefined);
  return documentsOf({ history }).filter((one) => one.revision >= first);
}

/** The first entry a way of reaching the case shows: for one that takes part, the one with which that began. */
function firstEntry({ scope, post }: Reach, loaded: LoadedCase): number {
  return AS_PARTY.has(scope) ? partySince(loaded, post.organisation) : 0;
}

/** The revision with which an organisation came to take part as it does now; 0 for one that does not. */
function partySince({ process, record, history }: LoadedCase, organisation: string): number {
  const takesPart = (one: CaseRecord<Stated>) => targetOf(process, one).parties.includes(organisation);
  if (!takesPart(record)) return 0;
  let since = 0;
  let before = false;
  let then: CaseRecord<Stated> = noCase(process, record.id);
  for (const [index, event] of history.entries()) {
    then = changesThePast(event) ? foldCase(process, record.id, history.slice(0, index + 1)) : step(process, then, event);
    const now = takesPart(then);
    if (now && !before) since = event.meta.revision;
    before = now;
  }
  return since;
}
