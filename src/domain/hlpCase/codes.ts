import { z } from 'zod';

/** Types of a house, land and property case (domain.md §6.1). */
export const HlpType = z.enum([
  'secondary_occupation',
  'disputed_ownership',
  'inheritance',
  'lost_or_burnt_deed',
  'informal_or_customary_tenure',
  'occupancy_certificate',
  'rent_dispute',
  'land_grab',
  'demolition_damage',
  'agricultural_land',
]);
export type HlpType = z.infer<typeof HlpType>;

export const PartyRole = z.enum(['claimant', 'occupant', 'owner', 'heir', 'tenant', 'other_party']);
export const Urgency = z.enum(['emergency', 'urgent', 'normal']);
export type Urgency = z.infer<typeof Urgency>;

export const TenureKind = z.enum([
  'tapu_deed',
  'court_ruling',
  'occupancy_certificate',
  'utility_bill',
  'witness',
  'satellite',
  'authority_letter',
  'inheritance_deed',
]);
export const Strength = z.enum(['strong', 'medium', 'weak']);
export const Mediator = z.enum(['community_police', 'tribal', 'mukhtar', 'endowment']);
export const WomenHeard = z.enum(['yes', 'no', 'none_concerned']);
export const Outcome = z.enum(['for_claimant', 'in_part', 'against_claimant']);
export const Appellant = z.enum(['claimant', 'other_party']);
export const AlternativeKind = z.enum(['own_home_restored', 'rental_help', 'other_housing', 'compensation', 'time_to_leave']);
export const RestitutionForm = z.enum(['keys_handed_over', 'vacated_by_agreement', 'enforced', 'registered_in_name']);
export const SettlementForm = z.enum(['exchange', 'sale', 'rent_agreed', 'shared_use', 'payment', 'division_among_heirs']);
export const Certificate = z.enum(['title_deed', 'occupancy_certificate', 'usage_right', 'replacement_deed']);
export const LegalEffect = z.enum(['ownership', 'occupancy', 'use', 'registration_pending']);
