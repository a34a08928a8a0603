import { drawBlocks, drawMrkdwn, element } from "./render.js";

const token = location.hash.slice(1) || sessionStorage.getItem("token") || "";
sessionStorage.setItem("token", token);
history.replaceState(null, "", location.pathname);

const by = (id) => document.getElementById(id);
let state = null;
let as = sessionStorage.getItem("as") ?? "";
let channelId = "";
let thread = null;
let modalShown = "";
const seen = new Map();
const editions = new Map();

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "x-page-token": token, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}
const post = (path, body) => call("POST", path, { as, ...body }).catch((error) => toast(error.message));

const names = {
  personName: (id) =>
    state.people.find((person) => person.id === id)?.realName ?? (id === state.bot.userId ? state.bot.name : id),
  groupName: (id) => state.groups.find((group) => group.id === id)?.handle ?? id,
};

async function refresh() {
  state = await call("GET", `/driver/state?as=${encodeURIComponent(as)}`);
  as = state.me;
  channelId ||= state.channels[0]?.id ?? "";
  draw();
}

function draw() {
  by("team").textContent = state.team.name;
  by("link-state").textContent = state.appIsConnected ? "● dm-medic is connected" : "○ dm-medic is not connected";
  by("banner").hidden = state.banner === "";
  by("banner").textContent = state.banner;
  drawPeople();
  drawChannels();
  drawChannel();
  drawThread();
  drawModal();
  by("toasts").replaceChildren(...state.toasts.map((one) => element("p", {}, one.text)));
}

function drawPeople() {
  const select = by("as");
  if (select.options.length !== state.people.length)
    select.replaceChildren(...state.people.map((person) => element("option", { value: person.id }, person.realName)));
  select.value = as;
  by("title").textContent = state.people.find((person) => person.id === as)?.title ?? "";
}

function drawChannels() {
  const rows = [
    ...state.channels.map((channel) => ({ id: channel.id, label: `# ${channel.name}`, unread: unreadOf(channel) })),
    { id: "home", label: `✚ ${state.bot.name} · Home`, unread: 0 },
  ];
  by("channels").replaceChildren(
    ...rows.map(({ id, label, unread }) => {
      const button = element(
        "button",
        { type: "button", "aria-current": String(id === channelId) },
        element("span", {}, label),
        unread > 0 && id !== channelId
          ? element("span", { class: "unread", "aria-label": `${unread} unread` }, String(unread))
          : null,
      );
      button.addEventListener("click", () => choose(id));
      return element("li", {}, button);
    }),
  );
}

const unreadOf = (channel) =>
  channel.messages.filter((message) => message.threadTs === null && message.ts > (seen.get(channel.id) ?? "0")).length;

function choose(id) {
  channelId = id;
  thread = null;
  by("frame").dataset.pane = "channel";
  if (id === "home") void post("/driver/home", {});
  draw();
}

function drawChannel() {
  const list = by("messages");
  if (channelId === "home") {
    by("channel-name").textContent = `${state.bot.name} · Home`;
    by("topic").textContent = "What every cluster is like right now";
    list.replaceChildren(
      element(
        "li",
        { class: "message" },
        element("span"),
        element(
          "div",
          {},
          ...(state.home
            ? drawBlocks(state.home.blocks, { ...names, press: async () => {}, confirm: async () => true })
            : [element("p", { class: "empty" }, "Opening …")]),
        ),
      ),
    );
    return;
  }
  const channel = state.channels.find((one) => one.id === channelId);
  if (!channel) return;
  by("channel-name").textContent = `# ${channel.name}`;
  by("topic").textContent = channel.topic;
  const top = channel.messages.filter((message) => message.threadTs === null);
  seen.set(channel.id, top.at(-1)?.ts ?? "0");
  fill(
    list,
    top.length > 0
      ? top.map((message) => drawMessage(message, channel, false))
      : [element("li", { class: "empty" }, "Nothing has happened here yet.")],
  );
}

function drawThread() {
  const pane = by("thread");
  const channel = state.channels.find((one) => one.id === channelId);
  const root = channel?.messages.find((message) => message.ts === thread);
  pane.hidden = !root;
  if (!root) return;
  const replies = channel.messages.filter((message) => message.threadTs === thread);
  fill(
    by("thread-messages"),
    [root, ...replies].map((message) => drawMessage(message, channel, true)),
  );
}

/** Keeps the place that a reader looks at; follows the end only for who stands there. */
function fill(list, nodes) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const at = list.scrollTop;
  list.replaceChildren(...nodes);
  list.scrollTop = atEnd ? list.scrollHeight : at;
}

