import type { Step } from "../plan/plan.ts";
import type { Language } from "./language.ts";

export interface StepWords {
  readonly title: string;
  readonly call: string;
  readonly needs: string;
  readonly proves: string;
  readonly undo: string;
}

/** What one step is, in words: its exact call, what it needs, what it proves, how it is undone. */
export function stepWords({ action, target, atMostSeconds }: Step, language: Language, generation: string = "v2+"): StepWords {
  const { task, source } = target;
  const en = language === "en";
  const path = `/apis/v1alpha1/tasks/${encodeURIComponent(task)}`;
  // v1.0 scopes by the address of the source's worker, which is looked up right before the call.
  const scope = generation === "v1.0" ? `"workers":["(the worker of ${source})"]` : `"sources":${JSON.stringify([source])}`;
  const keepMeta = generation === "v1.0" ? "" : `,"removeMeta":false`;
  switch (action.kind) {
    case "keep-task-yaml":
      return {
        title: en ? `Keep the YAML of ${task}, sealed` : `封存保留 ${task} 的 YAML`,
        call: `GET ${path}?type=1`,
        needs: en ? "a configured file, or the gateway's copy and its password" : "配置的文件，或网关副本及其密码",
        proves: en ? "the task can be started again, whatever happens" : "无论发生什么，任务都能再次启动",
        undo: en ? "nothing was changed" : "没有任何改动",
      };
    case "check-before-stop":
      return {
        title: en ? `Look once more before ${task} @ ${source} is stopped` : `停止 ${task} @ ${source} 前再次检查`,
        call: `SELECT … FROM \`${task}_syncer_checkpoint\` WHERE id = '${source}' AND is_global`,
        needs: en
          ? "checkpoint row there and not fresh, login works, nobody paused it"
          : "断点行存在且不是初始值，账号可登录，没有人暂停",
        proves: en ? "a start goes on from the checkpoint" : "启动会从断点继续",
        undo: en ? "nothing was changed" : "没有任何改动",
      };
    case "stop-task":
      return {
        title: en ? `Stop ${task} @ ${source}` : `停止 ${task} @ ${source}`,
        call: `PUT ${path} {"op":${action.op},${scope}}`,
        needs: en ? "every gate as approved" : "所有检查项与批准时一致",
        proves: en ? "the master lists the task for this source no more" : "master 不再列出该数据源的任务",
        undo: en ? "start it again with the kept YAML" : "用保留的 YAML 重新启动",
      };
    case "wait-until-gone":
      return {
        title: en
          ? `Wait until the worker let go of ${task} @ ${source} (up to ${atMostSeconds} s)`
          : `等待 worker 释放 ${task} @ ${source}（最多 ${atMostSeconds} 秒）`,
        call: `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
        needs: en ? "an answer of this source's worker" : "该数据源的 worker 应答",
        proves: en ? "its exit flush is over: the checkpoint is final" : "退出时的刷写已结束，断点已确定",
        undo: en ? "start it again with the kept YAML" : "用保留的 YAML 重新启动",
      };
    case "start-task":
      return {
        title: en ? `Start ${task} @ ${source} from its checkpoint` : `从断点启动 ${task} @ ${source}`,
        call: `POST /apis/v1alpha1/tasks {"task":"…",${scope}${keepMeta}}`,
        needs: en ? "DM's own precheck" : "通过 DM 自身的预检查",
        proves: en ? "the master lists the task for this source again" : "master 重新列出该数据源的任务",
        undo: en ? "stop it" : "停止任务",
      };
    case "resume-task":
      return {
        title: en ? `Resume ${task} @ ${source}` : `恢复 ${task} @ ${source}`,
        call: `PUT ${path} {"op":3,${scope}}`,
        needs: en ? "the subtask is paused by an error, not by a person" : "子任务因错误暂停，而非人工暂停",
        proves: en ? "DM took it; the next step shows whether it holds" : "DM 已接受；下一步验证是否有效",
        undo: en ? "pause it" : "暂停任务",
      };
    case "verify-recovered":
      return {
        title: en
          ? `Prove that ${task} @ ${source} runs and moves (up to ${atMostSeconds} s)`
          : `证明 ${task} @ ${source} 正在运行并前进（最多 ${atMostSeconds} 秒）`,
        call: `GET /apis/v1alpha1/status/?sources=${encodeURIComponent(source)}`,
        needs: en ? "several samples in a row" : "连续多次采样",
        proves: en ? "Running without an error, position moved or synced" : "Running 且无错误，位置前进或已追平",
        undo: en ? "nothing was changed" : "没有任何改动",
      };
    default:
      return action satisfies never;
  }
}
