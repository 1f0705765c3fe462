import { z } from 'zod';

/** Code lists of a movement. Where domain.md §2 names the codes they are its own; the rest are defaults nobody published. */

export const MovementPathway = z.enum(['return', 'local_integration', 'relocation', 'undecided']);
export type MovementPathway = z.infer<typeof MovementPathway>;

/** What a help desk tells (domain.md §2.2). */
export const InformationTopic = z.enum([
  'area_profile',
  'explosive_hazards',
  'services',
  'obstacles',
  'grants',
  'rights',
  'complaint_route',
]);

export const Timeframe = z.enum(['within_a_month', 'within_three_months', 'within_six_months', 'later', 'unknown']);

/** What keeps families from going: the obstacle types of domain.md §3.4. */
export const Blocker = z.enum([
  'security_actor_presence',
  'clearance_procedure',
  'military_zone',
  'authorisation_suspended',
  'tribal_dispute',
  'blood_feud',
  'political_dispute',
  'destroyed_housing',
  'secondary_occupation',
  'compensation_pending',
  'water',
  'electricity',
  'health',
  'education',
  'roads',
  'livelihoods',
  'ERW',
  'documentation',
  'checkpoint',
  'environment',
  'awareness_stigma',
]);

/** What a family makes its going depend on. */
export const FamilyCondition = z.enum([
  'see_the_place_first',
  'travel_with_relatives',
  'house_repaired',
  'school_year_ends',
  'papers_issued',
  'work_found',
  'medical_care_there',
]);

/** What counselling explains. The first three always (domain.md §2.3). */
export const CounsellingTopic = z.enum(['risks', 'alternatives', 'entitlements', 'other_pathways', 'right_to_change_mind']);

/** Who led an interview. The last two may not: interviewer ≠ security actor and ≠ camp closure officer (domain.md §2.2). */
export const Interviewer = z.enum([
  'branch_officer',
  'fvm_partner',
  'protection_partner',
  'legal_partner',
  'camp_manager',
  'security_actor',
  'camp_closure_officer',
]);

/** What, named as the sole reason, makes a choice no choice (domain.md §2.3). */
export const Pressure = z.enum(['threat', 'deadline', 'aid_cut']);

/** Who answers a clearance request (domain.md §3). */
export const ClearanceActor = z.enum([
  'national_security_service',
  'police',
  'federal_police',
  'army',
  'operations_command',
  'popular_mobilisation_forces',
  'saraya_al_salam',
  'asayish',
]);
export type ClearanceActor = z.infer<typeof ClearanceActor>;

/** Why a request was refused; no category about relatives may exist (domain.md §3.1 and §0.2, rule 3). */
export const ClearanceRefusal = z.enum(['name_similarity', 'applicant_must_appear', 'applicant_pending_case', 'undisclosed']);

export const Fitness = z.enum(['fit', 'fit_with_conditions', 'temporarily_unfit', 'screening_refused']);
export const TravelCondition = z.enum(['escort', 'seat', 'lying_down', 'medicine_supply', 'medical_vehicle']);

/** How far the place is accessible (domain.md §3.5). */
export const Accessibility = z.enum(['clear_information', 'inform_and_warn', 'do_not_facilitate']);

export const DestinationShelter = z.enum(['own_house', 'relatives', 'rent', 'assisted_shelter', 'tent_on_own_land']);

export const HoldCause = z.enum(['area', 'medical', 'clearance', 'incident']);
export type HoldCause = z.infer<typeof HoldCause>;

/** Checks an officer who approves may waive. The area's decision and the hazard information are nobody's to waive. */
export const WaivableCheck = z.enum(['clearance', 'medical', 'destination']);

export const RefusalReason = z.enum(['safeguard_missing', 'area_not_accessible', 'receiving_branch_objects', 'data_incorrect']);
export const ReviewRoute = z.enum(['head_of_branch', 'branches_affairs', 'legal_department']);

/** Who turned a family back. */
export const TurnedBackBy = z.enum(['checkpoint', 'armed_group', 'community', 'local_authority', 'unknown']);
export const TurnedBackReason = z.enum(['papers', 'clearance_not_accepted', 'sponsorship_asked', 'threat', 'not_told']);

export const ConfirmationBy = z.enum(['receiving_branch', 'household']);
export const ConfirmationMethod = z.enum(['call', 'visit', 'in_person', 'letter']);

export const RiskLevel = z.enum(['low', 'medium', 'high']);

/** Why a return did not hold (domain.md §2.4). */
export const FailureCause = z.enum([
  'rejection_by_community',
  'insecurity',
  'no_shelter',
  'no_income',
  'eviction',
  'documents',
  'ERW',
]);

export const MonitoringAction = z.enum(['referral', 'claim_prepared', 'documents', 'shelter', 'protection', 'none']);

export const VisitDecision = z.enum(['go', 'wait', 'do_not_go', 'undecided']);
