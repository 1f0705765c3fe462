export {
  AGE_BANDS,
  AgeBand,
  CATEGORIES,
  CATEGORY_OF,
  isSensitive,
  NEEDS,
  Need,
  SENSITIVITIES,
  Sensitivity,
  Sex,
} from './codes.ts';
export { provider } from './commands.ts';
export type { Capacity, Eligibility, ServiceTerms } from './events.ts';
export type { ProviderState, Service } from './state.ts';
