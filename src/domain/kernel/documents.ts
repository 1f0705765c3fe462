import { z } from 'zod';
import { defineRule } from './rules.ts';

/** A file as commands and events name it: an object with at least these two members, wherever it stands in them. */
export const DocumentRef = z.object({ document: z.uuid(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
export type DocumentRef = z.infer<typeof DocumentRef>;

/** Bytes a file may have at most. */
export const MAX_DOCUMENT_BYTES = 20 * 1024 * 1024;

/** What is accepted, told by content and never by name, with the ending of the neutral name it is served under. */
export const MEDIA_TYPES: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/tiff': 'tif',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'text/csv': 'csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
};

/** Days an upload is kept that no case names. Nobody published one: a week leaves time to come back after a lost line. */
export const keptUploadsRule = defineRule({
  key: 'documents.unattached',
  schema: z.strictObject({ days: z.int().min(1).max(365) }),
  default: { days: 7 },
  source: '[C]',
});

/**
 * Days that what holds many people at once is kept: an uploaded file of an import, and the words a list was searched by before it
 * left as a file. Nobody published one: a month leaves time to check a file and to take its import back.
 */
export const fileLifeRule = defineRule({
  key: 'documents.ofMany',
  schema: z.strictObject({ imports: z.int().min(1).max(365), exports: z.int().min(1).max(365) }),
  default: { imports: 30, exports: 30 },
  source: '[C]',
});

/** Every file named anywhere in a value: in the evidence of a command, in the data of an event, in its envelope. */
export function documentsIn(value: unknown): readonly DocumentRef[] {
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'document' in value ? DocumentRef.safeParse(value).data : undefined;
  return [...(own ? [own] : []), ...Object.values(value).flatMap(documentsIn)];
}
