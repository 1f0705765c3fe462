export { referral } from './commands.ts';
export { CLIENT_FIELDS, type Client, type ClientField, type Payload, type Urgency } from './payload.ts';
export type { ReferralState } from './state.ts';
