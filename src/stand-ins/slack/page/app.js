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
/** The stand-in does not answer; this page's token is not its. */
let isAway = false;
let isStranger = false;
let lastHeard = null;
const seen = new Map();
/** What each list shows, so that a first look is not drawn as news. */
const shown = new Map();
const signatures = new WeakMap();
const dismissed = new Set();
const toasted = new Set();

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "x-page-token": token, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = await response.json();
  if (response.status === 401) isStranger = true;
  if (response.status === 400 && method === "GET") as = "";
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
  const asked = as;
  const got = await call("GET", `/driver/state?as=${encodeURIComponent(as)}`);
  // Somebody else was chosen while this answer was on its way: it shows what only the one before may see.
  if (asked !== as) return look();
  state = got;
  as = state.me;
  channelId ||= state.channels[0]?.id ?? "";
  isAway = false;
  draw();
}

function draw() {
  if (!state) return;
  by("team").textContent = state.team.name;
  by("link-state").textContent = isAway
    ? "○ the stand-in does not answer"
    : state.appIsConnected
      ? `● ${state.bot.name} is connected`
      : `○ ${state.bot.name} is not connected`;
  drawGuide();
  drawBoard();
  drawPeople();
  drawChannels();
  drawChannel();
  drawThread();
  drawModal();
  for (const one of state.toasts) toast(one.text, `${one.at}${one.text}`);
  tellNews();
}

/** What goes on behind the page, and what to do now, with the buttons that lead there. */
function drawGuide() {
  const { banner, hint } = state;
  const story = isStranger
    ? "This page belongs to a start that is over, or its token is missing. Open the address that the terminal printed."
    : isAway
      ? "The stand-in does not answer: it was ended, or its machine sleeps. Start it again and open the address that it prints."
      : banner;
  const next = isAway || isStranger ? null : hint;
  by("guide").hidden = story === "" && !next && !state.board;
  by("guide").classList.toggle("trouble", isAway || isStranger);
  setText(by("story"), story);
  by("next").hidden = !next;
  setText(by("next-text"), next?.text ?? "");
  const person = next && next.as !== as ? state.people.find(({ id }) => id === next.as) : null;
  const buttons = [];
  if (person) buttons.push(["act", `Act as ${person.realName}`, () => actAs(person.id)]);
  if (next?.thread && (thread !== next.thread || channelId !== next.channel))
    buttons.push(["open", "Open the thread", () => openThread(next.channel, next.thread)]);
  else if (next?.channel && channelId !== next.channel) buttons.push(["go", "Go there", () => choose(next.channel)]);
  fill(
    by("next-actions"),
    buttons.map(([key, label, press]) => ({
      key: `${key}${label}${next.channel}${next.thread}`,
      signature: "",
      make: () => pressable({ type: "button" }, press, label),
    })),
  );
}

let isBoardKnown = false;
/** What is true behind the page; open from the first on where there is room. */
function drawBoard() {
  const { board } = state;
  by("board").hidden = !board;
  if (!board) return;
  if (!isBoardKnown) by("board").open = window.matchMedia("(min-width: 721px)").matches;
  isBoardKnown = true;
  setText(by("board-title"), board.title);
  setText(by("board-summary"), board.summary);
  by("board-summary").className = board.rows.flat().some(({ tone }) => tone === "bad") ? "bad" : "";
  setText(by("board-note"), board.note);
  fill(
    by("board-columns"),
    board.columns.map((name) => ({ key: name, signature: "", make: () => element("th", { scope: "col" }, name) })),
  );
  fill(
    by("board-rows"),
    board.rows.map((cells) => ({
      key: cells[0].text,
      signature: JSON.stringify(cells),
      make: () =>
        element("tr", {}, ...cells.map(({ text, tone }, index) => element(index === 0 ? "th" : "td", { class: tone }, text))),
    })),
  );
}

const setText = (node, text) => {
  // Written only when it changes, so that a screen reader says it once.
  if (node.textContent !== text) node.textContent = text;
};

function pressable(properties, press, ...children) {
  const button = element("button", { type: "button", ...properties }, ...children);
  button.addEventListener("click", press);
  return button;
}

function actAs(id) {
  as = id;
  sessionStorage.setItem("as", as);
  by("frame").dataset.pane = "channel";
  shown.clear();
  look();
}

