import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface CuttingProxy {
  readonly port: number;
  /** After the client's next packet that holds this text has been passed on, the connection is cut: the effect happens, its reply is lost. */
  cutAfter(text: string): void;
  stop(): Promise<void>;
}

/** A way to a server on 127.0.0.1 that loses replies when it is told to. */
export async function startCuttingProxy(target: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  let cut: string | null = null;
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    let muted = false;
    client.on("data", (chunk) => {
      const hit = cut !== null && chunk.includes(cut);
      if (hit) {
        cut = null;
        muted = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      // The server has answered, so the effect is there; nobody hears of it.
      if (muted) client.destroy();
      else client.write(chunk);
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    cutAfter(text) {
      cut = text;
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
