import type { Label } from '../kernel/labels.ts';

/** Why a step of a grant was refused, and what to do. */
export const refusals: Readonly<Record<string, Label>> = {
  RETURN_DATE_MISSING: {
    en: 'Say on which day the family returned; there is no arrival of this movement on record.',
    ar: 'اذكر تاريخ عودة الأسرة، فلا يوجد وصول مسجل لهذه الرحلة.',
  },
  DATE_IN_THE_FUTURE: { en: 'This day has not come yet.', ar: 'هذا التاريخ لم يحن بعد.' },
  MOVEMENT_MISSING: {
    en: 'The family returned with a movement. Name it.',
    ar: 'عادت الأسرة ضمن رحلة مسجلة. اذكرها.',
  },
  ANOTHER_DAY_OF_RETURN: {
    en: 'The return on record is of another day. There is one grant for it.',
    ar: 'تاريخ العودة المسجل مختلف. للعودة الواحدة منحة واحدة.',
  },
  NO_GRANT_FOR_THIS_DAY: {
    en: 'No grant was in force on the day of return.',
    ar: 'لم تكن هناك منحة نافذة في تاريخ العودة.',
  },
  FILE_NOT_CLOSED: {
    en: 'The displacement file is not closed yet. Close it first.',
    ar: 'لم يُغلق قيد النزوح بعد. أغلقه أولًا.',
  },
  ITEM_NOT_ASKED_FOR: { en: 'This item is not part of the application.', ar: 'هذه المادة ليست ضمن الطلب.' },
  LETTER_MISSING: {
    en: 'This rests on an official letter: name its number, date and issuing office.',
    ar: 'يستند ذلك إلى كتاب رسمي: اذكر رقمه وتاريخه وجهة إصداره.',
  },
  FOUR_EYES: {
    en: 'The step before was yours. Another officer has to take this one.',
    ar: 'الخطوة السابقة من عملك. يجب أن يقوم بهذه الخطوة موظف آخر.',
  },
  NO_RETRACTED_GRANT: {
    en: 'There is no retracted grant of this family for this return in whose place this one could be.',
    ar: 'لا توجد منحة مسحوبة لهذه الأسرة عن هذه العودة لتحل هذه محلها.',
  },
  GRANTED_BEFORE: {
    en: 'There is a grant for this return already.',
    ar: 'توجد منحة لهذه العودة سابقًا.',
  },
  UNIQUENESS_NOT_CHECKED: {
    en: 'Masar has not yet made sure that there is no other grant for this return. Try again in a moment.',
    ar: 'لم يتحقق النظام بعد من عدم وجود منحة أخرى لهذه العودة. أعد المحاولة بعد قليل.',
  },
  HOUSEHOLD_MERGED: {
    en: 'The household was merged into another. Its grant belongs there.',
    ar: 'دُمجت الأسرة في أسرة أخرى. تتبع المنحة تلك الأسرة.',
  },
  CARD_MISSING: { en: 'The family has no card on record yet.', ar: 'لا توجد بطاقة كي كارد مسجلة للأسرة بعد.' },
  NOT_CHECKED: { en: 'The conditions have not been checked yet.', ar: 'لم يُتحقق من الشروط بعد.' },
  RECOVERY_NOT_HELD: { en: 'The recovery is not held.', ar: 'الاسترداد غير موقوف.' },
  RECOVERY_HELD: {
    en: 'The return failed: nothing is asked back while the hold stands.',
    ar: 'تعذّرت العودة: لا يُطالب بأي مبلغ ما دام الإيقاف قائمًا.',
  },
  ALREADY_ASKED_FOR: { en: 'The money is asked for already.', ar: 'سبق طلب حجز المبلغ.' },
  NOT_AN_OPEN_ALLOCATION: {
    en: 'A grant is paid from an approved allocation for return grants that is not closed.',
    ar: 'تُصرف المنحة من تخصيص لمنح العودة مصادق عليه وغير مغلق.',
  },
  OF_ANOTHER_GOVERNORATE: { en: 'The allocation is for another governorate.', ar: 'التخصيص لمحافظة أخرى.' },
  NOT_FUNDED: { en: 'No money is kept for this grant.', ar: 'لا يوجد مبلغ محجوز لهذه المنحة.' },
  MORE_THAN_PAID: { en: 'Not that much is left of what was paid.', ar: 'المتبقي من المبلغ المصروف أقل من ذلك.' },
};
