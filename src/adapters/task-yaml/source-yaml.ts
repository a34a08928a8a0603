import { parse, parseDocument } from "yaml";
import { z } from "zod";
import type { SourceFacts } from "../../app/ports/yaml.ts";

const Source = z.object({
  "source-id": z.string().min(1),
  "enable-gtid": z.boolean().nullish().catch(null),
  "enable-relay": z.boolean().nullish().catch(null),
  from: z.object({ host: z.string(), port: z.coerce.number().int(), user: z.string() }),
});

export function readSource(text: string): SourceFacts | null {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    return null;
  }
  const parsed = Source.safeParse(content);
  if (!parsed.success) return null;
  const { from } = parsed.data;
  return {
    id: parsed.data["source-id"],
    enableGtid: parsed.data["enable-gtid"] === true,
    enableRelay: parsed.data["enable-relay"] === true,
    login: { host: from.host, port: from.port, user: from.user },
  };
}

export function withSourceSettings(
  text: string,
  { gtid, relay, password }: { readonly gtid: boolean | null; readonly relay: boolean | null; readonly password: string | null },
): string {
  const document = parseDocument(text);
  if (gtid !== null) document.set("enable-gtid", gtid);
  if (relay !== null) document.set("enable-relay", relay);
  if (password !== null) document.setIn(["from", "password"], password);
  return document.toString();
}
