import t from 'tap';
import { registry } from '../../src/domain/index.ts';
import type { EventMeta } from '../../src/domain/kernel/envelope.ts';
import { Refused } from '../../src/domain/kernel/errors.ts';
import type { Context } from '../../src/domain/kernel/process.ts';

/** Verbs by which somebody decides on what was entered. */
const DECIDES = /:(approve|decide|publish|ratify|commit|resolve|release|order|reconcile|judge|conclude)$/;

type Guard = {
  readonly entries: readonly string[];
  readonly code: string;
  readonly post?: string;
  readonly state?: object;
};
const filed = ['RegistrationStarted', 'RegistrationSubmitted', 'RegistrationAmended'];
const proposed: Guard = {
  entries: ['AreaStatusProposed'],
  code: 'SECOND_OFFICER_NEEDED',
  state: { proposal: { status: 'open' } },
};
const raised: Guard = {
  entries: ['DuplicateDetected'],
  code: 'SECOND_OFFICER_NEEDED',
  post: 'branchesAffairs',
  state: { branches: [] },
};
const granted: Guard = {
  entries: ['ReturnGrantEligibilityConfirmed', 'ReturnGrantApplied', 'ReturnGrantFileClosureVerified', 'ReturnGrantItemRecorded'],
  code: 'FOUR_EYES',
};
const requested: Guard = { entries: ['AllocationRequested'], code: 'FOUR_EYES' };
const ratified: Guard = { entries: ['ClaimRecommended', 'ClaimRejected'], code: 'DECIDED_BELOW' };
const registered: Guard = { entries: ['ClaimRegistered'], code: 'CHAIR_REGISTERED_IT' };
const judged: Guard = {
  entries: ['DocumentNeedIdentified', 'CourtCaseOpened'],
  code: 'SECOND_OFFICER_NEEDED',
  post: 'courtClerk',
};
const issued: Guard = {
  entries: ['DocumentNeedIdentified', 'DocumentApplicationFiled', 'DocSecurityCheckRequested'],
  code: 'SECOND_OFFICER_NEEDED',
  post: 'civilAffairs',
};
const pleaded: Guard = { entries: ['HLPCaseOpened', 'CourtClaimFiled'], code: 'SECOND_OFFICER_NEEDED', post: 'courtClerk' };
const erased: Guard = { entries: ['ErasureRequested'], code: 'FOUR_EYES' };
const moved: Guard = { entries: ['MovementInformationProvided', 'MovementCleared'], code: 'FOUR_EYES' };
const postponed: Guard = { entries: ['EvictionPostponementRequested'], code: 'SECOND_OFFICER_NEEDED' };

