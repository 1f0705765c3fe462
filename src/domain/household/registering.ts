import { z } from 'zod';
import type { Accepted, ApplicationState } from '../application/state.ts';
import { ensure } from '../kernel/errors.ts';
import { opened } from '../kernel/privacy.ts';
import { type Context, fact, type NewEvent } from '../kernel/process.ts';
import { FileNumber } from './data.ts';
import { p } from './definition.ts';
import type { events } from './events.ts';
import { fileNumberIn } from './fileNumber.ts';
import type { HouseholdState } from './state.ts';

type Facts = NewEvent<typeof events>[];
type Opening = Pick<Context, 'actor' | 'newId'>;

function branchOf({ actor }: Opening) {
  ensure(actor.organisation !== undefined && actor.office !== undefined, 'BRANCH_NEEDED');
  return { organisation: actor.organisation, office: actor.office, governorate: actor.governorate };
}

/**
 * The facts a household begins with, from the accepted application: it and its file, every member, the history, place and
 * origin, needs and papers as declared, and the consent that was recorded.
 */
export function householdFrom(application: Accepted, id: string, ctx: Opening): Facts {
  const { submission: told, fileNo } = application;
  const branch = branchOf(ctx);
  return [
    {
      type: 'HouseholdRegistered',
      data: {
        momdFileNo: fileNo,
        branch,
        acceptedBy: application.acceptedBy,
        duplicateCheck: application.duplicateCheck,
        application: id,
        head: told.head,
        headType: told.headType,
        focalPoint: application.focalPoint,
        legacyNumbers: told.legacyNumbers,
        qCard: told.qCard,
      },
    },
    { type: 'DisplacementFileOpened', data: { fileNo, branch, reason: 'registration' } },
    ...told.members.map(
      (one) => ({ type: 'HouseholdMemberAdded', data: { ...one, ground: 'registration', papers: 'pending' } }) as const,
    ),
    { type: 'OriginDeclared', data: told.origin },
    ...told.legs.map((one) => ({ type: 'DisplacementLegRecorded', data: one }) as const),
    { type: 'SiteAssigned', data: told.place },
    ...told.documents.map(
      (one, at) => ({ type: 'IdentityDocumentRecorded', data: { document: ctx.newId(`document ${at}`), ...one } }) as const,
    ),
    ...told.needs.map((one, at) => ({ type: 'InclusionNeedRecorded', data: { need: ctx.newId(`need ${at}`), ...one } }) as const),
    { type: 'ConsentGiven', data: { consent: ctx.newId('consent'), ...told.consent } },
  ];
}

const STANDING = ['displaced', 'returned', 'locally_integrated', 'relocated', 'secondary_displaced'] as const;

/** A family that split off begins where the other stands; after a flight from within the family its place is not carried over. */
function splitOff(from: HouseholdState, id: string, fileNo: string, ctx: Opening & Pick<Context, 'id'>): Facts {
  const split = from.splits.find((one) => one.into === ctx.id);
  ensure(split, 'SPLIT_UNKNOWN', { household: id });
  const branch = branchOf(ctx);
  // A ground that cannot be read is taken for the one that shields most.
  const shielded = opened(split.ground, 'protection') === 'protection';
  const { newHead: head, headType, focalPoint } = split;
  return [
    {
      type: 'HouseholdRegistered',
      data: {
        momdFileNo: fileNo,
        branch,
        acceptedBy: ctx.actor.id,
        splitFrom: id,
        standing: STANDING.find((one) => one === from.status) ?? 'displaced',
        head,
        headType,
        focalPoint,
      },
    },
    { type: 'DisplacementFileOpened', data: { fileNo, branch, reason: 'split' } },
    ...split.members.map(
      (one) => ({ type: 'HouseholdMemberAdded', data: { ...one, ground: 'separation', papers: 'pending' } }) as const,
    ),
    ...(from.origin ? [{ type: 'OriginDeclared', data: from.origin } as const] : []),
    ...from.legs.map((one) => ({ type: 'DisplacementLegRecorded', data: one }) as const),
    ...(from.place && !shielded ? [{ type: 'SiteAssigned', data: from.place } as const] : []),
  ];
}

const OPENS = [
  'HouseholdRegistered',
  'DisplacementFileOpened',
  'HouseholdMemberAdded',
  'OriginDeclared',
  'DisplacementLegRecorded',
  'SiteAssigned',
  'IdentityDocumentRecorded',
  'InclusionNeedRecorded',
  'ConsentGiven',
] as const;

/**
 * Opened by reactors only, acting for the branch: after `RegistrationAccepted`, and after `HouseholdSplit`. The case's id is
 * the one those events name.
 */
export const registering = {
  register: p.command({
    from: 'new',
    permission: 'system',
    input: z.strictObject({ application: z.uuid(), fileNo: FileNumber }),
    reserves: (c, _s, actor) => fileNumberIn(c.fileNo, actor),
    emits: OPENS,
    to: ['displaced'],
    facts: (c) => ({ application: fact<ApplicationState>('application', c.application) }),
    decide: (c, _s, ctx) => {
      const { state } = ctx.facts.application;
      ensure(state.status === 'accepted' && state.household === ctx.id, 'APPLICATION_NOT_ACCEPTED', {
        application: c.application,
      });
      ensure(state.fileNo === c.fileNo, 'ANOTHER_FILE_NUMBER');
      return householdFrom(state, c.application, ctx);
    },
  }),
  openFromSplit: p.command({
    from: 'new',
    permission: 'system',
    input: z.strictObject({ from: z.uuid(), fileNo: FileNumber }),
    reserves: (c, _s, actor) => fileNumberIn(c.fileNo, actor),
    emits: OPENS,
    to: STANDING,
    facts: (c) => ({ from: fact<HouseholdState>('household', c.from) }),
    decide: (c, _s, ctx) => splitOff(ctx.facts.from.state, c.from, c.fileNo, ctx),
  }),
};
