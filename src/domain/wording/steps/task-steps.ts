import { gatewayTask, quoted, type Sayer, scopeWords, sqlName, sqlText } from "./step-words.ts";

const nothing = (say: (en: string, zh: string) => string): string => say("nothing was changed", "没有任何改动");

export const keepTaskYaml: Sayer<"keep-task-yaml"> = ({ task, say, dmctl, generation }) => ({
  title: say(`Keep the YAML of ${task}, encrypted`, `加密保留 ${task} 的 YAML`),
  call: `GET ${gatewayTask(task)}?type=1`,
  needs: say("a configured file, or the gateway's copy and its password", "配置的文件，或网关副本及其密码"),
  proves: say("the task can be started again, whatever happens", "无论发生什么，任务都能再次启动"),
  undo: nothing(say),
  byHand:
    generation === "v1.0"
      ? [`# ${say("the file that the task was started with: DM v1.0 hands none out", "启动任务所用的文件：DM v1.0 不提供副本")}`]
      : [`${dmctl} config export -p ./kept   # the YAML of ${quoted(task)}, with its password`],
});

export const checkBeforeStop: Sayer<"check-before-stop"> = ({ name, task, source, say }) => ({
  title: say(`Look once more before anything of ${name} is changed`, `改动 ${name} 之前再次检查`),
  call: [
    `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
    ...(task === ""
      ? []
      : [
          `GET ${gatewayTask(task)}?type=1`,
          `SELECT * FROM ${sqlName(`${task}_syncer_checkpoint`)} WHERE id = ${sqlText(source)};`,
        ]),
  ].join("\n"),
  needs: say("every gate answers as it did when the plan was approved", "所有检查项与批准时一致"),
  proves: say("the plan still fits what is there", "计划仍与现状相符"),
  undo: nothing(say),
  byHand: [],
});

export const checkCause: Sayer<"check-cause"> = ({ name, action, say }) => ({
  title: say(
    `Look whether the cause of ${name} is mended (${action.cause.kind})`,
    `检查 ${name} 的原因是否已解决（${action.cause.kind}）`,
  ),
  call: say("a login or a look-up on the database, read only", "在数据库上登录或查询，只读"),
  needs: say("somebody has mended it", "有人已解决原因"),
  proves: say("a resume will not meet it again", "恢复后不会再遇到同一原因"),
  undo: nothing(say),
  byHand: [],
});

export const stopTask: Sayer<"stop-task"> = (said) => ({
  title: said.say(`Stop ${said.name}`, `停止 ${said.name}`),
  call: `PUT ${gatewayTask(said.task)} {"op":${said.action.op},${scopeWords(said)}}`,
  needs: said.say("every gate as approved", "所有检查项与批准时一致"),
  proves: said.say("the master lists the task for this source no more", "master 不再列出该数据源的任务"),
  undo: said.say("start it again with the kept YAML", "用保留的 YAML 重新启动"),
  byHand: [`${said.dmctl} stop-task ${said.scope} ${quoted(said.task)}`],
});

export const waitUntilGone: Sayer<"wait-until-gone"> = ({ name, source, atMostSeconds, say, dmctl, scope }) => ({
  title: say(
    `Wait until the worker let go of ${name} (up to ${atMostSeconds} s)`,
    `等待 worker 释放 ${name}（最多 ${atMostSeconds} 秒）`,
  ),
  call: `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
  needs: say("an answer of this source's worker", "该数据源的 worker 应答"),
  proves: say("its exit flush is over: the checkpoint is final", "退出时的刷写已结束，断点已确定"),
  undo: say("start it again with the kept YAML", "用保留的 YAML 重新启动"),
  byHand: [`${dmctl} query-status ${scope}   # until it is not listed`],
});

export const startTask: Sayer<"start-task"> = (said) => {
  const { action, name, task, say, generation, dmctl, scope } = said;
  const isSafe = action.form === "safe-mode";
  const keepMeta = generation === "v1.0" ? "" : `,"removeMeta":false`;
  const yaml = isSafe ? `${task}.safe-mode.yaml` : `${task}.yaml`;
  return {
    title: isSafe
      ? say(`Start ${name} in safe mode, from a copy of its YAML`, `用 YAML 的副本以安全模式启动 ${name}`)
      : say(`Start ${name} from its checkpoint`, `从断点启动 ${name}`),
    call: `POST /apis/v1alpha1/tasks {"task":"(${isSafe ? say("the kept YAML with safe-mode: true", "保留的 YAML 加 safe-mode: true") : say("the kept YAML", "保留的 YAML")})",${scopeWords(said)}${keepMeta}}`,
    needs: say("DM's own precheck; nobody else started it meanwhile", "通过 DM 自身的预检查；期间没有其他人启动它"),
    proves: say("the master lists the task for this source again", "master 重新列出该数据源的任务"),
    undo: say("stop it", "停止任务"),
    byHand: [
      `${dmctl} start-task ${scope} ${quoted(yaml)}   # ${
        isSafe
          ? say(
              "the YAML with safe-mode: true in the syncers that the source uses",
              "数据源所用 syncers 中加上 safe-mode: true 的 YAML",
            )
          : say("the original YAML, without --remove-meta", "原始 YAML，不带 --remove-meta")
      }`,
    ],
  };
};

export const resumeTask: Sayer<"resume-task"> = (said) => ({
  title: said.say(`Resume ${said.name}`, `恢复 ${said.name}`),
  call: `PUT ${gatewayTask(said.task)} {"op":3,${scopeWords(said)}}`,
  needs: said.say("the subtask is paused by an error, not by a person", "子任务因错误暂停，而非人工暂停"),
  proves: said.say("DM took it; the next step shows whether it holds", "DM 已接受；下一步验证是否有效"),
  undo: said.say("pause it", "暂停任务"),
  byHand: [`${said.dmctl} resume-task ${said.scope} ${quoted(said.task)}`],
});

export const pauseTask: Sayer<"pause-task"> = (said) => ({
  title: said.say(`Pause ${said.name}`, `暂停 ${said.name}`),
  call: `PUT ${gatewayTask(said.task)} {"op":2,${scopeWords(said)}}`,
  needs: said.say("the subtask runs", "子任务正在运行"),
  proves: said.say("the worker lists it as paused by a person", "worker 将其列为人工暂停"),
  undo: said.say("resume it", "恢复任务"),
  byHand: [`${said.dmctl} pause-task ${said.scope} ${quoted(said.task)}`],
});

export const verifyRecovered: Sayer<"verify-recovered"> = ({ name, source, task, atMostSeconds, say, dmctl, scope }) => ({
  title: say(
    `Prove that ${name} runs and moves (up to ${atMostSeconds} s)`,
    `证明 ${name} 正在运行并前进（最多 ${atMostSeconds} 秒）`,
  ),
  call: `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
  needs: say("several samples in a row", "连续多次采样"),
  proves: say("Running without an error, position moved or synced", "Running 且无错误，位置前进或已追平"),
  undo: nothing(say),
  byHand: [`${dmctl} query-status ${scope} ${quoted(task)}`],
});

export const watchPastFile: Sayer<"watch-past-file"> = ({
  action: { file },
  name,
  source,
  task,
  atMostSeconds,
  say,
  dmctl,
  scope,
}) => ({
  title:
    file === null
      ? say(`Watch ${name} until it is past where it had been`, `观察 ${name} 直到越过其停止前的位置`)
      : say(
          `Watch ${name} until it is past ${file} and past where it had been`,
          `观察 ${name} 直到越过 ${file} 及其停止前的位置`,
        ),
  call: `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
  needs: say(`at most ${atMostSeconds} s`, `最多 ${atMostSeconds} 秒`),
  proves: say(
    "the flushed global checkpoint stands behind every place that DM had reached before the stop, and the subtask runs without an error",
    "已刷写的全局断点位于 DM 停止前到达的所有位置之后，且子任务无错误运行",
  ),
  undo: nothing(say),
  byHand: [
    `${dmctl} query-status ${scope} ${quoted(task)}   # until syncerBinlog is past ${quoted(file ?? "where it stood before the stop")}`,
  ],
});
