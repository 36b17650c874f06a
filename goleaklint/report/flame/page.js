// The page: which groups are shown, and what happens on a click or a key.

const own = data.groups.filter((group) => group.own);
// What is chosen of each kind of filter; nothing chosen is everything.
const shown = { class: new Set(), reason: new Set(), verdict: new Set(), found: new Set(), dump: new Set() };
let showOwn = own.length === data.groups.length, allReasons = false;
const CHIPS = 10;
const THEMES = ["auto", "light", "dark"];
let root = null, selection = null, matches = null, theme = "auto";

data.groups.forEach((group, index) => {
  group.index = index;
  group.found = group.finding === null ? "without a finding" : "with a finding";
  group.weight = Math.max(group.count, group.base || 0);
});

const chart = makeChart(byId("chart"), { hover, pick: (node, run) => (run ? zoom(viewOfRun(run)) : pickNode(node)) });
const table = makeTable(byId("table"), byId("more"), { pick: pickRow });

function passes(group) {
  return (showOwn || !group.own) && Object.entries(shown).every(([key, chosen]) => !chosen.size || chosen.has(group[key]));
}

// Draws everything anew after a change of filters; the zoom stays where its node is still there.
function refresh() {
  const path = chart.view ? pathOf(chart.view.node) : [];
  root = buildTree(data.groups.filter(passes));
  search(root, matches);
  chart.setTree(root, follow(root, path));
  if (selection && !passes(selection)) selection = null;
  chart.select(selection ? selection.node : null);
  chips();
  zoomed();
  byId("below").hidden = !chart.hidden;
  byId("below").textContent = counted(chart.hidden, "level") + " below are not drawn";
}

function zoom(view) {
  chart.show(view);
  zoomed();
}

function zoomed() {
  const { node, run } = chart.view;
  const isAll = node === root && !run;
  byId("reset").disabled = isAll;
  const path = [];
  for (let at = node; at; at = at.parent) path.unshift(at);
  const crumbs = path.map((each) => make("button", {
    type: "button", title: each.parent ? nameOf(data.labels[each.label], true) : "",
    text: each.parent ? nameOf(data.labels[each.label]) : "all goroutines", click: () => zoom(viewOf(each)),
  }));
  if (run) crumbs.push(make("button", { type: "button", text: counted(run.kids.length, "narrow frame") }));
  const kept = crumbs.length > 5 ? [crumbs[0], crumbs[1], make("span", { text: "\u2026" }), ...crumbs.slice(-2)] : crumbs;
  byId("crumbs").replaceChildren(...kept.flatMap((crumb, index) => (index ? [make("span", { text: "\u203a" }), crumb] : [crumb])));
  listed();
}

// The table: the groups in the zoom that the search leaves.
function listed() {
  const { node, run } = chart.view;
  const inside = groupsOf(run ? run.kids : [node]);
  const found = matches ? inside.filter((group) => group.node.hit || group.node.below || matches(findingText(group))) : inside;
  const of = found.length < data.groups.length ? " of " + number(data.groups.length) : "";
  byId("listed").textContent = number(found.length) + of + (data.groups.length === 1 ? " group, " : " groups, ")
    + (isDiff ? countOf(sumOf(found)) + " goroutines" : counted(sumOf(found).count, "goroutine"));
  table.show(found);
  table.select(selection);
}

function pickNode(node) {
  select(node);
  zoom(viewOf(node));
}

function select(node) {
  const groups = groupsOf([node]);
  selection = groups.length === 1 ? groups[0] : null;
  chart.select(node);
  table.select(selection);
  const parts = selection ? detailsOfGroup(selection) : detailsOfNode(node, groups, root.weight, (group) => pickGroup(group, true));
  byId("details").replaceChildren(...parts);
  byId("details").scrollTop = 0;
  const label = node.parent ? data.labels[node.label] : null;
  byId("spoken").textContent = (label ? nameOf(label, true) + " " + placeOf(label) : "all goroutines") + ", " + countOf(node);
  chart.at = node;
  reveal(node);
}

function pickGroup(group, withZoom) {
  select(group.node);
  selection = group;
  table.select(group);
  byId("details").replaceChildren(...detailsOfGroup(group));
  if (withZoom && !chart.sees(group.node)) zoom(viewOf(root.byLabel.get(group.path[0])));
}

// In a narrow window the details stand above the table.
function pickRow(group) {
  pickGroup(group, true);
  if (byId("details").getBoundingClientRect().top < 0) byId("details").scrollIntoView({ block: "start" });
}

// Scrolls the chart, not the page.
function reveal(node) {
  const stage = byId("stage"), top = node.depth * chart.row;
  if (top < stage.scrollTop) stage.scrollTop = top;
  else if (top + chart.row > stage.scrollTop + stage.clientHeight) stage.scrollTop = top + 2 * chart.row - stage.clientHeight;
}

function hover(rect, event) {
  const tip = byId("tip");
  tip.hidden = !rect;
  if (!rect) return;
  tip.replaceChildren(...hoverOf(rect, root.weight));
  const wide = tip.offsetWidth, high = tip.offsetHeight;
  tip.style.left = Math.max(Math.min(event.clientX + 14, innerWidth - wide - 12), 12) + "px";
  tip.style.top = (event.clientY + 18 + high > innerHeight - 8 ? Math.max(event.clientY - high - 12, 4) : event.clientY + 18) + "px";
}

function searched() {
  const query = byId("search").value;
  matches = matcher(query);
  const sum = search(root, matches);
  byId("matched").textContent = query ? "matched " + percent(sum, root.weight) + " (" + number(sum) + " of " + number(root.weight) + ")" : "";
  chart.draw();
  listed();
}

