export { staff } from './commands.ts';
export { Identity, StaffName } from './events.ts';
export type { Staff } from './state.ts';
