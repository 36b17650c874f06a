// The chart: a tree on a canvas, from the top down. A canvas draws thirty thousand nodes in one frame; elements do not.

const ROW = 21, TINY = 2, MOST_LEVELS = 380, MILLISECONDS = 180;

function makeChart(canvas, on) {
  const context = canvas.getContext("2d");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let root = null, view = null, from = 0, to = 1, levels = 1, width = 0, colors = {}, letter = 7, frame = 0;
  let rects = [], hovered = null, selected = null;

  function restyle() {
    const style = getComputedStyle(document.documentElement);
    const names = ["back", "text", "ink", "dim", "accent", "c0", "c1", "c2", "c3", "mixed", "hit", "grew", "shrank", "run"];
    colors = Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
    colors.font = "12px " + style.getPropertyValue("--mono").trim();
    context.font = colors.font;
    letter = context.measureText("MMMMMMMMMM").width / 10;
  }

  function resize() {
    width = canvas.parentElement.clientWidth - 2;
    const ratio = Math.min(window.devicePixelRatio || 1, 2), height = levels * ROW + 1;
    canvas.width = Math.max(Math.round(width * ratio), 1);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = height + "px";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textBaseline = "middle";
    draw();
  }

  function draw() {
    if (!root || !width) return;
    context.clearRect(0, 0, width, levels * ROW + 1);
    context.font = colors.font;
    rects = Array.from({ length: levels }, () => []);
    const scale = width / (to - from);
    const todo = [root];
    while (todo.length) {
      const node = todo.pop();
      const left = (node.x - from) * scale, right = left + node.weight * scale;
      if (right < 0.01 || left > width - 0.01) continue;
      paint({ node, depth: node.depth, x: Math.max(left, 0), right: Math.min(right, width) });
      if (node.depth + 1 < levels) kidsOf(node, scale, todo);
    }
    outline(scale);
  }

  // The kids are ordered by weight: those too narrow to see stand together at the end, and are drawn as one.
  function kidsOf(node, scale, todo) {
    let small = node.kids.findIndex((kid) => kid.weight * scale < TINY);
    if (small < 0) small = node.kids.length;
    if (small === node.kids.length - 1 && node.kids[small].weight * scale > 0.5) small++;
    for (let index = small - 1; index >= 0; index--) todo.push(node.kids[index]);
    if (small === node.kids.length) return;
    const start = node.kids[small].x, weight = node.x + node.weight - start;
    const run = { parent: node, kids: node.kids.slice(small), from: start, to: start + sumOf(node.kids, small), weight };
    const left = (run.from - from) * scale, right = (run.to - from) * scale;
    if (right <= 0 || left >= width) return;
    paint({ run, depth: node.depth + 1, x: Math.max(left, 0), right: Math.min(right, width) });
  }

  function sumOf(kids, start) {
    let sum = 0;
    for (let index = start; index < kids.length; index++) sum += kids[index].weight;
    return sum;
  }

  function paint(rect) {
    rects[rect.depth].push(rect);
    const y = rect.depth * ROW + 1, wide = rect.right - rect.x, gap = wide > 4 ? 1 : 0;
    const node = rect.node;
    const isDim = node ? !node.near : !rect.run.kids.some((kid) => kid.near);
    context.globalAlpha = isDim ? 0.28 : 1;
    context.fillStyle = node ? fill(node) : colors.run;
    box(rect.x, y, Math.max(wide - gap, 0.6), ROW - 1);
    if (!node) return many(rect, y, wide - gap);
    if (isDiff) tint(node, isDim, rect.x, y, wide - gap);
    else if (!node.hit && classOf(node) < 0) strip(node.classes, rect.x, y + ROW - 4, wide - gap);
    if (node === hovered) {
      context.globalAlpha = 0.12;
      context.fillStyle = colors.text;
      box(rect.x, y, Math.max(wide - gap, 1), ROW - 1);
    }
    context.globalAlpha = isDim ? 0.5 : 1;
    if (wide > 4 * letter) write(node, rect.x + 5, y + ROW / 2 - 0.5, wide - gap - 9);
    context.globalAlpha = 1;
  }

  function box(x, y, wide, high) {
    if (wide < 7 || !context.roundRect) return context.fillRect(x, y, wide, high);
    context.beginPath();
    context.roundRect(x, y, wide, high, 2.5);
    context.fill();
  }

  function fill(node) {
    if (node.hit) return colors.hit;
    if (isDiff) return colors.c3;
    const only = classOf(node);
    return only < 0 ? colors.mixed : colors["c" + only];
  }

  // The one class of everything below, -1 for a mixture.
  function classOf(node) {
    return node.classes.findIndex((weight) => weight === node.weight);
  }

  // The shares of the classes below, in their colours.
  function strip(classes, x, y, wide) {
    const sum = classes.reduce((all, weight) => all + weight, 0);
    classes.forEach((weight, index) => {
      const part = (wide * weight) / sum;
      context.fillStyle = colors["c" + index];
      context.fillRect(x, y, part, 3);
      x += part;
    });
  }

  function tint(node, isDim, x, y, wide) {
    if (node.hit || node.count === node.base) return;
    const share = Math.abs(node.count - node.base) / Math.max(node.count, node.base);
    context.globalAlpha = (0.3 + 0.7 * share) * (isDim ? 0.3 : 1);
    context.fillStyle = node.count > node.base ? colors.grew : colors.shrank;
    box(x, y, Math.max(wide, 0.6), ROW - 1);
  }

  // What is too narrow to be drawn alone.
  function many({ run, x, right }, y, wide) {
    const text = counted(run.kids.length, "narrow frame");
    hatch(x, y, wide, run.kids.some((kid) => kid.hit));
    if (!isDiff) strip(data.classes.map((_, index) => run.kids.reduce((sum, kid) => sum + kid.classes[index], 0)), x, y + ROW - 4, wide);
    context.fillStyle = colors.ink;
    if (right - x > widthOf(text) + 12) context.fillText(text, x + 6, y + ROW / 2 - 1.5);
    context.globalAlpha = 1;
  }

  function hatch(x, y, wide, isHit) {
    context.save();
    context.beginPath();
    context.rect(x, y, wide, ROW - 1);
    context.clip();
    context.fillStyle = isHit ? colors.hit : colors.back;
    context.globalAlpha *= 0.45;
    for (let at = x - ROW; at < x + wide; at += 6) {
      context.beginPath();
      context.moveTo(at, y + ROW);
      context.lineTo(at + ROW, y);
      context.lineTo(at + ROW + 2, y);
      context.lineTo(at + 2, y + ROW);
      context.fill();
    }
    context.restore();
  }

  // The name, then the place and the count in a fainter ink, as far as there is room.
  function write(node, x, y, room) {
    const label = node.parent ? data.labels[node.label] : null;
    const names = label ? namesOf(label) : ["all goroutines"];
    const name = names.find((text) => widthOf(text) <= room) || cut(names[names.length - 1], room);
    const isEnd = !label || label[0] === "go" || label[0] === "wait";
    const place = label && placeOf(label) ? "  " + placeOf(label) : "";
    const count = isEnd ? "  " + countOf(node) : "";
    const more = [place + count, count, place, ""].find((text) => widthOf(name + text) <= room) || "";
    context.fillStyle = colors.ink;
    context.fillText(name, x, y, room + 2);
    if (!more) return;
    context.globalAlpha *= 0.72;
    context.fillText(more, x + widthOf(name), y, room);
  }

  // The name, and what is left of it where there is little room: without "go", without the package.
  function namesOf(label) {
    const name = nameOf(label), plain = label[0] === "go" ? label[SHORT] : name;
    return label[0] === "wait" ? [name] : [name, plain, plain.slice(plain.indexOf(".") + 1)];
  }

  function widthOf(text) {
    return /^[ -~]*$/.test(text) ? text.length * letter : context.measureText(text).width;
  }

  function cut(text, room) {
    let length = Math.min(text.length, Math.floor(room / letter));
    while (length > 1 && widthOf(text.slice(0, length - 1) + "\u2026") > room) length--;
    return length > 1 ? text.slice(0, length - 1) + "\u2026" : "";
  }

  function outline(scale) {
    if (!selected || selected.depth >= levels) return;
    const left = Math.max((selected.x - from) * scale, 0);
    const right = Math.min((selected.x + selected.weight - from) * scale, width);
    if (right < 0 || left > width) return;
    context.strokeStyle = colors.text;
    context.lineWidth = 2;
    context.strokeRect(left + 1, selected.depth * ROW + 2, Math.max(right - left - 3, 2), ROW - 3);
  }

  function rectAt(event) {
    const bounds = canvas.getBoundingClientRect();
    const x = event.clientX - bounds.left, row = Math.floor((event.clientY - bounds.top - 1) / ROW);
    return (rects[row] || []).find((rect) => rect.x <= x && x < Math.max(rect.right, rect.x + 1)) || null;
  }

  function show(target) {
    view = target;
    cancelAnimationFrame(frame);
    const start = performance.now(), [from0, to0] = [from, to];
    const step = (now) => {
      const done = still.matches ? 1 : Math.min(Math.max(now - start, 0) / MILLISECONDS, 1);
      const eased = 1 - (1 - done) ** 3;
      from = from0 + (target.from - from0) * eased;
      to = to0 + (target.to - to0) * eased;
      if (done === 1) [from, to] = [target.from, target.to];
      draw();
      if (done < 1) frame = requestAnimationFrame(step);
    };
    step(start);
  }

  canvas.addEventListener("pointermove", (event) => {
    const rect = rectAt(event);
    const node = rect && rect.node;
    canvas.style.cursor = rect ? "pointer" : "default";
    if (node !== hovered) {
      hovered = node;
      draw();
    }
    on.hover(rect, event);
  });
  canvas.addEventListener("pointerleave", () => {
    hovered = null;
    draw();
    on.hover(null);
  });
  canvas.addEventListener("click", (event) => {
    const rect = rectAt(event);
    on.hover(null);
    if (rect) on.pick(rect.node || null, rect.run || null);
  });
  new ResizeObserver(() => {
    if (canvas.parentElement.clientWidth - 2 !== width) resize();
  }).observe(canvas.parentElement);

  return {
    setTree(tree, node) {
      root = tree;
      hovered = selected = null;
      levels = Math.min(tree.levels, MOST_LEVELS);
      view = viewOf(node);
      [from, to] = [view.from, view.to];
      resize();
    },
    show,
    draw,
    restyle() {
      restyle();
      resize();
    },
    select(node) {
      selected = node;
      draw();
    },
    // Whether a node can be told from its neighbours in the present view.
    sees(node) {
      const wide = (node.weight / (view.to - view.from)) * width;
      return wide >= TINY && node.x < view.to && node.x + node.weight > view.from;
    },
    get view() {
      return view;
    },
    get hidden() {
      return root ? root.levels - levels : 0;
    },
    row: ROW,
  };
}

function viewOf(node) {
  return { node, run: null, from: node.x, to: node.x + Math.max(node.weight, 1) };
}

function viewOfRun(run) {
  return { node: run.parent, run, from: run.from, to: run.to };
}