function chip(name, isOn, flip, ...kids) {
  const press = () => {
    flip();
    refresh();
    searched();
  };
  return make("button", { type: "button", class: "chip", "aria-pressed": String(isOn), "data-name": name, click: press }, ...kids);
}

// A chip that chooses one value of a group's property.
function choice(key, value, sum, ...kids) {
  const chosen = shown[key];
  const flip = () => (chosen.has(value) ? chosen.delete(value) : chosen.add(value));
  const counts = (isDiff && sum.base !== sum.count ? number(sum.base) + " \u2192 " : "") + number(sum.count);
  return chip(key + " " + value, chosen.has(value), flip, ...kids, make("b", { text: counts }));
}

// The sums of the groups by a property, the biggest first.
function sumsBy(key) {
  const found = new Map();
  for (const group of data.groups) {
    if (group.own && !showOwn) continue;
    if (!found.has(group[key])) found.set(group[key], []);
    found.get(group[key]).push(group);
  }
  return [...found].map(([value, groups]) => [value, sumOf(groups)]).sort((a, b) => b[1].weight - a[1].weight);
}

function chips() {
  const focused = document.activeElement && document.activeElement.dataset.name;
  const classes = new Map(sumsBy("class"));
  const legend = data.classes.map((kind, index) => choice("class", index, classes.get(index) || sumOf([]),
    isDiff ? "" : dot("c" + index), make("span", { text: kind.meaning })));
  const keys = isDiff ? [["grew", "grew"], ["shrank", "shrank"], ["same", "unchanged"]] : [];
  byId("classes").replaceChildren(...keys.map(([kind, text]) => make("span", { class: "key" }, dot(kind), text)), ...legend);
  const reasons = sumsBy("reason");
  const few = reasons.filter(([reason], index) => allReasons || index < CHIPS || shown.reason.has(reason));
  const more = reasons.length - few.length;
  byId("reasons").replaceChildren(...few.map(([reason, sum]) => choice("reason", reason, sum, reason)),
    ...(more ? [chip("more", false, () => (allReasons = true), counted(more, "more reason"))] : []));
  const verdicts = [...sumsBy("verdict").map(([verdict, sum]) => choice("verdict", verdict, sum, verdict)),
    ...(data.findings.length ? sumsBy("found").map(([found, sum]) => choice("found", found, sum, found)) : [])];
  if (own.length && own.length < data.groups.length) {
    verdicts.push(chip("own", showOwn, () => (showOwn = !showOwn), "the runtime's own", make("b", { text: number(sumOf(own).count) })));
  }
  byId("verdicts").replaceChildren(...verdicts);
  if (!isDiff && data.dumps.length > 1) {
    byId("dumps").replaceChildren(...sumsBy("dump").sort((a, b) => a[0] - b[0])
      .map(([index, sum]) => choice("dump", index, sum, data.dumps[index].path)));
  }
  for (const button of document.querySelectorAll(".chip")) {
    if (focused && button.dataset.name === focused) button.focus({ preventScroll: true });
  }
}

function everything() {
  for (const chosen of Object.values(shown)) chosen.clear();
  refresh();
}

// Esc undoes one thing after the other.
function undo() {
  if (byId("search").value) {
    byId("search").value = "";
    searched();
    byId("chart").focus({ preventScroll: true });
  } else if (chart.view.node !== root || chart.view.run) zoom(viewOf(root));
  else everything();
}

function move(key) {
  const at = chart.at || root;
  const next = at === root && key !== "ArrowDown" ? root : key === "ArrowUp" ? at.parent : key === "ArrowDown" ? at.kids[0]
    : at.parent.kids[at.parent.kids.indexOf(at) + (key === "ArrowRight" ? 1 : -1)];
  if (!next) return;
  select(next);
  if (!chart.sees(next)) zoom(viewOf(next.parent || root));
}

document.addEventListener("keydown", (event) => {
  document.body.classList.remove("quiet");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("input");
  if (event.key === "Escape") undo();
  else if (event.key === "/" && !isTyping) byId("search").focus();
  else if (event.target === byId("chart") && event.key.startsWith("Arrow")) move(event.key);
  else if (event.target === byId("chart") && event.key === "Enter") zoom(viewOf(chart.at || root));
  else return;
  event.preventDefault();
});

function setTheme(name) {
  theme = name;
  const isDark = name === "dark" || (name === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  byId("theme").textContent = "theme: " + name;
  chart.restyle();
}

function introduce() {
  const paths = (base) => data.dumps.filter((dump) => dump.base === base).map((dump) => dump.path).join(", ");
  const total = (base) => data.dumps.filter((dump) => dump.base === base).reduce((sum, dump) => sum + dump.total, 0);
  const name = isDiff ? paths(true) + " \u2192 " + paths(false) : paths(false);
  document.title = name + " \u2013 goroutines";
  byId("name").textContent = name;
  const causes = data.dumps.map((dump) => dump.cause).filter(Boolean);
  const totals = isDiff ? countOf({ base: total(true), count: total(false) }) + " goroutines" : counted(total(false), "goroutine");
  byId("facts").textContent = [totals, counted(data.groups.length, "group"), ...causes, "goleaklint " + data.goleaklint].join(" \u00b7 ");
}

introduce();
setTheme("auto");
refresh();
byId("search").addEventListener("input", searched);
byId("reset").addEventListener("click", () => zoom(viewOf(root)));
byId("theme").addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]));
byId("help").addEventListener("click", () => {
  byId("keys").hidden = !byId("keys").hidden;
  byId("help").setAttribute("aria-expanded", String(!byId("keys").hidden));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(theme));
if (table.first()) pickGroup(table.first(), false);
else byId("details").replaceChildren(make("p", { class: "note", text: "no goroutine to show" }));
byId("chart").focus({ preventScroll: true });
