// What is wrong with the layout of what is on the screen now: one sentence for each fault. Runs after page.js.
const describe = (node) => `${node.tagName.toLowerCase()}${node.className && typeof node.className === "string" ? "." + node.className.split(/\s+/).filter((one) => !one.startsWith("svelte-")).join(".") : ""} "${name(node).slice(0, 40)}"`;
const faults = [];
const tolerance = 1;
const page = document.documentElement;

if (page.scrollWidth > innerWidth + tolerance) faults.push(`the page is ${page.scrollWidth} px wide in a window of ${innerWidth}`);
if (page.scrollHeight > innerHeight + tolerance) faults.push(`the page is ${page.scrollHeight} px high in a window of ${innerHeight}`);

const scrolls = (node) => {
  for (let one = node.parentElement; one; one = one.parentElement) {
    if (/(auto|scroll)/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth) return true;
  }
  return false;
};
// Words in a line that ends in an ellipsis are drawn no farther than the line's own box, which is looked at too.
const ellipsized = (node) => {
  const line = getComputedStyle(node).display === "inline" ? node.parentElement : null;
  const style = line ? getComputedStyle(line) : null;
  return style !== null && style.textOverflow === "ellipsis" && style.overflowX === "hidden";
};
// Kept for screen readers only, and drawn in one pixel.
const forReadersOnly = (node) => {
  for (let one = node; one; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (style.clipPath === "inset(50%)" || style.clip === "rect(0px, 0px, 0px, 0px)") return true;
  }
  return false;
};
const visible = [...document.body.querySelectorAll("*")].filter((node) => shown(node) && !node.closest("svg") && !forReadersOnly(node));
for (const node of visible) {
  const box = node.getBoundingClientRect();
  if ((box.right > innerWidth + tolerance || box.left < -tolerance) && !scrolls(node) && !ellipsized(node)) faults.push(`${describe(node)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} in a window of ${innerWidth}`);
}

const interactive = visible.filter((node) => node.matches("button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=checkbox], [role=switch], [role=menuitem], [role=separator][tabindex]"));
// Scrolling brings the rest of it: the frame has room for all of it, and can still go as far as it is cut.
const cutByScrolling = (node) => {
  const box = (node.closest("label") ?? node).getBoundingClientRect();
  for (let one = node; one; one = one.parentElement) {
    const { overflowY, position } = getComputedStyle(one);
    const frame = one.getBoundingClientRect();
    const [above, below] = [frame.top - box.top, box.bottom - frame.bottom];
    if (one !== node && /(auto|scroll)/.test(overflowY) && Math.max(above, below) > tolerance) {
      const left = one.scrollHeight - one.clientHeight - one.scrollTop;
      return box.height <= one.clientHeight && above <= one.scrollTop + tolerance && below <= left + tolerance;
    }
    // What floats or sticks does not scroll with what it stands in.
    if (position === "fixed" || position === "sticky") return false;
  }
  return false;
};
// What is scrolled away, or lies under a sheet, is not there for a pointer.
const reachable = interactive.filter((node) => {
  const box = node.getBoundingClientRect();
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return hit !== null && (node.contains(hit) || hit.contains(node) || hit.closest("label")?.contains(node));
});
// A target may be larger than its drawing: what counts is where a pointer hits it.
const hits = (node, x, y) => {
  const hit = document.elementFromPoint(x, y);
  return hit !== null && (node.contains(hit) || (node.closest("label")?.contains(hit) ?? false));
};
const reaches = (node) => {
  // The words beside a field are a part of its target.
  const box = (node.closest("label") ?? node).getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  return [[-11.5, 0], [11.5, 0], [0, -11.5], [0, 11.5]].every(([right, down]) => hits(node, x + right, y + down));
};
for (const node of reachable.filter((one) => !cutByScrolling(one))) {
  const box = node.getBoundingClientRect();
  const inText = node.matches("a") && getComputedStyle(node).display === "inline";
  const small = box.width < 24 - 0.5 || box.height < 24 - 0.5;
  if (small && !inText && !reaches(node)) faults.push(`${describe(node)} is a target of ${box.width.toFixed(1)} x ${box.height.toFixed(1)} px`);
}
// What scrolls cuts off the rows at its edges: only what is left of them can be hit.
const uncut = (node) => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  const box = { left, right, top, bottom };
  for (let one = node.parentElement; one; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (!/(auto|scroll|hidden|clip)/.test(style.overflowX + style.overflowY)) continue;
    const edge = one.getBoundingClientRect();
    Object.assign(box, { left: Math.max(box.left, edge.left), right: Math.min(box.right, edge.right), top: Math.max(box.top, edge.top), bottom: Math.min(box.bottom, edge.bottom) });
  }
  return box;
};
for (const [at, one] of reachable.entries()) {
  const a = uncut(one);
  for (const other of reachable.slice(at + 1)) {
    if (one.contains(other) || other.contains(one) || one.closest("label")?.contains(other)) continue;
    const b = uncut(other);
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    // A button inside a field lies over the field on purpose; the field's text ends before it.
    const insideField = [[one, b], [other, a]].some(([node, box]) => node.matches("input") && box.left >= node.getBoundingClientRect().left && parseFloat(getComputedStyle(node).paddingRight) >= 24);
    if (wide > tolerance && high > tolerance && !insideField) faults.push(`${describe(one)} and ${describe(other)} overlap by ${Math.round(wide)} x ${Math.round(high)} px`);
  }
}

