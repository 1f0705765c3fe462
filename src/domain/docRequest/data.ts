import { z } from 'zod';
import { GLOSSARY, type Label } from '../kernel/labels.ts';
import { personal } from '../kernel/privacy.ts';
import { DocType } from './codes.ts';

const term = (key: string): Label => GLOSSARY[key]!;

/** Words for the papers that can be asked for. */
export const docTypeWords = {
  marriage_contract: term('marriage_contract'),
  divorce_deed: { en: 'Divorce deed', ar: 'حجة الطلاق' },
  birth_certificate: term('birth_certificate'),
  civil_record: { en: 'Civil record', ar: 'قيد النفوس' },
  civil_status_id: term('civil_status_id'),
  unified_national_card: term('unified_national_card'),
  nationality_certificate: term('nationality_certificate'),
  passport: { en: 'Passport', ar: 'جواز السفر' },
  death_certificate: term('death_certificate'),
  missing_person_certificate: { en: 'Certificate of a missing person', ar: 'حجة فقدان' },
  guardianship_deed: term('guardianship'),
  inheritance_deed: term('inheritance_deed'),
  lineage_proof: term('lineage_proof'),
  residence_card: term('residence_card'),
  housing_confirmation_letter: term('housing_confirmation_letter'),
  ration_card: term('ration_card'),
} satisfies Readonly<Record<DocType, Label>>;

/** A paper that another case waits for: the request for it, whose it will be, and which. */
export const AwaitedPaper = z.strictObject({ request: z.uuid(), holder: z.uuid(), docType: DocType });

// Which paper a person lacks may tell much (domain.md §5, privacy), so the waiting case keeps it sealed.
const paper = { ...AwaitedPaper.shape, docType: personal(DocType, 'T2') };

/** What a case that waits for papers records (domain.md §11): it begins to wait, the paper was handed over, or it will not come. */
export const awaitedEvents = {
  DocumentAwaited: z.strictObject(paper),
  AwaitedDocumentIssued: z.strictObject(paper),
  AwaitedDocumentGivenUp: z.strictObject(paper),
};

type AwaitedPaper = z.output<typeof AwaitedPaper>;
type Waiting = { readonly awaits: readonly string[] };

/** The commands by which a case in one of these statuses is told of papers: rows for a waiting process' table. */
export const awaitedCommands = <const F extends readonly string[]>(from: F) => {
  const row = { from, to: from, permission: 'system', input: AwaitedPaper } as const;
  return {
    awaitDocument: {
      ...row,
      emits: ['DocumentAwaited'],
      decide: (c: AwaitedPaper, s: Waiting) =>
        s.awaits.includes(c.request) ? [] : [{ type: 'DocumentAwaited', data: c } as const],
    },
    noteDocumentIssued: {
      ...row,
      emits: ['AwaitedDocumentIssued'],
      decide: (c: AwaitedPaper) => [{ type: 'AwaitedDocumentIssued', data: c } as const],
    },
    noteDocumentGivenUp: {
      ...row,
      emits: ['AwaitedDocumentGivenUp'],
      decide: (c: AwaitedPaper, s: Waiting) =>
        s.awaits.includes(c.request) ? [{ type: 'AwaitedDocumentGivenUp', data: c } as const] : [],
    },
  } as const;
};

/** Processes whose cases are told of the papers they wait for and go on by themselves; the others wait for an officer. */
export const RESUMES_BY_ITSELF: readonly string[] = ['docRequest', 'claim', 'movement', 'returnGrant'];

/** The requests a case waits for, each once, after one more. */
export const awaiting = (requests: readonly string[], request: string): readonly string[] => [
  ...without(requests, request),
  request,
];

/** The requests a case waits for after one is settled. */
export const without = (requests: readonly string[], request: string): readonly string[] =>
  requests.filter((one) => one !== request);

/** A wait for each paper, with whoever works for it. */
export const awaitedWaits = (requests: readonly string[]): readonly { readonly key: string; readonly party: string }[] =>
  requests.map((one) => ({ key: `document:${one}`, party: 'documentRequest' }));

/** Words a waiting case needs for all this. */
export const awaitedWords = {
  commands: {
    awaitDocument: { en: 'Wait for a document', ar: 'انتظار وثيقة' },
    noteDocumentIssued: { en: 'The document is there', ar: 'تسجيل صدور الوثيقة' },
    noteDocumentGivenUp: { en: 'The document will not come', ar: 'تسجيل تعذر الوثيقة' },
  },
  events: {
    DocumentAwaited: { en: 'Waits for a document', ar: 'بانتظار وثيقة' },
    AwaitedDocumentIssued: { en: 'Document issued', ar: 'صدرت الوثيقة المنتظرة' },
    AwaitedDocumentGivenUp: { en: 'Document no longer awaited', ar: 'لم تعد الوثيقة منتظرة' },
  },
  waits: { document: { en: 'Obtain the document', ar: 'استحصال الوثيقة' } },
  parties: { documentRequest: { en: 'Whoever obtains the document', ar: 'الجهة المتابعة لطلب الوثيقة' } },
  fields: {
    request: { en: 'Document request', ar: 'طلب الوثيقة' },
    holder: { en: 'Whose document', ar: 'صاحب الوثيقة' },
    docType: { en: 'Document', ar: 'الوثيقة' },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Label>>>>;