/** Which entries keep their author from which decision. */
const GUARDED: Readonly<Record<string, Guard>> = {
  'application.beginVerification': { entries: filed, code: 'FOUR_EYES' },
  'application.accept': { entries: filed, code: 'FOUR_EYES' },
  'application.reject': { entries: filed, code: 'FOUR_EYES' },
  'duplicate.merge': raised,
  'duplicate.keepSeparate': raised,
  'area.makeConditional': proposed,
  'area.suspend': proposed,
  'area.declareClosed': proposed,
  'area.designateMilitaryZone': proposed,
  'area.open': proposed,
  'area.resume': proposed,
  'area.reopen': proposed,
  'area.liftMilitaryZone': proposed,
  'area.answerProposal': proposed,
  'movement.approve': moved,
  'movement.refuseDeparture': moved,
  'movement.declareSustained': { entries: ['MonitoringRoundCompleted'], code: 'FOUR_EYES' },
  'docRequest.issue': issued,
  'docRequest.reject': issued,
  'docRequest.clearSecurityCheck': issued,
  'docRequest.blockOnSecurity': issued,
  'docRequest.issueJudgment': judged,
  'docRequest.makeJudgmentFinal': judged,
  'docRequest.waiveLineageTest': judged,
  'hlpCase.issueJudgment': pleaded,
  'hlpCase.makeJudgmentFinal': pleaded,
  'hlpCase.enforce': pleaded,
  'eviction.postpone': postponed,
  'eviction.refusePostponement': postponed,
  'claim.recommend': registered,
  'claim.reject': registered,
  'claim.ratify': ratified,
  'claim.amend': ratified,
  'claim.annul': ratified,
  'claim.returnForCompletion': ratified,
  'allocation.refuse': requested,
  'allocation.approve': requested,
  'allocation.releaseFunds': requested,
  'paymentBatch.publish': { entries: ['PaymentBatchOpened'], code: 'FOUR_EYES' },
  'paymentBatch.order': { entries: ['BatchListPublished'], code: 'FOUR_EYES' },
  'paymentBatch.reconcile': { entries: ['PaymentBatchOpened', 'BatchListPublished'], code: 'FOUR_EYES' },
  'returnGrant.approve': granted,
  'returnGrant.reject': granted,
  'returnGrant.decideObjection': { entries: ['ReturnGrantEligibilityDenied'], code: 'FOUR_EYES' },
  'returnGrant.recordPayment': { entries: ['ReturnGrantApproved'], code: 'FOUR_EYES' },
  'importRun.commit': { entries: ['ImportUploaded'], code: 'SECOND_OFFICER_NEEDED' },
  'erasure.refuse': erased,
  'erasure.approve': erased,
  'emergencyAccess.confirm': { entries: ['EmergencyAccessRequested'], code: 'SECOND_PERSON_NEEDED' },
  'emergencyAccess.review': {
    entries: ['EmergencyAccessRequested', 'EmergencyAccessConfirmed'],
    code: 'REVIEWED_BY_ANOTHER',
  },
};

/** What is let through here, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  'area.review': 'lets a decision stand that was made; proposes and changes nothing',
  'movement.declareFailed': 'says where the family is; nothing was entered before that it would approve',
  'docRequest.holdHearing': 'a fact of the court room, no decision',
  'docRequest.orderLineageTest': 'stands on the letter of the court and on consent',
  'docRequest.recordLineageResult': 'an opaque reference of the laboratory, no decision',
  'eviction.annul': 'what a court or governor decided is entered from the paper, which must be shown',
  'eviction.uphold': 'what a court or governor decided is entered from the paper, which must be shown',
  'claim.keepSeparate': 'a suspicion is no entry in favour of anybody; the decision on the claim has its own guard',
  'claim.mergeInto': 'ends the claim in favour of another, which has its own decision',
  'claim.reverseMerge': 'takes back a merge; the claim goes on to its own decision',
  'claim.adjournSession': 'puts the session off and decides nothing',
  'paymentBatch.cancel': 'pays nobody',
  'returnGrant.liftRecoveryHold': 'the hold is made by the system',
  'returnGrant.close': 'ends what is paid or refused already',
  'reintegrationPlan.conclude': 'column 7 of the matrix knows W alone: the caseworker says how the plan ended',
  'reintegrationPlan.discontinue': 'column 7 of the matrix knows W alone: the caseworker says how the plan ended',
};

const commands = registry.all.flatMap((process) =>
  Object.entries(process.commands).map(([name, spec]) => ({ key: `${process.name}.${name}`, process, spec })),
);

t.test('every command that decides has its guard on who entered, or a reason to have none', async (t) => {
  const deciding = commands.filter(({ spec }) => DECIDES.test(spec.permission)).map(({ key }) => key);
  t.ok(deciding.length > 50);
  t.same(
    deciding.filter((key) => Number(key in GUARDED) + Number(key in EXEMPT) !== 1),
    [],
  );
  const known = new Set(commands.map(({ key }) => key));
  t.same(
    Object.keys({ ...GUARDED, ...EXEMPT }).filter((key) => !known.has(key)),
    [],
  );
});

const actor = (id: string, post: string) => ({ id, post, organisation: 'o' });
type Entry = { by: string; behalf?: string };

/** The code by which a command refuses an actor before anything else, given one entry in the case. */
function answer(key: string, guard: Guard, type: string, entry: Entry, deciding: Entry): string {
  const spec = commands.find((one) => one.key === key)!.spec;
  const behalf = (one: Entry) => (one.behalf === undefined ? {} : { onBehalfOf: one.behalf });
  const meta = { actor: actor(entry.by, 'registrar'), ...behalf(entry) } as EventMeta;
  const ctx = {
    actor: actor(deciding.by, guard.post ?? 'headOfBranch'),
    ...behalf(deciding),
    history: [{ type, data: {}, meta }],
    now: '2026-03-01T08:00:00.000Z',
    occurredAt: '2026-03-01T08:00:00.000Z',
    evidence: [],
    case: { state: guard.state ?? {} } as Context['case'],
  };
  try {
    spec.decide({ committeeNo: 0 }, { status: 'x', ...guard.state }, ctx as Partial<Context> as Context);
    return 'done';
  } catch (error) {
    // Without the rest of a case a decision that goes on beyond its guard breaks on what is missing.
    return error instanceof Refused ? error.code : 'beyond the guard';
  }
}

