// What is known of one group or of one node: source, finding, stack; and the hover.

function detailsOfGroup(group) {
  const label = creationOf(group);
  const parts = [
    make("h2", { text: (isDiff ? countOf(group) + " goroutines" : counted(group.count, "goroutine")) + " [" + group.reason + "]" }),
    make("p", { class: "dim", text: facts(group).join(" \u00b7 ") }),
  ];
  const finding = findingOf(group);
  if (finding) {
    parts.push(make("div", { class: "finding" }, make("p", {}, make("b", { text: finding.code + " " + finding.name }), " ",
      make("span", { class: "tag plain", text: finding.confidence + " confidence" })), make("p", { text: finding.message }),
    make("p", { class: "dim mono", text: finding.path + ":" + finding.line })));
  }
  for (const index of group.excerpts) parts.push(...source(data.excerpts[index]));
  for (const note of group.notes) parts.push(make("p", { class: "note", text: note }));
  parts.push(heading("created at"), make("p", { class: "mono", text: label[NAME] }),
    make("p", { class: "dim mono", text: placeOf(label, true) }));
  if (label[VIA]) parts.push(make("p", { class: "dim", text: "handed to " + label[VIA] + ", which starts it" }));
  parts.push(heading("stack, innermost first"), stack(group));
  if (group.labels.length) parts.push(heading("labels"), list(group.labels));
  if (group.ids.length) {
    const more = group.count > group.ids.length ? ", \u2026" : "";
    parts.push(heading("goroutines"), make("p", { class: "mono dim", text: group.ids.join(", ") + more }));
  }
  return parts;
}

function facts(group) {
  const known = [group.verdict, data.classes[group.class].meaning];
  if (group.minutes) {
    const [least, most, some] = group.minutes;
    known.push("waiting " + (least === most ? waitOf(group.minutes) : waitOf([0, least]) + " to " + waitOf(group.minutes))
      + (some < group.count ? " (" + number(some) + " of them)" : ""));
  }
  if (group.leaked) known.push(number(group.leaked) + " marked leaked by the garbage collector");
  if (group.locked) known.push(number(group.locked) + " locked to a thread");
  if (group.parents > 1) known.push("created in " + counted(group.parents, "goroutine"));
  if (data.dumps.length > 1 && !isDiff) known.push("in " + data.dumps[group.dump].path);
  return known;
}

function source(excerpt) {
  const rows = excerpt.lines.flatMap(([line, text, mark]) => {
    const row = make("tr", mark ? { class: "marked" } : {}, make("td", { text: line || "\u22ef" }), make("td", { text }));
    if (!mark) return [row];
    const indent = text.match(/^ */)[0];
    return [row, make("tr", { class: "marked" }, make("td"), make("td", { class: "mark", text: indent + "\u2191 " + mark }))];
  });
  return [make("h3", { class: "mono", text: excerpt.path }),
    make("div", { class: "source", tabindex: "0" }, make("table", {}, make("tbody", {}, ...rows)))];
}

function stack(group) {
  const frames = group.path.slice(1, -1).reverse().map((index) => {
    const label = data.labels[index];
    return make("li", { title: label[NAME] }, nameOf(label), " ", make("span", { class: "dim", text: placeOf(label, true) }));
  });
  return make("ul", { class: "stack" }, ...frames);
}

function heading(text) {
  return make("h3", { text });
}

function list(texts) {
  return make("ul", {}, ...texts.map((text) => make("li", { class: "mono", text })));
}

// A node that many groups pass: its share, and the biggest of them.
function detailsOfNode(node, groups, total, pick) {
  const label = node.parent ? data.labels[node.label] : null;
  const order = groups.slice().sort(SORTS[isDiff ? "change" : "count"]);
  const parts = [
    make("h2", { text: label ? nameOf(label, true) : "all goroutines" }),
    make("p", { class: "dim mono", text: label ? placeOf(label, true) : "" }),
    make("p", { text: countOf(node) + (isDiff ? "" : " of " + counted(total, "goroutine") + ", " + percent(node.weight, total))
      + ", in " + counted(groups.length, "group") }),
    heading("wait reasons"),
    list(reasonsOf(groups).map(([reason, sum]) => number(sum) + "  " + reason)),
    heading(isDiff ? "the groups that changed most" : "the biggest groups"),
  ];
  for (const group of order.slice(0, 8)) {
    parts.push(make("button", { type: "button", class: "pick", click: () => pick(group) }, dot(kindOf(group)),
      countOf(group) + " [" + group.reason + "] ", make("span", { class: "mono", text: creationOf(group)[SHORT] })));
  }
  if (order.length > 8) parts.push(make("p", { class: "note", text: "and " + number(order.length - 8) + " more in the table" }));
  return parts;
}

function reasonsOf(groups) {
  const sums = new Map();
  for (const group of groups) sums.set(group.reason, (sums.get(group.reason) || 0) + group.count);
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, 6);
}

function hoverOf(rect, total) {
  const thing = rect.node || rect.run;
  const groups = groupsOf(rect.node ? [rect.node] : rect.run.kids);
  const label = rect.node && rect.node.parent ? data.labels[rect.node.label] : null;
  const name = rect.run ? counted(rect.run.kids.length, "frame") + " too narrow to draw: click to zoom" : label ? nameOf(label, true) : "all goroutines";
  const sums = rect.run ? sumOf(groups) : thing;
  const longest = groups.reduce((most, group) => Math.max(most, group.minutes ? group.minutes[1] : -1), -1);
  const parts = [make("b", { text: name }), make("div", { class: "dim mono", text: label ? placeOf(label, true) : "" })];
  if (label && label[VIA]) parts.push(make("div", { class: "dim", text: "handed to " + label[VIA] }));
  parts.push(make("div", { text: countOf(sums) + (isDiff ? "" : " " + (sums.count === 1 ? "goroutine" : "goroutines") + ", "
    + percent(sums.weight, total)) + (longest >= 0 ? ", longest wait " + waitOf([0, longest]) : "") }));
  if (!isDiff) {
    data.classes.forEach((kind, index) => {
      const part = groups.reduce((sum, group) => sum + (group.class === index ? group.count : 0), 0);
      if (part) parts.push(make("p", {}, dot("c" + index), number(part) + " " + kind.meaning));
    });
  }
  const reasons = reasonsOf(groups).map(([reason, sum]) => reason + " " + number(sum));
  if (!label || label[0] !== "wait") parts.push(make("div", { class: "dim", text: reasons.slice(0, 4).join(" \u00b7 ") }));
  return parts;
}

function sumOf(groups) {
  const sums = { count: 0, base: 0, weight: 0 };
  for (const group of groups) {
    sums.count += group.count;
    sums.base += group.base || 0;
    sums.weight += group.weight;
  }
  return sums;
}
