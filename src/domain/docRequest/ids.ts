import type { DocType } from './codes.ts';

/** Natural key of a document request: whose paper (a person, or a household for a family's paper) and which. */
export const docRequestKey = (holder: string, docType: DocType): string => `${holder} ${docType}`;
