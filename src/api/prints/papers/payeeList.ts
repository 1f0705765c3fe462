import { referenceOf } from '../../../domain/kernel/reference.ts';
import type { PaymentBatchState } from '../../../domain/paymentBatch/state.ts';
import { officeName, personName } from '../names.ts';
import type { PaperLayout } from '../paper.ts';
import type { Sheet } from '../sheet.ts';
import { apart } from '../visualRuns.ts';
import { BLANK, dinars, placeName } from '../words.ts';

/** Those who are paid together, as the list is published, audited and paid by. Amounts are whole dinars. */
export interface PayeeList {
  readonly batchNo: string;
  readonly fiscalYear: string;
  readonly governorate: string;
  readonly subcommittee: string;
  readonly lines: readonly { readonly rank: number; readonly name: string; readonly claim: string; readonly amountIQD: number }[];
}

export const payeeList = (list: PayeeList): Sheet => ({
  title: 'قائمة المستفيدين من التعويض',
  blocks: [
    {
      kind: 'fields',
      rows: [
        ['رقم الوجبة', list.batchNo],
        ['السنة المالية', list.fiscalYear],
        ['المحافظة', list.governorate],
        ['اللجنة الفرعية', list.subcommittee],
        ['عدد المستفيدين', String(list.lines.length)],
        ['المجموع', dinars(list.lines.reduce((sum, one) => sum + one.amountIQD, 0))],
      ],
    },
    {
      kind: 'table',
      columns: [
        { title: 'ت', share: 1 },
        { title: 'الاسم', share: 6 },
        { title: 'الرقم المرجعي للمعاملة', share: 4 },
        { title: 'المبلغ', share: 3.2 },
      ],
      rows: list.lines.map((one) => [String(one.rank), one.name, one.claim, dinars(one.amountIQD)]),
    },
    { kind: 'signatures', of: ['المنظم', 'المدقق', 'المصادق والختم'] },
  ],
});

/** Who is held or was sent back is not on a list to pay from. */
const PAYABLE: readonly PaymentBatchState['lines'][number]['status'][] = ['listed', 'passed', 'ordered', 'paid'];

export const payeeListLayout: PaperLayout = {
  tier: 'T1',
  compose: async ({ record }, look) => {
    const batch = record.state as PaymentBatchState;
    const lines = batch.lines.filter((one) => PAYABLE.includes(one.status));
    return payeeList({
      batchNo: batch.batchNo === undefined ? BLANK : String(batch.batchNo),
      fiscalYear: batch.fiscalYear === undefined ? BLANK : String(batch.fiscalYear),
      governorate: placeName(batch.governorate),
      subcommittee: await officeName(look, batch.subcommittee),
      lines: await Promise.all(
        lines.map(async ({ rank, payee, person = payee, claim, amountIQD }) => ({
          rank,
          name: await personName(look, person),
          claim: apart(referenceOf(claim)),
          amountIQD,
        })),
      ),
    });
  },
};
