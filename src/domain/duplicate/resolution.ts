import type { HouseholdState } from '../household/state.ts';
import { ensure } from '../kernel/errors.ts';
import { isOwnEntry } from '../kernel/officers.ts';
import { opened } from '../kernel/privacy.ts';
import type { Context } from '../kernel/process.ts';
import { PERSON_FIELDS } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import type { Resolution } from './events.ts';
import { branchesOf, type DuplicateState } from './state.ts';

export type Candidate = HouseholdState | PersonState;

const HOUSEHOLD_FIELDS = ['head', 'origin', 'place', 'preference'] as const;

/** The same knowledge written the same way, whatever order it was entered in. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? '';

const said = (record: Candidate, field: string): unknown =>
  opened(Object.entries(record).find(([key]) => key === field)?.[1], undefined);

/** The fields in which two records differ, of those a merge chooses between. */
export function differing(subject: DuplicateState['subject'], a: Candidate, b: Candidate): readonly string[] {
  const fields: readonly string[] = subject === 'person' ? PERSON_FIELDS : HOUSEHOLD_FIELDS;
  return fields.filter((field) => canonical(said(a, field)) !== canonical(said(b, field)));
}

const memberIds = (record: Candidate): readonly string[] => ('members' in record ? record.members.map((one) => one.person) : []);

interface Asked {
  readonly survivor: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly persons: readonly { readonly survivor: string; readonly absorbed: string }[];
  readonly documentsCompared: boolean;
  readonly benefitsDiffer: boolean;
  readonly familyHeardOn?: string | undefined;
}

/** A merge as it may be decided: documents compared, the family heard where benefits differ, a choice for every difference. */
export function mergeOf(c: Asked, s: DuplicateState, record: (id: string) => Candidate): Resolution {
  ensure(s.candidates.includes(c.survivor), 'SURVIVOR_NOT_A_CANDIDATE');
  ensure(c.documentsCompared, 'DOCUMENTS_NOT_COMPARED');
  ensure(!c.benefitsDiffer || c.familyHeardOn !== undefined, 'FAMILY_NOT_HEARD');
  const absorbed = s.candidates.find((one) => one !== c.survivor) ?? c.survivor;
  const [kept, other] = [record(c.survivor), record(absorbed)];
  const missing = differing(s.subject, kept, other).filter((field) => !s.candidates.includes(c.fields[field] ?? ''));
  ensure(missing.length === 0, 'CHOICE_MISSING', { fields: missing.join(', ') });
  const [mine, theirs] = [memberIds(kept), memberIds(other)];
  for (const pair of c.persons) {
    const across =
      (mine.includes(pair.survivor) && theirs.includes(pair.absorbed)) ||
      (theirs.includes(pair.survivor) && mine.includes(pair.absorbed));
    ensure(across, 'PAIR_NOT_ACROSS', { person: pair.absorbed });
  }
  const { survivor, benefitsDiffer, familyHeardOn } = c;
  return { kind: 'merge', survivor, absorbed, fields: { ...c.fields }, persons: [...c.persons], benefitsDiffer, familyHeardOn };
}

export type Verdict =
  | { readonly outcome: 'decided'; readonly by: 'headquarters' | 'both_branches' | 'one_branch' }
  | { readonly outcome: 'proposed'; readonly office: string }
  | { readonly outcome: 'disagreed'; readonly office: string };

const HEADQUARTERS = 'branchesAffairs';

/**
 * Refuses who has no word on a pair: after an escalation the branches, before it who keeps neither record, and ever who raised
 * the pair or gave the word of the other branch (domain.md §1.3 and §14, entry ≠ approval).
 */
export function ensureHasWord(s: DuplicateState, ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>): void {
  if (ctx.actor.post !== HEADQUARTERS) {
    ensure(s.status !== 'escalated', 'HEADQUARTERS_DECIDES');
    const keeps = branchesOf(s).some((one) => one.office === ctx.actor.office);
    ensure(keeps, 'NOT_YOUR_BRANCH');
  }
  const isElsewhere = (one: Context['history'][number]) =>
    one.type === 'DuplicateResolutionProposed' && one.meta.actor.office !== ctx.actor.office;
  const before = ctx.history.filter((one, at) => at === 0 || isElsewhere(one));
  ensure(!before.some(({ meta }) => isOwnEntry(meta, ctx)), 'SECOND_OFFICER_NEEDED');
}

/**
 * What one office's word makes of a pair: headquarters decides alone; of two branches the second to agree decides, and if it
 * does not agree the pair goes to headquarters (domain.md §1.3, ResolveDuplicate).
 */
export function verdictOf(s: DuplicateState, resolution: Resolution, ctx: Pick<Context, 'actor'>): Verdict {
  if (ctx.actor.post === HEADQUARTERS) return { outcome: 'decided', by: 'headquarters' };
  const branches = branchesOf(s);
  const office = ctx.actor.office ?? '';
  if (branches.length === 1) return { outcome: 'decided', by: 'one_branch' };
  const said = branches.filter((one) => one.office !== office).map((one) => s.proposals.find((p) => p.office === one.office));
  if (said.some((one) => one === undefined)) return { outcome: 'proposed', office };
  const agreed = said.every((one) => one && canonical(comparable(one.resolution)) === canonical(comparable(resolution)));
  return agreed ? { outcome: 'decided', by: 'both_branches' } : { outcome: 'disagreed', office };
}

/** What two branches must agree on: the choice itself, not when each heard the family. */
const comparable = (resolution: Resolution): unknown =>
  resolution.kind === 'merge'
    ? [resolution.survivor, resolution.fields, [...resolution.persons].sort((a, b) => (a.absorbed < b.absorbed ? -1 : 1))]
    : resolution.kind;