function drawMessage(message, channel, inThread) {
  const isBot = message.user === state.bot.userId;
  const name = names.personName(message.user);
  const replies = channel.messages.filter((one) => one.threadTs === message.ts).length;
  const context = {
    ...names,
    confirm,
    press: (button, option) =>
      post("/driver/press", { channel: channel.id, ts: message.ts, button, ...(option === undefined ? {} : { option }) }),
  };
  const body =
    message.blocks.length > 0
      ? drawBlocks(message.blocks, context)
      : [element("div", { class: "block" }, ...drawMrkdwn(message.text, context))];
  const edition = `${message.ts}:${message.edited}`;
  const isFresh = editions.get(`${message.ts}${inThread}`) !== edition;
  editions.set(`${message.ts}${inThread}`, edition);
  const more = element("button", { type: "button", class: "more", "aria-label": "Raw message" }, "⋯");
  more.addEventListener("click", () => showRaw(message));
  return element(
    "li",
    { class: `message${isFresh ? " fresh" : ""}`, "data-ts": message.ts },
    avatar(isBot ? "✚" : initials(name), message.user),
    element(
      "div",
      {},
      message.ephemeralTo ? element("span", { class: "only" }, "Only visible to you") : null,
      element(
        "div",
        { class: "who" },
        element("b", {}, name),
        isBot ? element("span", { class: "app" }, "app") : null,
        element("time", {}, new Date(Number(message.ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
        message.edited > 0 ? element("span", { class: "only" }, "(edited)") : null,
      ),
      ...body,
      replies > 0 && !inThread ? repliesButton(message, replies) : null,
    ),
    more,
  );
}

function repliesButton(message, count) {
  const button = element("button", { type: "button", class: "replies" }, `${count} ${count === 1 ? "reply" : "replies"}`);
  button.addEventListener("click", () => {
    thread = message.ts;
    draw();
  });
  return button;
}

const initials = (name) =>
  name
    .split(/\s+/)
    .map((part) => part[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();

function avatar(text, id) {
  const hue = [...id].reduce((sum, character) => sum + character.charCodeAt(0) * 37, 0) % 360;
  const node = element("span", { class: "avatar" }, text);
  node.setAttribute("aria-hidden", "true");
  // A style set by script is allowed where a style attribute in markup is not.
  node.style.background = id === state.bot.userId ? "#e5534b" : `hsl(${hue} 45% 42%)`;
  return node;
}

function drawModal() {
  const dialog = by("modal");
  const open = state.modal;
  if (!open) {
    if (dialog.open) dialog.close();
    modalShown = "";
    return;
  }
  const edition = `${open.id}:${open.hash}`;
  if (edition === modalShown) return;
  modalShown = edition;
  by("modal-title").textContent = open.view.title.text;
  by("modal-body").replaceChildren(
    ...drawBlocks(open.view.blocks, { ...names, press: async () => {}, confirm: async () => true }),
  );
  by("modal-close").textContent = open.view.close?.text ?? "Close";
  by("modal-submit").hidden = !open.view.submit;
  by("modal-submit").textContent = open.view.submit?.text ?? "";
  if (!dialog.open) dialog.showModal();
}

by("modal-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(by("modal-form")).entries());
  const answer = await post("/driver/submit", { values });
  for (const [block, text] of Object.entries(answer?.errors ?? {})) by(`error-${block}`).textContent = text;
});
by("modal-close").addEventListener("click", () => void post("/driver/close", {}));
by("modal").addEventListener("cancel", (event) => {
  event.preventDefault();
  void post("/driver/close", {});
});

function confirm(texts) {
  by("confirm-title").textContent = texts.title.text;
  by("confirm-text").textContent = texts.text.text;
  by("confirm-yes").textContent = texts.confirm.text;
  by("confirm-no").textContent = texts.deny.text;
  by("confirm").showModal();
  return new Promise((resolve) => {
    const end = (yes) => () => {
      by("confirm").close();
      resolve(yes);
    };
    by("confirm-yes").onclick = end(true);
    by("confirm-no").onclick = end(false);
  });
}

function showRaw(message) {
  by("raw-text").textContent = JSON.stringify(message, null, 2);
  by("raw").showModal();
}
by("raw-close").addEventListener("click", () => by("raw").close());

function toast(text) {
  by("toasts").append(element("p", {}, text));
}

by("as").addEventListener("change", () => {
  as = by("as").value;
  sessionStorage.setItem("as", as);
  void refresh();
});
by("menu").addEventListener("click", () => (by("frame").dataset.pane = "side"));
by("close-thread").addEventListener("click", () => {
  thread = null;
  draw();
});
by("text").addEventListener("input", suggest);
by("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = by("text").value.trim();
  if (text === "" || channelId === "home") return;
  by("text").value = "";
  suggest();
  await post("/driver/type", { channel: channelId, text });
});

function suggest() {
  const typed = by("text").value;
  const box = by("suggest");
  const fitting =
    typed.startsWith("/") && !typed.includes(" ") ? state.commands.filter((one) => one.command.startsWith(typed)) : [];
  box.hidden = fitting.length === 0;
  box.replaceChildren(
    ...fitting.map((one) => {
      const button = element(
        "button",
        { type: "button" },
        element("b", {}, one.command),
        " ",
        element("small", {}, `${one.usageHint} — ${one.description}`),
      );
      button.addEventListener("click", () => {
        by("text").value = `${one.command} `;
        by("text").focus();
        suggest();
      });
      return button;
    }),
  );
}

let underWay = null;
let again = false;
/** One look at a time; what changed meanwhile is looked at once more. */
function look() {
  if (underWay) {
    again = true;
    return;
  }
  underWay = refresh()
    .catch((error) => toast(error.message))
    .finally(() => {
      underWay = null;
      if (again) {
        again = false;
        look();
      }
    });
}
new EventSource(`/driver/events?token=${encodeURIComponent(token)}`).onmessage = look;
look();
