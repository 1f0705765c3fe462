import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { Label } from '../domain/kernel/labels.ts';
import type { DocumentView } from '../eventlog/documents/documents.ts';
import { LabelView, ProblemAnswer } from './answers.ts';
import { jsonSchemaOf } from './jsonSchema.ts';

/** Words for the states of a file. */
export const FILE_STATES: Readonly<Record<DocumentView['state'], Label>> = {
  uploading: { en: 'Being uploaded', ar: 'قيد الرفع' },
  scanning: { en: 'Complete, to be checked', ar: 'اكتمل الرفع وبانتظار الفحص' },
  ready: { en: 'Ready', ar: 'جاهز' },
  refused: { en: 'Refused', ar: 'مرفوض' },
  erased: { en: 'Erased', ar: 'محذوف نهائيًا' },
};

/** Words for why a file was refused. */
export const FILE_REFUSALS: Readonly<Record<NonNullable<DocumentView['refusal']>, Label>> = {
  HASH_DIFFERS: {
    en: 'What arrived is not what was announced: its SHA-256 differs. Upload it again.',
    ar: 'المحتوى الذي وصل يختلف عما أُعلن عنه (قيمة SHA-256 مختلفة). ارفعه مرة أخرى.',
  },
  TYPE_NOT_ALLOWED: {
    en: 'The content is of a kind that is not accepted. Send a PDF, a picture, CSV, XLSX or DOCX.',
    ar: 'نوع المحتوى غير مقبول. أرسل PDF أو صورة أو CSV أو XLSX أو DOCX.',
  },
  INFECTED: {
    en: 'The scanner found harmful content. Tell whoever looks after your computer.',
    ar: 'اكتشف الفحص محتوى ضارًا. أبلغ المسؤول عن حاسوبك.',
  },
  ABANDONED: { en: 'No case named the file in time.', ar: 'لم يُدرج الملف في أي حالة خلال المدة المحددة.' },
};

const Moment = z.string().meta({ format: 'date-time' });

export const UploadView = z.object({
  id: z.uuid(),
  state: z.enum(['uploading', 'scanning', 'ready', 'refused', 'erased']),
  stateLabel: LabelView,
  name: z.string().optional().meta({ description: 'As given by who uploaded it' }),
  size: z.int().meta({ description: 'Bytes' }),
  received: z.int().meta({ description: 'Bytes that are kept: where the upload goes on' }),
  mediaType: z.string().optional().meta({ description: 'Told by the content, once ready' }),
  sha256: z.string().optional().meta({ description: '64 hex digits, once ready; evidence names it beside the id' }),
  refusal: z.object({ code: z.string(), label: LabelView, finding: z.string().optional() }).optional(),
  createdAt: Moment,
});

export const CaseDocumentView = z.object({
  document: z.uuid(),
  state: UploadView.shape.state,
  stateLabel: LabelView,
  name: z.string().optional(),
  mediaType: z.string().optional(),
  size: z.int().optional(),
  sha256: z.string(),
  revision: z.int().meta({ description: 'Entry of the case that first names the file' }),
  recordedAt: Moment,
});

/** Problems of uploads that no other read answers, for the OpenAPI document. */
export const UPLOAD_PROBLEMS = Object.fromEntries(
  [409, 410, 413, 415, 422, 507].map((status) => [
    status,
    {
      description: STATUS_CODES[status],
      content: { 'application/problem+json': { schema: jsonSchemaOf(ProblemAnswer, 'output') } },
    },
  ]),
);

/** A file as who uploaded it sees it. */
export function uploadAnswer(view: DocumentView): z.input<typeof UploadView> {
  const { uploader: _, refusal, finding, ...rest } = view;
  return {
    ...rest,
    stateLabel: FILE_STATES[view.state],
    ...(refusal ? { refusal: { code: refusal, label: FILE_REFUSALS[refusal], ...(finding ? { finding } : {}) } } : {}),
  };
}
