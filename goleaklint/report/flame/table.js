// The table of groups: sortable, the first few hundred rows; what the chart shows and the search leaves.

const ROWS = 200;

function creationOf(group) {
  return data.labels[group.path[0]];
}

const byText = (text) => (a, b) => text(a).localeCompare(text(b));
const SORTS = {
  count: (a, b) => b.count - a.count,
  base: (a, b) => b.base - a.base,
  change: (a, b) => Math.abs(b.count - b.base) - Math.abs(a.count - a.base),
  class: (a, b) => a.class - b.class || a.reason.localeCompare(b.reason) || b.weight - a.weight,
  wait: (a, b) => (b.minutes ? b.minutes[1] : -1) - (a.minutes ? a.minutes[1] : -1) || b.leaked - a.leaked,
  created: byText((group) => creationOf(group)[SHORT]),
  waits: byText((group) => group.blocked[1] + " " + String(group.blocked[2]).padStart(9)),
  finding: (a, b) => (a.finding === null) - (b.finding === null) || byText(findingText)(a, b),
};

function findingText(group) {
  const finding = findingOf(group);
  return finding ? finding.code + " " + finding.name : "";
}

function columns() {
  const counts = isDiff
    ? [["base", "before", numberCell((group) => number(group.base))], ["count", "now", numberCell((group) => number(group.count))],
      ["change", "change", changeCell]]
    : [["count", "goroutines", countCell]];
  const waits = data.groups.some((group) => group.minutes || group.leaked) ? [["wait", "waited", waitCell]] : [];
  const findings = data.findings.length ? [["finding", "finding", findingCell]] : [];
  return [...counts, ["class", "reason", reasonCell], ...waits, ["created", "created at", createdCell],
    ["waits", "waits at", waitsCell], ...findings];
}

function numberCell(text) {
  return (group) => make("td", { class: "number", text: text(group) });
}

function changeCell(group) {
  const change = group.count - group.base;
  return make("td", { class: "number " + (change > 0 ? "up" : change < 0 ? "down" : ""), text: signed(change) });
}

function countCell(group, most) {
  const bar = make("i");
  bar.style.width = (100 * group.count) / most + "%";
  return make("td", { class: "number" }, number(group.count), make("div", { class: "track" }, bar));
}

function reasonCell(group) {
  return make("td", { class: "reason" }, dot(kindOf(group)), make("code", { text: group.reason }));
}

function waitCell(group) {
  const cell = make("td", { class: "number", text: waitOf(group.minutes) });
  if (group.leaked) cell.append(" ", make("span", { class: "tag", text: "leaked" }));
  return cell;
}

function placeCell(what, name, place, title) {
  return make("td", { class: "wide", title, "data-what": what }, make("code", {}, ...breakable(name)), make("span", { class: "dim mono" }, ...breakable(place)));
}

function createdCell(group) {
  const label = creationOf(group);
  return placeCell("created at", label[SHORT], placeOf(label), placeOf(label, true));
}

function waitsCell(group) {
  const [name, file, line] = group.blocked;
  const base = file.slice(file.lastIndexOf("/") + 1);
  return placeCell("waits at", name, file ? base + ":" + line : "", file ? file + ":" + line : "");
}

function findingCell(group) {
  const finding = findingOf(group);
  if (!finding) return make("td", { class: "wide" });
  return make("td", { class: "wide", title: finding.message, "data-what": "finding" }, make("code", { text: finding.code }), make("span", { class: "dim", text: finding.name }));
}

function makeTable(table, more, on) {
  let sort = isDiff ? "change" : "count", backwards = false, limit = ROWS, rows = [], selected = null;
  const all = columns();
  if (isDiff) table.parentElement.classList.add("diff");
  const head = make("tr", {}, ...all.map(([key, name]) => {
    const button = make("button", { type: "button", text: name, click: () => turn(key) });
    return make("th", { scope: "col", class: ["count", "base", "change", "wait"].includes(key) ? "number" : "", "data-key": key }, button);
  }));
  table.tHead.replaceChildren(head);
  more.addEventListener("click", () => {
    limit += 500;
    fill();
  });

  function turn(key) {
    backwards = key === sort && !backwards;
    sort = key;
    limit = ROWS;
    fill();
  }

  function fill() {
    const order = rows.slice().sort((a, b) => (backwards ? -1 : 1) * SORTS[sort](a, b) || a.index - b.index);
    const most = order.reduce((max, group) => Math.max(max, group.count), 1);
    table.tBodies[0].replaceChildren(...order.slice(0, limit).map((group) => rowOf(group, most)));
    const numeric = ["count", "base", "change", "wait"].includes(sort);
    for (const cell of head.cells) {
      if (cell.dataset.key !== sort) cell.removeAttribute("aria-sort");
      else cell.setAttribute("aria-sort", numeric !== backwards ? "descending" : "ascending");
    }
    more.hidden = order.length <= limit;
    more.textContent = "show more of " + counted(order.length, "group");
  }

  function rowOf(group, most) {
    const row = make("tr", { tabindex: "0", "aria-selected": String(group === selected) });
    row.append(...all.map(([, , cell]) => cell(group, most)));
    row.addEventListener("click", () => on.pick(group));
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter") on.pick(group);
    });
    row.group = group;
    return row;
  }

  return {
    show(groups) {
      rows = groups;
      limit = ROWS;
      fill();
    },
    select(group) {
      selected = group;
      for (const row of table.tBodies[0].rows) row.setAttribute("aria-selected", String(row.group === group));
    },
    first() {
      const row = table.tBodies[0].rows[0];
      return row ? row.group : null;
    },
  };
}
