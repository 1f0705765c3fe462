/**
 * Import of claims, from the upload of the file over HTTP until every claim of it is in the queue: read, checked against what is on
 * record, committed by a second officer, adopted claim by claim, shown. Beside it COPY of the same rows (events, index of cases,
 * queue) into tables of the same columns and indexes. Both as claims a second, in files of some hundred; what 132,000 would take is told.
 */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { built } from '../support/built.mjs';
import { median } from '../support/figures.mjs';
import { installation, offices, program } from '../support/installation.mjs';
import { until } from '../support/reads.mjs';

const CLAIMS = 132_000;

export async function measure(bench) {
  const { claimsFiles } = await built('src/cli/demo/backlog.js');
  const { importClaims } = await built('src/cli/demo/papers.js');
  const place = await installation(bench, 'import');
  const { core } = place;
  const [api] = await Promise.all(['api', 'projector', 'worker'].map((role) => program(bench, place, role)));
  const { client, directory } = await offices(place, await api.ready());
  const office = directory.offices.ninewaClaims;
  const ours = [];
  const peer = [];
  const events = [];
  const rows = bench.quick ? 40 : 400;
  for (let round = -1; round < (bench.quick ? 1 : 5); round += 1) {
    const register = { governorate: 'IQG15', submitted: rows, payable: 0, finalised: Math.round(rows / 10), wrong: false };
    const [file] = claimsFiles(register, 1 + (round + 1) * 10_000);
    const bytes = Buffer.from(
      file.toString().replaceAll(/^(\d+)\//gm, (_, number) => `${Number(number) + (round + 1) * 1_000_000}/`),
    );
    const before = Number(await core.log.head());
    const start = performance.now();
    const { claims } = await importClaims(
      client,
      { clerk: 'ninewa.clerk', chair: 'ninewa.chair', office },
      `round-${round}`,
      bytes,
    );
    const after = Number(await core.log.head());
    await until(core, after);
    const seconds = (performance.now() - start) / 1_000;
    const copied = await copy(core.pool, before, after);
    if (round < 0) continue;
    events.push((after - before) / claims.size);
    ours.push(claims.size / seconds);
    peer.push(claims.size / copied);
  }
  const minutes = CLAIMS / median(ours) / 60;
  return [
    {
      name: 'import',
      work: 'import of claims until they are in the queue, beside COPY of the same rows',
      unit: 'claims/s',
      ours,
      peer,
      peerName: 'COPY',
      note: `in files of ${rows}; wanted: at most 6 times as long as COPY; ${median(events).toFixed(0)} events a claim; at this rate 132,000 claims take ${minutes.toFixed(0)} minutes`,
    },
  ];
}

/** Seconds that COPY takes for the rows that came between two positions. */
async function copy(pool, before, after) {
  const client = await pool.connect();
  try {
    const parts = [
      ['log.events', 'position, stream, revision, id, type, bytes', `position > ${before} and position <= ${after}`],
      ['case_index', '*', `log_index > ${before}`],
      ['queue', '*', `from_index > ${before}`],
    ];
    const texts = [];
    await client.query('create schema if not exists copied');
    for (const [table, columns, which] of parts) {
      const from = table.includes('.') ? table : await shown(client, table);
      const into = `copied.${table.replace(/.*\./, '')}`;
      await client.query(`create table if not exists ${into} (like ${from} including all)`);
      const chunks = [];
      await pipeline(client.query(copyTo(`copy (select ${columns} from ${from} where ${which}) to stdout`)), async (stream) => {
        for await (const chunk of stream) chunks.push(chunk);
      });
      texts.push([into, columns === '*' ? '' : `(${columns})`, Buffer.concat(chunks)]);
    }
    for (const [into] of texts) await client.query(`truncate ${into}`);
    const start = performance.now();
    await client.query('begin');
    for (const [into, columns, text] of texts) {
      await pipeline(Readable.from([text]), client.query(copyFrom(`copy ${into} ${columns} from stdin`)));
    }
    await client.query('commit');
    return (performance.now() - start) / 1_000;
  } finally {
    client.release(true);
  }
}

/** The table a read model shows under a name. */
async function shown(client, table) {
  const { rows } = await client.query(
    `select t.schemaname || '.' || t.tablename as place from pg_tables t
     join read.projection_build b on b.schema = t.schemaname and b.state = 'live' where t.tablename = $1`,
    [table],
  );
  return rows[0].place;
}
