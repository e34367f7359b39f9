// What a person who does not see the page is told: roles and names. Read by the tests only.
const text = (node) => (node ? node.textContent.replace(/\s+/g, " ").trim() : "");
// The body of a folded `details` keeps its boxes, and shows nothing.
const folded = (node) => {
  const details = node.closest("details:not([open])");
  return details !== null && node !== details && !node.closest("summary");
};
const shown = (node) => {
  if (folded(node)) return false;
  const box = node.getBoundingClientRect();
  const style = getComputedStyle(node);
  return box.width > 0 && box.height > 0 && style.visibility !== "hidden" && !node.closest("[inert], [aria-hidden=true]");
};
const native = {
  alertdialog: "",
  button: "button, summary, input[type=button], input[type=submit]",
  checkbox: "input[type=checkbox]",
  complementary: "aside",
  dialog: "dialog[open]",
  heading: "h1, h2, h3, h4",
  link: "a[href]",
  listitem: "li",
  main: "main",
  navigation: "nav",
  radio: "input[type=radio]",
  region: "section[aria-label], section[aria-labelledby]",
  textbox: "input:not([type]), input[type=text], input[type=password], input[type=search], input[type=url], textarea",
};
const name = (node) => {
  const ids = node.getAttribute("aria-labelledby");
  if (ids) return ids.split(/\s+/).map((id) => text(document.getElementById(id))).join(" ").trim();
  if (node.getAttribute("aria-label")) return node.getAttribute("aria-label").trim();
  if (node.labels && node.labels.length) return [...node.labels].map(text).join(" ");
  return text(node) || node.getAttribute("title") || node.getAttribute("placeholder") || "";
};
const matches = (node, wanted) => {
  const own = name(node);
  return wanted.startsWith("~") ? own.toLowerCase().includes(wanted.slice(1).toLowerCase()) : own === wanted;
};
const byRole = (role, wanted) => {
  const selector = [`[role=${role}]`, native[role] ? native[role].split(", ").map((one) => `${one}:not([role])`).join(", ") : ""].filter(Boolean).join(", ");
  return [...document.querySelectorAll(selector)].filter((node) => shown(node) && (wanted === null || matches(node, wanted)));
};
