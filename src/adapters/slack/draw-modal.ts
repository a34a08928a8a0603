import type { ModalView } from "@slack/types";
import type { Document } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import { drawBlocks, type Limits, plain, VIEW_LIMITS } from "./draw-blocks.ts";

export const REASON_CALLBACK = "reason";

const TITLES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    details: "Incident",
    "plan-details": "Plan",
    "show-audit": "Audit trail",
    approve: "Approve",
    reject: "Reject",
    "break-glass": "Break glass",
    "accept-rows": "Accept the loss",
    "stop-meant": "The stop was meant",
  },
  zh: {
    details: "事件",
    "plan-details": "计划",
    "show-audit": "审计记录",
    approve: "批准",
    reject: "拒绝",
    "break-glass": "紧急放行",
    "accept-rows": "接受缺行",
    "stop-meant": "停止是有意的",
  },
};

/** What the modal of a button is about: "Plan P-4". */
export function modalTitle({ action, value }: { readonly action: string; readonly value: string }, language: Language): string {
  return [TITLES[language][action], value.split("|")[0]].filter((part) => part !== undefined && part !== "").join(" ");
}

const TEXTS = {
  en: { loading: "One moment …", close: "Close", send: "Send", reason: "Why? (kept in the audit record)" },
  zh: { loading: "请稍候……", close: "关闭", send: "提交", reason: "理由（会写入审计记录）" },
} as const;

/** Opened within the trigger's three seconds, before any work. */
export function loadingModal(title: string, language: Language): ModalView {
  return {
    type: "modal",
    title: plain(title, 24),
    close: plain(TEXTS[language].close, 24),
    blocks: [{ type: "section", text: plain(TEXTS[language].loading, 100) }],
  };
}

export function documentModal(title: string, document: Document, language: Language, limits: Limits = VIEW_LIMITS): ModalView {
  return {
    type: "modal",
    title: plain(title, 24),
    close: plain(TEXTS[language].close, 24),
    blocks: drawBlocks({ ...document, buttons: [] }, "modal", limits),
  };
}

/** Asks for the reason of a verdict; `click` holds ids only. */
export function reasonModal(
  title: string,
  click: { readonly action: string; readonly value: string },
  language: Language,
): ModalView {
  const texts = TEXTS[language];
  return {
    type: "modal",
    callback_id: REASON_CALLBACK,
    private_metadata: JSON.stringify(click),
    title: plain(title, 24),
    submit: plain(texts.send, 24),
    close: plain(texts.close, 24),
    blocks: [
      {
        type: "input",
        block_id: "reason",
        label: plain(texts.reason, 200),
        element: { type: "plain_text_input", action_id: "text", multiline: true, min_length: 5, max_length: 1_000 },
      },
    ],
  };
}
