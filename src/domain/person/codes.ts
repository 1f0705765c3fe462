/** Words for papers and their state, shared with the household's own papers. */
export const paperLabels = {
  status: {
    valid: { en: 'Valid', ar: 'نافذة' },
    expired: { en: 'Expired', ar: 'منتهية النفاذ' },
    lost: { en: 'Lost', ar: 'مفقودة' },
    confiscated: { en: 'Confiscated', ar: 'محجوزة' },
    never_issued: { en: 'Never issued', ar: 'لم تصدر قط' },
    issued_by_non_state_group: { en: 'Not issued by the state', ar: 'غير صادرة عن الدولة' },
    unknown: { en: 'Not known', ar: 'غير معروفة' },
  },
  fields: {
    document: { en: 'Document', ar: 'الوثيقة' },
    docType: { en: 'Kind of document', ar: 'نوع الوثيقة' },
    number: { en: 'Number', ar: 'الرقم' },
    issuer: { en: 'Issued by', ar: 'جهة الإصدار' },
    issuedOn: { en: 'Issued on', ar: 'تاريخ الإصدار' },
    expiresOn: { en: 'Valid until', ar: 'نافذة لغاية' },
    status: { en: 'Status', ar: 'الحالة' },
    usable: { en: 'Can be presented', ar: 'يمكن إبرازها' },
  },
} as const;

/** Languages, for every process that asks for them. */
export const languageLabels = {
  ar: { en: 'Arabic', ar: 'العربية' },
  ckb: { en: 'Kurdish (Sorani)', ar: 'الكردية (السورانية)' },
  kmr: { en: 'Kurdish (Kurmanji)', ar: 'الكردية (الكرمانجية)' },
  tk: { en: 'Turkmen', ar: 'التركمانية' },
  syr: { en: 'Syriac', ar: 'السريانية' },
  en: { en: 'English', ar: 'الإنكليزية' },
} as const;
