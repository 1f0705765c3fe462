export { letterOf, papersIn } from './adopting.ts';
export { checkUnits, headingsAt, headingsIn, rowsIn } from './checking.ts';
export { importRun } from './commands.ts';
export { comparable } from './families.ts';
export { type PersonOf, PLANS, type Plan } from './plans.ts';
export { importLimits } from './policy.ts';
export { type ImportState, isLeftOut } from './state.ts';
export { templateCodes, templateTable } from './templates.ts';
