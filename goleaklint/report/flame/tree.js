// The tree of the groups that are shown, and the search in it. Labels are [kind, name, short, file, line, via, times].

const NAME = 1, SHORT = 2, FILE = 3, LINE = 4, VIA = 5, TIMES = 6;
const isDiff = data.dumps.some((dump) => dump.base);

function placeOf(label, whole) {
  if (!label[FILE]) return "";
  return (whole ? label[FILE] : label[FILE].slice(label[FILE].lastIndexOf("/") + 1)) + ":" + label[LINE];
}

function nameOf(label, whole) {
  const name = label[whole ? NAME : SHORT] + (label[TIMES] > 1 ? " \u00d7" + label[TIMES] : "");
  return label[0] === "wait" ? "[" + name + "]" : label[0] === "go" && label[FILE] ? "go " + name : name;
}

function makeNode(label, parent) {
  return {
    label, parent, depth: parent ? parent.depth + 1 : 0, count: 0, base: 0, weight: 0, x: 0, kids: [],
    classes: data.classes.map(() => 0), byLabel: new Map(), groups: [], hit: false, near: false,
  };
}

function tally(node, group) {
  node.count += group.count;
  node.base += group.base || 0;
  node.weight += group.weight;
  node.classes[group.class] += group.weight;
}

// A group's weight is what it takes of the width: in a comparison that of its bigger side, so that what went is seen.
function buildTree(groups) {
  const root = makeNode(-1, null);
  for (const group of groups) {
    let node = root;
    tally(root, group);
    for (const label of group.path) {
      let kid = node.byLabel.get(label);
      if (!kid) {
        kid = makeNode(label, node);
        node.byLabel.set(label, kid);
        node.kids.push(kid);
      }
      node = kid;
      tally(node, group);
    }
    node.groups.push(group);
    group.node = node;
  }
  root.levels = arrange(root);
  return root;
}

// Gives every node its place on the x axis, the biggest of siblings first; returns the number of levels.
function arrange(root) {
  let levels = 1;
  const todo = [root];
  while (todo.length) {
    const node = todo.pop();
    levels = Math.max(levels, node.depth + 1);
    node.kids.sort((a, b) => b.weight - a.weight || a.label - b.label);
    let x = node.x;
    for (const kid of node.kids) {
      kid.x = x;
      x += kid.weight;
      todo.push(kid);
    }
  }
  return levels;
}

function groupsOf(nodes) {
  const found = [];
  const todo = nodes.slice();
  while (todo.length) {
    const node = todo.pop();
    found.push(...node.groups);
    for (const kid of node.kids) todo.push(kid);
  }
  return found;
}

function pathOf(node) {
  const path = [];
  for (let at = node; at && at.parent; at = at.parent) path.unshift(at.label);
  return path;
}

// The node of a path in another tree, or the deepest that is there.
function follow(root, path) {
  let node = root;
  for (const label of path) {
    const kid = node.byLabel.get(label);
    if (!kid) break;
    node = kid;
  }
  return node;
}

// A test of texts: a regular expression where the query is one, else the text itself; letters' case does not count.
function matcher(query) {
  if (!query) return null;
  try {
    const pattern = new RegExp(query, "i");
    return (text) => pattern.test(text);
  } catch {
    const wanted = query.toLowerCase();
    return (text) => text.toLowerCase().includes(wanted);
  }
}

function searchText(label) {
  return nameOf(label, true) + " " + placeOf(label, true) + (label[VIA] ? " " + label[VIA] : "");
}

// Marks the nodes that match and those above and below them; returns the weight below the topmost of them.
function search(root, matches) {
  const known = new Map();
  const isHit = (label) => {
    if (!known.has(label)) known.set(label, matches(searchText(data.labels[label])));
    return known.get(label);
  };
  let sum = 0;
  const order = [root];
  for (let index = 0; index < order.length; index++) {
    const node = order[index];
    node.hit = Boolean(matches) && node.parent !== null && isHit(node.label);
    node.below = node.parent !== null && (node.parent.hit || node.parent.below);
    node.near = !matches || node.hit || node.below;
    if (node.hit && !node.below) sum += node.weight;
    for (const kid of node.kids) order.push(kid);
  }
  for (let index = order.length - 1; index > 0; index--) {
    if (order[index].near) order[index].parent.near = true;
  }
  return sum;
}
