import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A ClamAV daemon on this machine that knows one virus: content with `signature` in it. */
export async function startClamd(signature: string, where: string | number = 0) {
  const sockets = new Set<Socket>();
  const scanned: Buffer[] = [];
  let broken = false;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let held = Buffer.alloc(0);
    const content: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      const command = 'zINSTREAM\0';
      if (broken) return void socket.end('INSTREAM size limit exceeded. ERROR\0');
      if (content.length === 0 && held.subarray(0, command.length).toString() === command) held = held.subarray(command.length);
      while (held.length >= 4 && held.length >= 4 + held.readUInt32BE()) {
        const length = held.readUInt32BE();
        if (length === 0) {
          const all = Buffer.concat(content);
          scanned.push(all);
          return void socket.end(all.includes(signature) ? 'stream: Test.Virus-1 FOUND\0' : 'stream: OK\0');
        }
        content.push(held.subarray(4, 4 + length));
        held = held.subarray(4 + length);
      }
    });
  });
  await new Promise<void>((done) =>
    typeof where === 'string' ? server.listen(where, done) : server.listen(where, '127.0.0.1', done),
  );
  return {
    address: typeof where === 'string' ? { path: where } : { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    scanned,
    /** From now on it answers with an error, or again as it should. */
    breakDown: (yes = true) => {
      broken = yes;
    },
    close: () =>
      new Promise<void>((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}