// A frame of lines that scrolls sideways by a few pixels has a bar for nothing.
for (const frame of visible.filter((node) => /(auto|scroll)/.test(getComputedStyle(node).overflowX))) {
  const over = frame.scrollWidth - frame.clientWidth;
  if (over > tolerance && over < 24) faults.push(`${describe(frame)} scrolls sideways by ${over} px`);
}

// The words of a button are ours and short: they stand there whole. A name in one may be cut.
for (const words of visible.filter((node) => node.matches(".btn .words") && !node.closest(".foreign") && !node.querySelector(".foreign")))
  if (words.scrollWidth > words.clientWidth + tolerance) faults.push(`the words of ${describe(words.closest(".btn"))} are cut to ${words.clientWidth} of ${words.scrollWidth} px`);

// A sentence that says why may take lines, but may not be cut.
const sentences = visible.filter((node) => node.matches("[role=alert], [role=alert] *, [role=status], [role=status] *, p, .sentence, .reason, .why, .say *") && [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim()));
for (const node of sentences) {
  for (let one = node; one && one !== document.body; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (/(auto|scroll)/.test(style.overflowY + style.overflowX)) break;
    const cutX = one.scrollWidth > one.clientWidth + tolerance && /(hidden|clip)/.test(style.overflowX);
    const cutY = one.scrollHeight > one.clientHeight + tolerance && /(hidden|clip)/.test(style.overflowY);
    if (one === node && style.display !== "inline" && (cutX || cutY)) faults.push(`the sentence ${describe(node)} is cut`);
  }
}
// What scrolls inside a sheet does so only where the window has no more room.
for (const sheet of visible.filter((node) => node.matches("[role=dialog], [role=alertdialog]"))) {
  const room = innerHeight - sheet.getBoundingClientRect().height;
  for (const node of [...sheet.querySelectorAll("*")].filter((one) => /(auto|scroll)/.test(getComputedStyle(one).overflowY) && !one.matches("textarea, [data-scrolls], [data-scrolls] *")))
    if (room > 64 && node.scrollHeight > node.clientHeight + tolerance && node.clientHeight < 80) faults.push(`${describe(node)} is squeezed to ${node.clientHeight} of ${node.scrollHeight} px although the window has room`);
}
return [...new Set(faults)].slice(0, 20);
