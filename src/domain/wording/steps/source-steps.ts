import type { SourceSettingsWanted } from "../../plan/step-action.ts";
import { quoted, type Sayer } from "./step-words.ts";

const GATEWAY = "PUT /apis/v1alpha1/sources";
const openapi = (source: string, rest = ""): string => `/api/v1/sources/${encodeURIComponent(source)}${rest}`;

function settingsText({ gtid, relay }: SourceSettingsWanted, asKept: string): string {
  const words = [...(gtid === null ? [] : [`enable-gtid: ${gtid}`]), ...(relay === null ? [] : [`enable-relay: ${relay}`])];
  return words.length === 0 ? asKept : words.join(", ");
}

export const keepSourceYaml: Sayer<"keep-source-yaml"> = ({ source, say, dmctl }) => ({
  title: say(`Keep the YAML of source ${source}, encrypted`, `加密保留数据源 ${source} 的 YAML`),
  call: `GET /apis/v1alpha1/tasks/${encodeURIComponent(source)}?type=4`,
  needs: say("the password that DM masks, from its reference", "DM 遮盖的密码，来自配置的引用"),
  proves: say("the source can be made again as it was; its login works", "数据源可按原样重建；账号可登录"),
  undo: say("nothing was changed", "没有任何改动"),
  byHand: [`${dmctl} config export -p ./kept   # the YAML of ${quoted(source)}, with its password`],
});

export const stopSource: Sayer<"stop-source"> = ({ source, say, dmctl }) => ({
  title: say(`Take source ${source} away from its worker`, `从 worker 上移除数据源 ${source}`),
  call: `${GATEWAY} {"op":3,"sourceID":${JSON.stringify([source])}}`,
  needs: say("no task of the source is left; no worker is named for its relay", "数据源上没有任务，也没有为 relay 指定 worker"),
  proves: say("DM lists the source no more; its relay ended with it", "DM 不再列出该数据源，其 relay 随之结束"),
  undo: say("start it with its kept YAML", "用保留的 YAML 重新创建"),
  byHand: [`${dmctl} operate-source stop ${quoted(`${source}.yaml`)}`],
});

export const startSource: Sayer<"start-source"> = ({ action, source, say, dmctl }) => {
  const settings = settingsText(action.settings, say("as it was", "原有设置"));
  return {
    title: say(`Give source ${source} to a worker anew: ${settings}`, `重新绑定数据源 ${source}：${settings}`),
    call: `${GATEWAY} {"op":1,"config":["… ${settings} …"]}`,
    needs: say("a free worker", "空闲的 worker"),
    proves: say("it is bound, so its settings are in force", "已绑定，设置生效"),
    undo: say("stop it, start it with its kept YAML", "停止后用保留的 YAML 重新创建"),
    byHand: [`${dmctl} operate-source create ${quoted(`${source}.yaml`)}   # ${settings}`],
  };
};

export const updateSource: Sayer<"update-source"> = ({ action, source, say, master }) => {
  const settings = settingsText(action.settings, say("as it was", "原有设置"));
  return {
    title: say(`Change the settings of source ${source}: ${settings}`, `修改数据源 ${source} 的设置：${settings}`),
    call: `PUT ${openapi(source)} {"source":{… ${settings} …}}`,
    needs: say("no task runs on it, relay is off", "没有任务运行，relay 已关闭"),
    proves: say("OpenAPI describes it so; in force only after the move", "OpenAPI 显示如此；转移后才生效"),
    undo: say("the same call with the kept settings", "用保留的设置再次调用"),
    byHand: [
      `curl http://${master}${openapi(source)} > ${quoted(`${source}.json`)}   # then put it below "source", with ${settings}`,
      `curl -X PUT -H 'Content-Type: application/json' -d @${quoted(`${source}.json`)} http://${master}${openapi(source)}`,
    ],
  };
};

export const transferSource: Sayer<"transfer-source"> = ({ action, source, say, dmctl }) => ({
  title: say(`Move source ${source} to worker ${action.worker}`, `将数据源 ${source} 转移到 ${action.worker}`),
  call: `POST ${openapi(source, "/transfer")} {"worker_name":${JSON.stringify(action.worker)}}`,
  needs: say("the worker is free", "该 worker 空闲"),
  proves: say("DM lists the source there, so its settings are in force", "DM 显示数据源已在其上，设置生效"),
  undo: say("move it back", "转移回去"),
  byHand: [`${dmctl} transfer-source ${quoted(source)} ${quoted(action.worker)}`],
});

export const switchRelay: Sayer<"switch-relay"> = ({ action, source, say, dmctl }) => {
  const named = action.workers ?? [];
  const body = action.workers === null ? "{}" : `{"worker_name_list":${JSON.stringify(action.workers)}}`;
  return {
    title: action.on
      ? say(`Switch the relay of ${source} on`, `开启 ${source} 的 relay`)
      : say(`Switch the relay of ${source} off`, `关闭 ${source} 的 relay`),
    call: `POST ${openapi(source, action.on ? "/relay/enable" : "/relay/disable")} ${body}`,
    needs: say("OpenAPI is on", "OpenAPI 已开启"),
    proves: action.on
      ? say("DM lists a relay for the source", "DM 列出该数据源的 relay")
      : say("DM lists no relay for the source", "DM 不再列出该数据源的 relay"),
    undo: say("the opposite call", "相反的调用"),
    byHand: [
      `${dmctl} ${action.on ? "start-relay" : "stop-relay"} -s ${quoted(source)} ${named.map(quoted).join(" ")}`.trimEnd(),
    ],
  };
};

export const proveGtidStream: Sayer<"prove-gtid-stream"> = ({ source, say }) => ({
  title: say(`Prove that ${source} is read by GTIDs now`, `证明 ${source} 现在按 GTID 读取`),
  call: "SHOW PROCESSLIST   -- Binlog Dump GTID",
  needs: say("the upstream's probe account", "上游探测账号"),
  proves: say(
    "the upstream serves each task a GTID stream; where it does not tell (MariaDB), that the source was bound anew with the setting",
    "上游为每个任务提供 GTID 流；若上游不区分（MariaDB），则以带该设置重新绑定为准",
  ),
  undo: say("nothing was changed", "没有任何改动"),
  byHand: ["SHOW PROCESSLIST;"],
});

export const verifyRelay: Sayer<"verify-relay"> = ({ action, source, atMostSeconds, say, dmctl, scope }) => ({
  title:
    action.past === null
      ? say(`Prove that the relay of ${source} runs and moves`, `证明 ${source} 的 relay 正在运行并前进`)
      : say(`Prove that the relay of ${source} is past ${action.past}`, `证明 ${source} 的 relay 已越过 ${action.past}`),
  call: `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
  needs: say(`at most ${atMostSeconds} s`, `最多 ${atMostSeconds} 秒`),
  proves:
    action.past === null
      ? say(
          "Running over several samples, no position went back, and it moves or has caught up",
          "多次采样均为 Running，位置没有回退，且在前进或已追平",
        )
      : say("Running over several samples, and no position went back", "多次采样均为 Running，且位置没有回退"),
  undo: say("nothing was changed", "没有任何改动"),
  byHand: [`${dmctl} query-status ${scope}`],
});