/** "On call · operator: may ask for plans" is an operator. */
const roleOf = ({ title }) => title.split(":")[0].split(" · ").at(-1);

function drawPeople() {
  const select = by("as");
  if (select.options.length !== state.people.length)
    select.replaceChildren(
      ...state.people.map((person) =>
        element("option", { value: person.id }, [person.realName, roleOf(person)].filter(Boolean).join(" — ")),
      ),
    );
  select.value = as;
  const me = state.people.find((person) => person.id === as);
  setText(by("title"), me?.title ?? "");
  setText(by("acting"), `Acting as ${me?.realName ?? "nobody"}`);
  by("menu").setAttribute("aria-expanded", String(by("frame").dataset.pane === "side"));
}

const labelOf = ({ name, isDirect }) => (isDirect ? `✉ ${name} · to you alone` : `# ${name}`);

function drawChannels() {
  const rows = [
    ...state.channels.map((channel) => ({ id: channel.id, label: labelOf(channel), unread: unreadOf(channel) })),
    { id: "home", label: `✚ ${state.bot.name} · Home`, unread: 0 },
  ];
  fill(
    by("channels"),
    rows.map(({ id, label, unread }) => {
      const isCurrent = id === channelId;
      const count = isCurrent ? 0 : unread;
      return {
        key: id,
        signature: `${label}${isCurrent}${count}`,
        make: () =>
          element(
            "li",
            {},
            pressable(
              { "data-action": id, "aria-current": String(isCurrent) },
              () => choose(id),
              element("span", {}, label),
              count > 0 ? element("span", { class: "unread", "aria-label": `${count} unread` }, String(count)) : null,
            ),
          ),
      };
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

function openThread(channel, ts) {
  if (channelId !== channel) channelId = channel;
  thread = ts;
  by("frame").dataset.pane = "channel";
  draw();
  by("thread-messages").focus({ preventScroll: true });
}

function drawChannel() {
  by("compose").hidden = channelId === "home";
  if (channelId === "home") return drawHome();
  const channel = state.channels.find((one) => one.id === channelId);
  if (!channel) return;
  setText(by("channel-name"), labelOf(channel));
  setText(by("topic"), channel.topic);
  const top = channel.messages.filter((message) => message.threadTs === null && !dismissed.has(message.ts));
  seen.set(channel.id, top.at(-1)?.ts ?? "0");
  fillMessages(by("messages"), `channel ${channel.id}`, top.length > 0 ? top.map((one) => row(one, channel, false)) : [EMPTY]);
}

const EMPTY = {
  key: "empty",
  signature: "",
  make: () =>
    element(
      "li",
      { class: "empty" },
      element("strong", {}, "Nothing has happened here yet"),
      element("span", {}, "The bot posts one card for each incident, and keeps it up to date."),
      element("span", {}, "Slack and its people are stand-ins: act as any of them."),
      element("span", {}, "Meanwhile you may type ", element("code", {}, "/dm help"), " below, or open the bot's Home."),
    ),
};

function drawHome() {
  setText(by("channel-name"), `${state.bot.name} · Home`);
  setText(by("topic"), "What the bot shows to you alone");
  const { home } = state;
  const context = { ...names, press: async () => {}, confirm: async () => true };
  const make = () =>
    element(
      "li",
      { class: "message home" },
      element("div", {}, ...(home ? drawBlocks(home.blocks, context) : [element("p", { class: "empty" }, "Opening …")])),
    );
  fillMessages(by("messages"), "home", [{ key: "home", signature: JSON.stringify(home), make }]);
}

function drawThread() {
  const pane = by("thread");
  const channel = state.channels.find((one) => one.id === channelId);
  const root = channel?.messages.find((message) => message.ts === thread);
  pane.hidden = !root;
  if (!root) return;
  setText(by("thread-of"), labelOf(channel));
  const replies = channel.messages.filter((message) => message.threadTs === thread && !dismissed.has(message.ts));
  fillMessages(
    by("thread-messages"),
    `thread ${thread}`,
    [root, ...replies].map((message) => row(message, channel, true)),
  );
}

function row(message, channel, inThread) {
  const replies = inThread ? 0 : channel.messages.filter((one) => one.threadTs === message.ts).length;
  return {
    key: message.ts,
    signature: `${as}${replies}${JSON.stringify(message)}`,
    make: () => drawMessage(message, channel, inThread, replies),
  };
}

/** Puts rows into a list and keeps those that did not change, so that neither focus nor an open choice nor a selection is lost. */
function fill(list, rows) {
  const before = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const fresh = [];
  const nodes = rows.map(({ key, signature, make }) => {
    const old = before.get(key);
    if (old && signatures.get(old) === signature) return old;
    const node = make();
    node.dataset.key = key;
    signatures.set(node, signature);
    fresh.push({ node, isNew: !old });
    return node;
  });
  if (fresh.length > 0 || nodes.length !== list.children.length) {
    for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
    for (const [index, node] of nodes.entries()) if (list.children[index] !== node) list.insertBefore(node, list.children[index]);
    const lost = focused && !list.contains(focused) ? focused : null;
    const inPlace = lost && nodes.find((node) => node.dataset.key === lost.closest("[data-key]")?.dataset.key);
    const same = [...(inPlace?.querySelectorAll("[data-action]") ?? [])].find((node) => nameOf(node) === nameOf(lost));
    if (lost) (same ?? list).focus({ preventScroll: true });
  }
  return fresh;
}

/** An action's id ends in its place in the row, which changes as others come and go. */
const nameOf = (node) => node.dataset.action?.split(":")[0];

/** Keeps the place that a reader looks at; who stands at the end is led to the top of what is new. */
function fillMessages(list, what, rows) {
  const isFirst = shown.get(list) !== what;
  shown.set(list, what);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const fresh = fill(list, rows);
  if (isFirst) {
    const last = list.lastElementChild;
    list.scrollTop = list.scrollHeight;
    if (last) showTop(list, last);
    return;
  }
  if (what !== "home") for (const { node } of fresh) node.classList.add("fresh");
  const first = fresh.find(({ isNew }) => isNew)?.node;
  if (!atEnd) return;
  list.scrollTop = list.scrollHeight;
  if (first) showTop(list, first);
}

function showTop(list, node) {
  const top = node.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = Math.max(0, top - 8);
}

function drawMessage(message, channel, inThread, replies) {
  const isBot = message.user === state.bot.userId;
  const name = names.personName(message.user);
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
  const isForMe = message.pings.includes(as);
  return element(
    "li",
    { class: `message${isForMe ? " pinged" : ""}`, "data-ts": message.ts },
    avatar(isBot ? "✚" : initials(name), message.user),
    element(
      "div",
      {},
      message.ephemeralTo ? onlyYou(message) : null,
      isForMe ? element("span", { class: "only" }, "Mentions you") : null,
      element(
        "div",
        { class: "who" },
        element("b", {}, name),
        isBot ? element("span", { class: "app" }, "app") : null,
        element("time", {}, new Date(Number(message.ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
        message.edited > 0 ? element("span", { class: "only" }, "(edited)") : null,
      ),
      ...body,
      ...(message.files ?? []).map(drawFile),
      replies > 0 && !inThread
        ? pressable(
            { class: "replies", "data-action": "replies" },
            () => openThread(channel.id, message.ts),
            `${replies} ${replies === 1 ? "reply" : "replies"}`,
          )
        : null,
    ),
    pressable(
      { class: "more", "data-action": "raw", title: "Show this message as JSON", "aria-label": "Raw message" },
      () => showRaw(message),
      "⋯",
    ),
  );
}

/** A shared text file, folded; what is longer is cut here, not in the file. */
function drawFile({ name, text }) {
  const shown = text.length > 20_000 ? `${text.slice(0, 20_000)}…` : text;
  return element(
    "details",
    { class: "file" },
    element("summary", {}, `${name} · ${text.length.toLocaleString("en")} characters`),
    element("pre", {}, shown),
  );
}

function onlyYou(message) {
  const dismiss = pressable(
    { class: "dismiss", "data-action": "dismiss" },
    () => {
      dismissed.add(message.ts);
      draw();
    },
    "Dismiss",
  );
  return element("span", { class: "only" }, element("span", {}, "Only visible to you"), " · ", dismiss);
}

/** Says a new message of the bot to who cannot see it. */
function tellNews() {
  const all = state.channels.flatMap((channel) => channel.messages).filter((message) => message.user === state.bot.userId);
  const newest = all.reduce((last, message) => (message.ts > (last?.ts ?? "0") ? message : last), null);
  if (newest && lastHeard !== null && newest.ts > lastHeard) setText(by("heard"), `${state.bot.name}: ${newest.text}`);
  lastHeard = newest && newest.ts > (lastHeard ?? "") ? newest.ts : (lastHeard ?? "");
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
  node.style.background = id === state.bot.userId ? "#c93c33" : `hsl(${hue} 45% 38%)`;
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
  by("modal-body").scrollTop = 0;
  by("modal-close").textContent = open.view.close?.text ?? "Close";
  by("modal-submit").hidden = !open.view.submit;
  by("modal-submit").textContent = open.view.submit?.text ?? "";
  if (!dialog.open) dialog.showModal();
  by("modal-body").querySelector("input, textarea")?.focus();
}

by("modal-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(by("modal-form")).entries());
  for (const node of by("modal-body").querySelectorAll(".error")) node.textContent = "";
  by("modal-submit").disabled = true;
  const answer = await post("/driver/submit", { values }).finally(() => (by("modal-submit").disabled = false));
  for (const [block, text] of Object.entries(answer?.errors ?? {})) {
    const place = by(`error-${block}`);
    if (place) place.textContent = text;
    else toast(text);
  }
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

/** Shows a word for six seconds; one that came from the stand-in once, however often its state is read. */
function toast(text, key = null) {
  if (key !== null && toasted.has(key)) return;
  if (key !== null) toasted.add(key);
  const node = element("p", {}, text);
  by("toasts").append(node);
  setTimeout(() => node.remove(), 6_000);
}

by("as").addEventListener("change", () => actAs(by("as").value));
for (const id of ["menu", "acting"])
  by(id).addEventListener("click", () => {
    by("frame").dataset.pane = by("frame").dataset.pane === "side" ? "channel" : "side";
    draw();
  });
function closeThread() {
  const root = thread;
  thread = null;
  draw();
  by("messages").querySelector(`[data-ts="${root}"] .replies`)?.focus({ preventScroll: true });
}
by("close-thread").addEventListener("click", closeThread);
by("thread").addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeThread();
});
by("text").addEventListener("input", suggest);
by("compose").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  by("suggest").hidden = true;
  by("text").focus();
});
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
  const fitting = typed.startsWith("/") ? (typed.includes(" ") ? usagesFor(typed) : commandsFor(typed)) : [];
  box.hidden = fitting.length === 0;
  box.replaceChildren(
    ...fitting.map(({ text, shown: label, about }) =>
      pressable(
        {},
        () => {
          by("text").value = text;
          by("text").focus();
          suggest();
        },
        element("b", {}, label),
        " ",
        element("small", {}, about),
      ),
    ),
  );
}

const commandsFor = (typed) =>
  state.commands
    .filter((one) => one.command.startsWith(typed))
    .map((one) => ({ text: `${one.command} `, shown: one.command, about: `${one.usageHint} — ${one.description}` }));

/** After the command: what its usage hint names, as far as it fits what was typed. */
function usagesFor(typed) {
  const [command, ...rest] = typed.split(" ");
  const usages = state.commands.find((one) => one.command === command)?.usageHint.split(" | ") ?? [];
  return usages
    .filter((usage) => usage.startsWith(rest.join(" ")) && usage !== rest.join(" "))
    .map((usage) => ({ text: `${command} ${usage.replace(/[<[].*$/, "")}`, shown: `${command} ${usage}`, about: "" }));
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
    .catch((error) => {
      isAway = !isStranger;
      if (state) draw();
      else showAlone(error.message);
    })
    .finally(() => {
      underWay = null;
      if (again) {
        again = false;
        look();
      }
    });
}

/** Nothing could be read yet, so there is no workspace to draw. */
function showAlone(text) {
  by("guide").hidden = false;
  by("guide").classList.add("trouble");
  setText(by("story"), isStranger ? `Not signed in: ${text}.` : "The stand-in does not answer.");
}

const changes = new EventSource(`/driver/events?token=${encodeURIComponent(token)}`);
changes.onmessage = look;
changes.onerror = look;
look();
