import type { Claim, ClaimState } from '../../../domain/claim/state.ts';
import { baghdadDate } from '../../../domain/kernel/dates.ts';
import { officeName, personName } from '../names.ts';
import type { PaperLayout } from '../paper.ts';
import type { Field, Sheet } from '../sheet.ts';
import { apart } from '../visualRuns.ts';
import { BLANK, dateInWords } from '../words.ts';

/** What the sub-committee confirms to have received. Dates are `YYYY-MM-DD`. */
export interface ClaimReceipt {
  readonly claimant: string;
  readonly type: string;
  readonly subcommittee: string;
  readonly receiptNo: string;
  readonly submittedOn: string | undefined;
  readonly claimNo: string | undefined;
  readonly papers: readonly string[];
  readonly missing: readonly { readonly paper: string; readonly by: string }[];
}

export const claimReceipt = (receipt: ClaimReceipt): Sheet => ({
  title: 'وصل استلام معاملة تعويض',
  blocks: [
    {
      kind: 'fields',
      rows: [
        ['صاحب المعاملة', receipt.claimant],
        ['نوع الضرر', receipt.type],
        ['اللجنة الفرعية', receipt.subcommittee],
        ['رقم الوصل', receipt.receiptNo],
        ...(receipt.submittedOn === undefined ? [] : [['تاريخ الاستلام', dateInWords(receipt.submittedOn)] satisfies Field]),
        ...(receipt.claimNo === undefined ? [] : [['رقم المعاملة', receipt.claimNo] satisfies Field]),
      ],
    },
    { kind: 'heading', text: 'الأوراق المستلمة' },
    { kind: 'text', text: receipt.papers.length > 0 ? receipt.papers.map((one) => `• ${one}`).join('\n') : BLANK },
    ...(receipt.missing.length === 0
      ? []
      : [
          { kind: 'heading', text: 'أوراق تُستكمل لاحقًا' } as const,
          {
            kind: 'text',
            text: receipt.missing.map(({ paper, by }) => `• ${paper} – لغاية ${dateInWords(by)}`).join('\n'),
          } as const,
        ]),
    {
      kind: 'text',
      text: 'نقص ورقة لا يوقف قبول المعاملة. لمعرفة مرحلة المعاملة راجعوا اللجنة أو فرع الوزارة مع هذا الوصل ورقمه المرجعي. لا تُدفع أي أجور لقاء هذا الوصل.',
    },
    { kind: 'signatures', of: ['توقيع موظف اللجنة والختم', 'توقيع صاحب المعاملة أو بصمته'] },
  ],
});

export const receiptLayout: PaperLayout = {
  tier: 'T1',
  compose: async ({ record, history }, look, process) => {
    const claim = record.state as ClaimState as Claim;
    const { codes } = process.labels;
    const paper = (code: string): string => codes.paper?.[code]?.ar ?? apart(code);
    const submitted = history.findLast((event) => event.type === 'ClaimSubmitted');
    return claimReceipt({
      claimant: await personName(look, claim.claimant),
      type: codes.type?.[claim.type]?.ar ?? BLANK,
      subcommittee: await officeName(look, claim.subcommittee?.office),
      receiptNo: claim.submission ? apart(claim.submission.receiptNo) : BLANK,
      submittedOn: submitted && baghdadDate(submitted.meta.occurredAt),
      claimNo: claim.registered && apart(claim.registered.claimNo),
      papers: (claim.submission?.papers ?? []).map(paper),
      missing: (claim.submission?.missing ?? []).map((one) => ({ paper: paper(one.paper), by: one.by })),
    });
  },
};
