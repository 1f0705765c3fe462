/**
 * `npm run demo`: starts Masar on its embedded Postgres, enters a made-up caseload through the REST API, and shows what the
 * people who work with it see. The same seed tells the same story; telling it again changes nothing.
 */
import { parseArgs } from 'node:util';
import { MultiBar, Presets } from 'cli-progress';
import { INSTALLATION } from '../domain/installation/ids.ts';
import { bootstrapAdministrator } from '../eventlog/bootstrap.ts';
import { readConfig } from '../platform/config.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../platform/developmentIssuer.ts';
import { createLogger } from '../platform/logging.ts';
import { createShutdown } from '../platform/shutdown.ts';
import { type Running, serve } from '../serve.ts';
import { ADMINISTRATOR, ORGANISATIONS } from './demo/cast.ts';
import { type Claims, claimSteps, tellClaims } from './demo/claims.ts';
import { createClient } from './demo/client.ts';
import { buildDirectory, DIRECTORY_STEPS, type Directory } from './demo/directory.ts';
import { type Family, registerFamily } from './demo/families.ts';
import { JOURNEY_STEPS, type Journey, tellJourney } from './demo/journey.ts';
import { exported, printed } from './demo/papers.ts';
import { randomFrom } from './demo/random.ts';
import { refer } from './demo/referrals.ts';
import { showEverything } from './demo/show.ts';
import { showClaims } from './demo/showClaims.ts';
import { showJourney } from './demo/showJourney.ts';
import { inParallel, settled } from './demo/steps.ts';
import { run } from './run.ts';

const FAMILIES_AT_SCALE_1 = 60;
const AT_ONCE = 8;

await run(async () => {
  const { values } = parseArgs({
    options: { scale: { type: 'string', default: '1' }, exit: { type: 'boolean', default: false } },
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1000)) throw new Error('--scale is a number above 0, at most 1000 (1 is about 60 families)');
  const config = readConfig({ LOG_LEVEL: 'error', ...process.env });
  const logger = createLogger({ level: config.logLevel });
  const shutdown = createShutdown({ log: logger });
  const began = Date.now();
  process.stdout.write(`Masar demo: everything is made up, only the places are real.\nStarting Postgres and the server …\n`);
  // Dates of the past would act between two deeds that are told of it: deadlines are watched when the story is told.
  let told: () => void = () => {};
  const running = await serve(config, logger, { watchFrom: new Promise<void>((end) => (told = end)) });
  shutdown.defer('masar', () => running.stop());
  try {
    await tell(running, scale);
    told();
  } catch (error) {
    process.stderr.write(`the demo broke off: ${error instanceof Error ? error.message : String(error)}\n`);
    return shutdown.run('the demo broke off', 1);
  }
  process.stdout.write(`\nDone in ${((Date.now() - began) / 1000).toFixed(1)} s.\n`);
  if (values.exit) return shutdown.run('the demo is over');
  process.stdout.write(farewell(running.address ?? ''));
});

async function tell({ core, address }: Running, scale: number): Promise<void> {
  if (!address) throw new Error('the demo needs the api role: unset MASAR_ROLES');
  const families = Math.max(1, Math.round(FAMILIES_AT_SCALE_1 * scale));
  const issuer = await openDevelopmentIssuer(core.config.dataDir);
  const client = createClient(address, (name) => issuer.token(name));
  const { organisation } = await bootstrapAdministrator(
    { ...core.executor, cases: core.cases },
    {
      issuer: DEVELOPMENT_ISSUER,
      subject: ADMINISTRATOR,
      name: { ar: 'مدير النظام (عرض)', latin: 'Administrator (demo)' },
      ministry: ORGANISATIONS.ministry.names,
      from: '2003-01-01',
      ranBy: 'demo',
      synthetic: true,
    },
  );
  // A story told again is the one that was told first, also on another day.
  const { openedAt = '' } = await core.cases.glance(`installation-${INSTALLATION}`);
  const start = Math.floor(Date.parse(openedAt) / 3_600_000) * 3_600_000;
  const bars = new MultiBar(
    {
      format: '{what} {bar} {value}/{total}',
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  );
  const bar = (what: string, total: number) => {
    const one = bars.create(total, 0, { what: what.padEnd(34) });
    return () => one.increment();
  };
  let shown: Family | undefined;
  let directory: Directory;
  let journey: Journey;
  let claims: Claims;
  const head = async () => String(await core.log.head());
  try {
    directory = await buildDirectory(client, organisation, bar('offices, people, services', DIRECTORY_STEPS));
    const registered = bar('families, by two officers each', families);
    const made = await inParallel(families, AT_ONCE, async (index): Promise<Family> => {
      const family = await registerFamily(client, randomFrom(7_001 + index), index, directory);
      registered();
      return family;
    });
    const accepted = made.filter((one) => one.household !== undefined);
    shown = accepted[0];
    const opened = bar('files opened by the reactor', accepted.length);
    await settled(client, accepted, opened);
    const referred = bar('referrals between organisations', accepted.length);
    await inParallel(accepted.length, AT_ONCE, async (index) => {
      const family = accepted[index];
      const service = directory.services[index % directory.services.length];
      if (family && service) await refer(client, randomFrom(90_001 + index), index, family, service, start);
      referred();
    });
    journey = await tellJourney(client, directory, core.config.dataDir, bar('one family, home and back', JOURNEY_STEPS));
    const scene = { client, directory, scale, start, head };
    claims = await tellClaims(scene, bar('claims, from paper to money', claimSteps(scale)));
  } finally {
    bars.stop();
  }
  const say = (text: string) => process.stdout.write(`${text}\n`);
  await showEverything(client, directory, shown, await head(), say);
  await showClaims(client, claims, await head(), say);
  await showJourney(client, journey, await head(), say);
  const { dataDir } = core.config;
  const notice = { of: `/v1/claims/${claims.shared}`, paper: 'decisionNotice', as: 'ninewa.clerk', name: 'decision-notice' };
  say(`\nPapers: ${journey.letter}\n        ${await printed(client, dataDir, notice)}`);
  say(`List:   ${await exported(client, dataDir, 'ninewa.clerk', 'claimsOutOfOrder')}`);
  say(`\n${client.given()} commands were given over HTTP; the log ends at ${await head()}.`);
}

function farewell(address: string): string {
  return `
server at  ${address}
docs at    ${address}/docs
try:       curl -s -H "authorization: Bearer $(npm run -s token -- --as ninewa.registrar)" ${address}/v1/my-work
others:    hq.branches, hq.planning, ninewa.clerk, ninewa.chair, central.member, treasury.auditor, ninewa.cashier,
           mosul.lawyer, duhok.registrar, ninewa.verifier, ninewa.head, ninewa.desk, anbar.registrar, bridge.focal, counsel.focal, demo.admin
stop with Ctrl-C; npm run db:reset empties the database
`;
}
