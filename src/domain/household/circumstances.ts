import { z } from 'zod';
import type { DocRequestState } from '../docRequest/state.ts';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import { documentInput } from '../person/data.ts';
import { memberOf } from './composition.ts';
import { FamilyDocumentInput, FamilyDocumentType, isOnePlace, Leg, NeedInput, OriginInput, SiteInput } from './data.ts';
import { notAhead, p } from './definition.ts';
import { ACTIVE } from './state.ts';

/** Papers of the family, its displacement, where it lives and comes from, what it needs. None of it changes its status. */
export const circumstances = {
  recordDocument: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: FamilyDocumentInput,
    emits: ['IdentityDocumentRecorded'],
    to: ACTIVE,
    decide: (c, _s, ctx) => [
      { type: 'IdentityDocumentRecorded', data: { document: ctx.newId('document'), ...c, usable: c.status === 'valid' } },
    ],
  }),
  changeDocumentStatus: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ document: z.uuid(), status: documentInput.status }),
    emits: ['IdentityDocumentStatusChanged'],
    to: ACTIVE,
    decide: (c, s) => {
      const known = s.documents.find((one) => one.document === c.document);
      ensure(known, 'DOCUMENT_UNKNOWN', { document: c.document });
      const data = { ...c, docType: known.docType, usable: c.status === 'valid' };
      return [{ type: 'IdentityDocumentStatusChanged', data }];
    },
  }),
  /** A paper of the family that was asked for was delivered. */
  receiveDocument: p.command({
    from: ACTIVE,
    permission: 'system',
    input: z.strictObject({ request: z.uuid() }),
    emits: ['IdentityDocumentRecorded', 'IdentityDocumentStatusChanged'],
    to: ACTIVE,
    facts: (c) => ({ request: fact<DocRequestState>('docRequest', c.request) }),
    decide: (_c, s, ctx) => {
      const { docType: asked, issued } = ctx.facts.request.state;
      const docType = FamilyDocumentType.safeParse(asked).data;
      ensure(docType && issued, 'DOCUMENT_NOT_ISSUED');
      const paper = { docType, ...issued, status: 'valid', usable: true } as const;
      const before = s.documents.find((one) => one.docType === docType && !one.usable);
      return before
        ? [{ type: 'IdentityDocumentStatusChanged', data: { document: before.document, ...paper } }]
        : [{ type: 'IdentityDocumentRecorded', data: { document: ctx.newId('document'), ...paper } }];
    },
  }),
  recordLeg: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: Leg,
    emits: ['DisplacementLegRecorded'],
    to: ACTIVE,
    decide: (c, _s, ctx) => {
      ensure(c.from !== undefined || c.to !== undefined, 'LEG_WITHOUT_AREA');
      notAhead(c.on, ctx);
      return [{ type: 'DisplacementLegRecorded', data: c }];
    },
  }),
  assignSite: p.command({
    from: ACTIVE,
    permission: 'household:site',
    input: SiteInput,
    emits: ['SiteAssigned'],
    to: ACTIVE,
    decide: (c, _s, ctx) => {
      notAhead(c.since, ctx);
      return [{ type: 'SiteAssigned', data: c }];
    },
  }),
  leaveSite: p.command({
    from: ACTIVE,
    permission: 'household:site',
    input: z.strictObject({ until: LocalDate }),
    emits: ['SiteLeft'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      ensure(s.place, 'NO_SITE');
      notAhead(c.until, ctx);
      return [{ type: 'SiteLeft', data: c }];
    },
  }),
  declareOrigin: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: OriginInput,
    emits: ['OriginDeclared'],
    to: ACTIVE,
    decide: (c, s) => {
      ensure(!s.origin, 'ORIGIN_ALREADY_DECLARED');
      ensure(isOnePlace(c), 'PLACES_DISAGREE');
      return [{ type: 'OriginDeclared', data: c }];
    },
  }),
  correctOrigin: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ ...OriginInput.shape, reason: z.string().min(3).max(1000) }),
    emits: ['OriginCorrected'],
    to: ACTIVE,
    decide: (c) => {
      ensure(isOnePlace(c), 'PLACES_DISAGREE');
      return [{ type: 'OriginCorrected', data: c }];
    },
  }),
  recordNeed: p.command({
    from: ACTIVE,
    permission: 'household:needs',
    input: NeedInput,
    emits: ['InclusionNeedRecorded'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      memberOf(s, c.person);
      return [{ type: 'InclusionNeedRecorded', data: { need: ctx.newId('need'), ...c } }];
    },
  }),
  endNeed: p.command({
    from: ACTIVE,
    permission: 'household:needs',
    input: z.strictObject({ need: z.uuid(), on: LocalDate }),
    emits: ['InclusionNeedEnded'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      const known = s.needs.some((one) => one.need === c.need);
      ensure(known, 'NEED_UNKNOWN', { need: c.need });
      notAhead(c.on, ctx);
      return [{ type: 'InclusionNeedEnded', data: c }];
    },
  }),
};
