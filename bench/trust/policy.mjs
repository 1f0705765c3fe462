/**
 * How long one decision of the policy takes: every permission a command or a read asks for, for every role, on a case of the own
 * office, one elsewhere and one shared. `npm run build && node bench/trust/policy.mjs`. Target: under 20 µs.
 */
import { mayI } from '../../dist/src/domain/access/access.js';
import { ROLES } from '../../dist/src/domain/access/roles.js';
import { registry } from '../../dist/src/domain/index.js';

const ROUNDS = 40;
const DAY = '2026-03-01';

const permissions = [
  ...new Set(
    registry.all.flatMap((process) => [
      ...['find', 'read', 'timeline'].map((verb) => `${process.name}:${verb}`),
      ...Object.values(process.commands).map(({ permission }) =>
        permission.includes(':') ? permission : `${process.name}:work`,
      ),
    ]),
  ),
];
const rightsOf = (role) => ({
  staff: 'staff',
  day: DAY,
  at: `${DAY}T09:00:00Z`,
  posts: [{ membership: role, role, organisation: 'own', office: 'own', governorate: 'IQG15', from: '2025-01-01' }],
});
const nowhere = {
  owner: { organisation: 'other', office: 'other', governorate: 'IQG01' },
  parties: [],
  offices: [],
  governorates: [],
  taken: [],
  shares: [],
  tier: 'T1',
};
const targets = [
  nowhere,
  { ...nowhere, owner: { organisation: 'own', office: 'own', governorate: 'IQG15' } },
  { ...nowhere, shares: [{ reader: { kind: 'staff', id: 'staff' }, until: '2026-12-31' }] },
];

function round() {
  let allowed = 0;
  for (const role of ROLES)
    for (const permission of permissions)
      for (const target of targets) if (mayI(rightsOf(role), permission, target).allowed) allowed += 1;
  return allowed;
}

const decisions = ROLES.length * permissions.length * targets.length;
const cold = performance.now();
const allowed = round();
const first = ((performance.now() - cold) * 1000) / decisions;
const times = [];
for (let at = 0; at < ROUNDS; at += 1) {
  const started = process.cpuUsage();
  round();
  const { user, system } = process.cpuUsage(started);
  times.push((user + system) / decisions);
}
const middle = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
console.log(
  `a policy decision takes ${middle.toFixed(2)} µs (${first.toFixed(1)} µs while nothing is remembered): ` +
    `${decisions} decisions a round, ${allowed} of them allowed; wanted: under 20`,
);
process.exit(middle < 20 ? 0 : 1);
