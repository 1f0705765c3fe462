import type { Label } from '../kernel/labels.ts';

/** Why a command to a claim was refused, in words. */
export const refusals: Readonly<Record<string, Label>> = {
  PRINCIPAL_DOES_NOT_FIT: {
    en: 'A lawyer or legal representative names whom they act for; others act for themselves.',
    ar: 'يذكر المحامي أو الممثل القانوني من ينوب عنه، أما غيرهما فيتصرف عن نفسه.',
  },
  NOT_THE_VICTIM: { en: 'Who claims for oneself is named as the victim.', ar: 'من يطالب عن نفسه يُذكر بوصفه المتضرر.' },
  HEIR_OF_ONESELF: { en: 'Nobody is an heir of oneself.', ar: 'لا يرث الشخص نفسه.' },
  OWNER_OF_PROPERTY_ONLY: { en: 'An owner claims for property.', ar: 'يطالب المالك عن الممتلكات فقط.' },
  VICTIM_MISSING: { en: 'Name the victim.', ar: 'اذكر المتضرر.' },
  VICTIM_TWICE: { en: 'A victim is named twice.', ar: 'ذُكر المتضرر مرتين.' },
  PERSON_UNKNOWN: { en: 'There is no such person on record.', ar: 'لا يوجد شخص كهذا في السجل.' },
  AUTHORITY_NOT_SHOWN: {
    en: 'Show the mandate: record the representation, or name the power of attorney with the command.',
    ar: 'أثبت التخويل: سجّل التمثيل أو اذكر الوكالة مع الطلب.',
  },
  DATE_IN_THE_FUTURE: { en: 'The date lies in the future.', ar: 'التاريخ في المستقبل.' },
  BEFORE_THE_LAW: {
    en: 'The law covers losses from 20 March 2003 on.',
    ar: 'يسري القانون على الأضرار الواقعة منذ 20 آذار 2003.',
  },
  LEGAL_PERSONS_CLAIM_PROPERTY: { en: 'A legal person claims for property only.', ar: 'يطالب الشخص المعنوي عن الممتلكات فقط.' },
  HEIR_TWICE: { en: 'Somebody is named twice among those who share.', ar: 'ذُكر أحد المستحقين مرتين.' },
  VICTIM_IS_NO_HEIR: { en: 'The martyr is not one of the heirs.', ar: 'الشهيد ليس من الورثة.' },
  EVIDENCE_MISSING: {
    en: 'Name the paper: attach it as evidence or give the letter.',
    ar: 'اذكر الوثيقة: أرفقها دليلًا أو اذكر الكتاب الرسمي.',
  },
  PAYMENT_UNDER_WAY: {
    en: 'A payee is already listed or paid. Take the claim off the list first.',
    ar: 'أُدرج أحد المستحقين أو صُرف له. ارفع المعاملة من القائمة أولًا.',
  },
  COURT_UNKNOWN: { en: 'There is no open court office with this id.', ar: 'لا توجد محكمة مفتوحة بهذا المعرّف.' },
  SUBCOMMITTEE_UNKNOWN: { en: 'There is no open sub-committee with this id.', ar: 'لا توجد لجنة فرعية مفتوحة بهذا المعرّف.' },
  PLAN_MISSING: {
    en: 'Say for each missing paper by when it will be brought. A missing paper does not keep the claim from being submitted.',
    ar: 'حدد لكل وثيقة ناقصة موعد جلبها. نقص الوثائق لا يمنع تقديم المعاملة.',
  },
  CLAIM_UNKNOWN: { en: 'There is no other claim with this id.', ar: 'لا توجد معاملة أخرى بهذا المعرّف.' },
  NOT_SUSPECTED: { en: 'These two claims are not suspected to be one.', ar: 'لا توجد شبهة تكرار بين هاتين المعاملتين.' },
  OTHER_CLAIM_HAS_ENDED: {
    en: 'The other claim is itself a duplicate, withdrawn or lapsed. Merge into the one that goes on.',
    ar: 'المعاملة الأخرى مكررة أو مسحوبة أو ساقطة. ادمج في المعاملة المستمرة.',
  },
  DUPLICATE_UNRESOLVED: {
    en: 'Another claim may be for the same loss. Keep them separate with a reason, or merge them, first.',
    ar: 'قد تكون هناك معاملة أخرى عن الضرر نفسه. افصل بينهما بسبب أو ادمجهما أولًا.',
  },
  NOTHING_SUPPLIED: { en: 'Name what was brought.', ar: 'اذكر ما جرى جلبه.' },
  LETTER_MISSING: { en: 'Give number and date of the official letter.', ar: 'اذكر رقم الكتاب الرسمي وتاريخه.' },
  ANOTHER_TYPE: { en: 'This inquiry belongs to another type of claim.', ar: 'هذا التحقيق يخص نوعًا آخر من المعاملات.' },
  ASSESSOR_RELATED: {
    en: 'An assessor may not be related to the claimant.',
    ar: 'لا يجوز أن تكون للكاشف صلة قرابة بصاحب المعاملة.',
  },
  ASSESSOR_REGISTERED_IT: {
    en: 'Whoever registered the claim does not assess it.',
    ar: 'من سجّل المعاملة لا يتولى الكشف فيها.',
  },
  ITEM_UNKNOWN: { en: 'The claim has no such item.', ar: 'لا يوجد بند كهذا في المعاملة.' },
  ESTIMATE_DOES_NOT_ADD_UP: {
    en: 'Quantity by unit cost does not give the estimate.',
    ar: 'حاصل ضرب الكمية في سعر الوحدة لا يساوي التقدير.',
  },
  SECURITY_CHECK_MISSING: { en: 'The result of the security audit has not come yet.', ar: 'لم ترد نتيجة التدقيق الأمني بعد.' },
  ASSESSMENT_MISSING: { en: 'The claim has not been assessed yet.', ar: 'لم يجر الكشف أو التقدير بعد.' },
  CHAIR_REGISTERED_IT: { en: 'Whoever registered the claim does not decide on it.', ar: 'من سجّل المعاملة لا يبت فيها.' },
  SESSION_NOT_DUE: { en: 'The session is not before its day.', ar: 'لم يحن موعد الجلسة.' },
  NO_QUORUM: { en: 'Too few members were present.', ar: 'لم يكتمل النصاب.' },
  VOTES_DO_NOT_ADD_UP: {
    en: 'Votes and abstentions do not add up to the members present.',
    ar: 'مجموع الأصوات والممتنعين لا يساوي عدد الحاضرين.',
  },
  NO_MAJORITY: { en: 'The decision had no majority.', ar: 'لم ينل القرار الأغلبية.' },
  AWARDS_DO_NOT_ADD_UP: {
    en: 'What is awarded for the items does not add up to the amount.',
    ar: 'مجموع مبالغ البنود لا يساوي المبلغ الكلي.',
  },
  NOTIFIED_BEFORE_DECIDED: { en: 'The notice lies before the decision.', ar: 'تاريخ التبليغ يسبق تاريخ القرار.' },
  DELIVERY_NOT_PROVED: {
    en: 'Name the proof of delivery: the signed receipt or the letter.',
    ar: 'اذكر إثبات التبليغ: وصل التوقيع أو الكتاب الرسمي.',
  },
  DECIDED_CENTRALLY: {
    en: 'The Central Committee has the claim; there is no objection to the recommendation any more.',
    ar: 'المعاملة لدى اللجنة المركزية ولا يُعترض على التوصية بعد ذلك.',
  },
  OBJECTION_NOT_YOURS: {
    en: 'The Ministry of Finance files its own objections, and nobody else does.',
    ar: 'تقدم وزارة المالية اعتراضاتها بنفسها ولا يقدمها غيرها.',
  },
  OBJECTION_TOO_LATE: {
    en: 'The time for objections is over. The committee may give leave for a late one.',
    ar: 'انتهت مدة الاعتراض. للجنة أن تأذن باعتراض متأخر.',
  },
  NOT_COMPLETED: { en: 'What the Central Committee asked for has not been supplied.', ar: 'لم يُستكمل ما طلبته اللجنة المركزية.' },
  NO_SUCH_COMMITTEE: {
    en: 'There was no central committee of this number that day.',
    ar: 'لا توجد لجنة مركزية بهذا الرقم في ذلك اليوم.',
  },
  DECIDED_BELOW: {
    en: 'Whoever decided in the sub-committee does not decide in the Central Committee.',
    ar: 'من بت في اللجنة الفرعية لا يبت في اللجنة المركزية.',
  },
  BEFORE_THE_DECISION: {
    en: 'This day lies before the decision of the sub-committee.',
    ar: 'هذا التاريخ يسبق قرار اللجنة الفرعية.',
  },
  RECOMMENDATION_MISSING: {
    en: 'The file carries no recommendation to ratify. Set the amount by amending, or return the claim.',
    ar: 'لا تتضمن المعاملة توصية للمصادقة عليها. حدد المبلغ بالتعديل أو أعد المعاملة.',
  },
  NOTHING_AMENDED: { en: 'The amount is the same. Ratify instead.', ar: 'المبلغ لم يتغير. صادق على التوصية بدل تعديلها.' },
  BATCH_NOT_OPEN: { en: 'There is no open payment batch with this id.', ar: 'لا توجد دفعة صرف مفتوحة بهذا المعرّف.' },
  BATCH_OF_ANOTHER_GOVERNORATE: { en: 'The batch is for another governorate.', ar: 'دفعة الصرف تخص محافظة أخرى.' },
  BATCH_OF_ANOTHER_SUBCOMMITTEE: {
    en: 'The batch was opened for the claims of another sub-committee.',
    ar: 'فُتحت دفعة الصرف لمعاملات لجنة فرعية أخرى.',
  },
  HEIR_SHARES_MISSING: {
    en: 'Record the heirs and their shares from the inheritance deed before payment.',
    ar: 'سجّل الورثة وحصصهم من القسام الشرعي قبل الصرف.',
  },
  NOTHING_DUE: { en: 'No payee of this claim is due.', ar: 'لا يوجد مستحق بانتظار الصرف في هذه المعاملة.' },
  PAYEE_UNKNOWN: { en: 'The claim has no such payee.', ar: 'لا يوجد مستحق كهذا في المعاملة.' },
  PAYEE_NOT_DUE: { en: 'This payee is listed, held or paid already.', ar: 'هذا المستحق مدرج أو موقوف صرفه أو صُرف له.' },
  PAYEE_NOT_HELD: { en: 'The payment of this payee is not held.', ar: 'صرف هذا المستحق غير موقوف.' },
  PAYMENT_NOT_ORDERED: { en: 'No payment is ordered for this payee.', ar: 'لا يوجد أمر صرف لهذا المستحق.' },
  PAYER_ORDERED_IT: { en: 'Whoever ordered the payment does not pay it.', ar: 'من أصدر أمر الصرف لا يتولى الصرف.' },
  OUT_OF_ORDER_UNEXPLAINED: {
    en: 'Whoever lists by hand passes over others. Say why, or have the batch filled in the order of payment.',
    ar: 'الإدراج اليدوي يتجاوز منتظرين آخرين. اذكر السبب أو املأ الدفعة حسب ترتيب الصرف.',
  },
  REASON_NEEDS_WORDS: { en: 'Say the reason in words.', ar: 'اذكر السبب كتابة.' },
  REPLACEMENT_PENDING: {
    en: 'Heirs are proposed for this payee already. Decide on them first.',
    ar: 'اقتُرح ورثة لهذا المستحق. يجب البت في الاقتراح أولًا.',
  },
  NO_REPLACEMENT_PENDING: { en: 'No heirs are proposed for this payee.', ar: 'لا يوجد اقتراح ورثة لهذا المستحق.' },
  PAYEE_NOT_DECEASED: {
    en: 'The death of this payee is not on record. Record it in the record of the person first.',
    ar: 'وفاة هذا المستحق غير مسجلة. سجّلها في قيد الشخص أولًا.',
  },
  HEIR_NOT_LIVING: { en: 'An heir is not on record as living.', ar: 'أحد الورثة غير مسجل على قيد الحياة.' },
  SAME_OFFICER: {
    en: 'Whoever proposed the heirs does not decide on them. A second officer has to.',
    ar: 'من اقترح الورثة لا يبت في الاقتراح. يجب أن يقوم بذلك موظف ثانٍ.',
  },
  PAYEE_REPLACED_BEFORE: {
    en: 'Heirs took the place of a payee already. Replace a payee instead of recording all shares anew.',
    ar: 'حلّ ورثة محل أحد المستحقين. استبدل المستحق بدل تسجيل جميع الحصص من جديد.',
  },
  NOT_PAID: { en: 'This payee was not paid.', ar: 'لم يُصرف لهذا المستحق.' },
  PARTLY_RECOVERED: {
    en: 'A part of this payment was recovered; it cannot have come back as a whole.',
    ar: 'استُرد جزء من هذا المبلغ فلا يمكن أن يكون قد أُعيد كاملًا.',
  },
  MORE_THAN_PAID: { en: 'More than was paid cannot be recovered.', ar: 'لا يُسترد أكثر مما صُرف.' },
};
