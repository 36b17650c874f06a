// Elements and words. Every text of the data reaches the page through textContent, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);

function byId(id) {
  return document.getElementById(id);
}

function make(tag, props, ...kids) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name === "click") element.addEventListener("click", value);
    else element.setAttribute(name, value);
  }
  element.append(...kids.filter((kid) => kid !== null && kid !== undefined && kid !== ""));
  return element;
}

function dot(kind) {
  return make("span", { class: "dot " + kind, "aria-hidden": "true" });
}

// A name that may be broken behind its dots and slashes, not in the middle of a word.
function breakable(text) {
  return text.split(/(?<=[./)])(?=[^.\/)\]])/).flatMap((part, index) => (index ? [document.createElement("wbr"), part] : [part]));
}

const digits = new Intl.NumberFormat("en-US");

function number(value) {
  return digits.format(value);
}

function counted(value, noun) {
  return number(value) + " " + noun + (value === 1 ? "" : "s");
}

function percent(part, whole) {
  if (!whole) return "0%";
  const share = (100 * part) / whole;
  return (share >= 99.95 || share === 0 ? share.toFixed(0) : share < 0.1 ? "<0.1" : share.toFixed(1)) + "%";
}

function signed(value) {
  return (value > 0 ? "+" : value < 0 ? "\u2212" : "\u00b1") + number(Math.abs(value));
}

// 3 -> "3", in a comparison "5 -> 3 (-2)": the same words in the chart, the hover and the details.
function countOf(thing) {
  if (!isDiff) return number(thing.count);
  return number(thing.base || 0) + " \u2192 " + number(thing.count) + " (" + signed(thing.count - (thing.base || 0)) + ")";
}

function waitOf(minutes) {
  if (!minutes) return "";
  const most = minutes[1];
  if (most < 60) return most + " min";
  if (most < 48 * 60) return Math.floor(most / 60) + " h" + (most % 60 ? " " + (most % 60) + " min" : "");
  return Math.floor(most / 1440) + " d" + (most % 1440 >= 60 ? " " + Math.floor((most % 1440) / 60) + " h" : "");
}

function kindOf(thing) {
  if (isDiff) return thing.count > thing.base ? "grew" : thing.count < thing.base ? "shrank" : "same";
  return "c" + thing.class;
}

function findingOf(group) {
  return group.finding === null ? null : data.findings[group.finding];
}
