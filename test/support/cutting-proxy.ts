import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * What befalls the connection of the client's next packet that holds the text. `before`: nothing of it arrives, and the connection is
 * cut. `after`: its effect happens, and its reply is lost. `silent`: its effect happens, and nothing more is heard. `half`: the reply
 * ends in its middle. `error`: MySQL's answer is this error; with `takesEffect` the statement is carried out all the same.
 */
export type Cut =
  | { readonly kind: "before" | "after" | "silent" | "half" }
  | {
      readonly kind: "error";
      readonly number: number;
      readonly state: string;
      readonly message: string;
      readonly takesEffect?: boolean;
    };

export interface CuttingProxy {
  readonly port: number;
  /** Once, at the next packet with this text. */
  cut(text: string, how: Cut): void;
  /** How many of the wanted cuts did not happen yet. */
  waiting(): number;
  /** As `cut` with `after`: the effect happens, its reply is lost. */
  cutAfter(text: string): void;
  /** From now on a connection is ended as soon as it is made, and those that are open are cut. */
  setDown(isDown: boolean): void;
  stop(): Promise<void>;
}

/** A way to a server on 127.0.0.1 that loses requests and replies when it is told to. */
export async function startCuttingProxy(target: number | (() => number)): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  const cuts: { readonly text: string; readonly how: Cut }[] = [];
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) return void client.on("error", () => {}).destroy();
    const upstream = connect(typeof target === "number" ? target : target(), "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    let met: Cut | null = null;
    client.on("data", (chunk) => {
      const index = cuts.findIndex(({ text }) => chunk.includes(text));
      if (index !== -1) met = cuts.splice(index, 1)[0]!.how;
      if (index !== -1 && met?.kind === "before") return void client.destroy();
      if (index !== -1 && met?.kind === "error" && !met.takesEffect) return void client.write(errorPacket(met));
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      // The server has answered, so the effect is there.
      if (met === null || (met.kind === "error" && !met.takesEffect)) client.write(chunk);
      else if (met.kind === "after") client.destroy();
      else if (met.kind === "half") client.end(chunk.subarray(0, Math.max(1, chunk.length / 2)));
      else if (met.kind === "error") {
        client.write(errorPacket(met));
        met = null;
      }
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (text: string, how: Cut): void => void cuts.push({ text, how });
  return {
    port: (server.address() as { port: number }).port,
    cut,
    waiting: () => cuts.length,
    cutAfter: (text) => cut(text, { kind: "after" }),
    setDown(down) {
      isDown = down;
      if (down) for (const socket of open) socket.destroy();
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** MySQL's ERR packet as the answer to a command. */
function errorPacket({ number, state, message }: Extract<Cut, { kind: "error" }>): Buffer {
  const text = Buffer.from(`#${state}${message}`, "utf8");
  const packet = Buffer.alloc(7 + text.length);
  packet.writeUIntLE(3 + text.length, 0, 3);
  packet[3] = 1;
  packet[4] = 0xff;
  packet.writeUInt16LE(number, 5);
  text.copy(packet, 7);
  return packet;
}
