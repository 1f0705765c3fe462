import { z } from 'zod';

/** The five damage categories of Law 20/2009, with employment and study as one (P-ICRC, P-CR20). */
export const ClaimType = z.enum(['martyrdom', 'missing', 'injury', 'property', 'job_study']);
export type ClaimType = z.infer<typeof ClaimType>;

/** As what the claimant comes (domain specification §13.2). Whoever acts for somebody names that principal. */
export const Capacity = z.enum(['self', 'heir', 'owner', 'lawyer', 'legal_representative']);
export type Capacity = z.infer<typeof Capacity>;

export const PersonKind = z.enum(['natural', 'legal']);
export type PersonKind = z.infer<typeof PersonKind>;

export const Cause = z.enum(['military_operation', 'military_error', 'armed_attack', 'explosive_remnant', 'abduction', 'other']);

/** Papers a claim may rest on (domain specification §4.3). */
export const Paper = z.enum([
  'claim_form',
  'identity',
  'residence_card',
  'title_or_occupancy',
  'damage_photos',
  'mukhtar_statement',
  'two_witnesses',
  'death_certificate',
  'inheritance_deed',
  'investigation_papers',
  'police_complaint',
  'missing_person_certificate',
  'medical_report',
  'employer_or_school_letter',
  'power_of_attorney',
]);
export type Paper = z.infer<typeof Paper>;

export const PropertyKind = z.enum(['house', 'furniture', 'vehicle', 'land', 'agricultural_land', 'shop', 'business', 'other']);

/** Degree of damage, 1 lightest to 4 destroyed (domain specification §4.2). */
export const DamageCategory = z.int().min(1).max(4);

export const RejectionReason = z.enum([
  'not_covered_by_law',
  'damage_not_proved',
  'title_not_proved',
  'already_compensated',
  'outside_period',
  'other',
]);

export const Objector = z.enum(['claimant', 'heirs', 'finance']);
export type Objector = z.infer<typeof Objector>;

/** Why a claim goes before the Central Committee. */
export const CentralReason = z.enum(['threshold', 'type', 'objection']);
export type CentralReason = z.infer<typeof CentralReason>;

export const SuspensionCause = z.enum(['heir_dispute', 'pending_court']);

export const DuplicateGround = z.enum(['same_loss', 'same_number', 'same_victim', 'same_property', 'other']);

/** Why somebody is listed by hand, before others who have waited longer; nobody published reasons. */
export const OutOfOrder = z.enum(['court_order', 'urgent_need', 'left_out_before', 'failed_before', 'held_before', 'other']);

export const PaymentMethod = z.enum(['bank_transfer', 'card', 'cheque', 'cash']);

export const PayeeStatus = z.enum(['due', 'listed', 'audited', 'held', 'ordered', 'paid', 'failed', 'returned']);
export type PayeeStatus = z.infer<typeof PayeeStatus>;
