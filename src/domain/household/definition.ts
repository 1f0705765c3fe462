import { baghdadDate, daysOf, type PartialDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, defineProcess, type Wait } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { fileNumberIn } from './fileNumber.ts';
import { labels } from './labels.ts';
import { escalationRule, outreachWindow, verifyReturnWindow } from './policy.ts';
import { ENDS, evolve, type HouseholdState, initial } from './state.ts';

/** What waits on somebody whatever the status. A displaced family as such is nobody's task; what it asks for is. */
function standingWaits(state: HouseholdState): readonly Wait[] {
  const head = state.members.find((one) => one.person === state.head);
  return [
    ...(head && !head.deceased ? [] : [{ key: 'nameHead', party: 'registrar' }]),
    ...(state.outreachOpen ? [{ key: 'outreach', party: 'registrar', clock: 'outreach' }] : []),
  ];
}

/** The household process without its commands, which stand in the files of this folder by what they are about. */
export const p = defineProcess({
  name: 'household',
  plural: 'households',
  store: 'general',
  // Needs, head type and villages are T2 and sealed apart; the case itself is T1, so that it can be worked with without them.
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    displaced: standingWaits,
    departing: standingWaits,
    returned_unverified: (s) => [{ key: 'verifyReturn', party: 'verifier', clock: 'verifyReturn' }, ...standingWaits(s)],
    returned: (s) => [{ key: 'closeFile', party: 'registrar' }, ...standingWaits(s)],
    locally_integrated: (s) => [{ key: 'closeFile', party: 'registrar' }, ...standingWaits(s)],
    relocated: (s) => [{ key: 'closeFile', party: 'registrar' }, ...standingWaits(s)],
    secondary_displaced: standingWaits,
    file_closed: () => [],
    merged_into: () => [],
    void: () => [],
  },
  ends: ENDS,
  about: (s, id) => ({
    households: [id, ...(s.absorbedBy ? [s.absorbedBy.into] : []), ...s.merges.map((one) => one.absorbed)],
    persons: s.members.map((one) => one.person),
    offices: s.place?.site === undefined ? [] : [s.place.site],
  }),
  reservesOnAdoption: (s) => (s.fileNo === undefined ? [] : fileNumberIn(s.fileNo, s.branch ?? {})),
  clocks: { verifyReturn: verifyReturnWindow, outreach: outreachWindow },
  escalation: { rule: escalationRule, levels: [{ party: 'headOfBranch', role: 'headOfBranch' }] },
  decisions: [
    'HouseholdRegistered',
    'DisplacementFileOpened',
    'FileNumberAssigned',
    'ReturnRecognised',
    'UnregisteredReturnDismissed',
    'PathwayAchieved',
    'DisplacementFileClosed',
    'DisplacementFileReopened',
    'DisplacementFileTransferred',
    'HouseholdVoided',
    'HouseholdSplit',
    'HouseholdsMerged',
    'HouseholdAbsorbed',
    'HouseholdMergeReversed',
    'ConsentGiven',
    'ConsentNarrowed',
    'ConsentWithdrawn',
  ],
  // Who is missing or detained is T2 (domain.md §1.4), and the name of the entry would tell it.
  discreet: {
    HouseholdMemberReportedMissing: 'T2',
    HouseholdMemberReportedDetained: 'T2',
    HouseholdMemberReunited: 'T2',
  },
  board,
  labels,
});

/** A paper said to be seen is named with the command, as evidence or as a letter; one still to come never blocks. */
export function papersShown(papers: 'seen' | 'pending', ctx: Pick<Context, 'evidence' | 'letterRef'>): void {
  ensure(papers === 'pending' || onPaper(ctx), 'EVIDENCE_MISSING');
}

export const onPaper = (ctx: Pick<Context, 'evidence' | 'letterRef'>): boolean =>
  ctx.evidence.length > 0 || ctx.letterRef !== undefined;

/** Refuses a day or partly known date that lies in the future. */
export function notAhead(date: PartialDate | string | undefined, ctx: Pick<Context, 'now'>): void {
  const first = date === undefined || typeof date === 'string' ? date : daysOf(date).first;
  ensure(first === undefined || first <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: first ?? '' });
}
