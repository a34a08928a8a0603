import type { IncomingMessage } from "node:http";
import type { Json, SharedFile, Workspace } from "./workspace.ts";

export const UPLOAD_PATH = "/upload/v1/";

/** `files.getUploadURLExternal`: a name and a length in bytes, for an address that takes the file once. */
export function newUpload(workspace: Workspace, args: Json, port: number): Json & { ok: boolean } {
  const length = Number(args.length);
  if (typeof args.filename !== "string" || args.filename === "" || !Number.isInteger(length) || length <= 0)
    return { ok: false, error: "invalid_arguments" };
  const id = workspace.nextId("F");
  workspace.uploads.set(id, { id, name: args.filename, length, text: null });
  return { ok: true, file_id: id, upload_url: `http://127.0.0.1:${port}${UPLOAD_PATH}${id}` };
}

/** What was sent to the address; false: nobody asked for it, it was used, or the length is another than was told. */
export function takeUpload(workspace: Workspace, id: string, body: string, headers: IncomingMessage["headers"]): boolean {
  const upload = workspace.uploads.get(id);
  if (!upload || upload.text !== null) return false;
  const boundary = /boundary="?([^";]+)/.exec(headers["content-type"] ?? "")?.[1];
  const text = boundary === undefined ? body : partOf(body, boundary);
  if (Buffer.byteLength(text) !== upload.length) return false;
  upload.text = text;
  return true;
}

/** The first part of a multipart body, without its headers. */
function partOf(body: string, boundary: string): string {
  const begin = body.indexOf("\r\n\r\n") + 4;
  return body.slice(begin, body.indexOf(`\r\n--${boundary}`, begin));
}

/** The uploads that `files.completeUploadExternal` names; null: one of them never arrived. */
export function completed(workspace: Workspace, files: unknown): readonly SharedFile[] | null {
  const list: unknown = typeof files === "string" ? JSON.parse(files) : files;
  if (!Array.isArray(list) || list.length === 0) return null;
  const found = list.map(({ id, title }: { id?: unknown; title?: unknown }): SharedFile | null => {
    const upload = workspace.uploads.get(String(id));
    return upload?.text == null
      ? null
      : { id: upload.id, name: upload.name, title: String(title ?? upload.name), text: upload.text };
  });
  return found.includes(null) ? null : (found as SharedFile[]);
}
