import { connect, type Socket } from 'node:net';
import type { Scanner, Verdict } from './scanner.ts';

/** Where a ClamAV daemon listens. */
export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number };

const TIMEOUT_MS = 60_000;
const CHUNK = 64 * 1024;
const MAX_ANSWER = 4_096;

/** `/run/clamd.sock`, `host:port` or `[::1]:3310` as an address; undefined for anything else. */
export function clamdAddress(text: string): ClamdAddress | undefined {
  if (/^\/\S+$/.test(text)) return { path: text };
  const [, host = '', port = ''] = /^\[?([\w.:-]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  return host !== '' && Number(port) > 0 && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}

/** Asks a ClamAV daemon by its INSTREAM command: content in chunks with their length before them, then one line of answer. */
export function clamdScanner(address: ClamdAddress, timeoutMs = TIMEOUT_MS): Scanner {
  return {
    kind: 'clamd',
    scan: async (content) => {
      const socket = connect('path' in address ? { path: address.path } : { host: address.host, port: address.port });
      try {
        socket.setTimeout(timeoutMs, () => socket.destroy());
        const answer = answerOf(socket);
        // Sending may fail first; what the connection says afterwards is no news.
        answer.catch(() => {});
        await Promise.race([send(socket, content), answer]);
        return verdictOf(await answer);
      } catch {
        return { verdict: 'unavailable' };
      } finally {
        socket.destroy();
      }
    },
  };
}

async function send(socket: Socket, content: AsyncIterable<Uint8Array>): Promise<void> {
  await written(socket, Buffer.from('zINSTREAM\0'));
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; at += CHUNK) {
      const part = chunk.subarray(at, at + CHUNK);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      await written(socket, Buffer.concat([length, part]));
    }
  }
  await written(socket, Buffer.alloc(4));
}

const written = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((done, fail) => socket.write(bytes, (error) => (error ? fail(error) : done())));

/** The daemon's answer up to its end: a NUL, or the end of the connection. */
function answerOf(socket: Socket): Promise<string> {
  return new Promise((done, fail) => {
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.includes('\0')) done(text.slice(0, text.indexOf('\0')));
      else if (text.length > MAX_ANSWER) fail(new Error('the answer of the scanner is too long'));
    });
    socket.on('error', fail);
    socket.on('close', () => (text === '' ? fail(new Error('the scanner closed the connection')) : done(text)));
  });
}

/** `stream: OK`, `stream: <name> FOUND`; anything else (a size limit, an error) is no verdict. */
function verdictOf(answer: string): Verdict {
  const line = answer.trim();
  if (line === 'stream: OK') return { verdict: 'clean' };
  const finding = /^stream: (.+) FOUND$/.exec(line)?.[1];
  return finding === undefined ? { verdict: 'unavailable' } : { verdict: 'infected', finding: finding.slice(0, 200) };
}
