import type { Label } from './labels.ts';
import type { Process, ProcessLabels } from './process.ts';

/** Words for what every process has from the kernel: its commands, events, waits, parties, refusals, fields and states. */
export const caseLabels = {
  states: {
    adoption_pending: { en: 'Taken over from paper, to be confirmed', ar: 'منقولة من إضبارة ورقية بانتظار التأكيد' },
    retracted: { en: 'Retracted: wrong file', ar: 'ملغاة: فُتحت خطأً' },
  },
  commands: {
    take: { en: 'Take it on', ar: 'استلام العمل' },
    assign: { en: 'Assign to a colleague', ar: 'تكليف زميل' },
    release: { en: 'Give it back to the queue', ar: 'إعادة إلى قائمة الانتظار' },
    note: { en: 'Add a note', ar: 'إضافة ملاحظة' },
    attach: { en: 'Attach a document', ar: 'إرفاق وثيقة' },
    print: { en: 'Print a paper', ar: 'طباعة ورقة' },
    share: { en: 'Share with a reader', ar: 'مشاركة مع قارئ' },
    unshare: { en: 'End a share', ar: 'إنهاء المشاركة' },
    grant: { en: 'Open to a named person', ar: 'منح صلاحية الاطلاع' },
    revokeGrant: { en: 'End an opening', ar: 'إنهاء صلاحية الاطلاع' },
    grantEmergency: { en: 'Open in an emergency', ar: 'فتح اضطراري' },
    offerTransfer: { en: 'Offer to another office', ar: 'عرض النقل إلى مكتب آخر' },
    acceptTransfer: { en: 'Accept the transfer', ar: 'قبول النقل' },
    declineTransfer: { en: 'Decline the transfer', ar: 'رفض النقل' },
    correct: { en: 'Correct an entry', ar: 'تصحيح قيد' },
    confirmCorrection: { en: 'Confirm a correction', ar: 'تأكيد التصحيح' },
    declineCorrection: { en: 'Decline a correction', ar: 'رفض التصحيح' },
    retract: { en: 'Retract: opened by mistake', ar: 'إلغاء ملف فُتح خطأً' },
    reopen: { en: 'Reopen', ar: 'إعادة فتح' },
    adopt: { en: 'Take over a paper file', ar: 'نقل إضبارة ورقية' },
    confirmAdoption: { en: 'Confirm the paper file', ar: 'تأكيد الإضبارة الورقية' },
    declineAdoption: { en: 'Decline the paper file', ar: 'رفض الإضبارة الورقية' },
    pauseClock: { en: 'Pause the clock', ar: 'إيقاف احتساب المدة' },
    resumeClock: { en: 'Resume the clock', ar: 'استئناف احتساب المدة' },
    escalate: { en: 'Escalate a missed due time', ar: 'رفع التأخير إلى المستوى الأعلى' },
    settleReservation: { en: 'Settle a reservation', ar: 'حسم الحجز' },
  },
  events: {
    CaseTaken: { en: 'Taken on', ar: 'استُلم العمل' },
    CaseAssigned: { en: 'Assigned', ar: 'كُلّف موظف' },
    CaseReleased: { en: 'Given back to the queue', ar: 'أُعيد إلى قائمة الانتظار' },
    NoteAdded: { en: 'Note added', ar: 'أُضيفت ملاحظة' },
    DocumentAttached: { en: 'Document attached', ar: 'أُرفقت وثيقة' },
    PaperPrinted: { en: 'Paper printed', ar: 'طُبعت ورقة' },
    CaseShared: { en: 'Shared with a reader', ar: 'تمت المشاركة مع قارئ' },
    CaseUnshared: { en: 'Share ended', ar: 'انتهت المشاركة' },
    AccessGranted: { en: 'Opened to a named person', ar: 'مُنحت صلاحية الاطلاع' },
    AccessRevoked: { en: 'Opening ended', ar: 'أُنهيت صلاحية الاطلاع' },
    TransferOffered: { en: 'Transfer offered', ar: 'عُرض النقل' },
    TransferAccepted: { en: 'Transfer accepted', ar: 'قُبل النقل' },
    TransferDeclined: { en: 'Transfer declined', ar: 'رُفض النقل' },
    CorrectionProposed: { en: 'Correction proposed', ar: 'اقتُرح تصحيح' },
    CorrectionDeclined: { en: 'Correction declined', ar: 'رُفض التصحيح' },
    CaseCorrected: { en: 'Entry corrected', ar: 'صُحّح قيد' },
    CaseRetracted: { en: 'Retracted', ar: 'أُلغي الملف' },
    CaseReopened: { en: 'Reopened', ar: 'أُعيد الفتح' },
    CaseAdopted: { en: 'Taken over from a paper file', ar: 'نُقلت من إضبارة ورقية' },
    AdoptionConfirmed: { en: 'Paper file confirmed', ar: 'أُكدت الإضبارة الورقية' },
    AdoptionDeclined: { en: 'Paper file declined', ar: 'رُفضت الإضبارة الورقية' },
    ClockPaused: { en: 'Clock paused', ar: 'أُوقف احتساب المدة' },
    ClockResumed: { en: 'Clock resumed', ar: 'استؤنف احتساب المدة' },
    WaitEscalated: { en: 'Escalated after a missed due time', ar: 'رُفع التأخير إلى المستوى الأعلى' },
    ReservationRequested: { en: 'Uniqueness being checked', ar: 'قيد التحقق من عدم التكرار' },
    ReservationConfirmed: { en: 'Found to be unique', ar: 'تأكد عدم التكرار' },
    ReservationRefused: { en: 'Found to be a duplicate', ar: 'تبيّن وجود تكرار' },
  },
  waits: {
    acceptTransfer: { en: 'Accept or decline the transfer', ar: 'قبول النقل أو رفضه' },
    confirmCorrection: { en: 'Confirm or decline a correction', ar: 'تأكيد التصحيح أو رفضه' },
    resolveDuplicate: { en: 'Resolve a duplicate', ar: 'معالجة التكرار' },
    confirmAdoption: { en: 'Confirm or decline the paper file', ar: 'تأكيد الإضبارة الورقية أو رفضها' },
    escalation: { en: 'Look into a missed due time', ar: 'النظر في التأخير' },
  },
  parties: {
    receivingOffice: { en: 'Receiving office', ar: 'المكتب المستلم' },
    secondOfficer: { en: 'Second officer', ar: 'موظف ثانٍ' },
    owner: { en: 'Office in charge', ar: 'المكتب المسؤول' },
  },
  refusals: {
    ALREADY_EXISTS: {
      en: 'There is a case with this id already. Choose another id, or let the server choose.',
      ar: 'يوجد ملف بهذا المعرّف. اختر معرّفًا آخر أو اترك الاختيار للنظام.',
    },
    ID_RESERVED: {
      en: 'Ids of this kind (UUID version 5) are made by Masar. Choose a random one (version 4 or 7), or let the server choose.',
      ar: 'معرّفات هذا النوع (UUID الإصدار 5) ينشئها النظام. اختر معرّفًا عشوائيًا (الإصدار 4 أو 7) أو اترك الاختيار للنظام.',
    },
    NOT_FOUND: { en: 'There is no such case, or it is not open to you.', ar: 'لا يوجد ملف كهذا، أو ليس متاحًا لك.' },
    RETRACTED: {
      en: 'The case was retracted as opened by mistake; nothing more can be recorded in it.',
      ar: 'أُلغي هذا الملف لأنه فُتح خطأً، ولا يمكن تسجيل شيء آخر فيه.',
    },
    ADOPTION_PENDING: {
      en: 'The case comes from a paper file that a second officer has not confirmed yet.',
      ar: 'الملف منقول من إضبارة ورقية لم يؤكدها موظف ثانٍ بعد.',
    },
    WRONG_STATE: {
      en: 'This cannot be done in the state the case is in. Load the case again and look at its actions.',
      ar: 'لا يمكن القيام بذلك في حالة الملف الراهنة. أعد تحميل الملف وانظر الإجراءات المتاحة.',
    },
    FORBIDDEN: {
      en: 'Your post does not allow this. Ask the office in charge to do it or to share the case with you.',
      ar: 'وظيفتك لا تسمح بذلك. اطلب من المكتب المسؤول القيام به أو مشاركة الملف معك.',
    },
    NOT_ENROLLED: {
      en: 'Nobody is enrolled with this sign-in. Ask your system administrator.',
      ar: 'لا يوجد موظف مسجل بهذا الدخول. راجع مدير النظام.',
    },
    SUSPENDED: { en: 'This staff member is suspended or has left.', ar: 'هذا الموظف موقوف أو ترك العمل.' },
    NOT_DEPUTY: {
      en: 'You are not the deputy of this colleague today.',
      ar: 'لست وكيلًا لهذا الزميل اليوم.',
    },
    PROCESS_UNKNOWN: { en: 'There is no such process.', ar: 'لا توجد عملية كهذه.' },
    COMMAND_UNKNOWN: { en: 'There is no such command.', ar: 'لا يوجد أمر كهذا.' },
    IDEMPOTENCY_KEY_REUSED: {
      en: 'This Idempotency-Key was used with other input. Use a new key for a new command.',
      ar: 'استُخدم مفتاح Idempotency-Key هذا مع بيانات أخرى. استخدم مفتاحًا جديدًا لأمر جديد.',
    },
    SUBJECT_ERASED: {
      en: 'What was kept of this person was erased; nothing personal is entered for them any more.',
      ar: 'مُحيت بيانات هذا الشخص، ولا تُدخل له بيانات شخصية بعد ذلك.',
    },
    IF_MATCH_REQUIRED: {
      en: 'A decision with legal or money effect needs If-Match with the revision you looked at (the ETag of the case).',
      ar: 'القرار ذو الأثر القانوني أو المالي يتطلب If-Match برقم النسخة التي اطلعت عليها (ETag الملف).',
    },
    CONFLICT: {
      en: 'Others are changing this case at the same time. Try again with the same key.',
      ar: 'يجري تعديل هذا الملف من آخرين في الوقت نفسه. أعد المحاولة بالمفتاح نفسه.',
    },
    IN_THE_FUTURE: { en: 'A fact cannot lie in the future.', ar: 'لا يمكن أن تكون الواقعة في المستقبل.' },
    RULE_NOT_DECLARED: { en: 'The rule is not known here.', ar: 'القاعدة غير معروفة هنا.' },
    NOTHING_WAITS_ON_YOU: { en: 'Nothing in this case waits on your office.', ar: 'لا شيء في هذا الملف بانتظار مكتبك.' },
    WAIT_UNKNOWN: { en: 'The case does not wait on that.', ar: 'الملف لا ينتظر ذلك.' },
    WAIT_AMBIGUOUS: {
      en: 'Several things wait on your office; say which one in `wait`.',
      ar: 'أكثر من أمر بانتظار مكتبك؛ حدّد أيها في `wait`.',
    },
    WAIT_NOT_YOURS: { en: 'That waits on another office.', ar: 'ذلك بانتظار مكتب آخر.' },
    ALREADY_TAKEN: { en: 'A colleague has taken it already.', ar: 'استلمه زميل آخر.' },
    NOT_A_COLLEAGUE: { en: 'This person does not work in your office today.', ar: 'هذا الشخص لا يعمل في مكتبك اليوم.' },
    NOT_TAKEN_BY_YOU: { en: 'It was taken by somebody else.', ar: 'استلمه شخص آخر.' },
    PAPER_UNKNOWN: { en: 'There is no such paper.', ar: 'لا توجد ورقة كهذه.' },
    PAPER_NOT_YET: {
      en: 'This paper is not handed out in the state the case is in.',
      ar: 'لا تُعطى هذه الورقة في حالة الملف الراهنة.',
    },
    GRANTED_TOO_LONG: { en: 'A grant lasts {days} days at most.', ar: 'لا تتجاوز مدة الإذن {days} يومًا.' },
    GRANTED_TO_ONESELF: {
      en: 'Nobody opens a restricted case to oneself: a second person does.',
      ar: 'لا يمنح أحد نفسه صلاحية الاطلاع على ملف مقيّد، بل يمنحها شخص ثانٍ.',
    },
    STAFF_UNKNOWN: { en: 'Nobody with this id is in service.', ar: 'لا يوجد موظف في الخدمة بهذا المعرّف.' },
    SHARED_WITH_ONESELF: {
      en: 'A case is shared with others: not with oneself, nor with the own office or organisation.',
      ar: 'تُشارَك الحالة مع الآخرين، لا مع النفس ولا مع الدائرة أو الجهة نفسها.',
    },
    UNTIL_IN_THE_PAST: { en: 'The last day lies in the past.', ar: 'اليوم الأخير في الماضي.' },
    OFFICE_UNKNOWN: { en: 'There is no open office with this id.', ar: 'لا يوجد مكتب عامل بهذا المعرّف.' },
    OFFICE_NOT_OF_ORGANISATION: {
      en: 'The office does not belong to this organisation.',
      ar: 'المكتب لا يتبع هذه الجهة.',
    },
    TRANSFER_PENDING: { en: 'A transfer is waiting for an answer already.', ar: 'هناك نقل بانتظار الرد.' },
    ALREADY_OWNER: { en: 'The office is in charge of this case already.', ar: 'المكتب مسؤول عن هذا الملف أصلًا.' },
    NOT_SHARED: { en: 'The case is shared with nobody.', ar: 'الملف غير مشترك مع أحد.' },
    NO_TRANSFER: { en: 'No transfer is waiting for an answer.', ar: 'لا يوجد نقل بانتظار الرد.' },
    TRANSFER_NOT_TO_YOU: { en: 'The transfer was offered to another office.', ar: 'عُرض النقل على مكتب آخر.' },
    REVISION_UNKNOWN: { en: 'The case has no entry with this revision.', ar: 'لا يوجد في الملف قيد بهذا الرقم.' },
    NOT_CORRECTABLE: { en: 'Entries of this kind are not corrected.', ar: 'هذا النوع من القيود لا يُصحح.' },
    DECISION_NOT_CORRECTABLE: {
      en: 'Decisions and payments are reversed by a new decision, never corrected.',
      ar: 'القرارات والمدفوعات تُعكس بقرار جديد ولا تُصحح.',
    },
    RELIED_UPON: {
      en: 'A decision or payment rests on this. It is reversed by a new decision; what it rests on stays as it was.',
      ar: 'يستند إلى هذا قرار أو صرف. يُعكس بقرار جديد ويبقى ما استند إليه كما هو.',
    },
    FIELD_UNKNOWN: { en: 'The entry has no such field.', ar: 'لا يوجد في القيد حقل كهذا.' },
    CORRECTION_INVALID: {
      en: 'The corrected entry would not have its proper shape; see the fields.',
      ar: 'القيد المصحح غير سليم؛ راجع الحقول.',
    },
    CORRECTION_PENDING: {
      en: 'A correction of this entry waits for a second officer already.',
      ar: 'تصحيح هذا القيد بانتظار موظف ثانٍ.',
    },
    NO_CORRECTION_PENDING: { en: 'No correction of this entry is waiting.', ar: 'لا يوجد تصحيح معلق لهذا القيد.' },
    SECOND_OFFICER_NEEDED: {
      en: 'Another officer than the one who entered it has to confirm.',
      ar: 'يجب أن يؤكد موظف آخر غير الذي أدخل القيد.',
    },
    FILE_UNKNOWN: {
      en: 'There is no such file, or it is not yours to put into a case. Upload it first.',
      ar: 'لا يوجد ملف مرفوع كهذا، أو ليس لك أن تدرجه في حالة. ارفعه أولًا.',
    },
    FILE_NOT_READY: {
      en: 'The file is not ready: it is not complete, not checked yet, or was refused. Look at its state.',
      ar: 'الملف المرفوع غير جاهز: لم يكتمل رفعه أو لم يُفحص بعد أو رُفض. راجع حالته.',
    },
    FILE_DIFFERS: {
      en: 'The SHA-256 is not that of the file. Take it from the state of the upload.',
      ar: 'قيمة SHA-256 لا تطابق الملف المرفوع. خذها من حالة الرفع.',
    },
    FACT_UNKNOWN: { en: 'The process has no such event.', ar: 'لا توجد في العملية واقعة كهذه.' },
    FACT_WITHOUT_LETTER: {
      en: 'A fact of a paper file needs its letter or a piece of evidence.',
      ar: 'الواقعة المنقولة من إضبارة ورقية تحتاج إلى كتاب أو دليل.',
    },
    FACTS_OUT_OF_ORDER: { en: 'Facts are listed oldest first.', ar: 'تُدرج الوقائع من الأقدم إلى الأحدث.' },
    FACT_OUT_OF_PLACE: {
      en: 'This event cannot follow the ones before it.',
      ar: 'لا يمكن أن تأتي هذه الواقعة بعد ما سبقها.',
    },
    FACT_INVALID: { en: 'The event does not have its proper shape; see the fields.', ar: 'الواقعة غير سليمة؛ راجع الحقول.' },
    NO_ADOPTION_PENDING: { en: 'No paper file is waiting to be confirmed.', ar: 'لا توجد إضبارة ورقية بانتظار التأكيد.' },
    NO_CLOCK: { en: 'No clock runs for this.', ar: 'لا مدة محسوبة لهذا الأمر.' },
    EMERGENCY_CLOCK_NEVER_STOPS: {
      en: 'The clock of an emergency is never stopped.',
      ar: 'مدة الحالات الطارئة لا تتوقف.',
    },
    CLOCK_ALREADY_PAUSED: { en: 'The clock is paused already.', ar: 'احتساب المدة متوقف أصلًا.' },
    CLOCK_NOT_PAUSED: { en: 'The clock is running.', ar: 'احتساب المدة جارٍ.' },
  },
  fields: {
    wait: { en: 'What the case waits on', ar: 'ما ينتظره الملف' },
    staff: { en: 'Staff member', ar: 'الموظف' },
    reason: { en: 'Reason', ar: 'السبب' },
    text: { en: 'Text', ar: 'النص' },
    document: { en: 'Document', ar: 'الوثيقة' },
    reader: { en: 'Reader', ar: 'القارئ' },
    purpose: { en: 'Purpose', ar: 'الغرض' },
    until: { en: 'Until', ar: 'لغاية' },
    paper: { en: 'Paper', ar: 'الورقة' },
    number: { en: 'Number', ar: 'الرقم' },
    copy: { en: 'Copy', ar: 'النسخة' },
    edition: { en: 'What the paper is about', ar: 'موضوع الورقة' },
    to: { en: 'To', ar: 'إلى' },
    revision: { en: 'Entry number', ar: 'رقم القيد' },
    fields: { en: 'Fields', ar: 'الحقول' },
    source: { en: 'Source', ar: 'المصدر' },
    fileNo: { en: 'File number', ar: 'رقم الإضبارة' },
    facts: { en: 'Facts', ar: 'الوقائع' },
    level: { en: 'Level', ar: 'المستوى' },
    due: { en: 'Due', ar: 'موعد الاستحقاق' },
  },
} as const satisfies Partial<Record<keyof ProcessLabels, Readonly<Record<string, Label>>>>;

type Words = Readonly<Record<string, Label>>;
type Worded = 'states' | 'commands' | 'events' | 'waits' | 'parties' | 'refusals' | 'fields';

/** A process's own words with the kernel's behind them. */
export function wordsOf(process: Process, kind: Worded): Words {
  return { ...caseLabels[kind], ...process.labels[kind] };
}

/**
 * The words for a key. A wait's key may carry what it is about after a colon (`confirmCorrection:4`); its words are those of
 * what stands before.
 */
export function wordFor(process: Process, kind: Worded, key: string): Label | undefined {
  const own: Words | undefined = process.labels[kind];
  const kernels: Words = caseLabels[kind];
  const word = (one: string): Label | undefined => own?.[one] ?? kernels[one];
  return word(key) ?? word(key.split(':')[0] ?? key) ?? (kind === 'events' ? process.coarse?.words[key] : undefined);
}
