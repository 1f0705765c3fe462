import type { Claim, ClaimState, Decision, Final } from '../../../domain/claim/state.ts';
import { officeName, personName } from '../names.ts';
import type { PaperLayout } from '../paper.ts';
import type { Block, Sheet } from '../sheet.ts';
import { apart } from '../visualRuns.ts';
import { BLANK, dateInWords, dinars } from '../words.ts';

type Outcome = Decision['outcome'] | Final['outcome'];

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  recommended: 'أوصت اللجنة الفرعية بالتعويض',
  rejected: 'ردّت اللجنة الفرعية الطلب',
  final_at_subcommittee: 'اكتسب قرار اللجنة الفرعية الدرجة النهائية',
  ratified: 'صادقت اللجنة المركزية على القرار',
  amended: 'عدّلت اللجنة المركزية القرار',
  annulled: 'ألغت اللجنة المركزية القرار',
};

/** A decision as it is told to the claimant: what was decided, when, and what can be done against it. Dates are `YYYY-MM-DD`. */
export interface DecisionNotice {
  readonly claimant: string;
  readonly type: string;
  readonly claimNo: string;
  readonly subcommittee: string;
  readonly outcome: Outcome;
  readonly on: string;
  /** Whole dinars; 0 where nothing was awarded. */
  readonly amountIQD: number;
  readonly reason: string | undefined;
  /** Number of the Central Committee's decision. */
  readonly decisionNo: string | undefined;
  /** Last day for an objection; undefined while the period has not begun. */
  readonly contestUntil: string | undefined;
  readonly isLastWord: boolean;
  readonly payees: readonly { readonly name: string; readonly amountIQD: number }[];
}

/** Decided is not paid: the notice says so, since people have taken one for the other. */
const remedy = ({ isLastWord, contestUntil, amountIQD }: DecisionNotice): string => {
  if (isLastWord) {
    return amountIQD > 0
      ? 'يُصرف المبلغ بعد تدقيق وزارة المالية وتوفر التخصيص، ويُبلّغ المستفيد بموعد الصرف. هذا التبليغ ليس أمر صرف.'
      : 'هذا القرار نهائي في هذه المعاملة.';
  }
  const until = contestUntil === undefined ? 'خلال المدة القانونية من تاريخ التبليغ' : `لغاية ${dateInWords(contestUntil)}`;
  return `يحق لصاحب المعاملة أو ورثته الاعتراض على القرار ${until} بطلب يُقدم إلى اللجنة الفرعية. القرار غير نهائي، وهذا التبليغ ليس أمر صرف.`;
};

export const decisionNotice = (notice: DecisionNotice): Sheet => ({
  title: 'تبليغ بقرار في معاملة تعويض',
  blocks: [
    {
      kind: 'fields',
      rows: [
        ['صاحب المعاملة', notice.claimant],
        ['رقم المعاملة', notice.claimNo],
        ['نوع الضرر', notice.type],
        ['اللجنة الفرعية', notice.subcommittee],
        ['القرار', OUTCOMES[notice.outcome]],
        ['تاريخ القرار', dateInWords(notice.on)],
        ...(notice.decisionNo === undefined ? [] : ([['رقم قرار اللجنة المركزية', notice.decisionNo]] as const)),
        ...(notice.amountIQD > 0 ? ([['مبلغ التعويض', dinars(notice.amountIQD)]] as const) : []),
        ...(notice.reason === undefined ? [] : ([['السبب', notice.reason]] as const)),
      ],
    },
    ...shares(notice.payees),
    { kind: 'text', text: remedy(notice) },
    { kind: 'signatures', of: ['توقيع المبلِّغ والختم', 'توقيع المبلَّغ أو بصمته وتاريخ التبليغ'] },
  ],
});

/** Shares are shown where there is more than one. */
const shares = (payees: DecisionNotice['payees']): readonly Block[] =>
  payees.length < 2
    ? []
    : [
        { kind: 'heading', text: 'حصص المستحقين' },
        {
          kind: 'table',
          columns: [
            { title: 'ت', share: 1 },
            { title: 'الاسم', share: 6 },
            { title: 'الحصة', share: 4 },
          ],
          rows: payees.map(({ name, amountIQD }, index) => [String(index + 1), name, dinars(amountIQD)]),
        },
      ];

export const noticeLayout: PaperLayout = {
  tier: 'T1',
  compose: async ({ record }, look, process) => {
    const claim = record.state as ClaimState as Claim;
    const { codes } = process.labels;
    const told = claim.final ?? claim.decision;
    const rejected = told?.outcome === 'rejected' ? claim.rejection?.reasonCode : undefined;
    const payees = told && told.amountIQD > 0 && claim.final ? claim.payees : [];
    return decisionNotice({
      claimant: await personName(look, claim.claimant),
      type: codes.type?.[claim.type]?.ar ?? BLANK,
      claimNo: claim.registered ? apart(claim.registered.claimNo) : BLANK,
      subcommittee: await officeName(look, claim.subcommittee?.office),
      outcome: told?.outcome ?? 'rejected',
      on: told?.on ?? '',
      amountIQD: told?.amountIQD ?? 0,
      reason: rejected && codes.reasonCode?.[rejected]?.ar,
      decisionNo: claim.final?.decisionNo && apart(claim.final.decisionNo),
      contestUntil: claim.notified?.contestUntil,
      isLastWord: claim.final !== undefined,
      payees: await Promise.all(
        payees.map(async (one) => ({ name: await personName(look, one.payee), amountIQD: one.amountIQD })),
      ),
    });
  },
};
