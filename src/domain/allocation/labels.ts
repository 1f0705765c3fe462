import { GLOSSARY } from '../kernel/labels.ts';
import type { ProcessLabels } from '../kernel/process.ts';

const term = (key: string) => GLOSSARY[key]!;

export const labels: ProcessLabels = {
  name: term('allocation'),
  plural: { en: 'Allocations', ar: 'تخصيصات مالية' },
  states: {
    none: { en: 'Not requested', ar: 'لم يُطلب' },
    requested: { en: 'Requested', ar: 'مطلوب' },
    refused: { en: 'Refused', ar: 'مرفوض' },
    approved: { en: 'Approved, nothing released yet', ar: 'مصادق عليه ولم يُطلق منه شيء' },
    released: { en: 'Money released', ar: 'أُطلقت المبالغ' },
    closed: { en: 'Closed', ar: 'مغلق' },
  },
  commands: {
    request: { en: 'Request an allocation', ar: 'طلب تخصيص مالي' },
    refuse: { en: 'Refuse', ar: 'رفض الطلب' },
    approve: { en: 'Approve', ar: 'المصادقة على التخصيص' },
    releaseFunds: { en: 'Release money', ar: 'إطلاق مبلغ' },
    receiveCarriedForward: { en: 'Receive money carried forward', ar: 'استلام مبلغ مدوّر' },
    returnUnspent: { en: 'Return unspent money', ar: 'إعادة المبالغ غير المصروفة' },
    carryForward: { en: 'Carry forward to another year', ar: 'تدوير إلى سنة لاحقة' },
    close: { en: 'Close', ar: 'غلق التخصيص' },
    reserveForBatch: { en: 'Reserve the amount of a batch', ar: 'حجز مبلغ دفعة' },
    freeForBatch: { en: 'Free money of a batch', ar: 'تحرير مبلغ من دفعة' },
    settleBatch: { en: 'Settle a batch', ar: 'تسوية دفعة' },
    reverseForBatch: { en: 'Take back money that was returned', ar: 'استرداد مبلغ مُعاد' },
  },
  events: {
    AllocationRequested: { en: 'Allocation requested', ar: 'طُلب التخصيص' },
    AllocationRefused: { en: 'Allocation refused', ar: 'رُفض التخصيص' },
    AllocationApproved: { en: 'Allocation approved', ar: 'صودق على التخصيص' },
    AllocationReleased: { en: 'Money released', ar: 'أُطلق مبلغ' },
    BatchAmountReserved: { en: 'Amount reserved for a batch', ar: 'حُجز مبلغ لدفعة' },
    BatchAmountRefused: { en: 'Not enough money for a batch', ar: 'المبلغ لا يكفي لدفعة' },
    BatchAmountFreed: { en: 'Money of a batch freed', ar: 'حُرّر مبلغ من دفعة' },
    BatchAmountSettled: { en: 'Batch settled', ar: 'سُوّيت الدفعة' },
    BatchAmountReversed: { en: 'Money came back from a payee', ar: 'عاد مبلغ من مستفيد' },
    AllocationReturned: { en: 'Unspent money returned', ar: 'أُعيد مبلغ غير مصروف' },
    AllocationCarriedForward: { en: 'Money carried forward', ar: 'دُوّر مبلغ' },
    AllocationClosed: { en: 'Allocation closed', ar: 'أُغلق التخصيص' },
  },
  waits: {
    approve: { en: 'Approve the allocation', ar: 'المصادقة على التخصيص' },
    release: { en: 'Release the money', ar: 'إطلاق المبالغ' },
  },
  parties: { ministryOfFinance: term('ministry_of_finance') },
  refusals: {
    FOUR_EYES: {
      en: 'Who requested an allocation does not approve it. Another officer has to.',
      ar: 'من طلب التخصيص لا يصادق عليه. يجب أن يقوم بذلك موظف آخر.',
    },
    LETTER_MISSING: {
      en: 'Money moves by an official letter: name its number, date and issuing office.',
      ar: 'تُحرَّك المبالغ بكتاب رسمي: اذكر رقمه وتاريخه وجهة إصداره.',
    },
    DATE_IN_THE_FUTURE: { en: 'This day has not come yet.', ar: 'هذا التاريخ لم يحن بعد.' },
    MORE_THAN_REQUESTED: { en: 'More than was requested cannot be approved.', ar: 'لا يُصادق على أكثر من المبلغ المطلوب.' },
    MORE_THAN_APPROVED: {
      en: 'This is more than what is left of the approved amount.',
      ar: 'المبلغ أكثر من المتبقي من المبلغ المصادق عليه.',
    },
    MORE_THAN_AVAILABLE: {
      en: 'Not that much is free: the rest is reserved for batches, spent or gone back.',
      ar: 'المبلغ المتاح أقل من ذلك: الباقي محجوز لدفعات أو مصروف أو مُعاد.',
    },
    MORE_THAN_RESERVED: { en: 'Not that much is reserved for this batch.', ar: 'المبلغ المحجوز لهذه الدفعة أقل من ذلك.' },
    MORE_THAN_PAID: { en: 'Not that much was paid from this batch.', ar: 'المبلغ المصروف من هذه الدفعة أقل من ذلك.' },
    NOT_AN_OPEN_ALLOCATION: {
      en: 'Money can only be carried into an approved allocation that is not closed.',
      ar: 'لا يُدوّر المبلغ إلا إلى تخصيص مصادق عليه وغير مغلق.',
    },
    NOT_ITS_SUCCESSOR: {
      en: 'Money is carried forward to a later year of the same governorate and purpose.',
      ar: 'يُدوّر المبلغ إلى سنة لاحقة للمحافظة والغرض نفسيهما.',
    },
    STILL_RESERVED: { en: 'Money is still reserved for batches.', ar: 'ما زالت هناك مبالغ محجوزة لدفعات.' },
    STILL_UNSPENT: {
      en: 'Money is left: return it or carry it forward first.',
      ar: 'بقي مبلغ غير مصروف: أعده أو دوّره أولًا.',
    },
  },
  fields: {
    governorate: term('governorate'),
    fiscalYear: { en: 'Fiscal year', ar: 'السنة المالية' },
    purpose: { en: 'Purpose', ar: 'الغرض' },
    amountIQD: { en: 'Amount (IQD)', ar: 'المبلغ (دينار)' },
    basisClaims: { en: 'Claims it rests on', ar: 'الطلبات التي يستند إليها' },
    claims: { en: 'Number of claims', ar: 'عدد الطلبات' },
    asOf: { en: 'As of', ar: 'بتاريخ' },
    reasonCode: { en: 'Reason', ar: 'السبب' },
    on: { en: 'On', ar: 'التاريخ' },
    carriedFrom: { en: 'Carried forward from', ar: 'مدوّر من' },
    from: { en: 'From', ar: 'من' },
    into: { en: 'Into', ar: 'إلى' },
    batch: term('payment_batch'),
    process: { en: 'Paid by', ar: 'جهة الصرف' },
    availableIQD: { en: 'Available (IQD)', ar: 'المتاح (دينار)' },
    paidIQD: { en: 'Paid (IQD)', ar: 'المصروف (دينار)' },
    freedIQD: { en: 'Freed (IQD)', ar: 'المحرَّر (دينار)' },
  },
  codes: {
    purpose: {
      compensation: term('compensation'),
      return_grant: term('return_grant'),
    },
    process: {
      paymentBatch: term('payment_batch'),
      returnGrant: term('return_grant'),
    },
    reasonCode: {
      no_budget: { en: 'No budget', ar: 'لا تتوفر موازنة' },
      already_covered: { en: 'Covered already', ar: 'مغطى سابقًا' },
      basis_not_shown: { en: 'Basis not shown', ar: 'لم يُبيَّن الأساس' },
      other: { en: 'Other', ar: 'أخرى' },
    },
  },
};