t.test('who entered it does not decide, in whatever post, nor a deputy for them, nor who had it entered', async (t) => {
  for (const [key, guard] of Object.entries(GUARDED)) {
    const { process } = commands.find((one) => one.key === key)!;
    for (const type of guard.entries) {
      t.ok(type in process.events, `${key}: ${type}`);
      const ask = (entry: Entry, deciding: Entry) => answer(key, guard, type, entry, deciding);
      t.equal(ask({ by: 'a' }, { by: 'a' }), guard.code, `${key} after ${type}: after changing role`);
      t.equal(ask({ by: 'a' }, { by: 'b', behalf: 'a' }), guard.code, `${key} after ${type}: for who entered`);
      t.equal(ask({ by: 'b', behalf: 'a' }, { by: 'a' }), guard.code, `${key} after ${type}: entered by a deputy`);
      t.not(ask({ by: 'a' }, { by: 'b' }), guard.code, `${key} after ${type}: somebody else`);
    }
  }
});

/** Decisions that reopening sets aside, by process and by the status in which the last of them left the case. */
const SET_ASIDE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  claim: {
    annulled: ['ClaimFinalAtSubcommittee', 'ClaimRatified', 'ClaimAmended', 'ClaimAnnulled'],
    finally_rejected: ['ClaimFinalAtSubcommittee', 'ClaimRatified', 'ClaimAmended', 'ClaimAnnulled'],
    withdrawn: [],
    lapsed: [],
  },
  application: { rejected: ['RegistrationRejected'], withdrawn: [] },
  movement: { refused: ['DepartureRefused'] },
};

/** Cases that end without a decision on anybody: whoever kept them opens them again. */
const NOTHING_DECIDED = ['organisation', 'office', 'staff', 'referral', 'importRun', 'reintegrationPlan'];

t.test('who took a decision does not set it aside by reopening, nor a deputy for them, nor who had it taken', async (t) => {
  const reopening = registry.all.filter((one) => one.reopens).map((one) => one.name);
  t.same(reopening.toSorted(), [...Object.keys(SET_ASIDE), ...NOTHING_DECIDED].toSorted());
  for (const [name, statuses] of Object.entries(SET_ASIDE)) {
    const process = registry.byName(name)!;
    t.same(Object.keys(statuses).toSorted(), process.reopens?.from.toSorted());
    for (const [status, decisions] of Object.entries(statuses)) {
      t.same(process.reopens?.setsAside?.({ status }), decisions, `${name} ${status}`);
      const guard: Guard = { entries: decisions, code: 'SECOND_OFFICER_NEEDED', state: { status } };
      for (const type of decisions) {
        const ask = (entry: Entry, deciding: Entry) => answer(`${name}.reopen`, guard, type, entry, deciding);
        t.equal(ask({ by: 'a' }, { by: 'a' }), guard.code, `${name} after ${type}: after changing role`);
        t.equal(ask({ by: 'a' }, { by: 'b', behalf: 'a' }), guard.code, `${name} after ${type}: for who decided`);
        t.equal(ask({ by: 'b', behalf: 'a' }, { by: 'a' }), guard.code, `${name} after ${type}: decided by a deputy`);
        t.equal(ask({ by: 'a' }, { by: 'b' }), 'done', `${name} after ${type}: somebody else`);
      }
    }
  }
});
